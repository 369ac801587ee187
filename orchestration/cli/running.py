"""Running the nightly job for a command, and printing its outcome.

Belongs here: what nightly, backfill, demo and try share. Does not: the job (dagster_run), the tables (report).
"""

from __future__ import annotations

import json
from datetime import date
from typing import NoReturn

from orchestration.cli import report
from orchestration.cli.session import Exit, ReportedError, err, out
from orchestration.errors import PublicationBlockedError
from orchestration.partition import DailyPartition
from orchestration.settings import Settings


def run_and_report(settings: Settings, first: date, last: date) -> None:
    """Run the days `first` to `last`; print the publication, or the blockers and end with Exit.BLOCKED."""
    from orchestration.cli.dagster_run import run_partitions

    try:
        run_partitions(settings, first, last)
    except PublicationBlockedError:
        report_block(settings, DailyPartition.of(last))
    report.run(settings, DailyPartition.of(last), out)


def report_block(settings: Settings, partition: DailyPartition) -> NoReturn:
    """Print why the run of a partition is blocked."""
    path = report.newest_block(settings, partition)
    assert path is not None
    report.blocked_run(json.loads(path.read_text("utf-8")), err)
    raise ReportedError(Exit.BLOCKED) from None
