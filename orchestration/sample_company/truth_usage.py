"""True usage by team and week: tokens by class, and eligible, active and qualified people.

A day of use qualifies when something was accepted, or when there were two prompts and the tool reports prompts.
Tokens that no source reports are not counted: Copilot reports tokens only for its command line, and cached input
not separately.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta

from orchestration.sample_company.world.agents import agent_runs
from orchestration.sample_company.world.calendar import week_of, workdays
from orchestration.sample_company.world.company import World
from orchestration.sample_company.world.model import Person, Session
from orchestration.sample_company.world.people import DEVELOPER_ROLES
from orchestration.sample_company.world.reports import Book, calls_of, copilot_sees, machine_call, total, uses_cli

Cell = tuple[str, date]
UNASSIGNED = "unassigned"
CLASSES = ("uncached_input_tokens", "cache_write_tokens", "cache_read_tokens", "output_tokens")
COUNTS = (*CLASSES, "copilot_unclassified_input_tokens", "copilot_output_tokens", "gaming_tokens",
          "eligible_people", "active_people", "qualified_people")  # fmt: skip


def usage_counts(world: World, as_of: datetime) -> Mapping[Cell, Mapping[str, int]]:
    """Cells by team and week, each with every count."""
    cells: defaultdict[Cell, dict[str, int]] = defaultdict(lambda: dict.fromkeys(COUNTS, 0))
    used: defaultdict[Cell, set[str]] = defaultdict(set)
    for person, day, sessions in _reported(world, as_of):
        cell = cells[_team(person, day), week_of(day)]
        _add_tokens(cell, person, sessions)
        used["active", week_of(day)].add(person.hr_id)
        if _qualifies(person, sessions):
            used["qualified", week_of(day)].add(person.hr_id)
    for run in agent_runs(world):
        owner, day = world.person[run.owner_hr_id], run.started_at.date()
        if day < as_of.date():
            for name, tokens in zip(CLASSES, total(run.calls), strict=True):
                cells[_team(owner, day), week_of(day)][name] += tokens
            used["active", week_of(day)].add(owner.hr_id)
            if run.is_asked:
                used["qualified", week_of(day)].add(owner.hr_id)
    for offset in range(7 * world.weeks):
        day = world.first_monday + timedelta(days=offset)
        if day < as_of.date():
            for name, tokens in zip(CLASSES, total([machine_call(world, day)]), strict=True):
                cells[UNASSIGNED, week_of(day)][name] += tokens
    for week, person, team_id in _eligible(world, as_of):
        cell = cells[team_id, week]
        cell["eligible_people"] += 1
        cell["active_people"] += person.hr_id in used["active", week]
        cell["qualified_people"] += person.hr_id in used["qualified", week]
    for team in world.teams:
        for number in range(world.weeks):
            _ = cells[team.team_id, world.first_monday + timedelta(weeks=number)]
    return cells


def _reported(world: World, as_of: datetime) -> Iterator[tuple[Person, date, list[Session]]]:
    """The sessions that each source has reported by `as_of`, by person and day."""
    for tool in ("claude_log", "claude_api", "copilot", "cursor"):
        book = Book.of(world, tool)
        for day, by_person in sorted(book.days.items()):
            if day >= as_of.date():
                continue
            seen = copilot_sees(world, book, day, as_of) if tool == "copilot" else by_person
            for hr_id, sessions in (seen or {}).items():
                yield world.person[hr_id], day, list(sessions)


def _add_tokens(cell: dict[str, int], person: Person, sessions: list[Session]) -> None:
    counts = total(calls_of(sessions))
    if person.tool != "copilot":
        for name, tokens in zip(CLASSES, counts, strict=True):
            cell[name] += tokens
        cell["gaming_tokens"] += sum(total(calls_of([session for session in sessions if session.is_gaming])))
    elif uses_cli(person):
        cell["copilot_unclassified_input_tokens"] += sum(counts[:3])
        cell["copilot_output_tokens"] += counts[3]


def _qualifies(person: Person, sessions: list[Session]) -> bool:
    accepted = sum(session.accepted for session in sessions) if person.tool != "claude_log" else 0
    prompts = sum(len(session.prompts) for session in sessions) if person.tool != "claude_api" else 0
    return accepted >= 1 or prompts >= 2


def _eligible(world: World, as_of: datetime) -> Iterator[tuple[date, Person, str]]:
    """Employed developers at work on at least one day of the week, with their team at its end.

    Contractors are left out, as in the company's list of eligible roles.
    """
    for number in range(world.weeks):
        monday = world.first_monday + timedelta(weeks=number)
        for person in world.people:
            is_developer = person.role in DEVELOPER_ROLES and person.employment == "employee"
            days = [day for day in workdays(person, world.spells.get(person.hr_id, ()), monday) if day < as_of.date()]
            if is_developer and days:
                last = min(monday + timedelta(days=6), person.end or date.max)
                yield monday, person, _team(person, last)


def _team(person: Person, day: date) -> str:
    return person.team_on(day) if person.employed_on(day) else UNASSIGNED
