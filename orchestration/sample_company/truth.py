"""The true figures of the sample company at an instant, counted in plain Python from the generated events.

They are written to `truth.json` for tests only; no model reads them. Nothing here shares code with the warehouse:
no SQL, no staging names, no metric registry. An event counts for the team that the person was in on its day; weeks
are the company's local ISO weeks.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date, datetime, timedelta
from statistics import median

from orchestration.sample_company.truth_delivery import DELIVERY, delivery_counts
from orchestration.sample_company.truth_usage import usage_counts
from orchestration.sample_company.world.behaviours import GAMING
from orchestration.sample_company.world.calendar import local_day, week_of
from orchestration.sample_company.world.company import World
from orchestration.sample_company.world.model import ZONE, Change
from orchestration.sample_company.world.people import JOINER, LEAVER, MOVER, RENAMED, SMALL_TEAM

COHORT = timedelta(days=14)
UNASSIGNED = "unassigned"
Counts = dict[str, int]
Cell = tuple[str, date]
OUTCOMES = ("ready", "ready_merged_within_14d", "merged", "merged_by_people", "merged_by_agents", "closed_unmerged")


def truth(world: World, as_of: datetime | None = None) -> dict[str, object]:
    """All true figures at `as_of` (default: the end), ready to be written as JSON."""
    at = as_of or world.end
    outcomes, hours = _outcomes(world, at)
    teams = [team.team_id for team in world.teams]
    delivery = delivery_counts(world, at)
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
    """When and how the change ended; None while it is open, also after a reopening."""
    end = None
    for moment in change.moments:
        if moment.at < as_of and moment.kind in ("closed", "merged"):
            end = (moment.at, moment.kind)
        if moment.at < as_of and moment.kind == "reopened":
            end = None
    return end


def _people(world: World) -> Mapping[str, object]:
    """Which person has which behaviour or event."""
    team_seats = {(person.team_id, seat): person.hr_id for team in world.teams for seat, person in enumerate(
        one for one in world.people if one.team_id == team.team_id)}  # fmt: skip
    return {
        "gamers": {person.hr_id: person.behaviour for person in world.people if person.behaviour in GAMING},
        "splitters": [person.hr_id for person in world.people if person.behaviour == "tiny_pr_splitter"],
        "honest_heavy": [person.hr_id for person in world.people if person.behaviour == "heavy"],
        "joiner": team_seats.get(JOINER), "leaver": team_seats.get(LEAVER), "mover": team_seats.get(MOVER),
        "renamed": team_seats.get(RENAMED), "small_team": SMALL_TEAM,
    }  # fmt: skip
