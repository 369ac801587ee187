"""A warehouse small enough to read: two teams, two weeks, tokens beside merge rates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from orchestration.publishing.publication import SourceCompleteness
from orchestration.publishing.publish import Material
from orchestration.storage.relations import RelationDocs

AS_OF = datetime(2026, 11, 16, tzinfo=UTC)
KPI_VALUES = """
create schema if not exists marts;
create or replace table marts.kpi_values (
    metric_id varchar, definition_version integer, entity_type varchar, entity_id varchar, week_start_date date,
    numerator double, denominator double, value double, lower double, upper double, n bigint,
    maturity varchar, reason varchar, completeness double, as_of timestamp
);
"""
DOCS = {
    "kpi_values": RelationDocs(
        "One row per metric, entity and week.", {"value": "The figure, null when it is not shown."}
    ),
    "dim_teams": RelationDocs("One row per team.", {"team_id": "Who is measured."}),
}


METRICS = """
create schema if not exists seeds;
create or replace table seeds.metrics as
select * from (values
    ('uncached_input_tokens', 'activity', 'merge_rate', 1, true),
    ('merge_rate', 'outcome', 'review_coverage', 1, true)
) as metrics (metric_id, kind, counter_metric, definition_version, is_about_people);
create schema if not exists metrics;
"""
MEASURED = """
create or replace table metrics.int_metrics__cells as
select metric_id, entity_type, entity_id, week_start_date, 6 as contributors, cast(0.3 as double) as largest_share
from marts.kpi_values;
"""


def make_warehouse(path: Path, tokens: float = 1000.0, merge_rate: float | None = 0.8) -> Path:
    """Build the warehouse with the given tokens and merge rate of every team and week."""
    with duckdb.connect(str(path)) as connection:
        connection.execute(KPI_VALUES + METRICS)
        connection.execute("create or replace table marts.dim_teams as select unnest(['blue', 'red']) as team_id")
        for metric, value in (("uncached_input_tokens", tokens), ("merge_rate", merge_rate)):
            connection.execute(
                """
                insert into marts.kpi_values
                select ?, 1, 'team', team_id, week, null, null, ?, null, null, 10, 'final',
                    case when cast(? as double) is null then 'small_sample' end, 1.0, timestamp '2026-11-16'
                from marts.dim_teams, (values (date '2026-11-02'), (date '2026-11-09')) as weeks (week)
                """,
                [metric, value, value],
            )
        connection.execute(MEASURED)
    return path


def completeness(missing: int, last: str | None = None) -> SourceCompleteness:
    """Of git in four weeks: so many of 28 stream-days are missing."""
    return SourceCompleteness(
        source="git", expected_stream_days=28, missing_stream_days=missing, last_delivered_day=last
    )


def material(warehouse: Path, **changes: object) -> Material:
    """A publication's material from the small warehouse, all checks passed."""
    gate: tuple[Mapping[str, object], ...] = ({"check": "grain", "state": "passed"},)
    base = Material(
        warehouse=warehouse,
        as_of=AS_OF,
        build_id="build-1",
        marts=DOCS,
        code_version="0.1.0+abc",
        inputs_fingerprint="inputs-1",
        definitions={"uncached_input_tokens": 1, "merge_rate": 1},
        sources=(completeness(missing=1, last="2026-11-15"),),
        gate=gate,
    )
    return replace(base, **changes)
