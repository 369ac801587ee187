"""The tables of a run whose teams have no figures yet: all together week by week, then each repository.

Belongs here: reading a publication as any client would, and setting in columns what changes and releases alone tell;
beside it what a withheld figure lacks. Repositories stand in alphabetical order; nothing here ranks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.table import Table

from orchestration.cli.team_table import Cell, cell_words, meanings
from orchestration.publishing.publication import DATABASE
from orchestration.storage.relations import open_read_only

COLUMNS = {
    "merged_changes": "Merged changes",
    "commit_to_merge_hours": "First commit to merge",
    "deploy_wait_hours": "Merge to release",
    "revert_rate_30d": "Reverted in 30 days",
    "ai_assisted_share": "With AI evidence",
}
SHOWN_WEEKS = 13


@dataclass
class OutcomeWeeks:
    """Cells by entity and week, newest week last; what has no source at all."""

    together: dict[date, dict[str, Cell]] = field(default_factory=dict)
    services: dict[str, dict[date, dict[str, Cell]]] = field(default_factory=dict)
    uncovered: dict[str, list[str]] = field(default_factory=dict)


def read_outcome_weeks(publication: Path) -> OutcomeWeeks:
    """The newest weeks of the organisation, all weeks of its services, and the metrics that nothing covers by kind."""
    with open_read_only(publication.resolve() / DATABASE) as connection:
        rows = connection.execute(
            """
            select entity_type, entity_id, week_start_date, metric_id, value, lower, upper, reason, metrics.unit
            from marts.kpi_values
            inner join marts.dim_metrics as metrics using (metric_id)
            where entity_type in ('organisation', 'service') and metric_id in (select unnest(?))
            order by entity_id, week_start_date
            """,
            [list(COLUMNS)],
        ).fetchall()
        uncovered = connection.execute(
            """
            select metrics.kind, metrics.name
            from marts.kpi_values
            inner join marts.dim_metrics as metrics using (metric_id)
            where entity_type = 'organisation'
            group by all having bool_and(coalesce(reason, '') = 'not_covered') order by metrics.name
            """
        ).fetchall()
    found = OutcomeWeeks()
    for kind, entity, week, metric, *cell in rows:
        weeks = found.together if kind == "organisation" else found.services.setdefault(entity, {})
        weeks.setdefault(week, {})[metric] = Cell(*cell)
    for kind, name in uncovered:
        found.uncovered.setdefault(kind, []).append(name)
    return found


def together_table(found: OutcomeWeeks) -> Table:
    """Everything together, one row a week."""
    weeks = sorted(found.together)[-SHOWN_WEEKS:]
    title = f"All repositories together, the {len(weeks)} newest weeks"
    table = _table(title, "Week from")
    for week in weeks:
        table.add_row(str(week), *_words(found.together[week]))
    return table


def services_table(found: OutcomeWeeks) -> Table:
    """Each repository in its newest week with a merged change, shown or withheld."""
    table = _table("Each repository, its newest week in which something was merged", "Repository", "Week from")
    for service, weeks in sorted(found.services.items()):
        week = _newest_busy(weeks)
        table.add_row(service, "none" if week is None else str(week), *_words(weeks.get(week or max(weeks), {})))
    return table


def notes(found: OutcomeWeeks) -> Iterator[str]:
    """What the words in place of a figure mean, as far as they stand there, and what nobody could tell."""
    shown = [found.together[week] for week in sorted(found.together)[-SHOWN_WEEKS:]]
    shown += [weeks[_newest_busy(weeks) or max(weeks)] for weeks in found.services.values()]
    yield from meanings(cell for cells in shown for cell in cells.values())
    outcomes = sorted(found.uncovered.get("outcome", []) + found.uncovered.get("quality", []))
    if outcomes:
        yield f"no source tells: {'; '.join(outcomes)}"
    if found.uncovered.get("cost"):
        yield "AI usage: no source tells of it, so no token and no cost figure exists"


def _newest_busy(weeks: dict[date, dict[str, Cell]]) -> date | None:
    """Zero is published as zero: whatever else stands there, something was merged."""
    idle = [week for week, cells in weeks.items() if (cell := cells.get("merged_changes")) and cell.value == 0]
    return max(set(weeks) - set(idle), default=None)


def _table(title: str, *headings: str) -> Table:
    table = Table(title=title, title_justify="left", header_style="bold", box=SIMPLE_HEAD, pad_edge=False)
    for heading in (*headings, *COLUMNS.values()):
        table.add_column(heading, no_wrap=heading in headings)
    return table


def _words(cells: dict[str, Cell]) -> list[str]:
    return [cell_words(cells.get(metric)) for metric in COLUMNS]
