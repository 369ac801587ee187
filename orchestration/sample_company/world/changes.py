"""Changes: who opens how many, with which commits, and which of them are reverted.

How many depends on a person's behaviour and never on the use of assistants: honest heavy users ship more because
their behaviour has a higher rate; gamers do not.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random

from orchestration.sample_company.world.calendar import after, local_day, local_time, workdays
from orchestration.sample_company.world.lifecycle import Cast, fate
from orchestration.sample_company.world.model import Absence, Account, Change, Commit, Moment, Person, Service, Team
from orchestration.sample_company.world.rng import poisson, stream

CHANGES_A_WEEK = {"heavy": 4.6, "tiny_pr_splitter": 6.5, "light": 2.2}
USUAL_CHANGES_A_WEEK = 2.5
AGENT_CHANGES_A_WEEK = 0.6
COPILOT_AGENT = Account("Copilot", 198_982_749, "Bot")
COPILOT_COMMITTER = ("copilot-swe-agent[bot]", "198982749+Copilot@users.noreply.github.com")
DEPENDABOT = Account("dependabot[bot]", 49_699_333, "Bot")
DEPENDABOT_COMMITTER = ("dependabot[bot]", "49699333+dependabot[bot]@users.noreply.github.com")
CLAUDE = ("Claude", "noreply@anthropic.com")
STRANGER = ("Former Helper", "helper@gone.example")


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
    """Changes whose author's account was deleted: the API returns a null author."""
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
    # drawn for everybody: what becomes of a change must not depend on who uses which tool
    assisted = rng.random() < 0.4 and kind == "human" and person is not None and person.tool not in ("cursor", "none")
    commits = tuple(_commits(rng, person, kind, created, size, assisted))
    moments = [Moment(ready, "ready", person.account if person else None)] if is_draft else []
    moments += fate(cast, team, person, author, ready)
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


def _reverts(cast: Cast, changes: Sequence[Change]) -> Iterator[Change]:
    """About one merged change in forty is reverted: most after five to twenty days, some on the next day."""
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
