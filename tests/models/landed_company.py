"""A company made of a few landed rows, and the warehouse that dbt builds of them for one run.

Belongs here: rows as the connectors land them, in the shape of the stream contracts. Does not: cases or numbers.
"""

from __future__ import annotations

import shutil
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from zlib import crc32

import duckdb

from orchestration.contracts import LANDED_COLUMNS
from orchestration.partition import DailyPartition
from orchestration.pipeline.run_context import RunContext
from orchestration.settings import Metrics, Organisation, Schedule, Settings
from orchestration.warehouse.dbt_runner import Command, run_dbt, settings_arguments
from orchestration.warehouse.duckdb_relations import prepare
from orchestration.warehouse.inputs import BuildInputs
from tests import parsed_project

MODELS = ("+int_metrics__cells",)
HISTORY_START = date(2026, 8, 31)
Row = dict[str, object]


def at(text: str | None) -> datetime | None:
    """'09-01 10:00' is of 2026, as in the cases; a whole year may stand before it."""
    if text is None:
        return None
    return datetime.fromisoformat(text if text[4:5] == "-" else f"2026-{text}")


def is_machine(name: str) -> bool:
    return name.endswith("[bot]")


@dataclass
class Company:
    """Landed rows by stream. Each knows the first run that sees it."""

    rows: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))

    def land(self, stream: str, seen: str = "2026-01-01", **columns: object) -> None:
        self.rows[stream].append({"_as_of": at(seen), "_load_id": seen, "_day": date(2026, 1, 1), **columns})

    def person(self, name: str, *teams: tuple[str, str, str | None]) -> None:
        """A developer with a GitHub account, an address and (team, from, to) memberships."""
        key = f"p_{name}"
        self.land("company_files.people", person_hr_id=key, work_email=f"p_{name}_mail", role_family="developer",
                  employment_type="employee", start_date=date(2021, 1, 1))  # fmt: skip
        self.land("company_files.identities", person_hr_id=key, system="github_id", external_id=f"p_{name}_github")
        for team, first, last in teams:
            self.land("company_files.team_memberships", person_hr_id=key, team_id=team, valid_from=first, valid_to=last)

    def service(self, name: str, team: str = "A", **columns: object) -> None:
        self.land("company_files.services", service_id=name, repo_full_name=f"acme/{name}", owner_team_id=team,
                  **columns)  # fmt: skip
        self.land("company_files.service_ids", service_id=name, system="pagerduty", external_id=f"PD-{name}")

    def change(
        self, repository: str, number: int, created: str, author: str | None = "alice", **columns: object
    ) -> None:
        """A pull request. `merged` and `closed` are its ends; times are as in the cases."""
        merged, closed = at(columns.pop("merged", None)), at(columns.pop("closed", None))
        machine = author is not None and is_machine(author)
        state = "MERGED" if merged else "CLOSED" if closed else "OPEN"
        self.land("github.pull_requests", **{
            "repository_id": 1, "repository": f"acme/{repository}", "number": number, "state": state, "is_draft": False,
            "created_at": at(created), "updated_at": merged or closed or at(created), "merged_at": merged,
            "closed_at": merged or closed, "is_base_default": True, "merge_commit_sha": f"{repository}{number}",
            "author__login": author if machine else None if author is None else f"p_{author}_login",
            "author__database_id": None if machine or author is None else f"p_{author}_github",
            **columns, "id": f"{repository}#{number}",
        })  # fmt: skip
        self.rows["github.pull_requests"][-1]["repository_id"] = crc32(repository.encode())

    def event(self, repository: str, number: int, kind: str, when: str, actor: str = "alice") -> None:
        self.land("github.pull_request_events", id=f"{repository}{number}{kind}{when}", repository=f"acme/{repository}",
                  repository_id=1, number=number, event=kind, created_at=at(when), actor__login=f"p_{actor}_login",
                  actor__database_id=f"p_{actor}_github")  # fmt: skip

    def review(self, repository: str, number: int, reviewer: str, when: str, state: str = "COMMENTED") -> None:
        machine = is_machine(reviewer)
        self.land("github.pull_request_reviews", id=f"{repository}{number}{reviewer}{when}", state=state,
                  repository=f"acme/{repository}", repository_id=1, number=number, submitted_at=at(when),
                  author__login=reviewer if machine else f"p_{reviewer}_login",
                  author__database_id=None if machine else f"p_{reviewer}_github")  # fmt: skip

    def commit(self, repository: str, number: int, authored: str, **columns: object) -> None:
        self.land("github.pull_request_commits", repository_id=1, repository=f"acme/{repository}", number=number,
                  sha=f"{repository}{number}c{authored}", authored_at=at(authored), **columns)  # fmt: skip

    def deployment(self, repository: str, name: str, sha: str, *statuses: tuple[str, str], **columns: object) -> None:
        """A deployment to production with its (state, time) statuses."""
        self.land("github.deployments", **{
            "id": name, "repository_id": 1, "repository": f"acme/{repository}", "commit_sha": sha,
            "environment": "production", "original_environment": "production",
            "created_at": at(statuses[0][1]), "updated_at": at(statuses[-1][1]), **columns,
        })  # fmt: skip
        for number, (state, when) in enumerate(statuses):
            self.land("github.deployment_statuses", deployment_id=name, id=f"{name}-{number}", repository_id=1,
                      repository=f"acme/{repository}", state=state, created_at=at(when))  # fmt: skip

    def incident(self, service: str, name: str, created: str, resolved: str | None = None, **columns: object) -> None:
        self.land("pagerduty.incidents", **{
            "id": name, "status": "resolved" if resolved else "triggered", "urgency": "high", "priority__summary": "P1",
            "created_at": at(created), "updated_at": at(created), "resolved_at": at(resolved),
            "service__id": f"PD-{service}", **columns,
        })  # fmt: skip

    def mainline(
        self,
        repository: str,
        *shas: str,
        first: int = 1,
        seen: str = "2026-01-01",
        brings: dict[str, str] | None = None,
    ) -> None:
        """The default branch from position `first`; `brings` names the commits that came in by one of them."""
        common = {"repository": f"acme/{repository}", "history_generation": 0, "parents": 1, "is_merge": False,
                  "committed_at": at("2026-01-01")}  # fmt: skip
        for position, sha in enumerate(shas, start=first):
            self.land("git.commits", seen, sha=sha, mainline_position=position, landed_in_sha=sha, **common)
        for sha, landing in (brings or {}).items():
            self.land("git.commits", seen, sha=sha, landed_in_sha=landing, **common)

    def git_change(self, repository: str, number: int, merged: str, address: str, **columns: object) -> None:
        self.land("git.changes", repository=f"acme/{repository}", sha=f"{repository}{number}", history_generation=0,
                  mainline_position=number, method="squash", merged_at=at(merged), author_email=address,
                  **columns)  # fmt: skip


