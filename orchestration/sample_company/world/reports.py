"""What the vendors' daily reports count of the sessions: one place for the fake tools and for the truth.

Copilot's report of a day is revised until three whole days have passed. Until then people who report late are
missing, and so is the last session of everybody who had several.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from orchestration.sample_company.world.company import World
from orchestration.sample_company.world.model import Call, Person, Session
from orchestration.sample_company.world.rng import stream

API_KEY_NAME = "nightly-triage"
MACHINE_MODEL = "claude-haiku-4-5"
FINAL_AFTER = timedelta(days=4)
Tokens = tuple[int, int, int, int]
"""uncached input, cache write, cache read, output"""


@dataclass(frozen=True)
class Book:
    """Sessions of one tool by day and person."""

    days: Mapping[date, Mapping[str, Sequence[Session]]]

    @classmethod
    def of(cls, world: World, tool: str) -> Book:
        days: defaultdict[date, defaultdict[str, list[Session]]] = defaultdict(lambda: defaultdict(list))
        for session in world.sessions:
            if world.person[session.hr_id].tool == tool:
                days[session.day][session.hr_id].append(session)
        return cls(days)

    def on(self, day: date) -> Mapping[str, Sequence[Session]]:
        return self.days.get(day, {})


def copilot_sees(world: World, book: Book, day: date, as_of: datetime) -> Mapping[str, Sequence[Session]] | None:
    """The sessions that the report of `day` counts at `as_of`; None when there is no report."""
    published = datetime.combine(day + timedelta(days=1), time(), UTC)
    if as_of < published or day in world.outage_days:
        return None
    found = book.on(day)
    if as_of >= datetime.combine(day, time(), UTC) + FINAL_AFTER:
        return found
    return {
        hr_id: sessions[:-1] if len(sessions) > 1 else sessions
        for hr_id, sessions in found.items()
        if not reports_late(world.person[hr_id])
    }


def reports_late(person: Person) -> bool:
    return person.account.github_id % 3 == 0


def uses_cli(person: Person) -> bool:
    """Whether the person uses Copilot's command line: only its reports have tokens."""
    return person.account.github_id % 2 == 0


def machine_call(world: World, day: date) -> Call:
    """The tokens that an automation uses every day under an API key without a person."""
    rng = stream(world.seed, f"machine {day}")
    return Call(datetime.combine(day, time(2), UTC), MACHINE_MODEL, rng.randrange(20_000, 60_000),
                rng.randrange(10_000), rng.randrange(90_000), rng.randrange(4_000, 9_000))  # fmt: skip


def total(calls: Sequence[Call]) -> Tokens:
    return (
        sum(call.uncached_input for call in calls),
        sum(call.cache_write for call in calls),
        sum(call.cache_read for call in calls),
        sum(call.output for call in calls),
    )


def calls_of(sessions: Sequence[Session]) -> list[Call]:
    return [call for session in sessions for call in session.calls]
