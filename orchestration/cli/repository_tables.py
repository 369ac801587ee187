"""The tables of a run whose teams have no figures yet: all repositories together by week, then each repository.

Belongs here: reading a publication as any client does, and printing the metrics of changes and releases, with reasons
where a figure is missing. Repositories are in alphabetical order; nothing here ranks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.table import Table

from orchestration.cli.team_table import Cell, cell_text, explanations
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
    """Cells by entity and week, newest week last; metrics that no source covers."""

    together: dict[date, dict[str, Cell]] = field(default_factory=dict)
    services: dict[str, dict[date, dict[str, Cell]]] = field(default_factory=dict)
    uncovered: dict[str, list[str]] = field(default_factory=dict)


def read_outcome_weeks(publication: Path) -> OutcomeWeeks:
    """The weeks of the organisation and of its services, and by kind the metrics that no source covers."""
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
        table.add_row(str(week), *_texts(found.together[week]))
    return table


def services_table(found: OutcomeWeeks) -> Table:
    """Each repository in its newest week with a merged change, whether its figure is shown or not."""
    table = _table("Each repository, its newest week in which something was merged", "Repository", "Week from")
    for service, weeks in sorted(found.services.items()):
        week = _newest_busy(weeks)
        table.add_row(service, "none" if week is None else str(week), *_texts(weeks.get(week or max(weeks), {})))
    return table


def notes(found: OutcomeWeeks) -> Iterator[str]:
    """The reasons in the shown cells, and the metrics that no source covers."""
    shown = [found.together[week] for week in sorted(found.together)[-SHOWN_WEEKS:]]
    shown += [weeks[_newest_busy(weeks) or max(weeks)] for weeks in found.services.values()]
    yield from explanations(cell for cells in shown for cell in cells.values())
    outcomes = sorted(found.uncovered.get("outcome", []) + found.uncovered.get("quality", []))
    if outcomes:
        yield f"not covered by any source: {'; '.join(outcomes)}"
    if found.uncovered.get("cost"):
        yield "AI usage: not covered by any source, so there is no figure of tokens or costs"


def _newest_busy(weeks: dict[date, dict[str, Cell]]) -> date | None:
    """The newest week whose merged changes are not a published zero."""
    idle = [week for week, cells in weeks.items() if (cell := cells.get("merged_changes")) and cell.value == 0]
    return max(set(weeks) - set(idle), default=None)


def _table(title: str, *headings: str) -> Table:
    table = Table(title=title, title_justify="left", header_style="bold", box=SIMPLE_HEAD, pad_edge=False)
    for heading in (*headings, *COLUMNS.values()):
        table.add_column(heading, no_wrap=heading in headings)
    return table


def _texts(cells: dict[str, Cell]) -> list[str]:
    return [cell_text(cells.get(metric)) for metric in COLUMNS]
