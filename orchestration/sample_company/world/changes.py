"""Changes: when they open, whether and when they merge, who looks at them.

A change's fate follows the rates planted in its author's team: `merge_share` of them merge within 14 days of
ready, after a lognormal time around `median_hours`; a few merge later, the rest are closed or forgotten.
Usage of assistants is not read here: honest heavy users ship more because of their behaviour's rate,
gamers do not.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from random import Random

from orchestration.sample_company.world.calendar import after, local_day, local_time, workdays
from orchestration.sample_company.world.model import Absence, Account, Change, Commit, Moment, Person, Service, Team
from orchestration.sample_company.world.rng import poisson, stream

SPREAD = 1.0
ON_TIME_HOURS = 300
LATE_HOURS = (375, 900)
LATE_SHARE = 0.02
CHANGES_A_WEEK = {"heavy": 4.6, "tiny_pr_splitter": 6.5, "light": 2.2}
USUAL_CHANGES_A_WEEK = 2.5
AGENT_CHANGES_A_WEEK = 0.6
COPILOT_AGENT = Account("Copilot", 198_982_749, "Bot")
COPILOT_COMMITTER = ("copilot-swe-agent[bot]", "198982749+Copilot@users.noreply.github.com")
DEPENDABOT = Account("dependabot[bot]", 49_699_333, "Bot")
DEPENDABOT_COMMITTER = ("dependabot[bot]", "49699333+dependabot[bot]@users.noreply.github.com")
REVIEW_BOT = Account("coderabbitai[bot]", 136_622_811, "Bot")
CLAUDE = ("Claude", "noreply@anthropic.com")
STRANGER = ("Former Helper", "helper@gone.example")


@dataclass(frozen=True)
class Cast:
    """Who and what a change can meet; lookups are prepared once."""

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


def make_changes(
    seed: int, teams: Mapping[str, Team], people: Sequence[Person], absences: Mapping[str, Sequence[Absence]],
    services: Sequence[Service], first_monday: date, weeks: int,
) -> list[Change]:  # fmt: skip
    """All changes, unnumbered, in order of creation within their repository."""
    cast = Cast(stream(seed, "changes"), teams, people, absences, services, first_monday, weeks)
    drafts = [*_of_people(cast), *_of_the_agent(cast), *_of_dependabot(cast), *_of_strangers(cast)]
    drafts += list(_reverts(cast, drafts))
    return sorted(drafts, key=lambda change: (change.repository, change.created_at, change.branch))


def _of_people(cast: Cast) -> Iterator[Change]:
    for person in cast.people:
        if person.role in ("pm", "design", "manager"):
            continue
        rate = CHANGES_A_WEEK.get(person.behaviour, USUAL_CHANGES_A_WEEK)
        for week in range(cast.weeks):
            days = workdays(person, cast.absences.get(person.hr_id, ()), cast.first_monday + timedelta(weeks=week))
            for _ in range(poisson(cast.rng, rate * len(days) / 5)):
                yield _change(cast, person, cast.rng.choice(days), "human")


def _of_the_agent(cast: Cast) -> Iterator[Change]:
    sponsors = [person for person in cast.people if person.tool in ("copilot", "claude_api")]
    for person in sponsors[::3]:
        for week in range(cast.weeks):
            days = workdays(person, cast.absences.get(person.hr_id, ()), cast.first_monday + timedelta(weeks=week))
            if days and cast.rng.random() < AGENT_CHANGES_A_WEEK:
                yield _change(cast, person, cast.rng.choice(days), "agent")


def _of_dependabot(cast: Cast) -> Iterator[Change]:
    for service in cast.services:
        for week in range(cast.weeks):
            if cast.rng.random() < 0.4:
                day = cast.first_monday + timedelta(weeks=week, days=cast.rng.randrange(5))
                yield replace(_change(cast, None, day, "bot", service.team_id), repository=service.repository)


def _of_strangers(cast: Cast) -> Iterator[Change]:
    """Changes whose author's account is gone: the API answers with a null author."""
    for week in range(0, cast.weeks, 2):
        yield _change(cast, None, cast.first_monday + timedelta(weeks=week, days=2), "deleted", "platform")


