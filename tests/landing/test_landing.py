"""Landing: whole or not at all, nothing lost, nothing twice, no identifier in clear."""

from collections.abc import Iterable
from datetime import date
from functools import partial

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from orchestration.connectors.base import Batch, RejectedRecord, Row, Slice
from orchestration.errors import LandingError, SourceError, UnreachableError
from orchestration.landing import MAX_UNANSWERED_SLICES, ledger
from orchestration.warehouse.inputs import coverage, visible_files
from tests.landing.conftest import AS_OF, CONTRACT, event, slice_


def rows(landing, stream="events"):
    files = visible_files(CONTRACT.stream(stream), ledger.read(landing.folder, "toy"))
    return [row for file in files for row in pq.read_table(landing.folder / file.path).to_pylist()]


def test_a_record_lands_typed_with_its_load(landing, land):
    report = land(slice_("a", [event(1)]))
    (row,) = rows(landing)
    assert (report.landed_rows, row["tokens"], row["used_at"].isoformat()) == (1, 1, "2026-11-14T10:00:00")
    assert (row["_day"], row["_as_of"]) == (date(2026, 11, 14), AS_OF.replace(tzinfo=None))


def test_no_identifier_lands_in_clear(landing, land):
    land(slice_("a", [event(1)]))
    (row,) = rows(landing)
    assert row["email"].startswith("p_")
    assert not [p for p in landing.folder.rglob("*") if p.is_file() and b"person1" in p.read_bytes()]


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({"usedAt": "2026-11-14T10:00:00Z"}, "missing:id"),
        (event(1, tokens="many"), "not_bigint:tokens"),
        (event(1, tokens=2**63), "not_bigint:tokens"),
        (event(1, tokens=float("nan")), "not_bigint:tokens"),
        (event(1, at="yesterday"), "not_timestamp:used_at"),
        (event(1, at="9999-01-01T00:00:00Z"), "not_timestamp:used_at"),
        (event(1, at="2026-12-24T00:00:00Z"), "day_out_of_range:used_at"),
        (event("\ud800"), "not_string:id"),
        (event("x" * 5000), "not_string:id"),
    ],
)
def test_a_bad_record_is_quarantined_with_its_reason(landing, land, record, reason):
    report = land(slice_("a", [record, event(2)]))
    (load,) = ledger.read(landing.folder, "toy")
    (rejected,) = pq.read_table(landing.folder / load.quarantine).to_pylist()
    assert (report.landed_rows, report.quarantined_rows, rejected["reason"], rejected["pointer"]) == (
        1,
        1,
        reason,
        "toy:0",
    )
    assert len(rejected["payload_sha256"]) == 64


def test_received_is_landed_plus_quarantined(landing, land):
    broken = Slice("b", ("events",), lambda: [RejectedRecord("events", "bad_json", "file:1", b"{")])
    land(slice_("a", [event(n, tokens=n if n % 3 else "x") for n in range(30)]), broken)
    brought = [load.streams["events"] for load in ledger.read(landing.folder, "toy")]
    assert [(b.received, b.landed, b.quarantined) for b in brought] == [(30, 20, 10), (1, 0, 1)]


def test_a_failing_slice_leaves_no_trace_and_the_others_land(landing, land):
    def breaks():
        yield from slice_("x", [event(1)]).items()
        raise SourceError("connection reset")

    report = land(Slice("bad", ("events",), breaks), slice_("good", [event(2)]))
    assert (report.landed_rows, report.failed_slices) == (1, ["bad: connection reset"])
    assert [load.slice_key for load in ledger.read(landing.folder, "toy")] == ["good"]
    assert not list(landing.folder.rglob("*.draft"))


def test_the_same_input_landed_twice_changes_nothing(landing, land):
    land(slice_("a", [event(1)]))
    before = sorted(landing.folder.rglob("*"))
    assert land(slice_("a", [event(1)])).already_counted_slices == 1
    assert land(slice_("a", [event(1)]), refetch=True).unchanged_slices == 1
    assert sorted(landing.folder.rglob("*")) == before


def test_a_later_run_that_reads_the_same_confirms_the_load(landing, land):
    land(slice_("a", [event(1)]))
    land(slice_("a", [event(1)]), day=date(2026, 11, 16))
    first, second = ledger.read(landing.folder, "toy")
    assert (second.confirms, second.streams["events"].files) == (first.load_id, [])
    assert len(rows(landing)) == 1


def test_a_corrected_day_replaces_that_day_only(landing, land):
    monday, tuesday = date(2026, 11, 9), date(2026, 11, 10)
    for day, tokens in ((monday, 1), (tuesday, 1)):
        land(slice_(f"days/{day}", [event(1, tokens, f"{day}T09:00:00Z")], day, "days"))
    land(slice_(f"days/{monday}", [event(1, 7, f"{monday}T09:00:00Z")], monday, "days"), day=date(2026, 11, 16))
    assert sorted((row["_day"], row["tokens"]) for row in rows(landing, "days")) == [(monday, 7), (tuesday, 1)]


