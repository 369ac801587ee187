"""The records of the sample company: people, changes, deployments, incidents, sessions.

All are immutable and dated in UTC; nothing here draws a random number or reads a clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

ORGANISATION = "acme"
DOMAIN = "acme.example"
ZONE = ZoneInfo("Europe/Berlin")
PRODUCTION = "production"
HOLIDAYS = (date(2026, 5, 25), date(2026, 6, 4), date(2026, 10, 3))


@dataclass(frozen=True)
class Team:
    """A team and the rates planted in it; `merge_share` is the share merged within 14 days of ready."""

    team_id: str
    name: str
    parent_id: str | None
    merge_share: float
    failure_share: float
    median_hours: float


@dataclass(frozen=True)
class Account:
    """A GitHub account; `login_before` is the name it had until `renamed_at`."""

    login: str
    github_id: int
    kind: str = "User"
    login_before: str | None = None
    renamed_at: datetime | None = None

    def login_at(self, as_of: datetime) -> str:
        if self.login_before and self.renamed_at and as_of <= self.renamed_at:
            return self.login_before
        return self.login


@dataclass(frozen=True)
class Person:
    """One employee or contractor with the accounts that the tools know."""

    hr_id: str
    name: str
    email: str
    commit_email: str
    account: Account
    pagerduty_id: str | None
    team_id: str
    role: str
    employment: str
    start: date
    end: date | None
    tool: str
    behaviour: str
    moves_on: date | None = None
    moves_to: str | None = None

    def team_on(self, day: date) -> str:
        return self.moves_to if self.moves_on and self.moves_to and day >= self.moves_on else self.team_id

    def employed_on(self, day: date) -> bool:
        return self.start <= day and (self.end is None or day <= self.end)


@dataclass(frozen=True)
class Absence:
    """Days away from work, the first and the last included."""

    hr_id: str
    first: date
    last: date
    kind: str


@dataclass(frozen=True)
class Service:
    """One deployable service in one repository, owned by one team."""

    service_id: str
    repository_id: int
    team_id: str
    tier: int
    pagerduty_id: str

    @property
    def repository(self) -> str:
        return f"{ORGANISATION}/{self.service_id}"


@dataclass(frozen=True)
class Commit:
    """A commit on a change's branch; `World.oids` has its object id by `key`."""

    key: str
    at: datetime
    author_name: str
    author_email: str
    account: Account | None
    lines: int
    co_authors: tuple[tuple[str, str, Account | None], ...] = ()


@dataclass(frozen=True)
class Moment:
    """Something that happened to a change: ready, draft, closed, reopened, merged, requested or a review."""

    at: datetime
    kind: str
    actor: Account | None
    state: str = ""


@dataclass(frozen=True)
class Change:
    """One pull request with its whole history; `author` is null when the account was deleted."""

    repository: str
    number: int
    database_id: int
    author: Account | None
    author_kind: str
    sponsor_hr_id: str | None
    branch: str
    created_at: datetime
    opened_as_draft: bool
    moments: tuple[Moment, ...]
    commits: tuple[Commit, ...]
    additions: int
    deletions: int
    labels: tuple[str, ...] = ()
    reverts: int | None = None
    is_ai_assisted: bool = False

    @property
    def key(self) -> str:
        return f"{self.repository}#{self.number}"

    def first(self, kind: str) -> datetime | None:
        return next((moment.at for moment in self.moments if moment.kind == kind), None)

    @property
    def merged_at(self) -> datetime | None:
        return self.first("merged")


@dataclass(frozen=True)
class Issue:
    """A GitHub issue; it shares the numbers of its repository with the changes."""

    repository: str
    number: int
    database_id: int
    author: Account
    created_at: datetime
    closed_at: datetime | None
    labels: tuple[str, ...]


@dataclass(frozen=True)
class Status:
    at: datetime
    state: str


@dataclass(frozen=True)
class Deployment:
    """A deployment of the head of main; `failure` is what was planted: explicit, rollback or both."""

    database_id: int
    service_id: str
    environment: str
    change_key: str
    created_at: datetime
    statuses: tuple[Status, ...]
    failure: str | None = None
    is_rollback: bool = False

    @property
    def finished_at(self) -> datetime | None:
        return next((status.at for status in self.statuses if status.state == "success"), None)


@dataclass(frozen=True)
class Incident:
    """An incident; `cause` is the deployment that was written down as root cause at `cause_at`."""

    incident_id: str
    number: int
    service_id: str
    started_at: datetime
    acknowledged_at: datetime | None
    resolved_at: datetime | None
    priority: str
    responder_hr_id: str
    cause: Deployment | None = None
    cause_at: datetime | None = None
    merged_into: str | None = None


class Call(NamedTuple):
    """One call of a model, in the four disjoint token classes."""

    at: datetime
    model: str
    uncached_input: int
    cache_write: int
    cache_read: int
    output: int


@dataclass(frozen=True)
class Session:
    """One sitting with an assistant; the day of `started_at` is the same in UTC and in the company's zone."""

    session_id: str
    hr_id: str
    started_at: datetime
    prompts: tuple[datetime, ...]
    calls: tuple[Call, ...]
    accepted: int
    lines_added: int
    is_gaming: bool

    @property
    def day(self) -> date:
        return self.started_at.date()
