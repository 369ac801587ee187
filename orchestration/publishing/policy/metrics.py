"""Policy about figures: no activity without its counter-metric, only registered metrics, equal values in all marts.

Belongs here: rules about metrics. Does not: rules that protect people (people).
"""

from __future__ import annotations

from collections.abc import Iterable

from orchestration.publishing.policy.terms import Blocker, Outgoing, same_cell
from orchestration.storage.relations import identifier
from orchestration.warehouse.published_names import LONG_MART

ACTIVITY_WORDS = {
    *("tokens", "sessions", "prompts", "requests", "commits", "lines"),
    *("messages", "suggestions", "acceptances"),
}
MEASURED_REASONS = ("no_denominator", "small_sample", "immature")
"""A counter-metric that is null for one of these was measured on too little; for any other reason it is not shown."""
UNREADABLE_TYPES = ("HUGEINT", "UHUGEINT", "TIMESTAMP WITH TIME ZONE")
"""Types that Parquet or an old client changes into others."""


def portable_types(outgoing: Outgoing) -> Iterable[Blocker]:
    """Every type is the same in Parquet and in old clients."""
    for relation, columns in outgoing.relations.items():
        for column, kind in columns.items():
            if kind in UNREADABLE_TYPES:
                yield Blocker(
                    rule="portable_types",
                    finding=f"{relation}.{column} is {kind}",
                    action="cast it in the mart: bigint or decimal for counts, timestamp in UTC for instants",
                )


def activity_columns_have_counter_metrics(outgoing: Outgoing) -> Iterable[Blocker]:
    """A relation with a column of use or cost also has its counter-metric and an outcome."""
    outcomes = {name for name, metric in outgoing.registry.items() if metric.kind == "outcome"}
    for relation, columns in outgoing.relations.items():
        for column in columns:
            metric = outgoing.registry.get(column)
            if metric is None and column.split("_")[-1] in ACTIVITY_WORDS:
                yield Blocker(
                    rule="registered_activity",
                    finding=f"{relation}.{column} counts activity and is not a registered metric",
                    action="register it in seeds/metrics.csv with its counter-metric, or leave it out",
                )
            if (
                metric is not None
                and metric.is_use
                and not (metric.counter_metric in columns and outcomes & set(columns))
            ):
                yield Blocker(
                    rule="activity_beside_outcome",
                    finding=f"{relation} has {column} without {metric.counter_metric} or without any outcome",
                    action=f"add {metric.counter_metric} to {relation}, or take {column} out",
                )


def activity_rows_have_counter_metrics(outgoing: Outgoing) -> Iterable[Blocker]:
    """A figure of use or cost has a measured counter-metric and a measured outcome for the same entity and week."""
    is_measured = f"(value is not null or reason in {MEASURED_REASONS})"
    rows = outgoing.connection.execute(f"""
        with cells as (
            select cells.*, metrics.kind, metrics.counter_metric
            from marts.{LONG_MART} as cells
            inner join seeds.metrics as metrics on cells.metric_id = metrics.metric_id
        ),
        measured as (select * from cells where {is_measured})
        select cells.metric_id, count(*)
        from cells
        where cells.kind in ('activity', 'cost') and cells.value is not null and not (
            exists (
                select 1 from measured where measured.metric_id = cells.counter_metric and {same_cell("measured")}
            ) and exists (select 1 from measured where measured.kind = 'outcome' and {same_cell("measured")})
        )
        group by cells.metric_id order by cells.metric_id
    """).fetchall()
    for metric_id, found in rows:
        yield Blocker(
            rule="activity_beside_outcome",
            finding=f"{found} figures of {metric_id} in {LONG_MART} have no counter-metric or no outcome beside them",
            action="publish null (reason suppressed or not_covered) where the counter-metric is suppressed or missing",
        )


def metrics_are_registered(outgoing: Outgoing) -> Iterable[Blocker]:
    """Each published metric is registered, in the registered version, and no version goes back."""
    published = outgoing.connection.execute(
        f"""select metric_id, min(definition_version), max(definition_version)
        from marts.{LONG_MART} group by metric_id order by metric_id"""
    ).fetchall()
    for metric_id, lowest, highest in published:
        metric = outgoing.registry.get(metric_id)
        if metric is None or not lowest == highest == metric.version:
            registered = "is not registered" if metric is None else f"is registered as version {metric.version}"
            yield Blocker(
                rule="registered_version",
                finding=f"{metric_id} is published as version {lowest} and {registered}",
                action="correct seeds/metrics.csv and build again",
            )
        elif metric.version < (current := outgoing.current_versions.get(metric_id, 0)):
            yield Blocker(
                rule="registered_version",
                finding=f"{metric_id} goes back from version {current} to {metric.version}",
                action="give an earlier definition that is used again a new version number",
            )


def null_has_a_reason(outgoing: Outgoing) -> Iterable[Blocker]:
    """A cell has a value or a reason for its absence, never both; without a value it has no interval."""
    found = outgoing.count(f"""
        select count(*) from marts.{LONG_MART}
        where (value is null) != (reason is not null) or (value is null and (lower is not null or upper is not null))
    """)
    if found:
        yield Blocker(
            rule="null_has_a_reason",
            finding=f"{found} rows of {LONG_MART} have value and reason, neither, or an interval without a value",
            action="correct the model: value is null exactly when reason is not",
        )


def wide_marts_equal_kpi_values(outgoing: Outgoing) -> Iterable[Blocker]:
    """A metric's column in a wide mart equals the long table, so the rules above hold for it as well."""
    for relation, columns in outgoing.relations.items():
        entity = relation.removeprefix("kpi_").removesuffix("_weeks")
        key = "organisation" if entity == "organisation" else f"{entity}_id"
        if relation == LONG_MART or not relation.startswith("kpi_") or not relation.endswith("_weeks"):
            continue
        for column in (name for name in columns if name in outgoing.registry):
            match = "" if key not in columns else f"and long.entity_id = wide.{identifier(key)}"
            found = outgoing.count(f"""
                select count(*) from marts.{identifier(relation)} as wide
                left join marts.{LONG_MART} as long
                    on long.metric_id = '{column}' and long.entity_type = '{entity}'
                    and long.week_start_date = wide.week_start_date {match}
                where wide.{identifier(column)} is distinct from long.value
            """)
            if found:
                yield Blocker(
                    rule="wide_marts_equal_kpi_values",
                    finding=f"{found} rows of {relation}.{column} differ from {LONG_MART}",
                    action=f"make {relation} a pivot of {LONG_MART} and nothing else",
                )
