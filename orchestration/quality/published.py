"""What is expected of what would be published: shape, uniqueness, bounds and whole weeks, a mart at a time.

Belongs here: what readers of the published marts rely on, checked on exactly what would be copied.
Does not: what may be published at all (policy), how figures are computed (dbt tests).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from orchestration.quality.gx import Expected, Frame, between
from orchestration.storage.relations import columns_of, identifier, outgoing
from orchestration.warehouse.dbt_manifest import Manifest, Node
from orchestration.warehouse.published_names import LONG_MART, PERSON_WORDS, RANKING_WORDS

if TYPE_CHECKING:
    import pandas as pd
    from duckdb import DuckDBPyConnection

REASONS = ["no_denominator", "small_sample", "small_group", "immature", "not_covered", "suppressed"]
MATURITIES = ["final", "provisional", "restated"]
LATEST_WEEK_DAYS = 14
"""The newest week of a spine begins at most so many days before as_of: the week of as_of or the last whole one."""


def frames(connection: DuckDBPyConnection, manifest: Manifest, as_of: datetime) -> Iterator[Frame]:
    """The frames of every relation that would be published."""
    for name, node in sorted(manifest.published.items()):
        yield Frame(name, _shape(connection, node), _OF_SHAPE, ("column",))
        key = manifest.keys.get(node.unique_id, ())
        yield Frame(name, _select(connection, name, key), (_unique(key),))
    if LONG_MART in manifest.published:
        yield Frame(LONG_MART, _figures(connection), _OF_FIGURES)
        yield Frame(LONG_MART, _weeks(connection, as_of), _OF_WEEKS, ("metric_id", "entity_type"))


def _words(words: set[str]) -> str:
    return f"(?:^|_)(?:{'|'.join(sorted(words))})(?:_|$)"


def _not_named(column: str, words: set[str]) -> dict[str, object]:
    return {"column": column, "regex": _words(words)}


_OF_SHAPE = (
    Expected(
        "columns_and_types_equal_the_contract",
        "ExpectColumnPairValuesToBeEqual",
        {"column_A": "found", "column_B": "declared", "ignore_row_if": "neither"},
    ),
    Expected(
        "no_column_is_named_after_a_person", "ExpectColumnValuesToNotMatchRegex", _not_named("column", PERSON_WORDS)
    ),
    Expected("no_column_is_a_ranking", "ExpectColumnValuesToNotMatchRegex", _not_named("column", RANKING_WORDS)),
)


def _pair(larger: str, smaller: str) -> tuple[str, dict[str, object]]:
    arguments = {"column_A": larger, "column_B": smaller, "or_equal": True, "ignore_row_if": "either_value_is_missing"}
    return "ExpectColumnPairValuesAToBeGreaterThanB", arguments


_OF_FIGURES = (
    Expected("ratios_lie_between_0_and_1", *between("ratio", 0, 1)),
    Expected("values_are_not_negative", *between("value", 0, None)),
    Expected("n_is_not_negative", *between("n", 0, None)),
    Expected("completeness_lies_between_0_and_1", *between("completeness", 0, 1)),
    Expected("no_value_is_below_its_interval", *_pair("value", "lower")),
    Expected("no_value_is_above_its_interval", *_pair("upper", "value")),
    Expected("maturity_is_known", "ExpectColumnValuesToBeInSet", {"column": "maturity", "value_set": MATURITIES}),
    Expected("reason_is_known", "ExpectColumnValuesToBeInSet", {"column": "reason", "value_set": REASONS}),
)
_OF_WEEKS = (
    Expected("figures_exist", "ExpectTableRowCountToBeBetween", {"min_value": 1}),
    Expected("weeks_have_no_gaps", *between("missing_weeks", 0, 0)),
    Expected("the_newest_week_is_recent", *between("days_behind", 0, LATEST_WEEK_DAYS)),
)


def check_names(mart: str) -> tuple[str, ...]:
    """The names of all expectations of a mart, for announcing them before they run."""
    expected = (*_OF_SHAPE, _unique(()), *((*_OF_FIGURES, *_OF_WEEKS) if mart == LONG_MART else ()))
    return tuple(each.name for each in expected)


def _shape(connection: DuckDBPyConnection, node: Node) -> pd.DataFrame:
    """Each column that is found or declared, with both types as the engine spells them."""
    import pandas as pd

    found = columns_of(connection, f"marts.{identifier(node.name)}")
    declared = {name: _spelled(connection, kind) for name, kind in node.column_types.items()}
    names = list(dict.fromkeys([*found, *declared]))
    rows = [(name, found.get(name, "missing"), declared.get(name, "not declared")) for name in names]
    return pd.DataFrame(rows, columns=["column", "found", "declared"])


def _spelled(connection: DuckDBPyConnection, kind: str) -> str:
    """A declared type as the engine spells it; the declaration itself where the engine does not know it."""
    import duckdb

    try:
        row = connection.execute(f"select typeof(cast(null as {kind}))").fetchone()  # from the manifest
    except duckdb.Error:
        return kind or "no type"
    return str(row[0]) if row else kind


def _unique(key: tuple[str, ...]) -> Expected:
    if len(key) == 1:
        return Expected("rows_are_unique", "ExpectColumnValuesToBeUnique", {"column": key[0]})
    return Expected("rows_are_unique", "ExpectCompoundColumnsToBeUnique", {"column_list": list(key)})


def _select(connection: DuckDBPyConnection, name: str, columns: tuple[str, ...]) -> pd.DataFrame:
    listed = ", ".join(identifier(column) for column in columns) or "*"
    return connection.execute(f"select {listed} from marts.{identifier(name)}").df()  # from the manifest


def _figures(connection: DuckDBPyConnection) -> pd.DataFrame:
    """The figures without their entities, rounded as published; `ratio` repeats those whose unit is a ratio."""
    return connection.execute(f"""
        with cells as ({outgoing(connection, f"marts.{LONG_MART}")})
        select
            cells.value, cells.lower, cells.upper, cells.n, cells.completeness, cells.maturity, cells.reason,
            case when metrics.unit = 'ratio' then cells.value end as ratio
        from cells
        left join seeds.metrics as metrics on cells.metric_id = metrics.metric_id
    """).df()


def _weeks(connection: DuckDBPyConnection, as_of: datetime) -> pd.DataFrame:
    """For each metric and kind of entity: weeks missing within an entity's span, and the age of the newest week."""
    return connection.execute(
        f"""
        with entities as (
            select
                metric_id, entity_type, entity_id, max(week_start_date) as last_week,
                date_diff('day', min(week_start_date), max(week_start_date)) / 7 + 1 - count(*) as missing_weeks
            from marts.{LONG_MART}
            group by all
        )
        select
            metric_id, entity_type, max(missing_weeks) as missing_weeks,
            date_diff('day', max(last_week), cast(? as date)) as days_behind
        from entities
        group by all
        """,
        [as_of.date()],
    ).df()
