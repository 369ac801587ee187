"""The table a run ends with: each team's latest final week, each figure with its interval or the reason for none.

Belongs here: reading a publication as any client does, and printing it as a table. Teams are in alphabetical order;
nothing here ranks. Does not: computing figures.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.table import Table

from orchestration.publishing.publication import DATABASE
from orchestration.storage.relations import open_read_only

COLUMNS = {
    "merge_rate": "Merge rate",
    "cycle_time_hours": "Cycle time",
    "incident_rate": "Incidents / 100 deploys",
    "cost_usd": "AI cost",
    "uncached_input_tokens": "Uncached input tokens",
    "output_tokens": "Output tokens",
}
REASONS = {
    "no_denominator": ("no denominator", "the week has no case to divide by"),
    "small_sample": ("small sample", "the week has too few cases for a meaningful figure"),
    "small_group": ("group too small", "fewer people are behind the figure than may be published"),
    "immature": ("too early", "the cases of the week can still change the figure"),
    "not_covered": ("not covered", "no enabled source delivers the data of the figure"),
    "suppressed": ("suppressed", "one person dominates the figure, or another could be inferred by differencing"),
}
"""Reason of an empty cell: its short form in the cell, and the sentence that explains it."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One published figure of one team and week."""

    value: float | None
    lower: float | None
    upper: float | None
    reason: str | None
    unit: str


@dataclass(frozen=True, slots=True)
class TeamWeek:
    """The newest week whose figures no longer change, and the cells of every team in it."""

    week: date | None
    is_final: bool
    teams: dict[str, dict[str, Cell]]

    @property
    def has_figures(self) -> bool:
        return any(cell.value is not None for cells in self.teams.values() for cell in cells.values())


def read_team_week(publication: Path) -> TeamWeek:
    """The latest final week of a publication; the newest week where none is final yet."""
    with open_read_only(publication.resolve() / DATABASE) as connection:
        weeks = connection.execute(
            """
            select week_start_date, bool_and(maturity != 'provisional') as is_final
            from marts.kpi_values
            where entity_type = 'team' and metric_id in (select unnest(?))
            group by week_start_date order by is_final desc, week_start_date desc limit 1
            """,
            [list(COLUMNS)],
        ).fetchone()
        if weeks is None:
            return TeamWeek(None, False, {})
        rows = connection.execute(
            """
            select cells.entity_id, cells.metric_id, value, lower, upper, reason, metrics.unit
            from marts.kpi_values as cells
            inner join marts.dim_metrics as metrics on cells.metric_id = metrics.metric_id
            where entity_type = 'team' and week_start_date = ? and cells.metric_id in (select unnest(?))
            order by cells.entity_id
            """,
            [weeks[0], list(COLUMNS)],
        ).fetchall()
    teams: dict[str, dict[str, Cell]] = {}
    for team, metric, value, lower, upper, reason, unit in rows:
        teams.setdefault(team, {})[metric] = Cell(value, lower, upper, reason, unit)
    return TeamWeek(weeks[0], weeks[1], teams)


def team_table(found: TeamWeek) -> Table:
    """The week as a table for people."""
    state = "final" if found.is_final else "provisional"
    title = "No team has figures yet" if found.week is None else f"Week from {found.week} ({state})"
    table = Table(title=title, title_justify="left", header_style="bold", box=SIMPLE_HEAD, pad_edge=False)
    for heading in ("Team", *COLUMNS.values()):
        table.add_column(heading, no_wrap=heading == "Team")
    for team, cells in found.teams.items():
        table.add_row(team, *(cell_text(cells.get(metric)) for metric in COLUMNS))
    return table


def legend(found: TeamWeek) -> list[str]:
    """The reasons in the empty cells of this week, one line each."""
    return explanations(cell for cells in found.teams.values() for cell in cells.values())


def explanations(cells: Iterable[Cell]) -> list[str]:
    """The reasons in those of these cells that are empty, one line each."""
    reasons = {cell.reason for cell in cells if cell.value is None}
    return [f"{short}: {sentence}" for reason, (short, sentence) in REASONS.items() if reason in reasons]


def cell_text(cell: Cell | None) -> str:
    """A figure with its interval, or the reason why there is none."""
    if cell is None:
        return "[dim]no figure[/]"
    if cell.value is None:
        short, _ = REASONS.get(cell.reason or "", (cell.reason or "not shown", ""))
        return f"[dim]{short}[/]"
    value = _number(cell.value, cell.unit)
    if cell.lower is None or cell.upper is None:
        return value
    low, high = (_number(bound, cell.unit).removesuffix(" h").removesuffix("%") for bound in (cell.lower, cell.upper))
    return f"{value} ({low}–{high})"


def _number(value: float, unit: str) -> str:
    if unit == "ratio":
        return f"{value:.0%}"
    if unit == "hours":
        return f"{value:.1f} h"
    if unit == "usd":
        return f"${value:,.0f}"
    if unit == "tokens":
        return _short(value)
    if unit == "changes":
        return f"{value:,.0f}"
    return f"{value:,.1f}"


def _short(value: float) -> str:
    for size, letter in ((1e9, "B"), (1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:.1f} {letter}"
    return f"{value:.0f}"
