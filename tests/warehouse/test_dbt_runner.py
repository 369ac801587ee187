"""dbt's command line is a pure function, and every status that is not known to be good is failed."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from orchestration.settings import load_settings
from orchestration.warehouse.dbt_manifest import read_manifest
from orchestration.warehouse.dbt_results import DbtOutcome, NodeResult
from orchestration.warehouse.dbt_runner import (
    current_manifest,
    dbt_arguments,
    parsed_project_path,
    read_parsed_project,
    run_dbt,
    settings_arguments,
)

PROJECT, STATE = Path("/p/dbt_project"), Path("/d/dbt")


def test_the_command_line_of_a_build():
    assert dbt_arguments("build", project=PROJECT, state=STATE, target="duckdb") == [
        *("build", "--project-dir", "/p/dbt_project", "--profiles-dir", "/p/dbt_project", "--target", "duckdb"),
        *("--target-path", "/d/dbt/target", "--log-path", "/d/dbt/logs"),
        *("--log-level", "none", "--log-level-file", "info", "--log-format-file", "json"),
        *("--no-send-anonymous-usage-stats", "--no-version-check", "--no-use-colors"),
    ]


def test_a_full_refresh_and_a_selection_are_passed_to_dbt():
    arguments = dbt_arguments(
        "build", project=PROJECT, state=STATE, target="spark", select=("marts", "+a"), full_refresh=True
    )
    assert arguments[-4:] == ["--full-refresh", "--select", "marts", "+a"]


def test_no_dbt_variables_are_passed_because_they_would_be_part_of_the_manifest():
    assert "--vars" not in dbt_arguments("build", project=PROJECT, state=STATE, target="duckdb")


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("success", "passed"),
        ("pass", "passed"),
        ("no-op", "passed"),
        ("warn", "warned"),
        ("fail", "failed"),
        ("error", "failed"),
        ("skipped", "failed"),
        ("partial success", "failed"),
        ("a word of tomorrow", "failed"),
    ],
)
def test_only_what_dbt_calls_good_is_good(status, state):
    assert NodeResult(unique_id="test.counterpoise.x.1", status=status, seconds=0).state == state


def test_a_build_without_results_is_not_good():
    assert not DbtOutcome(command=["build"], nodes=[]).is_good


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    """A project of three nodes: a model, a test that passes, a test that does not."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "models").mkdir()
    (folder / "models" / "ones.sql").write_text("select 1 as one")
    (folder / "models" / "ones.yml").write_text("""models:
  - name: ones
    columns:
      - name: one
        data_tests: [unique, {accepted_values: {arguments: {values: ['2']}}}]
""")
    (folder / "dbt_project.yml").write_text("name: small\nprofile: small\nversion: '1.0.0'\nmodel-paths: [models]\n")
    (folder / "profiles.yml").write_text("""small:
  target: duckdb
  outputs: {duckdb: {type: duckdb, threads: 1, path: "{{ env_var('COUNTERPOISE_WAREHOUSE') }}"}}
""")
    real = load_settings(data=folder / "data")
    return _Small(real, folder)


class _Small:
    """The real settings with another dbt project."""

    def __init__(self, settings, project):
        self._settings, self.dbt_project, self.seeds = settings, project, project / "seeds"

    def __getattr__(self, name):
        return getattr(self._settings, name)


def test_results_come_node_by_node_and_a_failing_test_is_a_result(settings):
    lines: list[str] = []
    outcome = run_dbt(settings, settings_arguments(settings, "build"), lines.append)
    assert outcome.error is None
    results = {(node.kind, node.state, node.failures) for node in outcome.nodes}
    assert results == {("model", "passed", None), ("test", "passed", 0), ("test", "failed", 1)}
    assert not outcome.is_good
    assert lines == ["model ones: success", "test accepted_values_ones_one__2: fail"]


def test_the_warehouse_file_is_free_after_dbt_and_the_environment_as_before(settings):
    import duckdb

    run_dbt(settings, settings_arguments(settings, "run"))
    with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
        assert connection.execute("select one from ones").fetchone() == (1,)
    assert "COUNTERPOISE_WAREHOUSE" not in os.environ


def test_a_project_that_cannot_be_parsed_is_an_error_and_not_an_empty_success(settings):
    broken = settings.dbt_project / "models" / "broken.sql"
    broken.write_text("select {{ ref('nowhere') }}")
    outcome = run_dbt(settings, settings_arguments(settings, "build"))
    broken.unlink()
    assert "nowhere" in outcome.error
    assert not outcome.is_good


def test_an_unchanged_project_is_not_parsed_again(settings):
    parsed = current_manifest(settings).stat().st_mtime_ns
    assert current_manifest(settings).stat().st_mtime_ns == parsed
    (settings.dbt_project / "models" / "twos.sql").write_text("select 2 as two")
    assert current_manifest(settings).stat().st_mtime_ns > parsed


def test_dbt_reads_its_parsed_project_again_whole(settings):
    expected = read_manifest(current_manifest(settings)).expected
    parsed = read_parsed_project(parsed_project_path(settings))
    assert set(parsed.nodes) == expected
    assert parsed.nodes["model.small.ones"].raw_code == "select 1 as one"
    assert parsed.flat_graph["nodes"].keys() == parsed.nodes.keys()


def test_a_project_is_not_parsed_again_because_its_data_moved(settings, tmp_path):
    stamp = current_manifest(settings).with_name("parsed_from.txt").stat().st_mtime_ns
    shutil.copytree(settings.data, tmp_path / "moved")
    moved = _Small(settings.model_copy(update={"data": tmp_path / "moved"}), settings.dbt_project)
    assert run_dbt(moved, settings_arguments(moved, "build")).error is None
    assert moved.warehouse.is_file()
    assert current_manifest(moved).with_name("parsed_from.txt").stat().st_mtime_ns == stamp


def test_a_project_is_parsed_again_when_the_parsed_project_is_gone(settings):
    (current_manifest(settings).parent / "partial_parse.msgpack").unlink()
    assert run_dbt(settings, settings_arguments(settings, "run")).error is None
