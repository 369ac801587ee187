"""The graph loads without work at import, and every part of it says what it is."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime

import dagster as dg
import pytest

from orchestration.definitions import build_definitions
from orchestration.defs.schedule import JOB
from orchestration.settings import PROJECT, load_settings
from tests import parsed_project

HEAVY = ("great_expectations", "dbt", "dagster_dbt", "pandas", "duckdb", "dlt", "sqlalchemy", "pyspark")


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    made = load_settings(data=tmp_path_factory.mktemp("data"), organisation={"zone": "Europe/Berlin"})
    parsed_project.give(made)
    return made.model_copy(update={"sources": {"github": {}, "pagerduty": {}}})


@pytest.fixture(scope="module")
def definitions(settings):
    return build_definitions(settings)


@pytest.fixture(scope="module")
def specs(definitions):
    return {spec.key.to_user_string(): spec for spec in definitions.resolve_all_asset_specs()}


@pytest.mark.parametrize("module", ["orchestration.definitions", "orchestration.cli.app"])
def test_importing_loads_nothing_heavy(module):
    code = f"import {module}, sys; print([name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_every_asset_has_a_description_and_a_group(specs):
    assert [key for key, spec in specs.items() if not spec.description or spec.group_name == "default"] == []


def test_the_groups_are_the_stages_and_none_leads_back(definitions, specs):
    stages = [
        "landed",
        "run",
        "seeds",
        "staging",
        "conformed",
        "facts",
        "restricted",
        "metrics",
        "marts",
        "publication",
    ]
    assert {spec.group_name for spec in specs.values()} == set(stages)
    place = {name: stages.index(spec.group_name) for name, spec in specs.items()}
    edges = [(dep.asset_key.to_user_string(), name) for name, spec in specs.items() for dep in spec.deps]
    assert [(parent, child) for parent, child in edges if place[parent] > place[child]] == []


def test_every_model_names_the_file_that_declares_it(specs):
    told = [spec.metadata["declared_in"] for spec in specs.values() if "declared_in" in spec.metadata]
    assert told
    assert [path for path in told if not (PROJECT / path).is_file()] == []


def test_each_enabled_source_is_landed_before_anything_is_built(specs):
    assert {dep.asset_key.to_user_string() for dep in specs["run/inputs"].deps} == {"landed/github", "landed/pagerduty"}
    assert "landed/git" not in specs


def test_the_publication_waits_for_every_published_mart(specs):
    waits = {dep.asset_key.to_user_string() for dep in specs["publication"].deps}
    assert waits == {key for key, spec in specs.items() if spec.metadata.get("published")}


def test_every_dbt_test_of_a_model_is_a_check_and_blocks_by_severity(definitions):
    checks = {key.name: spec for part in definitions.assets if isinstance(part, dg.AssetsDefinition)
              for key, spec in part.check_specs_by_output_name.items() for key in [spec.key]}  # fmt: skip
    assert checks["one_row_per_stg_run__context_as_of"].blocking
    assert not checks["github_freshness"].blocking
    assert checks["github_weekly_volume"].blocking


def test_the_job_runs_everything_in_one_process(definitions, specs):
    job = definitions.resolve_job_def(JOB)
    assert {key.to_user_string() for key in job.asset_layer.executable_asset_keys} == set(specs)
    assert job.executor_def.name == "in_process"


@pytest.mark.parametrize(
    ("tick", "day"),
    [
        (datetime(2026, 11, 16, 3, 30, tzinfo=UTC), "2026-11-15"),
        (datetime(2026, 10, 25, 3, 30, tzinfo=UTC), "2026-10-24"),
    ],
)
def test_a_tick_runs_the_day_that_ended_last_and_a_second_tick_the_same(definitions, tick, day):
    schedule = definitions.resolve_schedule_def("every_night")
    repository = definitions.get_repository_def()
    context = dg.build_schedule_context(scheduled_execution_time=tick, repository_def=repository)
    requests = [schedule.evaluate_tick(context).run_requests[0] for _ in range(2)]
    assert [(request.run_key, request.partition_key) for request in requests] == [(day, day)] * 2
