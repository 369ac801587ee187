"""What may be published at all, whatever the tests say.

Belongs here: checking every rule against the relations to publish, in the warehouse itself.
Does not: the rules (people, metrics), whether the build is complete (gate).

The models apply the same rules when they suppress a figure. This is a second, independent check: it changes nothing, it
only blocks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from orchestration.publishing.policy import metrics, people
from orchestration.publishing.policy.terms import Blocker, Metric, Outgoing
from orchestration.storage.relations import columns_of, identifier
from orchestration.warehouse.published_names import LONG_MART

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

RULES: tuple[Callable[[Outgoing], Iterable[Blocker]], ...] = (
    people.no_person_columns,
    people.no_person_values,
    metrics.portable_types,
    metrics.activity_columns_have_counter_metrics,
    metrics.activity_rows_have_counter_metrics,
    people.groups_are_large_enough,
    metrics.metrics_are_registered,
    metrics.null_has_a_reason,
    metrics.wide_marts_equal_kpi_values,
)


def evaluate(outgoing: Outgoing) -> list[Blocker]:
    """The blockers of all rules; empty means that the policy allows the publication."""
    if LONG_MART not in outgoing.relations:
        return [
            Blocker(
                rule="long_mart",
                finding=f"{LONG_MART} is not among the {len(outgoing.relations)} relations to publish",
                action="build the whole project; nothing is published without the long table",
            )
        ]
    return [blocker for rule in RULES for blocker in rule(outgoing)]


def read_registry(connection: DuckDBPyConnection) -> dict[str, Metric]:
    """The metric registry as the warehouse holds it."""
    rows = connection.execute(
        "select metric_id, kind, counter_metric, definition_version, is_about_people from seeds.metrics"
    ).fetchall()
    return {name: Metric(kind, counter, int(version), bool(people)) for name, kind, counter, version, people in rows}


def read_relations(connection: DuckDBPyConnection, names: Iterable[str]) -> dict[str, dict[str, str]]:
    """The columns of the relations to publish. A missing relation raises; the evidence turns that into a blocker."""
    return {name: columns_of(connection, f"marts.{identifier(name)}") for name in sorted(names)}
