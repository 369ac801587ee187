"""Dagster's own storage reads what ours wrote, and no file stays behind or open."""

from __future__ import annotations

import dagster as dg
import pytest
from dagster._core.storage.event_log.sqlite import SqliteEventLogStorage

from orchestration.cli.dagster_run import dagster_home
from orchestration.defs.event_log import PooledSqliteEventLog
from orchestration.settings import load_settings


@dg.asset(check_specs=[dg.AssetCheckSpec("is_there", asset="figure")])
def figure() -> dg.MaterializeResult:
    return dg.MaterializeResult(check_results=[dg.AssetCheckResult(passed=True)])


def test_only_public_methods_of_dagsters_storage_are_overridden():
    private = {name for name in vars(PooledSqliteEventLog) if name.startswith("_") and not name.startswith("__")}
    assert [name for name in private - {"_abc_impl"} if hasattr(SqliteEventLogStorage, name)] == []


@pytest.fixture
def home(tmp_path):
    return dagster_home(load_settings(data=tmp_path / 'a "quoted" folder'))


def run(instance):
    return dg.materialize([figure], instance=instance).run_id


def test_the_instance_of_a_run_keeps_its_connections(home):
    with dg.DagsterInstance.from_config(str(home)) as instance:
        assert isinstance(instance.event_log_storage, PooledSqliteEventLog)


def test_dagsters_own_storage_reads_what_was_written(home):
    with dg.DagsterInstance.from_config(str(home)) as instance:
        found = run(instance)
        written = [record.event_log_entry for record in instance.get_records_for_run(found).records]
    plain = SqliteEventLogStorage(str(home / "history" / "runs"))
    assert [record.event_log_entry for record in plain.get_records_for_run(found).records] == written
    assert plain.get_latest_materialization_events([figure.key])[figure.key].run_id == found
    assert {"ASSET_MATERIALIZATION", "ASSET_CHECK_EVALUATION"} <= {
        entry.dagster_event.event_type_value for entry in written if entry.dagster_event
    }


def test_a_deleted_run_leaves_no_file_and_a_closed_storage_no_log(home):
    with dg.DagsterInstance.from_config(str(home)) as instance:
        forgotten, kept = run(instance), run(instance)
        instance.delete_run(forgotten)
    assert sorted(path.name for path in (home / "history" / "runs").iterdir()) == sorted(["index.db", f"{kept}.db"])
