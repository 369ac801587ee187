"""The two checkpoints bite: each way in which landed or outgoing data can change is met by its expectation."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, timedelta
from types import SimpleNamespace

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from orchestration.contracts import Column, SourceContract, StreamContract
from orchestration.landing.ledger import LandedFile, Load, StreamLoad
from orchestration.partition import DailyPartition
from orchestration.publishing import evidence
from orchestration.quality import gx, landed, published
from orchestration.quality.gx import Expected, Frame
from orchestration.settings import load_settings
from orchestration.storage.relations import columns_of
from orchestration.warehouse.dbt_manifest import DataTest, Manifest, Node
from orchestration.warehouse.inputs import BuildInputs
from tests.publishing.small_warehouse import AS_OF, make_warehouse

DAY = date(2026, 11, 15)
PARTITION = DailyPartition.of(DAY)
COLUMNS = (
    Column(name="id", data_type="string", required=True),
    Column(name="on_date", data_type="date"),
    Column(name="output_tokens", data_type="bigint"),
)
STREAM = StreamContract(
    source="claude_code", stream="usage", load_mode="replace_day", key=("id",), day="on_date", columns=COLUMNS
)
CONTRACTS = {"claude_code": SourceContract(source="claude_code", streams={"usage": STREAM}, freshness_days=2)}


def load_of(folder, days_ago: int, rows: int, *, ids: str | None = "a", tokens: int = 5, quarantined: int = 0) -> Load:
    """One load of one day, with its file."""
    day = DAY - timedelta(days=days_ago)
    path = f"claude_code/usage/{day}.parquet"
    table = {"id": pa.array([ids] * rows, pa.string()), "on_date": [day] * rows, "output_tokens": [tokens] * rows}
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(table), folder / path)
    part = StreamLoad(
        received=rows + quarantined,
        landed=rows,
        quarantined=quarantined,
        files=[LandedFile(path=path, day=day, rows=rows)],
    )
    return Load(
        load_id=path,
        source="claude_code",
        slice_key=f"usage/{day}",
        as_of=DailyPartition.of(day).as_of,
        sequence=1,
        digest="d",
        day=day,
        streams={"usage": part},
    )


def found_wrong(tmp_path, loads: list[Load]) -> dict[str, str]:
    settings = load_settings(data=tmp_path, schedule={"start_date": DAY - timedelta(days=40)})
    settings = settings.model_copy(update={"sources": {"claude_code": {}}})
    inputs = BuildInputs(settings, PARTITION, CONTRACTS, {"claude_code": loads})
    results = gx.validate(landed.frames(inputs, None))
    assert len(results) == 7
    return {f"{result.state} {result.check}": result.detail for result in results if result.state != "passed"}


def history(folder, rows: int = 50) -> list[Load]:
    return [load_of(folder, days_ago, rows) for days_ago in range(35)]


def test_an_ordinary_run_passes(tmp_path):
    assert found_wrong(tmp_path, history(tmp_path / "landing")) == {}


@pytest.mark.parametrize(("rows", "ratio"), [(0, 0.0), (4, 0.08), (600, 12.0)])
def test_a_week_far_from_the_usual_volume_fails(tmp_path, rows, ratio):
    loads = [load_of(tmp_path / "landing", ago, rows if ago < 7 else 50) for ago in range(35)]
    wrong = found_wrong(tmp_path, loads)
    assert wrong == {"failed weekly_volume": f"1 of 1: weekly_ratio {ratio}, stream usage"}


def test_a_required_column_with_nulls_fails_and_is_named(tmp_path):
    loads = [*history(tmp_path / "landing")[1:], load_of(tmp_path / "landing", 0, 3, ids=None)]
    wrong = found_wrong(tmp_path, loads)
    assert wrong == {"failed required_columns_are_never_null": "1 of 2: missing 3, stream usage, column id"}


def test_negative_tokens_fail(tmp_path):
    loads = [*history(tmp_path / "landing")[1:], load_of(tmp_path / "landing", 0, 50, tokens=-1)]
    assert list(found_wrong(tmp_path, loads)) == ["failed quantities_are_not_negative"]


def test_a_source_that_stopped_delivering_warns(tmp_path):
    wrong = found_wrong(tmp_path, history(tmp_path / "landing")[3:])
    assert wrong == {"warned freshness": "1 of 1: days_behind 3.0, stream usage"}


def test_too_many_rejected_records_fail(tmp_path):
    loads = [*history(tmp_path / "landing")[1:], load_of(tmp_path / "landing", 0, 50, quarantined=40)]
    assert list(found_wrong(tmp_path, loads)) == ["failed quarantine_share"]


def test_a_long_first_run_does_not_hide_a_bad_second_one(tmp_path):
    loads = [
        load_of(tmp_path / "landing", ago, rows, quarantined=bad) for ago, rows, bad in ((1, 9000, 0), (0, 90, 30))
    ]
    settings = load_settings(data=tmp_path).model_copy(update={"sources": {"claude_code": {}}})
    inputs = BuildInputs(settings, PARTITION, CONTRACTS, {"claude_code": loads})
    current = SimpleNamespace(as_of=PARTITION.as_of - timedelta(days=1))
    since = evidence.new_since(inputs, current)
    shares = {frame.rows["quarantine_share"][0] for frame in landed.frames(inputs, since) if "received" in frame.rows}
    assert shares == {0.25}
    assert [(flow.received, flow.quarantined) for flow in evidence.flows(inputs, current)] == [(9120, 30), (120, 30)]


def test_a_load_that_lost_records_fails(tmp_path):
    loads = history(tmp_path / "landing")
    loads[0].streams["usage"].received += 1
    assert list(found_wrong(tmp_path, loads)) == ["failed received_is_landed_plus_quarantined"]


@pytest.fixture
def warehouse(tmp_path):
    with duckdb.connect(str(make_warehouse(tmp_path / "warehouse.duckdb"))) as connection:
        connection.execute("alter table seeds.metrics add column unit varchar")
        connection.execute(
            "update seeds.metrics set unit = case metric_id when 'merge_rate' then 'ratio' else 'tokens' end"
        )
        yield connection


def outgoing_wrong(connection, **types: str) -> dict[str, str]:
    found = columns_of(connection, "marts.kpi_values")
    declared = {"kpi_values": found | types, "dim_teams": {"team_id": "string"}}
    nodes = {
        name: Node(name, name, "model", "marts", ("marts",), "", "table", (), {}, columns, is_published=True)
        for name, columns in declared.items()
    }
    grains = {"kpi_values": ("metric_id", "entity_type", "entity_id", "week_start_date"), "dim_teams": ("team_id",)}
    tests = {name: DataTest(name, "one_row_per", "", name, True, key) for name, key in grains.items()}
    results = gx.validate(published.frames(connection, Manifest(nodes, tests, {}), AS_OF))
    assert len(results) == 2 * 4 + 8 + 3
    return {f"{r.state} {r.subject}.{r.check}": r.detail for r in results if r.state != "passed"}


def test_a_sound_warehouse_passes(warehouse):
    assert outgoing_wrong(warehouse) == {}


BREAKS = {
    "update marts.kpi_values set value = 1.2 where metric_id = 'merge_rate'": "ratios_lie_between_0_and_1",
    "update marts.kpi_values set value = -1 where metric_id != 'merge_rate'": "values_are_not_negative",
    "update marts.kpi_values set n = -1": "n_is_not_negative",
    "update marts.kpi_values set completeness = 1.01": "completeness_lies_between_0_and_1",
    "update marts.kpi_values set lower = value + 1e-6": "no_value_is_below_its_interval",
    "update marts.kpi_values set upper = value - 1e-6": "no_value_is_above_its_interval",
    "update marts.kpi_values set maturity = 'ripe'": "maturity_is_known",
    "update marts.kpi_values set reason = 'because'": "reason_is_known",
    "insert into marts.kpi_values from marts.kpi_values limit 1": "rows_are_unique",
    "update marts.kpi_values set week_start_date = '2026-10-19' where week_start_date < '2026-11-09'": (
        "weeks_have_no_gaps"
    ),
    "update marts.kpi_values set week_start_date = week_start_date - 14": "the_newest_week_is_recent",
    "delete from marts.kpi_values": "figures_exist",
    "alter table marts.kpi_values alter n type integer": "columns_and_types_equal_the_contract",
    "alter table marts.kpi_values add person_key varchar": "no_column_is_named_after_a_person",
    "alter table marts.kpi_values add token_rank integer": "no_column_is_a_ranking",
}


@pytest.mark.parametrize(("broken", "check"), BREAKS.items())
def test_a_broken_mart_fails(warehouse, broken, check):
    warehouse.execute(broken)
    assert f"failed kpi_values.{check}" in outgoing_wrong(warehouse, n="bigint")


def test_results_of_marts_hold_no_value(warehouse):
    warehouse.execute("update marts.kpi_values set value = 123456.789, reason = 'Jo Doe'")
    details = " ".join(outgoing_wrong(warehouse).values())
    assert details
    assert "123456" not in details
    assert "Jo" not in details


def test_an_exception_inside_great_expectations_is_an_error_and_not_bad_data():
    frame = Frame(
        "git", pd.DataFrame({"a": [1]}), (Expected("of_b", "ExpectColumnValuesToNotBeNull", {"column": "b"}),)
    )
    [result] = gx.validate([frame])
    assert (result.state, result.detail) == ("error", 'Error: The column "b" in BatchData does not exist.')


@pytest.mark.parametrize("kind", ["ExpectNothingOfTheSort", "ExpectColumnValuesToNotBeNull"])
def test_an_expectation_that_cannot_be_made_is_an_error(kind):
    frame = Frame("git", pd.DataFrame({"a": [1]}), (Expected("broken", kind, {"no_such_argument": 1}),))
    assert [result.state for result in gx.validate([frame])] == ["error"]


def test_a_library_that_ends_the_interpreter_on_import_is_an_error(monkeypatch):
    def leave() -> None:
        sys.exit(0)

    monkeypatch.setattr(gx, "_great_expectations", leave)
    frame = Frame("git", pd.DataFrame({"a": [1]}), (Expected("x", "ExpectColumnValuesToNotBeNull", {"column": "a"}),))
    assert [result.state for result in gx.validate([frame])] == ["error"]


@pytest.mark.slow
def test_pyspark_is_hidden_while_the_tool_is_imported_and_there_again_after():
    code = """
import sys, types
there = sys.modules["pyspark"] = types.ModuleType("pyspark")
from orchestration.quality.gx import _great_expectations
_great_expectations()
from great_expectations.compatibility import pyspark
print(type(pyspark.pyspark).__name__, sys.modules["pyspark"] is there)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["NotImported", "True"]