def test_a_day_that_was_read_and_empty_is_not_missing(landing, land):
    day = date(2026, 11, 14)
    land(slice_(f"days/{day}", [], day, "days"))
    loads = ledger.read(landing.folder, "toy")
    found = {d.day.day: d.status for d in coverage(CONTRACT.stream("days"), loads, [date(2026, 11, 13), day])}
    assert found == {13: "missing", 14: "empty"}


def test_a_truncated_snapshot_is_rejected_with_both_numbers(landing, land):
    land(slice_("seats/acme", [event(n) for n in range(40)], stream="seats"))
    report = land(slice_("seats/acme", [event(1)], stream="seats"), day=date(2026, 11, 16))
    assert "brought 1 rows where 40 are held" in report.rejected_loads[0]
    assert len(rows(landing, "seats")) == 40


def test_a_shrunken_snapshot_lands_when_accepted(landing, land):
    land(slice_("seats/acme", [event(n) for n in range(40)], stream="seats"))
    land(slice_("seats/acme", [event(1)], stream="seats"), day=date(2026, 11, 16), accept_shrink=True)
    assert len(rows(landing, "seats")) == 1


def test_a_file_that_no_manifest_names_does_not_exist(landing, land):
    land(slice_("a", [event(1)]))
    (file,) = landing.folder.rglob("*.parquet")
    file.with_name("orphan.parquet").write_bytes(file.read_bytes())
    assert len(rows(landing)) == 1


def test_an_incomplete_last_manifest_line_does_not_count(landing, land):
    land(slice_("a", [event(1)]))
    path = landing.folder / "toy" / ledger.NAME
    path.write_bytes(path.read_bytes() + b'{"load_id": "half')
    assert len(ledger.read(landing.folder, "toy")) == 1
    land(slice_("b", [event(2)]))
    assert [load.slice_key for load in ledger.read(landing.folder, "toy")] == ["a", "b"]


def test_an_unreadable_manifest_line_in_the_middle_is_an_error(landing, land):
    land(slice_("a", [event(1)]))
    path = landing.folder / "toy" / ledger.NAME
    path.write_bytes(b"garbage\n" + path.read_bytes())
    with pytest.raises(LandingError, match="line 1 of 2"):
        ledger.read(landing.folder, "toy")


def test_a_batch_and_rows_land_the_same(landing, land):
    records = [event(n) for n in range(5)]
    table = pa.table(
        {
            "id": [r["id"] for r in records],
            "used_at": pa.array([AS_OF.replace(day=14, hour=10)] * 5, pa.timestamp("us", tz="UTC")),
            "email": [r["email"] for r in records],
            "tokens": [None, *[1] * 4],
            "surprise": ["x"] * 5,
        }
    )
    report = land(Slice("batch", ("events",), lambda: [Batch("events", table)]))
    by_rows = land(slice_("rows", records))
    emails = [row["email"] for row in rows(landing)]
    assert (report.landed_rows, by_rows.landed_rows, emails[:5]) == (5, 5, emails[5:])
    assert report.new_fields == {}, "nothing is new in the first run of a stream"


def test_an_undeclared_field_is_counted_when_it_first_appears_and_never_lands(landing, land):
    land(slice_("days/1", [event(1, plain="x")]))
    second = land(slice_("days/2", [event(2, plain="x", surprise="x"), event(3, surprise="x")]))
    third = land(slice_("days/3", [event(4, surprise="x")]))
    assert (second.new_fields, third.new_fields) == ({"events.surprise": 2}, {})
    assert not {"plain", "surprise"} & set(rows(landing)[0])


def test_a_field_that_appears_in_an_unchanged_set_is_reported(land):
    land(slice_("days/1", [event(1)]))
    again = land(slice_("days/1", [event(1, surprise="x")]), refetch=True)
    assert (again.unchanged_slices, again.new_fields) == (1, {"events.surprise": 1})


def test_a_batch_row_without_a_required_value_is_quarantined(landing, land):
    when = pa.array([AS_OF.replace(day=14)] * 2, pa.timestamp("us", tz="UTC"))
    table = pa.table({"id": ["1", None], "used_at": when})
    report = land(Slice("batch", ("events",), lambda: [Batch("events", table, pa.array(["f:1", "f:2"]))]))
    (load,) = ledger.read(landing.folder, "toy")
    (rejected,) = pq.read_table(landing.folder / load.quarantine).to_pylist()
    assert (report.landed_rows, rejected["pointer"], rejected["reason"]) == (1, "f:2", "missing:id")


def test_a_source_without_an_answer_is_skipped_after_some_slices(land):
    tried = []

    def nothing(key: str) -> Iterable[Row]:
        tried.append(key)
        raise UnreachableError("GET /events: 500, at 6 of 6 tries")

    report = land(*(Slice(f"part{n}", ("events",), partial(nothing, f"part{n}")) for n in range(9)))
    assert len(tried) == MAX_UNANSWERED_SLICES
    assert (report.landed_rows, len(report.failed_slices), report.is_worth_retrying) == (
        0,
        MAX_UNANSWERED_SLICES + 1,
        True,
    )
