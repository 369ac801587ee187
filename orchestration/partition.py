"""The daily partition: the one instant up to which a run may see, and the day and name that follow from it.

Belongs here: `as_of`, `day`, `name`. Does not: the wall clock; the command line and Dagster's schedule choose the day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta


@dataclass(frozen=True, slots=True)
class DailyPartition:
    """One day of data. `as_of` is the exclusive end, in UTC, of what a run of this partition may see."""

    as_of: datetime

    def __post_init__(self) -> None:
        if self.as_of.tzinfo is None or self.as_of.utcoffset() != timedelta(0):
            raise ValueError(f"as_of must be in UTC, got {self.as_of!r}")

    @classmethod
    def of(cls, day: date) -> DailyPartition:
        """The partition of `day`: as_of is the midnight (UTC) after it."""
        return cls(datetime.combine(day + timedelta(days=1), time(), UTC))

    @property
    def day(self) -> date:
        """The last whole UTC day that the partition covers."""
        return (self.as_of - timedelta(days=1)).date()

    @property
    def name(self) -> str:
        """How builds and publications of this partition are named; see `partition_name`."""
        return partition_name(self.as_of)


def partition_name(as_of: datetime) -> str:
    """The date of `as_of`, with the time only where it is not midnight: `2026-11-16` or `2026-11-16T063000Z`."""
    utc = as_of.astimezone(UTC)
    return f"{utc:%Y-%m-%d}" if utc.time() == time() else f"{utc:%Y-%m-%dT%H%M%SZ}"