@dataclass(frozen=True)
class Warehouse:
    """What dbt built. `value` of one cell is a row (numerator, denominator, value)."""

    path: Path

    def rows(self, query: str) -> list[tuple[object, ...]]:
        with duckdb.connect(str(self.path), read_only=True) as connection:
            return connection.execute(query).fetchall()

    def one(self, columns: str, relation: str, where: str) -> tuple[object, ...]:
        found = self.rows(f"select {columns} from {relation} where {where}")
        assert len(found) == 1, f"{len(found)} rows of {relation} where {where}"
        return found[0]

    def change(self, change_id: str, columns: str) -> tuple[object, ...]:
        return self.one(columns, "facts.fct_changes", f"change_id = 'github:acme/{change_id}'")

    def cell(self, metric: str, entity: str, week: str, columns: str = "numerator, denominator") -> tuple[object, ...]:
        where = f"metric_id = '{metric}' and entity_id = '{entity}' and week_start_date = date '2026-{week}'"
        return self.one(columns, "metrics.int_metrics__cells", where)


def build(company: Company, folder: Path, as_of: str, cohort_days: int = 14, command: Command = "run") -> Warehouse:
    """Land, seed and build as of an instant. `folder` keeps dbt's parsed project for the next build in it."""
    settings = Settings(
        data=folder, organisation=Organisation(name="acme"), schedule=Schedule(start_date=HISTORY_START),
        metrics=Metrics(cohort_days=cohort_days),
    )  # fmt: skip
    inputs = RunContext(settings, DailyPartition(at(as_of).replace(tzinfo=UTC))).inputs
    seeded = folder / "seeded.duckdb"
    if not seeded.exists():
        parsed_project.give(settings)
        prepare(inputs)
        _dbt(settings, "seed")
        shutil.copy(settings.warehouse, seeded)
    shutil.copy(seeded, settings.warehouse)
    prepare(inputs)
    _fill(inputs, company)
    _dbt(settings, command)
    kept = folder / f"{as_of.replace(' ', 'T').replace(':', '')}-{cohort_days}.duckdb"
    shutil.copy(settings.warehouse, kept)
    return Warehouse(kept)


def _dbt(settings: Settings, command: Command) -> None:
    outcome = run_dbt(settings, settings_arguments(settings, command, select=MODELS))
    assert outcome.is_good, outcome.error or [(node.unique_id, node.message) for node in outcome.failed]


def _fill(inputs: BuildInputs, company: Company) -> None:
    as_of = inputs.partition.as_of.replace(tzinfo=None)
    with duckdb.connect(str(inputs.settings.warehouse)) as connection:
        for source, contract in inputs.contracts.items():
            for name, stream in contract.streams.items():
                columns = [(c.name, c.data_type) for c in stream.columns] + list(LANDED_COLUMNS)
                typed = ", ".join(f'"{column}" {kind}' for column, kind in columns)
                connection.execute(f'drop view if exists landed_{source}."{name}"')
                connection.execute(f'create or replace table landed_{source}."{name}" ({typed})')
                for row in company.rows.get(f"{source}.{name}", ()):
                    if row["_as_of"] <= as_of:
                        _insert(connection, f'landed_{source}."{name}"', row)
        _cover(connection, set(company.rows), as_of.date())


def _insert(connection: duckdb.DuckDBPyConnection, table: str, row: Row) -> None:
    names = ", ".join(f'"{name}"' for name in row)
    marks = ", ".join("?" for _ in row)
    connection.execute(f"insert into {table} ({names}) values ({marks})", list(row.values()))


def _cover(connection: duckdb.DuckDBPyConnection, filled: set[str], end: date) -> None:
    """Every source that has rows delivered every day; of the company's own tables each stream that has rows."""
    connection.execute("delete from run.source_days")
    streams = {"github": ("pull_requests", "deployments"), "git": ("changes", "tags"), "pagerduty": ("incidents",)}
    streams["tables"] = tuple(stream.split(".")[1] for stream in sorted(filled) if stream.startswith("tables."))
    for source in sorted({stream.split(".")[0] for stream in filled}):
        for stream in streams.get(source, ()):
            connection.execute(
                "insert into run.source_days select ?, ?, cast(day as date), 'delivered', 1 "
                "from generate_series(?, ?, interval 1 day) as days (day)",
                [source, stream, datetime.combine(HISTORY_START, datetime.min.time()), end],
            )
