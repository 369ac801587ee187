"""What `make demo` prints, as README.md shows it.

Reads:  the sample company of `counterpoise demo`, through one whole run in a folder that is removed afterwards.
Returns: the printed lines as they leave a pipe; the path of the publication is the one that `make demo` prints.
Leaves out: the lines on stderr, which report how long each step took.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from io import StringIO
from pathlib import Path

from rich.console import Console

from orchestration.cli import report
from orchestration.cli.session import PIPED_COLUMNS
from orchestration.partition import DailyPartition
from orchestration.settings import Settings

SHOWN_DATA = "data/demo/data"


def demo(previous: str) -> str:
    """A fenced block with the table of the sample company; `previous` where KEEP_DEMO_OUTPUT is set."""
    if os.environ.get("KEEP_DEMO_OUTPUT"):
        return previous.rstrip("\n")
    from orchestration.cli.dagster_run import run_partitions
    from orchestration.cli.demo import sample_company

    before = dict(os.environ)
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as undo:
        undo.callback(os.environ.update, before)
        undo.callback(os.environ.clear)
        settings, partition = undo.enter_context(sample_company(Path(folder), people=60, weeks=26, seed=7))
        run_partitions(settings, partition.day, partition.day)
        return printed(settings, partition)


def printed(settings: Settings, partition: DailyPartition) -> str:
    """A fenced block with what the command prints after the run."""
    paper = StringIO()
    report.run(settings, partition, Console(file=paper, width=PIPED_COLUMNS))
    lines = [line.rstrip() for line in paper.getvalue().splitlines()]
    table = "\n".join(lines).strip().replace(str(settings.data_folder), SHOWN_DATA)
    return f"```\n{table}\n```"
