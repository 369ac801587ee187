"""Days and weeks of the company, in its own zone; instants are always UTC and whole seconds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta

from orchestration.sample_company.world.model import HOLIDAYS, ZONE, Absence, Person


def local_time(day: date, hours: float) -> datetime:
    """The UTC instant of `hours` past local midnight, whole seconds."""
    clock = datetime.combine(day, time(), ZONE) + timedelta(seconds=round(hours * 3600))
    return clock.astimezone(UTC)


def local_day(at: datetime) -> date:
    return at.astimezone(ZONE).date()


def week_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def after(at: datetime, hours: float) -> datetime:
    return at + timedelta(seconds=max(1, round(hours * 3600)))


def is_absent(absences: Iterable[Absence], day: date) -> bool:
    return any(spell.first <= day <= spell.last for spell in absences)


def workdays(person: Person, absences: Sequence[Absence], monday: date) -> list[date]:
    """The days of this week on which the person is at work; `absences` are this person's."""
    days = [monday + timedelta(days=offset) for offset in range(5)]
    return [day for day in days
            if person.employed_on(day) and day not in HOLIDAYS and not is_absent(absences, day)]  # fmt: skip
