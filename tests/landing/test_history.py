"""Snapshots that keep their history: every set that differed stays in sight, an unchanged one is written once."""

from datetime import date

from orchestration.landing import ledger
from orchestration.warehouse.inputs import visible_files
from tests.landing.conftest import CONTRACT, event, slice_

SEATS = CONTRACT.stream("seats")
MONDAY, TUESDAY = date(2026, 11, 16), date(2026, 11, 17)


def days_in_sight(landing, contract):
    return [file.day for file in visible_files(contract, ledger.read(landing.folder, "toy"))]


def test_a_snapshot_that_keeps_history_shows_every_set_that_differed(landing, land):
    land(slice_("seats/acme", [event(1), event(2)], stream="seats"), day=MONDAY)
    land(slice_("seats/acme", [event(1)], stream="seats"), day=TUESDAY)
    assert days_in_sight(landing, SEATS) == [TUESDAY]
    assert days_in_sight(landing, SEATS.model_copy(update={"keeps_history": True})) == [MONDAY, TUESDAY]


def test_a_snapshot_that_only_grew_a_night_older_is_confirmed_and_not_written_again(landing, land):
    land(slice_("seats/acme", [event(1)], stream="seats"), day=MONDAY)
    report = land(slice_("seats/acme", [event(1)], stream="seats"), day=TUESDAY)
    assert report.unchanged_slices == 1
    assert days_in_sight(landing, SEATS) == [MONDAY]
