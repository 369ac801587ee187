"""The files that a company writes by hand or exports: which columns are read, and what makes a row invalid.

Belongs here: one entry a file, in the words of the person who fills it in. It is an allow-list: a column that is not
named here is never read. So `display_name`, the `kind` of an absence (whether somebody was ill), `level` and
`manager_hr_id` stay out; no metric needs them.
Does not: types and identifiers as they land (`models/staging/company_files/`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "date", "month", "instant", "number", "percent", "currency", "system"]

SYSTEMS = frozenset(
    [
        "github",
        "github_login",
        "github_id",
        "gitlab",
        "jira",
        "linear",
        "pagerduty",
        "git_email",
        "email",
        "api_key",
        "machine_user",
        "ai_vendor",
        "claude",
        "otel",
    ]
)
"""The systems that `identity_map.csv` may name; each is a namespace of identifiers."""


@dataclass(frozen=True)
class FileSpec:
    """One file. `periods` are triples: first column, last column, whether the last day belongs to the period."""

    stream: str
    names: tuple[str, ...]
    columns: dict[str, Kind]
    required: tuple[str, ...]
    key: tuple[str, ...]
    periods: tuple[tuple[str, str, bool], ...] = ()


FILES = (
    FileSpec(
        stream="people",
        names=("hr_people.csv", "people.csv"),
        columns={
            "person_hr_id": "text",
            "work_email": "text",
            "employment_type": "text",
            "role_family": "text",
            "country": "text",
            "start_date": "date",
            "end_date": "date",
        },
        required=("person_hr_id", "start_date"),
        key=("person_hr_id", "start_date"),
        periods=(("start_date", "end_date", True),),
    ),
    FileSpec(
        stream="team_memberships",
        names=("hr_team_membership.csv", "team_memberships.csv"),
        columns={
            "person_hr_id": "text",
            "team_id": "text",
            "valid_from": "date",
            "valid_to": "date",
            "allocation_pct": "percent",
        },
        required=("person_hr_id", "team_id", "valid_from"),
        key=("person_hr_id", "team_id", "valid_from"),
        periods=(("valid_from", "valid_to", False),),
    ),
    FileSpec(
        stream="absences",
        names=("hr_absence.csv", "absences.csv"),
        columns={"person_hr_id": "text", "date_from": "date", "date_to": "date"},
        required=("person_hr_id", "date_from", "date_to"),
        key=("person_hr_id", "date_from", "date_to"),
        periods=(("date_from", "date_to", True),),
    ),
    FileSpec(
        stream="teams",
        names=("org_teams.csv", "teams.csv"),
        columns={
            "team_id": "text",
            "team_name": "text",
            "parent_team_id": "text",
            "cost_center": "text",
            "valid_from": "date",
            "valid_to": "date",
        },
        required=("team_id", "valid_from"),
        key=("team_id", "valid_from"),
        periods=(("valid_from", "valid_to", False),),
    ),
    FileSpec(
        stream="identities",
        names=("identity_map.csv", "identities.csv"),
        columns={
            "person_hr_id": "text",
            "system": "system",
            "external_id": "text",
            "valid_from": "date",
            "valid_to": "date",
            "evidence": "text",
        },
        required=("person_hr_id", "system", "external_id"),
        key=("person_hr_id", "system", "external_id", "valid_from"),
        periods=(("valid_from", "valid_to", False),),
    ),
    FileSpec(
        stream="services",
        names=("service_catalog.csv", "services.csv"),
        columns={
            "service_id": "text",
            "repo_full_name": "text",
            "path_prefix": "text",
            "owner_team_id": "text",
            "tier": "text",
            "deploy_source": "text",
        },
        required=("service_id", "owner_team_id"),
        key=("service_id", "repo_full_name", "path_prefix"),
    ),
    FileSpec(
        stream="service_ids",
        names=("service_ids.csv",),
        columns={"service_id": "text", "system": "text", "external_id": "text"},
        required=("service_id", "system", "external_id"),
        key=("service_id", "system", "external_id"),
    ),
    FileSpec(
        stream="revenue",
        names=("finance_revenue.csv", "revenue.csv"),
        columns={
            "period_month": "month",
            "entity": "text",
            "currency": "currency",
            "revenue_amount": "number",
            "kind": "text",
            "restated_at": "instant",
        },
        required=("period_month", "entity", "currency", "revenue_amount"),
        key=("period_month", "entity", "currency", "kind", "restated_at"),
    ),
    FileSpec(
        stream="costs",
        names=("finance_cost.csv", "costs.csv"),
        columns={
            "period_month": "month",
            "cost_center": "text",
            "category": "text",
            "currency": "currency",
            "amount": "number",
        },
        required=("period_month", "cost_center", "currency", "amount"),
        key=("period_month", "cost_center", "category", "currency"),
    ),
    FileSpec(
        stream="holidays",
        names=("holidays.csv",),
        columns={"country": "text", "date": "date"},
        required=("date",),
        key=("country", "date"),
    ),
)
