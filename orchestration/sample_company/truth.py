"""What is true about the sample company at an instant: counts by plain Python over the generated events.

Written to `truth.json` beside what the tools answer, for tests only; no model reads it. Nothing here shares code
with the warehouse: no SQL, and neither staging names nor metric registry. Teams are those of the day on which a
thing happened; weeks are the company's local ISO weeks.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import date, datetime, timedelta
from itertools import pairwise
from statistics import median

from orchestration.sample_company.truth_usage import usage_counts
from orchestration.sample_company.world.behaviours import GAMING
from orchestration.sample_company.world.calendar import local_day, week_of
from orchestration.sample_company.world.company import World
from orchestration.sample_company.world.model import PRODUCTION, ZONE, Change, Deployment, Incident
from orchestration.sample_company.world.people import JOINER, LEAVER, MOVER, RENAMED, SMALL_TEAM

COHORT = timedelta(days=14)
ROLLBACK_WITHIN = timedelta(hours=72)
TEMPORAL_WITHIN = timedelta(hours=24)
COUNTED_PRIORITIES = ("P1", "P2")
UNASSIGNED = "unassigned"
Counts = dict[str, int]
Cell = tuple[str, date]
OUTCOMES = ("ready", "ready_merged_within_14d", "merged", "merged_by_people", "merged_by_agents", "closed_unmerged")
DELIVERY = ("successful_deployments", "failed_attempts", "failed_deployments", "failed_explicit", "failed_rollback",
            "failed_revert", "incidents", "incidents_explicit", "incidents_temporal")  # fmt: skip


def truth(world: World, as_of: datetime | None = None) -> dict[str, object]:
    """Everything that a test may want to compare, as JSON."""
    at = as_of or world.end
    outcomes, hours = _outcomes(world, at)
    teams = [team.team_id for team in world.teams]
    delivery = _delivery(world, at)
    by_team: defaultdict[Cell, Counts] = defaultdict(dict)
    for (service_id, week), counts in delivery.items():
        cell = by_team[world.service[service_id].team_id, week]
        for name, count in counts.items():
            cell[name] = cell.get(name, 0) + count
    usage = usage_counts(world, at)
    return {
        "seed": world.seed, "weeks": world.weeks, "as_of": at.isoformat(), "zone": str(ZONE),
        "planted": {team.team_id: asdict(team) for team in world.teams},
        "cycle_hours": {team: {"n": len(found), "median": median(found)} for team, found in sorted(hours.items())},
        "team_weeks": [
            {"team_id": team, "week_start_date": str(week)}
            | _filled(OUTCOMES, outcomes.get((team, week))) | _filled(DELIVERY, by_team.get((team, week)))
            | dict(usage.get((team, week), {}))
            for team in [*teams, UNASSIGNED] for week in _weeks(world, at)
        ],
        "service_weeks": [
            {"service_id": service.service_id, "team_id": service.team_id, "week_start_date": str(week)}
            | _filled(DELIVERY, delivery.get((service.service_id, week)))
            for service in world.services for week in _weeks(world, at)
        ],
        "people": _people(world),
        "copilot_outage_days": [str(day) for day in world.outage_days],
    }  # fmt: skip


def _weeks(world: World, as_of: datetime) -> list[date]:
    weeks = [world.first_monday + timedelta(weeks=number) for number in range(world.weeks)]
    return [week for week in weeks if week <= local_day(as_of - timedelta(seconds=1))]


def _filled(names: Iterable[str], counts: Mapping[str, int] | None) -> Counts:
    return {name: (counts or {}).get(name, 0) for name in names}


def team_of(world: World, hr_id: str | None, day: date) -> str:
    person = world.person.get(hr_id or "")
    return person.team_on(day) if person and person.employed_on(day) else UNASSIGNED


def _outcomes(world: World, as_of: datetime) -> tuple[Mapping[Cell, Counts], Mapping[str, list[float]]]:
    """Ready, merged and closed changes by team and week; hours from ready to merge by team. Bots are left out."""
    cells: defaultdict[Cell, Counts] = defaultdict(lambda: defaultdict(int))
    hours: defaultdict[str, list[float]] = defaultdict(list)
    for change in world.changes:
        if change.author_kind == "bot" or change.created_at >= as_of:
            continue
        sponsor = None if change.author_kind == "deleted" else change.sponsor_hr_id
        ready, end = _ready(change, as_of), _end(change, as_of)
        if ready is not None:
            cell = cells[team_of(world, sponsor, local_day(ready)), week_of(local_day(ready))]
            cell["ready"] += 1
            merged_at = change.merged_at
            if merged_at and merged_at < as_of and merged_at - ready <= COHORT:
                cell["ready_merged_within_14d"] += 1
        if end is not None:
            at, kind = end
            team = team_of(world, sponsor, local_day(at))
            cell = cells[team, week_of(local_day(at))]
            cell["merged" if kind == "merged" else "closed_unmerged"] += 1
            if kind == "merged" and ready:
                cell["merged_by_agents" if change.author_kind == "agent" else "merged_by_people"] += 1
                hours[team].append((at - ready).total_seconds() / 3600)
    return cells, hours


def _ready(change: Change, as_of: datetime) -> datetime | None:
    if not change.opened_as_draft:
        return change.created_at
    return next((moment.at for moment in change.moments if moment.kind == "ready" and moment.at < as_of), None)


def _end(change: Change, as_of: datetime) -> tuple[datetime, str] | None:
    """The last closing in force: a reopening undoes the one before it."""
    end = None
    for moment in change.moments:
        if moment.at < as_of and moment.kind in ("closed", "merged"):
            end = (moment.at, moment.kind)
        if moment.at < as_of and moment.kind == "reopened":
            end = None
    return end


def _delivery(world: World, as_of: datetime) -> Mapping[Cell, Counts]:
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
    """The deployments that failed, by kind of evidence: written down, rolled back, or reverted within 72 hours."""
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
    """Counted incidents, and which of them a deployment explains: by a written cause, else by nearness in time."""
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


def _people(world: World) -> Mapping[str, object]:
    """Who plays which part. Only tests read this."""
    team_seats = {(person.team_id, seat): person.hr_id for team in world.teams for seat, person in enumerate(
        one for one in world.people if one.team_id == team.team_id)}  # fmt: skip
    return {
        "gamers": {person.hr_id: person.behaviour for person in world.people if person.behaviour in GAMING},
        "splitters": [person.hr_id for person in world.people if person.behaviour == "tiny_pr_splitter"],
        "honest_heavy": [person.hr_id for person in world.people if person.behaviour == "heavy"],
        "joiner": team_seats.get(JOINER), "leaver": team_seats.get(LEAVER), "mover": team_seats.get(MOVER),
        "renamed": team_seats.get(RENAMED), "small_team": SMALL_TEAM,
    }  # fmt: skip