def _change(cast: Cast, person: Person | None, day: date, kind: str, team_id: str = "") -> Change:
    rng = cast.rng
    team = cast.teams[person.team_on(day) if person else team_id]
    created = local_time(day, rng.uniform(8.2, 17.8))
    is_draft = kind == "agent" or rng.random() < 0.18
    ready = after(created, rng.lognormvariate(1.6, 0.9)) if is_draft else created
    size = max(1, round(rng.lognormvariate(math.log(40), 1.3)))
    if person and person.behaviour == "tiny_pr_splitter":
        size = 1 + size // 12
    author = {"human": person.account if person else None, "agent": COPILOT_AGENT, "bot": DEPENDABOT}.get(kind)
    # drawn for everybody: the fate of a change must not depend on who uses which tool
    assisted = rng.random() < 0.4 and kind == "human" and person is not None and person.tool != "none"
    commits = tuple(_commits(rng, person, kind, created, size, assisted))
    moments = [Moment(ready, "ready", person.account if person else None)] if is_draft else []
    moments += _fate(cast, team, person, author, ready)
    slug = f"{rng.getrandbits(40):010x}"
    usual = "claude/" if assisted and size % 5 == 0 else "work/"
    prefix = {"agent": "copilot/", "bot": "dependabot/pip/"}.get(kind, usual)
    return Change(
        repository=cast.repository(team.team_id), number=0, database_id=0, author=author, author_kind=kind,
        sponsor_hr_id=person.hr_id if person else None, branch=prefix + slug, created_at=created,
        opened_as_draft=is_draft, moments=tuple(sorted(moments, key=lambda moment: moment.at)),
        commits=commits, additions=size, deletions=0,
        labels=("dependencies",) if kind == "bot" else (), is_ai_assisted=assisted,
    )  # fmt: skip


def _commits(
    rng: Random, person: Person | None, kind: str, created: datetime, size: int, assisted: bool
) -> Iterator[Commit]:
    name, email = (person.name, person.commit_email) if person else STRANGER
    account = person.account if person else None
    by_kind = {"agent": (*COPILOT_COMMITTER, COPILOT_AGENT), "bot": (*DEPENDABOT_COMMITTER, DEPENDABOT)}
    name, email, account = by_kind.get(kind, (name, email, account))
    helpers: tuple[tuple[str, str, Account | None], ...] = ((*CLAUDE, None),) if assisted else ()
    if kind == "agent" and person:
        helpers = ((person.name, person.commit_email, person.account),)
    count = min(size, rng.choices((1, 2, 3, 4), (45, 30, 15, 10))[0])
    lead = rng.lognormvariate(1.5, 1.0) if kind in ("human", "deleted") else 0.05
    for index in range(count):
        at = after(created, -lead * (count - index) / count)
        lines = size // count + (size % count if index == count - 1 else 0)
        yield Commit("", at, name, email, account, lines, helpers)


def _fate(cast: Cast, team: Team, person: Person | None, author: Account | None, ready: datetime) -> list[Moment]:
    """Reviews and the end of one change: merged on time, merged late, closed, or left open."""
    rng = cast.rng
    hours = min(rng.lognormvariate(math.log(team.median_hours), SPREAD), ON_TIME_HOURS + rng.random() * 10)
    fate = rng.random()
    if fate < team.merge_share + LATE_SHARE * (1 - team.merge_share):
        if fate >= team.merge_share:
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
    """A bot's remark, perhaps questions, and an approval by a colleague before the merge."""
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


def _reverts(cast: Cast, changes: Sequence[Change]) -> Iterator[Change]:
    """About one merged change in forty is reverted: most five to twenty days after, some on the next day."""
    rng = cast.rng
    for change in changes:
        merged_at = change.merged_at
        if merged_at is None or change.author_kind != "human" or rng.random() >= 0.025:
            continue
        wait = 1 if rng.random() < 0.18 else 5 + rng.randrange(15)
        day = local_day(merged_at) + timedelta(days=wait)
        person = next(person for person in cast.people if person.hr_id == change.sponsor_hr_id)
        mates = cast.reviewers(person.team_on(day), day, person)
        fixer = rng.choice(mates)
        created = local_time(day, rng.uniform(9, 17))
        moments = (Moment(after(created, 0.4), "review", person.account, "APPROVED"),
                   Moment(after(created, rng.uniform(0.6, 3)), "merged", fixer.account))  # fmt: skip
        commit = Commit("", after(created, -0.05), fixer.name, fixer.commit_email, fixer.account, 0)
        yield Change(
            change.repository, 0, 0, fixer.account, "human", fixer.hr_id, f"revert-{change.branch}", created,
            False, moments, (commit,), 0, change.additions, reverts=-1,
        )  # fmt: skip
