"""True deployments, failures and incidents by service and week.

A deployment fails by written root cause, by a rollback, or by a revert of a change that it introduced.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from itertools import pairwise

from orchestration.sample_company.world.calendar import local_day, week_of
from orchestration.sample_company.world.company import World
from orchestration.sample_company.world.model import PRODUCTION, Deployment, Incident

ROLLBACK_WITHIN = timedelta(hours=72)
TEMPORAL_WITHIN = timedelta(hours=24)
COUNTED_PRIORITIES = ("P1", "P2")
DELIVERY = ("successful_deployments", "failed_attempts", "failed_deployments", "failed_explicit", "failed_rollback",
            "failed_revert", "incidents", "incidents_explicit", "incidents_temporal")  # fmt: skip
Cell = tuple[str, date]
Counts = dict[str, int]


def delivery_counts(world: World, as_of: datetime) -> Mapping[Cell, Counts]:
    """Counts by service and week of what finished, failed or started before `as_of`."""
    cells: defaultdict[Cell, Counts] = defaultdict(lambda: defaultdict(int))
    for service in world.services:
        rows = [row for row in world.deployments
                if row.service_id == service.service_id and row.environment == PRODUCTION]  # fmt: skip
        done = [(finish, row) for row in rows if (finish := row.finished_at) and finish < as_of]
        incidents = [row for row in world.incidents if row.service_id == service.service_id and row.started_at < as_of]
        causes = _causes(world, service.repository, done, incidents, as_of)
        for finish, row in done:
            cell = cells[service.service_id, week_of(local_day(finish))]
            cell["successful_deployments"] += 1
            cell["failed_deployments"] += any(row.database_id in found for found in causes.values())
            for name, found in causes.items():
                cell[f"failed_{name}"] += row.database_id in found
        for row in rows:
            failed = next((status.at for status in row.statuses if status.state == "failure"), None)
            if failed and failed < as_of:
                cells[service.service_id, week_of(local_day(failed))]["failed_attempts"] += 1
        for name, incident in _incidents(done, incidents, as_of):
            cells[service.service_id, week_of(local_day(incident.started_at))][name] += 1
    return cells


def _causes(
    world: World, repository: str, done: list[tuple[datetime, Deployment]], incidents: list[Incident], as_of: datetime
) -> Mapping[str, set[int]]:
    """The deployments that failed, by kind of evidence: a written cause, a rollback or a revert within 72 hours."""
    explicit = {row.cause.database_id for row in incidents if row.cause and row.cause_at and row.cause_at < as_of}
    rollback = {before.database_id
                for (finish, before), (later, row) in pairwise(done)
                if row.is_rollback and later - finish <= ROLLBACK_WITHIN}  # fmt: skip
    return {"explicit": explicit, "rollback": rollback, "revert": _reverted(world, repository, done)}


def _reverted(world: World, repository: str, done: list[tuple[datetime, Deployment]]) -> set[int]:
    merged = sorted((change for change in world.changes if change.repository == repository and change.merged_at),
                    key=lambda change: (change.merged_at, change.number))  # fmt: skip
    place = {change.key: index for index, change in enumerate(merged)}
    first: dict[int, tuple[datetime, Deployment]] = {}
    reached = -1
    for finish, row in done:
        for index in range(reached + 1, place[row.change_key] + 1):
            first[index] = (finish, row)
        reached = max(reached, place[row.change_key])
    found: set[int] = set()
    for change in merged:
        original = place.get(f"{repository}#{change.reverts}") if change.reverts else None
        if original in first and place[change.key] in first:
            (introduced, cause), (repaired, remedy) = first[original], first[place[change.key]]
            if cause is not remedy and repaired - introduced <= ROLLBACK_WITHIN:
                found.add(cause.database_id)
    return found


def _incidents(
    done: list[tuple[datetime, Deployment]], incidents: list[Incident], as_of: datetime
) -> Iterator[tuple[str, Incident]]:
    """Counted incidents, and which of them a deployment explains: by a written cause, else by time."""
    for incident in incidents:
        if incident.priority not in COUNTED_PRIORITIES or incident.merged_into:
            continue
        yield "incidents", incident
        near = [finish for finish, _ in done
                if timedelta(0) <= incident.started_at - finish <= TEMPORAL_WITHIN]  # fmt: skip
        if incident.cause and incident.cause_at and incident.cause_at < as_of:
            yield "incidents_explicit", incident
        elif near:
            yield "incidents_temporal", incident
