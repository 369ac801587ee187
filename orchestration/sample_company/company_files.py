"""The company's own files: people, memberships, absences, teams, identity map, catalogue, finance.

Their format is that of the `company_files` connector. They have the usual defects: an address in capitals, a person
with two e-mail addresses of which one is only in the identity map, a move in mid-week, an absence on a day that
does not exist, and an identity that is listed twice (BROKEN_ROWS: landing must reject these last two).
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

from orchestration.sample_company.apis.jira import account_id
from orchestration.sample_company.world.calendar import local_day
from orchestration.sample_company.world.company import World
from orchestration.sample_company.world.model import HOLIDAYS, Person
from orchestration.sample_company.world.people import TEAMS

Cells = Sequence[object]
FOUNDED = date(2019, 1, 1)
BROKEN_ROWS = {"absences": 1, "identities": 1}


def write_company_files(world: World, root: Path) -> None:
    root.mkdir(parents=True, exist_ok=True)
    _write(root / "hr_people.csv", "person_hr_id work_email display_name employment_type role_family level country "
           "start_date end_date manager_hr_id", _people(world))  # fmt: skip
    _write(root / "hr_team_membership.csv", "person_hr_id team_id valid_from valid_to allocation_pct",
           _memberships(world))  # fmt: skip
    _write(root / "hr_absence.csv", "person_hr_id date_from date_to kind",
           _absences(world))  # fmt: skip
    _write(root / "holidays.csv", "country date", (("DE", day) for day in HOLIDAYS))
    _write(root / "org_teams.csv", "team_id team_name parent_team_id cost_center valid_from valid_to",
           ((team.team_id, team.name, team.parent_id, f"CC-{team.team_id}", FOUNDED, None)
            for team in world.teams))  # fmt: skip
    _write(root / "identity_map.csv", "person_hr_id system external_id valid_from valid_to evidence",
           _identities(world))  # fmt: skip
    _write(root / "service_catalog.csv", "service_id repo_full_name path_prefix owner_team_id tier deploy_source",
           ((service.service_id, service.repository, None, service.team_id, service.tier, "github_deployment")
            for service in world.services))  # fmt: skip
    _write(root / "service_ids.csv", "service_id system external_id",
           ((service.service_id, "pagerduty", service.pagerduty_id) for service in world.services))  # fmt: skip
    _write(root / "finance_revenue.csv", "period_month entity currency revenue_amount kind restated_at",
           _revenue(world))  # fmt: skip
    _write(root / "finance_cost.csv", "period_month cost_center category currency amount", _costs(world))


def _write(path: Path, header: str, rows: Iterable[Cells]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header.split())
        writer.writerows([["" if cell is None else cell for cell in row] for row in rows])


def _people(world: World) -> Iterator[Cells]:
    for index, person in enumerate(world.people):
        email = person.email.upper() if index % 13 == 4 else person.email
        manager = world.people[0].hr_id if index else None
        yield (person.hr_id, email, person.name, person.employment, person.role, 1 + index % 5, "DE",
               person.start, person.end, manager)  # fmt: skip


def _memberships(world: World) -> Iterator[Cells]:
    for person in world.people:
        gone = person.end + timedelta(days=1) if person.end else None
        yield (person.hr_id, person.team_id, person.start, person.moves_on or gone, 100)
        if person.moves_on:
            yield (person.hr_id, person.moves_to, person.moves_on, gone, 100)


def _absences(world: World) -> Iterator[Cells]:
    for spell in world.absences:
        yield (spell.hr_id, spell.first, spell.last, spell.kind)
    yield (world.people[0].hr_id, "2026-02-31", "2026-03-02", "leave")


def _identities(world: World) -> Iterator[Cells]:
    """GitHub accounts by number (a login may be renamed), Jira, PagerDuty, vendors' accounts, and second addresses."""
    for person in world.people:
        yield (person.hr_id, "github", person.account.github_id, None, None, "sso")
        yield (person.hr_id, "jira", account_id(person), None, None, "sso")
        if person.pagerduty_id:
            yield (person.hr_id, "pagerduty", person.pagerduty_id, None, None, "sso")
        if person.tool.startswith("claude"):
            yield (person.hr_id, "ai_vendor", person.email, None, None, "sso")
        if _is_second_address(person):
            yield (person.hr_id, "git_email", person.commit_email, None, None, "self")
        if person.account.renamed_at:
            yield (person.hr_id, "github", person.account.login, local_day(person.account.renamed_at), None, "self")
    yield (world.people[0].hr_id, "github", world.people[0].account.github_id, None, None, "sso")


def _is_second_address(person: Person) -> bool:
    return person.commit_email.endswith("@mail.example")


def _months(world: World) -> list[date]:
    """Eighteen whole months up to the world's end."""
    month, months = world.end.date().replace(day=1), []
    for _ in range(18):
        month = (month - timedelta(days=1)).replace(day=1)
        months.append(month)
    return months[::-1]


def _revenue(world: World) -> Iterator[Cells]:
    for index, month in enumerate(_months(world)):
        yield (month, "acme", "EUR", f"{1_450_000 + 12_500 * index}.00", "recognised", None)


def _costs(world: World) -> Iterator[Cells]:
    for month in _months(world):
        for team in TEAMS:
            members = sum(person.team_id == team.team_id for person in world.people)
            for category, amount in (("ai_license", 31), ("cloud", 640), ("payroll", 8_900)):
                yield (month, f"CC-{team.team_id}", category, "EUR", f"{amount * members}.00")
