"""The graph loads without work at import, and every part of it says what it is."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime

import dagster as dg
import pytest

from orchestration.definitions import build_definitions
from orchestration.defs.schedule import JOB
from orchestration.defs.warehouse import dbt_events
from orchestration.settings import PROJECT, load_settings
from orchestration.warehouse.dbt_manifest import DataTest, Manifest, Node
from orchestration.warehouse.dbt_results import DbtOutcome, NodeResult
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
    paths = [spec.metadata["declared_in"] for spec in specs.values() if "declared_in" in spec.metadata]
    assert paths
    assert [path for path in paths if not (PROJECT / path).is_file()] == []


def test_each_enabled_source_is_landed_before_anything_is_built(specs):
    assert {dep.asset_key.to_user_string() for dep in specs["run/inputs"].deps} == {"landed/github", "landed/pagerduty"}
    assert "landed/git" not in specs


def test_the_publication_waits_for_every_published_mart(specs):
    waits = {dep.asset_key.to_user_string() for dep in specs["publication"].deps}
    assert waits == {key for key, spec in specs.items() if spec.metadata.get("published")}


def test_every_model_with_data_tests_has_one_check_and_checks_block_by_severity(definitions):
    checks = {f"{spec.asset_key.to_user_string()}:{spec.name}": spec for part in definitions.assets
              if isinstance(part, dg.AssetsDefinition) for spec in part.check_specs}  # fmt: skip
    assert checks["staging/stg_run__context:dbt_tests"].blocking
    assert "one row per" in checks["marts/dim_teams:dbt_tests"].description.lower().replace("_", " ")
    assert not checks["run/inputs:github_freshness"].blocking
    assert checks["run/inputs:github_weekly_volume"].blocking


def node(name, kind="model"):
    return Node(f"{kind}.x.{name}", name, kind, "marts", ("marts",), "One row.", "table", ())


def dbt_check(**states):
    """The one check of a model whose data tests ended so; the test `advice` does not stop a publication."""
    model = node("m")
    ids = {f"test.x.{name}": name for name in states}
    tests = {key: DataTest(key, name, "", model.unique_id, name != "advice") for key, name in ids.items()}
    done = [NodeResult(unique_id=key, status=states[name], seconds=0, failures=2) for key, name in ids.items()]
    (found,) = dbt_events(DbtOutcome(command=["build"], nodes=done), Manifest({model.unique_id: model}, tests, {}))
    return found


def test_the_check_of_a_model_names_its_failed_tests():
    found = dbt_check(unique="pass", amounts="fail", advice="warn")
    assert (found.passed, found.severity, found.check_name) == (False, dg.AssetCheckSeverity.ERROR, "dbt_tests")
    assert found.description == "amounts: fail; advice: warn"
    counts = {name: value.value for name, value in found.metadata.items()}
    assert counts == {"tests": 3, "failed_tests": 2, "failing_rows": 4}


def test_models_are_reported_in_the_order_in_which_dbt_built_them():
    nodes = [node("b"), node("a")]
    done = [NodeResult(unique_id=each.unique_id, status="success", seconds=1, rows=3) for each in nodes]
    events = dbt_events(
        DbtOutcome(command=["build"], nodes=done), Manifest({each.unique_id: each for each in nodes[::-1]}, {}, {})
    )
    assert [(event.asset_key.path[-1], event.metadata["dagster/row_count"]) for event in events] == [("b", 3), ("a", 3)]


def test_a_test_that_stops_nothing_leaves_a_warning():
    assert (dbt_check(unique="pass", advice="warn").severity, dbt_check(unique="pass").passed) == (
        dg.AssetCheckSeverity.WARN,
        True,
    )


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
