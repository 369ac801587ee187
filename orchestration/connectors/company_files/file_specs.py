"""The files that a company writes by hand or exports: their names, and what a cell may hold beyond its type.

Belongs here: one entry a file, and the formats that a person types (a month, a percentage, a currency, a system).
Does not: which columns are read, which are required, and what makes a row unique (`models/staging/company_files/`). A
column that is not declared there is never read: `display_name`, the `kind` of an absence (whether somebody was ill),
`level` and `manager_hr_id` stay out; no metric needs them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from orchestration.connectors import SOURCES
from orchestration.contracts import StreamContract, source_contract

Kind = Literal["text", "date", "month", "instant", "number", "percent", "currency", "system"]

ACCOUNTS = ("email", "git_email", "github_login", "github_id", "gitlab", "linear", "claude", "ai_vendor", "api_key")
SYSTEMS = frozenset([*SOURCES, *ACCOUNTS, "machine_user"])
"""The systems that `identity_map.csv` may name: every source, and other namespaces of accounts."""

KINDS: dict[str, Kind] = {"string": "text", "date": "date", "timestamp": "instant", "double": "number"}
FORMATS: dict[str, Kind] = {
    "period_month": "month",
    "allocation_pct": "percent",
    "currency": "currency",
}
"""Columns with a format of their own, in whichever file they stand."""


@dataclass(frozen=True)
class FileSpec:
    """One file. `periods` are triples: first column, last column, whether the last day belongs to the period."""

    stream: str
    names: tuple[str, ...]
    periods: tuple[tuple[str, str, bool], ...] = ()
    formats: tuple[tuple[str, Kind], ...] = ()

    @cached_property
    def contract(self) -> StreamContract:
        return source_contract("company_files").stream(self.stream)

    @cached_property
    def columns(self) -> dict[str, Kind]:
        """Each column that is read, with what its cells may hold."""
        formats = {**FORMATS, **dict(self.formats)}
        return {
            column.name: formats.get(column.name, KINDS.get(column.data_type, "number"))
            for column in self.contract.columns
        }

    @cached_property
    def required(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.contract.columns if column.required)

    @property
    def key(self) -> tuple[str, ...]:
        return self.contract.key


FILES = (
    FileSpec("people", ("hr_people.csv", "people.csv"), periods=(("start_date", "end_date", True),)),
    FileSpec(
        "team_memberships",
        ("hr_team_membership.csv", "team_memberships.csv"),
        periods=(("valid_from", "valid_to", False),),
    ),
    FileSpec("absences", ("hr_absence.csv", "absences.csv"), periods=(("date_from", "date_to", True),)),
    FileSpec("teams", ("org_teams.csv", "teams.csv"), periods=(("valid_from", "valid_to", False),)),
    FileSpec(
        "identities",
        ("identity_map.csv", "identities.csv"),
        periods=(("valid_from", "valid_to", False),),
        formats=(("system", "system"),),
    ),
    FileSpec("services", ("service_catalog.csv", "services.csv")),
    FileSpec("service_ids", ("service_ids.csv",)),
    FileSpec("revenue", ("finance_revenue.csv", "revenue.csv")),
    FileSpec("costs", ("finance_cost.csv", "costs.csv")),
    FileSpec("holidays", ("holidays.csv",)),
)
