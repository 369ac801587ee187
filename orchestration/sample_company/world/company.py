"""The whole company from one seed number: no clock is read, every machine generates the same.

`make_world` gives the whole truth; `apis/` cuts out of it what a tool shows at an instant.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from pathlib import Path

from orchestration.sample_company.world.behaviours import make_sessions
from orchestration.sample_company.world.calendar import after, local_time
from orchestration.sample_company.world.changes import make_changes
from orchestration.sample_company.world.model import (
    Absence,
    Change,
    Deployment,
    Incident,
    Issue,
    Person,
    Service,
    Session,
    Team,
)
from orchestration.sample_company.world.operations import make_operations
from orchestration.sample_company.world.people import TEAMS, make_absences, make_people, make_services
from orchestration.sample_company.world.rng import stream

FIRST_MONDAY = date(2026, 5, 18)


@dataclass(frozen=True)
class World:
    """The company. `oids`: commit key -> git object id, once the repositories are written."""

    seed: int
    weeks: int
    first_monday: date
    teams: Sequence[Team]
    people: Sequence[Person]
    absences: Sequence[Absence]
    services: Sequence[Service]
    changes: Sequence[Change]
    issues: Sequence[Issue]
    deployments: Sequence[Deployment]
    incidents: Sequence[Incident]
    sessions: Sequence[Session]
    directory: Path = Path()
    oids: Mapping[str, str] = field(default_factory=dict)

    @property
    def days(self) -> int:
        return 7 * self.weeks

    @property
    def end(self) -> datetime:
        """Midnight UTC after the last Sunday: the as_of of the last run."""
        return datetime.combine(self.first_monday + timedelta(weeks=self.weeks), time(), UTC)

    @property
    def outage_days(self) -> tuple[date, ...]:
        """Three days without any Copilot report, for good."""
        tuesday = self.first_monday + timedelta(weeks=self.weeks * 3 // 5, days=1)
        return tuple(tuesday + timedelta(days=offset) for offset in range(3))

    @cached_property
    def person(self) -> Mapping[str, Person]:
        return {person.hr_id: person for person in self.people}

    @cached_property
    def service(self) -> Mapping[str, Service]:
        return {service.service_id: service for service in self.services}

    @cached_property
    def spells(self) -> Mapping[str, Sequence[Absence]]:
        return _spells(self.absences)


def make_world(seed: int = 7, people: int = 60, weeks: int = 26) -> World:
    teams = {team.team_id: team for team in TEAMS}
    everybody = make_people(seed, people, FIRST_MONDAY, weeks)
    absences = make_absences(seed, everybody, FIRST_MONDAY, weeks)
    spells, services = _spells(absences), make_services()
    end = local_time(FIRST_MONDAY + timedelta(weeks=weeks), 0)
    drafts = make_changes(seed, teams, everybody, spells, services, FIRST_MONDAY, weeks)
    changes, issues = _numbered(seed, [draft for draft in drafts if draft.created_at < end], end, everybody)
    deployments, incidents = make_operations(seed, teams, everybody, services, changes, FIRST_MONDAY, weeks)
    sessions = make_sessions(seed, everybody, spells, FIRST_MONDAY, weeks)
    return World(seed, weeks, FIRST_MONDAY, TEAMS, everybody, absences, services, changes, issues, deployments,
                 incidents, sessions)  # fmt: skip


def _spells(absences: Sequence[Absence]) -> Mapping[str, Sequence[Absence]]:
    spells: defaultdict[str, list[Absence]] = defaultdict(list)
    for spell in absences:
        spells[spell.hr_id].append(spell)
    return spells


def _numbered(
    seed: int, drafts: Sequence[Change], end: datetime, people: Sequence[Person]
) -> tuple[list[Change], list[Issue]]:
    """Numbers as GitHub gives them: one sequence per repository for changes and issues together."""
    rng = stream(seed, "issues")
    changes: list[Change] = []
    issues: list[Issue] = []
    number: defaultdict[str, int] = defaultdict(int)
    known: dict[tuple[str, str], int] = {}
    for draft in drafts:
        if rng.random() < 0.15:
            number[draft.repository] += 1
            closed = after(draft.created_at, rng.expovariate(1 / 150))
            issues.append(Issue(
                draft.repository, number[draft.repository], 70_000_000 + 17 * len(issues),
                rng.choice(people).account, draft.created_at, closed if closed < end else None,
                ("bug",) if rng.random() < 0.5 else (),
            ))  # fmt: skip
        number[draft.repository] += 1
        known[draft.repository, draft.branch] = number[draft.repository]
        changes.append(_settled(draft, number[draft.repository], 40_000_000 + 11 * len(changes), known, end))
    return changes, issues


def _settled(
    draft: Change, number: int, database_id: int, known: Mapping[tuple[str, str], int], end: datetime
) -> Change:
    """The draft with its number, its commits' keys, its history up to the end, and what it reverts."""
    reverts, branch = None, draft.branch
    if draft.reverts is not None:
        original = draft.branch.removeprefix("revert-")
        reverts = known[draft.repository, original]
        branch = f"revert-{reverts}-{original}"
    commits = tuple(replace(commit, key=f"{draft.repository}#{number}/{index}")
                    for index, commit in enumerate(draft.commits))  # fmt: skip
    return replace(
        draft, number=number, database_id=database_id, branch=branch, reverts=reverts, commits=commits,
        moments=tuple(moment for moment in draft.moments if moment.at < end),
    )  # fmt: skip
