"""Snapshots that keep their history: every set that differed stays visible, an unchanged one is written once."""

from datetime import date

from orchestration.landing import ledger
from orchestration.warehouse.inputs import visible_files
from tests.landing.conftest import CONTRACT, event, slice_

SEATS = CONTRACT.stream("seats")
MONDAY, TUESDAY = date(2026, 11, 16), date(2026, 11, 17)


def visible_days(landing, contract):
    return [file.day for file in visible_files(contract, ledger.read(landing.folder, "toy"))]


def test_a_snapshot_with_history_keeps_every_set_that_differed_visible(landing, land):
    land(slice_("seats/acme", [event(1), event(2)], stream="seats"), day=MONDAY)
    land(slice_("seats/acme", [event(1)], stream="seats"), day=TUESDAY)
    assert visible_days(landing, SEATS) == [TUESDAY]
    assert visible_days(landing, SEATS.model_copy(update={"keeps_history": True})) == [MONDAY, TUESDAY]


def test_an_unchanged_snapshot_is_confirmed_and_not_written_again(landing, land):
    land(slice_("seats/acme", [event(1)], stream="seats"), day=MONDAY)
    report = land(slice_("seats/acme", [event(1)], stream="seats"), day=TUESDAY)
    assert report.unchanged_slices == 1
    assert visible_days(landing, SEATS) == [MONDAY]
