"""Relay, the company's own agent platform: runs that people start in a chat and runs that a schedule starts.

Every night one agent works for each of the first teams, in the name of the team's first developer. On two days a week
that developer asks it twice in one conversation; then a second agent, with a trace of its own, works for the first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from orchestration.sample_company.world.calendar import workdays
from orchestration.sample_company.world.company import World
from orchestration.sample_company.world.model import Call, Person
from orchestration.sample_company.world.people import DEVELOPER_ROLES
from orchestration.sample_company.world.rng import stream

TEAMS_WITH_AGENTS = 3
NIGHTLY_HOUR, ASKED_HOUR = 3, 10
ASKED_WEEKDAYS = (1, 3)
MODEL = "claude-sonnet-5"


@dataclass(frozen=True)
class AgentRun:
    """One run. `turns` are the model calls of each request; `helper` those of the agent that works for it.

    `is_asked`: whether the owner asked in a chat; a schedule started the others, and the owner only answers for them.
    """

    run_id: str
    owner_hr_id: str
    started_at: datetime
    is_asked: bool
    turns: tuple[tuple[Call, ...], ...]
    helper: tuple[Call, ...]
    is_denied: bool

    @property
    def calls(self) -> list[Call]:
        return [call for turn in (*self.turns, self.helper) for call in turn]


def agent_runs(world: World) -> Iterator[AgentRun]:
    """Every run, by owner and time."""
    for owner in _owners(world):
        rng = stream(world.seed, f"agents {owner.hr_id}")
        for number in range(world.weeks):
            monday = world.first_monday + timedelta(weeks=number)
            at_work = workdays(owner, world.spells.get(owner.hr_id, ()), monday)
            for day in (monday + timedelta(days=offset) for offset in range(7)):
                yield _run(rng, owner, day, NIGHTLY_HOUR, is_asked=False)
                if day in at_work and day.weekday() in ASKED_WEEKDAYS:
                    yield _run(rng, owner, day, ASKED_HOUR, is_asked=True)


def _owners(world: World) -> list[Person]:
    """The first developer of each of the first teams who stays with the company and with the team."""
    owners: dict[str, Person] = {}
    for person in world.people:
        if person.role in DEVELOPER_ROLES and person.end is None and person.moves_on is None:
            owners.setdefault(person.team_id, person)
    return [owners[team.team_id] for team in world.teams if team.team_id in owners][:TEAMS_WITH_AGENTS]


def _run(rng: Random, owner: Person, day: date, hour: int, *, is_asked: bool) -> AgentRun:
    at = datetime.combine(day, time(hour), UTC)
    turns = tuple(tuple(_calls(rng, at + timedelta(minutes=10 * turn), 2)) for turn in range(2 if is_asked else 1))
    helper = tuple(_calls(rng, at + timedelta(minutes=30), 1)) if is_asked else ()
    return AgentRun(f"{rng.getrandbits(64):016x}", owner.hr_id, at, is_asked, turns, helper, rng.random() < 0.2)


def _calls(rng: Random, at: datetime, count: int) -> Iterator[Call]:
    for number in range(count):
        yield Call(at + timedelta(minutes=1 + number), MODEL, 50 + rng.randrange(400), rng.randrange(2_000),
                   rng.randrange(40_000), 100 + rng.randrange(900))  # fmt: skip
