"""The days that a run reads, by lookback, history and what earlier runs have read."""

from datetime import date

from orchestration.connectors._shared.windows import days_to_read
from orchestration.partition import DailyPartition

PARTITION = DailyPartition.of(date(2026, 11, 16))


def days(cursors=(), families=("use",), **changes):
    settings = {"lookback_days": 2, "history_days": 4, **changes}
    found = days_to_read(PARTITION, dict.fromkeys(cursors, "read"), families, **settings)
    return [(family, day.day) for family, day in found]


def test_the_first_run_reads_the_history_oldest_day_first():
    assert days() == [("use", 13), ("use", 14), ("use", 15), ("use", 16)]


def test_a_day_that_was_read_is_read_again_only_within_the_lookback():
    assert days(["use/2026-11-13", "use/2026-11-15"]) == [("use", 14), ("use", 15), ("use", 16)]


def test_a_lookback_beyond_the_history_wins():
    assert len(days(lookback_days=6)) == 6


def test_each_family_has_its_own_cursors():
    found = days(["use/2026-11-13"], families=("use", "seats"))
    assert found[:2] == [("seats", 13), ("use", 14)]
