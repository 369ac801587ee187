"""The relations that dbt reads show exactly the landed files that count."""

import subprocess
import sys
from datetime import UTC, date, datetime, time, timedelta

import duckdb
import pytest

from orchestration.contracts import Column, SourceContract, StreamContract, load_contracts
from orchestration.errors import WarehouseError
from orchestration.landing import ledger
from orchestration.partition import DailyPartition
from orchestration.settings import Settings
from orchestration.storage.relations import open_read_only
from orchestration.warehouse.duckdb_relations import prepare, record_built
from orchestration.warehouse.inputs import BuildInputs, coverage, expected_streams
from tests.landing.conftest import CONTRACT, event, slice_


@pytest.fixture
def inputs(landing, tmp_path):
    def build(day=date(2026, 11, 15)):
        settings = Settings(root=tmp_path, data=tmp_path, sources={"git": {}}, schedule={"start_date": "2026-11-13"})
        partition = DailyPartition.of(day)
        loads = {"toy": ledger.visible(ledger.read(landing.folder, "toy"), partition.as_of)}
        return BuildInputs(settings, partition, {"toy": CONTRACT}, loads)

    return build


def ask(inputs, sql):
    with duckdb.connect(str(inputs.settings.warehouse)) as connection:
        return connection.execute(sql).fetchall()


def test_a_stream_that_never_landed_is_empty_and_typed(inputs):
    built = inputs()
    prepare(built)
    assert ask(built, "select count(*), typeof(max(used_at)) from landed_toy.events") == [(0, "TIMESTAMP")]


def test_the_view_shows_what_landed(inputs, land):
    land(slice_("a", [event(n) for n in range(3)]))
    built = inputs()
    prepare(built)
    assert ask(built, "select count(*), sum(tokens) from landed_toy.events") == [(3, 3)]


def test_an_earlier_run_does_not_see_later_loads(inputs, land):
    land(slice_("a", [event(1)]))
    land(slice_("b", [event(2)]), day=date(2026, 11, 16))
    built = inputs(date(2026, 11, 15))
    prepare(built)
    assert ask(built, "select id from landed_toy.events") == [("1",)]


def test_touched_days_are_those_whose_files_changed_since_the_last_build(inputs, land):
    land(slice_("a", [event(1, at="2026-11-13T10:00:00Z")]))
    first = inputs()
    prepare(first)
    record_built(first)
    land(slice_("b", [event(2, at="2026-11-15T10:00:00Z")]), day=date(2026, 11, 16))
    second = inputs(date(2026, 11, 16))
    prepare(second)
    assert ask(second, "select day from run.touched_days") == [(date(2026, 11, 15),)]


def test_days_of_a_failed_build_are_replaced_though_their_files_are_as_before(inputs, land):
    land(slice_("a", [event(1, at="2026-11-13T10:00:00Z")]))
    first = inputs()
    prepare(first)
    record_built(first)
    land(slice_("b", [event(2, at="2026-11-13T11:00:00Z")]), day=date(2026, 11, 16))
    prepare(inputs(date(2026, 11, 16)))
    prepare(first)
    assert ask(first, "select day from run.touched_days") == [(date(2026, 11, 13),)]
    record_built(first)
    prepare(first)
    assert ask(first, "select day from run.touched_days") == []


def test_a_warehouse_of_other_models_is_replaced(inputs):
    built = inputs()
    prepare(built)
    with duckdb.connect(str(built.settings.warehouse)) as connection:
        connection.execute("create table leftover as select 1; update run.warehouse set code_fingerprint = 'older'")
    prepare(built)
    assert ask(built, "select count(*) from duckdb_tables() where table_name = 'leftover'") == [(0,)]


def test_a_torn_warehouse_file_is_replaced(inputs):
    built = inputs()
    prepare(built)
    built.settings.warehouse.write_bytes(built.settings.warehouse.read_bytes()[:5000])
    prepare(built)
    assert ask(built, "select count(*) from run.context") == [(1,)]


HOLDER = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.read()"


def test_a_warehouse_that_another_process_has_open_is_kept(inputs):
    built = inputs()
    prepare(built)
    command, pipe = [sys.executable, "-c", HOLDER, str(built.settings.warehouse)], subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe) as other:
        other.stdout.readline()
        with pytest.raises(WarehouseError, match="is open elsewhere"):
            prepare(built)
        other.stdin.close()
    assert ask(built, "select count(*) from run.context") == [(1,)]


