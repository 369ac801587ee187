"""What becomes of a change once it is ready: reviews, detours, and merge, close or neither.

It follows the rates planted in the team: `merge_share` of the changes merge within 14 days of ready, after a
lognormal time around `median_hours`; a few merge later, the rest are closed or left open.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from random import Random

from orchestration.sample_company.world.calendar import after, local_day
from orchestration.sample_company.world.model import Absence, Account, Moment, Person, Service, Team

SPREAD = 1.0
ON_TIME_HOURS = 300
LATE_HOURS = (375, 900)
LATE_SHARE = 0.02
REVIEW_BOT = Account("coderabbitai[bot]", 136_622_811, "Bot")


@dataclass(frozen=True)
class Cast:
    """The people, teams and services around a change."""

    rng: Random
    teams: Mapping[str, Team]
    people: Sequence[Person]
    absences: Mapping[str, Sequence[Absence]]
    services: Sequence[Service]
    first_monday: date
    weeks: int

    def reviewers(self, team_id: str, day: date, author: Person | None) -> list[Person]:
        mates = [person for person in self.people
                 if person.team_on(day) == team_id and person.employed_on(day) and person is not author
                 and person.role not in ("pm", "design")]  # fmt: skip
        return mates or [self.people[0]]

    def repository(self, team_id: str) -> str:
        home = [service for service in self.services if service.team_id == team_id]
        return self.rng.choice(home if self.rng.random() < 0.88 else self.services).repository


def fate(cast: Cast, team: Team, person: Person | None, author: Account | None, ready: datetime) -> list[Moment]:
    """Reviews and the end of one change: merged on time, merged late, closed, or left open."""
    rng = cast.rng
    hours = min(rng.lognormvariate(math.log(team.median_hours), SPREAD), ON_TIME_HOURS + rng.random() * 10)
    draw = rng.random()
    if draw < team.merge_share + LATE_SHARE * (1 - team.merge_share):
        if draw >= team.merge_share:
            hours = rng.uniform(*LATE_HOURS)
        closer = person.account if person else cast.people[0].account
        return [*_detours(rng, ready, hours, closer), *_reviews(cast, team, person, ready, hours),
                Moment(after(ready, hours), "merged", closer)]  # fmt: skip
    if rng.random() < 0.8:
        closed = after(ready, 6 + rng.expovariate(1 / 90))
        ends = [Moment(closed, "closed", author)]
        if rng.random() < 0.03:
            ends += [Moment(after(closed, 20), "reopened", author), Moment(after(closed, 60), "closed", author)]
        return ends
    return []


def _detours(rng: Random, ready: datetime, hours: float, actor: Account) -> list[Moment]:
    """A few are closed and reopened, or turned back to draft, before they merge."""
    kinds = {0: ("closed", "reopened"), 1: ("draft", "ready")}.get(rng.randrange(40))
    if kinds is None:
        return []
    return [Moment(after(ready, hours * share), kind, actor) for share, kind in zip((0.1, 0.2), kinds, strict=True)]


def _reviews(cast: Cast, team: Team, person: Person | None, ready: datetime, hours: float) -> Iterator[Moment]:
    """A bot's comment, perhaps questions, and an approval by a colleague before the merge."""
    rng = cast.rng
    if rng.random() < 0.25:
        yield Moment(after(ready, 0.05), "review", REVIEW_BOT, "COMMENTED")
    skips = 0.6 if person and person.behaviour == "tiny_pr_splitter" else 0.08
    if rng.random() < skips:
        return
    reviewer = rng.choice(cast.reviewers(team.team_id, local_day(ready), person)).account
    yield Moment(after(ready, hours * 0.01), "requested", person.account if person else None)
    pickup = rng.uniform(0.1, 0.45)
    if rng.random() < 0.4:
        state = rng.choice(("COMMENTED", "CHANGES_REQUESTED"))
        yield Moment(after(ready, hours * pickup), "review", reviewer, state)
    yield Moment(after(ready, hours * rng.uniform(0.5, 0.95)), "review", reviewer, "APPROVED")
