"""What the command line prints of a run, of the published folder, of preflight checks and of a blocked run.

Belongs here: printing. Does not: deciding or computing anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import cast

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from orchestration.cli.doctor import Finding
from orchestration.cli.repository_tables import notes, read_outcome_weeks, services_table, together_table
from orchestration.cli.team_table import legend, read_team_week, team_table
from orchestration.partition import DailyPartition, partition_name
from orchestration.publishing.blocked_run import BLOCKED
from orchestration.publishing.publication import current_publication, publications
from orchestration.settings import Settings
from orchestration.storage.writer_lock import holder


def run(settings: Settings, of: DailyPartition, out: Console) -> None:
    """The table of a run's publication and its path: teams, or repositories where no team has a figure."""
    found = [each for each in publications(settings.published) if each.as_of == of.as_of]
    if not found:
        out.print(f"nothing is published for the run of {of.day}")
        return
    path = settings.published / found[-1].publication_id
    week = read_team_week(path)
    if week.has_figures:
        out.print(team_table(week))
        _lines(legend(week), out)
    else:
        _outcomes(path, out)
    out.print(f"published: {path}", soft_wrap=True, highlight=False)
    current = current_publication(settings.published)
    if current is not None and current.publication_id != path.name:
        out.print(f"current:   {current.publication_id} of a newer day remains current", highlight=False)


def _outcomes(publication: Path, out: Console) -> None:
    """Figures of all repositories together and of each one, where no team has a figure (git knows no teams)."""
    found = read_outcome_weeks(publication)
    out.print(together_table(found))
    out.print(services_table(found))
    _lines(notes(found), out)


def _lines(lines: Iterable[str], out: Console) -> None:
    for line in lines:
        out.print(f"[dim]{escape(line)}[/]", highlight=False)


def status(settings: Settings, out: Console) -> None:
    """The current publication, its sources, blocked runs, and the process that writes."""
    current = current_publication(settings.published)
    if current is None:
        out.print("nothing is published yet")
    else:
        out.print(f"current: {current.publication_id}, as of {current.as_of:%Y-%m-%d %H:%M} UTC", highlight=False)
        out.print(f"path:    {settings.published / current.publication_id}", soft_wrap=True, highlight=False)
        table = Table("Source", "Stream-days delivered", "Last delivered", header_style="bold")
        for source in current.sources:
            expected = source.expected_stream_days
            delivered = f"{expected - source.missing_stream_days} of {expected}"
            table.add_row(source.source, delivered, source.last_delivered_day or "never")
        out.print(table)
    for path in sorted((settings.published / BLOCKED).glob("*.json")):
        out.print(f"blocked: {path.stem} (`counterpoise explain-block`)", highlight=False)
    out.print(f"writer:  {holder(settings.data_folder) or 'nobody'}", highlight=False)


def findings(found: list[Finding], out: Console) -> None:
    """The results of the preflight checks."""
    table = Table("Check", "State", "Detail", title="Preflight checks", title_justify="left", header_style="bold")
    for finding in found:
        table.add_row(finding.subject, finding.state, escape(finding.detail))
    out.print(table)


def newest_block(settings: Settings, of: DailyPartition | None) -> Path | None:
    """The record of a blocked run; of the newest one if no partition is given."""
    folder = settings.published / BLOCKED
    if of is not None:
        path = folder / f"{partition_name(of.as_of)}.json"
        return path if path.is_file() else None
    return max(folder.glob("*.json"), default=None, key=lambda path: path.stem)


def blocked_run(record: Mapping[str, object], out: Console) -> None:
    """One screen: what remains current, and for each blocker the rule, what was found, and what to do."""
    blockers = cast(list[dict[str, str]], record["blockers"])
    current = "Nothing is published yet." if record["current"] is None else f"{record['current']} remains current."
    out.print(f"[bold red]Not published: the run as of {record['as_of']}.[/] {current}", highlight=False)
    for each in blockers:
        out.print(f"\n[bold]{escape(each['rule'])}[/]", highlight=False)
        out.print(f"  found: {escape(each['finding'])}", soft_wrap=True, highlight=False)
        out.print(f"  fix:   {escape(each['action'])}", soft_wrap=True, highlight=False)
