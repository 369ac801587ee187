"""The command line. Data goes to stdout, talk goes to stderr.

Belongs here: one thin command a verb. Does not: any work; heavy imports wait for the command that needs them.

Exit codes: 0 done, or nothing had changed · 1 a step failed · 2 wrong usage · 3 the run was refused and the last
good publication stands · 4 another process is writing · 5 a setting or a secret is missing.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from enum import IntEnum
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console

from orchestration import environment, errors
from orchestration.cli import report
from orchestration.cli.console_logging import logging_to
from orchestration.partition import DailyPartition
from orchestration.settings import Settings, load_settings
from orchestration.storage.writer_lock import writer_lock

app = typer.Typer(
    help=(__doc__ or "").splitlines()[0], epilog=(__doc__ or "").split("\n\n")[-1], no_args_is_help=True,
    add_completion=False, pretty_exceptions_enable=False,
)  # fmt: skip
PIPED_COLUMNS = 118
"""How wide a table is when no terminal says how wide it may be."""
err = Console(stderr=True)
out = Console() if Console().is_terminal else Console(width=PIPED_COLUMNS)
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The UTC day; yesterday if left out.")]


class Exit(IntEnum):
    """What the shell gets."""

    DONE = 0
    FAILED = 1
    REFUSED = 3
    BUSY = 4
    MISCONFIGURED = 5


class ShownError(Exception):
    """An ending that has been told on the terminal already."""

    def __init__(self, code: Exit) -> None:
        super().__init__(code.name)
        self.code = code


EXITS = {
    errors.PublicationBlockedError: Exit.REFUSED,
    errors.BusyError: Exit.BUSY,
    errors.SettingsError: Exit.MISCONFIGURED,
    errors.ContractError: Exit.MISCONFIGURED,
}


@contextmanager
def told() -> Iterator[None]:
    """Errors of ours become a sentence and an exit code."""
    try:
        yield
    except ShownError as shown:
        raise typer.Exit(shown.code) from None
    except errors.CounterpoiseError as error:
        err.print(f"{error}", style="bold red", markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(next((code for kind, code in EXITS.items() if isinstance(error, kind)), Exit.FAILED)) from None


@contextmanager
def session(purpose: str | None, settings: Settings | None = None) -> Iterator[Settings]:
    """Settings, the log, and (with a purpose) the writer lock."""
    with told():
        settings = settings or load_settings()
        with logging_to(settings.data_folder / "logs", err):
            if purpose is None:
                yield settings
                return
            with writer_lock(settings.data_folder, purpose):
                yield settings


@app.command()
def nightly(day: Day = None) -> None:
    """One whole run: land, build, judge, publish; then the teams' table and the publication's path."""
    with session("nightly") as settings:
        _run(settings, _day(day), _day(day))


@app.command()
def backfill(first: datetime, last: datetime) -> None:
    """Land the days FIRST to LAST in order, then build and publish once, as of LAST."""
    with session("backfill") as settings:
        _run(settings, first.date(), last.date())


@app.command()
def land(
    source: str,
    day: Day = None,
    refetch: Annotated[bool, typer.Option(help="Read again what this run has counted.")] = False,
    accept_shrink: Annotated[bool, typer.Option(help="The source really lost rows: let less replace more.")] = False,
) -> None:
    """Land one source and nothing else."""
    with session(f"land {source}") as settings:
        from orchestration.pipeline import land as land_partition
        from orchestration.run_context import RunContext

        context = RunContext(settings, DailyPartition.of(_day(day)))
        record, _ = land_partition(context, source, refetch=refetch, accept_shrink=accept_shrink)
        out.print_json(record.model_dump_json())
        if record.failed_slices or record.rejected_loads:
            raise typer.Exit(Exit.FAILED)


@app.command()
def build(day: Day = None, full_refresh: bool = False) -> None:
    """Build and test the warehouse from what has landed, and look at both checkpoints; publish nothing."""
    with session("build") as settings:
        from orchestration import pipeline
        from orchestration.run_context import RunContext

        if not pipeline.build_and_check(RunContext(settings, DailyPartition.of(_day(day))), full_refresh=full_refresh):
            raise errors.WarehouseError("the build is not good enough to publish; `counterpoise publish` says why")


@app.command()
def publish(day: Day = None) -> None:
    """Let the gate judge the last build of a day, and publish it."""
    with session("publish") as settings:
        from orchestration import pipeline
        from orchestration.run_context import RunContext

        try:
            done = pipeline.publish_or_block(RunContext(settings, DailyPartition.of(_day(day))))
        except errors.PublicationBlockedError:
            _show_block(settings, DailyPartition.of(_day(day)))
        out.print(str(done.path), soft_wrap=True, highlight=False)


@app.command()
def status() -> None:
    """What stands, how complete it is, and who is writing."""
    with session(None) as settings:
        report.status(settings, out)


@app.command()
def doctor() -> None:
    """What is missing before a run can run, source by source."""
    with session(None) as settings:
        from orchestration.cli.doctor import examine

        findings = examine(settings)
        report.findings(findings, out)
        if any(finding.is_missing for finding in findings):
            raise typer.Exit(Exit.MISCONFIGURED)


@app.command()
def explain_block(day: Day = None) -> None:
    """Why a run was not published: each check, its numbers, and what to do. The newest refusal if no day is given."""
    with session(None) as settings:
        path = report.newest_block(settings, None if day is None else DailyPartition.of(day.date()))
        if path is None:
            err.print("no run stands refused")
            return
        report.blocker(json.loads(path.read_text("utf-8")), out)


@app.command()
def demo(folder: Path = Path("data/demo"), people: int = 60, weeks: int = 26, seed: int = 7) -> None:
    """The sample company: generate it, run one whole run over it, and show the teams' table."""
    from orchestration.cli.demo import sample_company

    err.print(f"sample company: {people} people, {weeks} weeks, in {folder}", highlight=False)
    company = sample_company(folder.resolve(), people=people, weeks=weeks, seed=seed)
    with company as (settings, partition), session("demo", settings):
        _run(settings, partition.day, partition.day)


