"""Deployments and incidents: what reached production, what failed, which cause was written down.

Of the successful production deployments the share planted in the owning team fails, at irregular intervals, so that
the share also holds for few deployments. A failure shows as an incident with a written root cause, as a rollback to
the last good commit, or as both. There are also failed attempts (which are not change failures), staging, outages
without a change, noise, and merged duplicates.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from random import Random

from orchestration.sample_company.world.calendar import after, local_time
from orchestration.sample_company.world.model import (
    PRODUCTION,
    Change,
    Deployment,
    Incident,
    Person,
    Service,
    Status,
    Team,
)
from orchestration.sample_company.world.rng import stream

SLOTS = (9.6, 12.4, 15.8)
SLOT_SHARE = 0.46
ATTEMPT_FAILS = 0.04
STAGING_SHARE = 0.25
QUIET = timedelta(minutes=45)


@dataclass
class Log:
    """What happened to one service so far. `owed`: failures that the planted share still asks for."""

    deployments: list[Deployment] = field(default_factory=list)
    incidents: list[Incident] = field(default_factory=list)
    good: Deployment | None = None
    last_change: str = ""
    bad_change: str = ""
    blocked_until: datetime | None = None
    owed: float = 0.0


def make_operations(
    seed: int, teams: Mapping[str, Team], people: Sequence[Person], services: Sequence[Service],
    changes: Sequence[Change], first_monday: date, weeks: int,
) -> tuple[list[Deployment], list[Incident]]:  # fmt: skip
    """Deployments and incidents of all services, numbered in order of time."""
    deployments: list[Deployment] = []
    incidents: list[Incident] = []
    end = local_time(first_monday + timedelta(weeks=weeks), 0)
    for service in services:
        rng = stream(seed, f"operations {service.service_id}")
        merged = sorted((change.merged_at, change.number, change.key) for change in changes
                        if change.repository == service.repository and change.merged_at)  # fmt: skip
        crew = [person for person in people if person.team_id == service.team_id and person.pagerduty_id]
        days = [first_monday + timedelta(days=offset) for offset in range(7 * weeks)]
        log = _history(rng, service, teams[service.team_id].failure_share, crew or list(people), merged, days)
        deployments += [row for row in log.deployments if row.created_at < end]
        incidents += [row for row in log.incidents if row.started_at < end]
    return _numbered(deployments, incidents)


def _history(
    rng: Random, service: Service, failure_share: float, crew: Sequence[Person],
    merged: Sequence[tuple[datetime, int, str]], days: Sequence[date],
) -> Log:  # fmt: skip
    log = Log(owed=rng.random())
    for day in days:
        share = SLOT_SHARE if day.weekday() < 5 else 0.03
        for slot in SLOTS:
            at = local_time(day, slot + rng.random())
            if rng.random() >= share or (log.blocked_until and at < log.blocked_until):
                continue
            head = bisect_left(merged, (at, 0, ""))
            if head and merged[head - 1][2] not in (log.last_change, log.bad_change):
                _deploy(rng, log, service, merged[head - 1][2], at, failure_share, crew)
        _background(rng, log, service, crew, day)
    return log


def _deploy(
    rng: Random, log: Log, service: Service, change: str, at: datetime, failure_share: float,
    crew: Sequence[Person],
) -> None:  # fmt: skip
    """One deployment of the head of main, with staging before it and what follows from it."""
    if rng.random() < STAGING_SHARE:
        log.deployments.append(_attempt(rng, service, change, after(at, -0.2), "staging", "success"))
    if rng.random() < ATTEMPT_FAILS:
        log.deployments.append(_attempt(rng, service, change, at, PRODUCTION, "failure"))
        at = after(at, 0.4)
    deployment = _attempt(rng, service, change, at, PRODUCTION, "success")
    log.owed += failure_share * rng.uniform(0.4, 1.6)
    if log.good is not None and log.owed >= 1:
        log.owed -= 1
        failure = rng.choices(("explicit", "rollback", "both"), (45, 35, 20))[0]
        deployment = replace(deployment, failure=failure)
    log.deployments.append(deployment)
    log.last_change = change
    if deployment.failure:
        _break(rng, log, service, deployment, crew)
    else:
        log.good = deployment


def _attempt(rng: Random, service: Service, change: str, at: datetime, environment: str, outcome: str) -> Deployment:
    """A deployment with its statuses as GitHub keeps them; some statuses are sent twice."""
    done = after(at, rng.uniform(0.07, 0.25))
    statuses = [Status(after(at, 0.005), "in_progress"), Status(done, outcome)]
    if rng.random() < 0.1:
        statuses.append(Status(after(done, 0.01), outcome))
    return Deployment(0, service.service_id, environment, change, at, tuple(statuses))


def _break(rng: Random, log: Log, service: Service, failed: Deployment, crew: Sequence[Person]) -> None:
    finish = failed.finished_at or failed.created_at
    if failed.failure in ("explicit", "both"):
        started = after(finish, rng.uniform(0.1, 5))
        late = rng.random() < 0.08
        noted = after(started, 240 if late else rng.uniform(0.3, 4))
        _page(rng, log, service, crew, started, rng.choice(("P1", "P2", "P2")), failed, noted)
    elif rng.random() < 0.5:
        _page(rng, log, service, crew, after(finish, rng.uniform(0.1, 0.9)), "P2")
    if failed.failure in ("rollback", "both") and log.good:
        at = after(finish, rng.uniform(1.2, 9))
        back = replace(_attempt(rng, service, log.good.change_key, at, PRODUCTION, "success"), is_rollback=True)
        log.deployments.append(back)
        log.blocked_until = after(at, 0.5)
        log.last_change, log.bad_change = log.good.change_key, failed.change_key


def _background(rng: Random, log: Log, service: Service, crew: Sequence[Person], day: date) -> None:
    """Outages that no change caused, and low-urgency incidents that resolve themselves."""
    if rng.random() < 0.012:
        _page(rng, log, service, crew, local_time(day, rng.uniform(1, 23)), "P2")
        if rng.random() < 0.4:
            first = log.incidents[-1]
            twin = replace(first, incident_id="", started_at=after(first.started_at, 0.1),
                           resolved_at=after(first.started_at, 0.3), merged_into="above")  # fmt: skip
            log.incidents.append(twin)
    if rng.random() < 0.02:
        _page(rng, log, service, crew, local_time(day, rng.uniform(1, 23)), "P4")


def _page(
    rng: Random, log: Log, service: Service, crew: Sequence[Person], started: datetime, priority: str,
    cause: Deployment | None = None, cause_at: datetime | None = None,
) -> None:  # fmt: skip
    if cause is None and any(abs(row.started_at - started) < QUIET for row in log.incidents):
        return
    resolved = after(started, 0.2 + rng.lognormvariate(0.6, 0.9))
    responder = rng.choice(crew).hr_id
    acknowledged = None if priority == "P4" else min(resolved, after(started, rng.uniform(0.01, 0.3)))
    log.incidents.append(Incident(
        "", 0, service.service_id, started, acknowledged, resolved, priority, responder, cause, cause_at
    ))  # fmt: skip


def _numbered(deployments: list[Deployment], incidents: list[Incident]) -> tuple[list[Deployment], list[Incident]]:
    ordered = sorted(deployments, key=lambda row: (row.created_at, row.service_id, row.environment))
    numbered = [replace(row, database_id=3_300_000 + 13 * index) for index, row in enumerate(ordered)]
    by_place = {(row.service_id, row.environment, row.created_at): row for row in numbered}
    pages: list[Incident] = []
    for index, row in enumerate(_in_order(incidents)):
        cause = row.cause and by_place[(row.service_id, PRODUCTION, row.cause.created_at)]
        above = pages[-1].incident_id if row.merged_into and pages else None
        pages.append(replace(row, incident_id=f"Q{index + 1:06d}", number=index + 1, cause=cause, merged_into=above))
    return numbered, pages


def _in_order(incidents: list[Incident]) -> Iterator[Incident]:
    """By time, but a merged twin directly after the one it was merged into."""
    by_service: dict[str, datetime] = {}
    rank = []
    for row in incidents:
        at = by_service.get(row.service_id, row.started_at) if row.merged_into else row.started_at
        by_service[row.service_id] = at
        rank.append((at, row.service_id, row.started_at, row))
    return iter([row for *_, row in sorted(rank, key=lambda item: item[:3])])
