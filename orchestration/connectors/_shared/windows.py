"""Which windows of a source a run reads: those that may still change, and those that no earlier run has read.

Belongs here: the choice from lookback, history and cursors. Does not: requests.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from orchestration.connectors.base import Cursors
from orchestration.partition import DailyPartition


def days_to_read(
    partition: DailyPartition, cursors: Cursors, families: Sequence[str], *, lookback_days: int, history_days: int
) -> Iterator[tuple[str, date]]:
    """(family, day), oldest day first; the slice of each has the key `family/day`.

    The newest `lookback_days` are read in every run, older days of the history only while no cursor names them.
    """
    for back in reversed(range(max(history_days, lookback_days))):
        day = partition.day - timedelta(days=back)
        for family in families:
            if back < lookback_days or f"{family}/{day}" not in cursors:
                yield family, day