@app.command(name="try")
def try_out(
    repositories: Annotated[list[Path], typer.Argument(help="Folders of git repositories, bare or not.")],
    folder: Annotated[
        Path | None,
        typer.Option(help="Where everything goes; a folder of its own below ~/.cache/counterpoise if left out."),
    ] = None,
    weeks: Annotated[int, typer.Option(min=1, help="How many weeks back figures reach.")] = 26,
) -> None:
    """Your own git repositories and nothing else: one run up to the newest commit. Nothing is written into them."""
    with told():
        from orchestration.cli.quickstart import quickstart, usual_folder

        settings, partition = quickstart(repositories, (folder or usual_folder(repositories)).resolve(), weeks)
        err.print(f"{len(repositories)} repositories up to {partition.day}, in {settings.root}", highlight=False)
    with session("try", settings):
        _run(settings, partition.day, partition.day)


@app.command()
def dev(port: int = 3000) -> None:
    """Open Dagster's page on this code location."""
    with session(None) as settings:
        from orchestration.dagster_run import dagster_environment

        variables = environment.variables() | dagster_environment(settings)
    program = Path(sys.executable).with_name("dagster")
    arguments = [str(program), "dev", "-m", "orchestration.definitions", "-p", str(port)]
    os.execve(program, arguments, variables)  # noqa: S606  # our own program


def main() -> None:
    """The entry point of `counterpoise`."""
    app()


def _run(settings: Settings, first: date, last: date) -> None:
    from orchestration.dagster_run import run_partitions

    try:
        run_partitions(settings, first, last)
    except errors.PublicationBlockedError:
        _show_block(settings, DailyPartition.of(last))
    report.partition(settings, DailyPartition.of(last), out)


def _show_block(settings: Settings, partition: DailyPartition) -> NoReturn:
    path = report.newest_block(settings, partition)
    assert path is not None
    report.blocker(json.loads(path.read_text("utf-8")), err)
    raise ShownError(Exit.REFUSED) from None


def _day(day: datetime | None) -> date:
    """The day asked for, or the last whole UTC day. The only place that asks what day it is."""
    return day.date() if day is not None else datetime.now(UTC).date() - timedelta(days=1)


if __name__ == "__main__":
    main()