def test_a_warehouse_that_this_process_has_open_to_read_is_kept(inputs):
    built = inputs()
    prepare(built)
    with open_read_only(built.settings.warehouse), pytest.raises(WarehouseError, match="is open elsewhere"):
        prepare(built)
    assert ask(built, "select count(*) from run.context") == [(1,)]


def test_the_fingerprint_depends_on_the_run_and_not_on_the_call(inputs, land):
    land(slice_("a", [event(1)]))
    assert inputs().fingerprint == inputs().fingerprint
    assert inputs().fingerprint != inputs(date(2026, 11, 16)).fingerprint


def test_rejected_records_are_in_the_quarantine_relation(inputs, land):
    land(slice_("a", [event(1, tokens="x")]))
    built = inputs()
    prepare(built)
    assert ask(built, "select reason, received, landed, run.loads.quarantined from run.quarantine, run.loads") == [
        ("not_bigint:tokens", 1, 0, 1)
    ]


STAGING = Settings().dbt_project / "models" / "staging"
MONDAY = date(2026, 11, 2)
WEEK = timedelta(days=7)


def read_until(*windows: tuple[date, date]) -> date | None:
    """The first day that an upsert stream of weekly windows has not read: (start, run of its newest load)."""
    stream = StreamContract(
        source="pagerduty", stream="log_entries", load_mode="upsert", key=("id",),
        columns=(Column(name="id", data_type="string"),),
    )  # fmt: skip
    part = ledger.StreamLoad(received=0, landed=0, quarantined=0, files=[])
    loads = [
        ledger.Load(
            load_id=f"{start}", source="pagerduty", slice_key=f"log_entries/{start}", digest="d", sequence=0,
            as_of=datetime.combine(partition, time(), UTC), cursor="read", streams={"log_entries": part},
        )
        for start, partition in windows
    ]  # fmt: skip
    days = [MONDAY + timedelta(days=n) for n in range(40)]
    missing = [found.day for found in coverage(stream, loads, days) if found.status == "missing"]
    return min(missing, default=None)


def test_a_window_that_was_read_past_its_end_is_not_missing():
    partitions = [(MONDAY, MONDAY + WEEK), (MONDAY + WEEK, MONDAY + 2 * WEEK), (MONDAY + 2 * WEEK, MONDAY + 2.5 * WEEK)]
    assert read_until(*partitions) == date(2026, 11, 19)


def test_days_after_a_window_that_failed_are_missing():
    assert read_until((MONDAY, MONDAY + WEEK), (MONDAY + WEEK, MONDAY + 1.5 * WEEK)) == date(2026, 11, 12)
    assert read_until((MONDAY, MONDAY + 5 * WEEK), (MONDAY + WEEK, MONDAY + 5 * WEEK)) == MONDAY + 2 * WEEK
    assert read_until(*((MONDAY + n * WEEK, MONDAY + 5 * WEEK) for n in (0, 1, 3))) == MONDAY + 2 * WEEK


def expected(*landed: str, by_choice: bool = True) -> list[str]:
    columns = (Column(name="id", data_type="string"),)
    streams = {
        name: StreamContract(source="tables", stream=name, load_mode="upsert", key=("id",), columns=columns)
        for name in ("changes", "incidents")
    }
    part = ledger.StreamLoad(received=0, landed=0, quarantined=0, files=[])
    loads = [
        ledger.Load(
            load_id=name, source="tables", slice_key=name, digest="d", sequence=0, streams={name: part},
            as_of=datetime.combine(MONDAY, time(), UTC),
        )
        for name in landed
    ]  # fmt: skip
    source = SourceContract(source="tables", streams=streams, fills_by_choice=by_choice)
    return [contract.stream for contract in expected_streams(source, loads)]


def test_a_stream_that_the_company_does_not_fill_is_not_missing():
    assert expected("incidents") == ["incidents"]


def test_a_stream_that_the_source_should_fill_and_never_did_is_missing():
    assert expected("incidents", by_choice=False) == ["changes", "incidents"]


def test_a_company_chooses_which_streams_its_own_tables_fill():
    chosen = [source for source, declared in load_contracts(STAGING).items() if declared.fills_by_choice]
    assert chosen == ["tables"]


def test_where_nothing_landed_at_all_every_stream_is_missing():
    assert expected() == ["changes", "incidents"]
