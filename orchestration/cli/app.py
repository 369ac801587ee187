"""The command line of Counterpoise: one thin command a verb.

Belongs here: commands, their arguments and their help. Does not: any work; heavy imports wait for the command that
needs them. The frame of a command (settings, log, lock, exit codes) is in `session`.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from orchestration import __version__, environment, errors
from orchestration.cli import report
from orchestration.cli.running import report_block, run_and_report
from orchestration.cli.session import Exit, err, exit_codes, out, session
from orchestration.partition import DailyPartition

HELP = """Counterpoise: a batch data warehouse that publishes AI usage only beside engineering outcomes.

Figures and tables go to stdout, messages to stderr."""
EXIT_CODES = """Exit codes: 0 done, or nothing had changed · 1 a step failed · 2 wrong usage · 3 the run was blocked and
the last publication remains current · 4 another process is writing · 5 a setting or a secret is missing."""
app = typer.Typer(epilog=EXIT_CODES, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
DATE = ["%Y-%m-%d"]
Day = Annotated[datetime | None, typer.Option(formats=DATE, help="The UTC day to run; yesterday if left out.")]


def print_version(is_wanted: bool) -> None:
    if is_wanted:
        out.print(f"counterpoise {__version__}", highlight=False)
        raise typer.Exit(Exit.DONE)


Version = Annotated[
    bool, typer.Option("--version", callback=print_version, is_eager=True, help="Print the version and exit.")
]


@app.callback(help=HELP)
def options(version: Version = False) -> None:
    """The options of `counterpoise` itself; HELP is its help text."""


@app.command()
def nightly(day: Day = None) -> None:
    """Run one day: land every source, build and test the warehouse, publish; then print the teams' table."""
    with session("nightly") as settings:
        run_and_report(settings, _day(day), _day(day))


@app.command()
def backfill(
    first: Annotated[datetime, typer.Argument(formats=DATE, help="The first UTC day to land, such as 2026-10-01.")],
    last: Annotated[datetime, typer.Argument(formats=DATE, help="The last UTC day to land; the publication's day.")],
) -> None:
    """Land the days FIRST to LAST in order, then build and publish once, as of the end of LAST."""
    with session("backfill") as settings:
        run_and_report(settings, first.date(), last.date())


@app.command()
def land(
    source: Annotated[str, typer.Argument(help="The name of an enabled source, such as github.")],
    day: Day = None,
    refetch: Annotated[bool, typer.Option(help="Read slices again that this day has already landed.")] = False,
    accept_shrink: Annotated[bool, typer.Option(help="Accept a load with far fewer rows than before.")] = False,
) -> None:
    """Land one source; build and publish nothing. Prints the record of the landing as JSON."""
    with session(f"land {source}") as settings:
        from orchestration.pipeline import land as land_partition
        from orchestration.pipeline.run_context import RunContext

        context = RunContext(settings, DailyPartition.of(_day(day)))
        record, _ = land_partition(context, source, refetch=refetch, accept_shrink=accept_shrink)
        out.print_json(record.model_dump_json())
        if record.failed_slices or record.rejected_loads:
            raise typer.Exit(Exit.FAILED)


@app.command()
def build(
    day: Day = None,
    full_refresh: Annotated[bool, typer.Option(help="Build incremental models from the start.")] = False,
) -> None:
    """Build and test the warehouse from what has landed, with both checkpoints; publish nothing."""
    with session("build") as settings:
        from orchestration import pipeline
        from orchestration.pipeline.run_context import RunContext

        if not pipeline.build_and_check(RunContext(settings, DailyPartition.of(_day(day))), full_refresh=full_refresh):
            raise errors.WarehouseError("the build cannot be published; `counterpoise publish` reports why")


@app.command()
def publish(day: Day = None) -> None:
    """Publish the last build of a day if the gate finds no blocker. Prints the path of the publication."""
    with session("publish") as settings:
        from orchestration import pipeline
        from orchestration.pipeline.run_context import RunContext

        try:
            done = pipeline.publish_or_block(RunContext(settings, DailyPartition.of(_day(day))))
        except errors.PublicationBlockedError:
            report_block(settings, DailyPartition.of(_day(day)))
        out.print(str(done.path), soft_wrap=True, highlight=False)


@app.command()
def status() -> None:
    """Show the current publication, how complete its sources are, blocked runs, and the process that writes."""
    with session() as settings:
        report.status(settings, out)


@app.command()
def doctor() -> None:
    """Check settings, secrets, folders and sources before a run. Calls no source."""
    with session() as settings:
        from orchestration.cli.doctor import examine

        findings = examine(settings)
        report.findings(findings, out)
        if any(finding.is_missing for finding in findings):
            raise typer.Exit(Exit.MISCONFIGURED)


@app.command(name="explain-refusal", hidden=True, deprecated=True)
@app.command()
def explain_block(
    day: Annotated[datetime | None, typer.Option(formats=DATE, help="The UTC day; the newest if left out.")] = None,
) -> None:
    """Explain why a run was not published: each rule, what was found, and the fix."""
    with session() as settings:
        path = report.newest_block(settings, None if day is None else DailyPartition.of(day.date()))
        if path is None:
            err.print("no run is blocked" if day is None else f"the run of {day:%Y-%m-%d} is not blocked")
            return
        report.blocked_run(json.loads(path.read_text("utf-8")), out)


@app.command()
def demo(
    folder: Annotated[Path, typer.Option(help="Where the sample company and its data go.")] = Path("data/demo"),
    people: Annotated[int, typer.Option(min=1, help="How many people the company has.")] = 60,
    weeks: Annotated[int, typer.Option(min=1, help="How many weeks of history it has.")] = 26,
    seed: Annotated[int, typer.Option(help="The same seed gives the same company.")] = 7,
) -> None:
    """Generate a sample company, run one day over it, and print the teams' table."""
    from orchestration.cli.demo import sample_company

    err.print(f"sample company: {people} people, {weeks} weeks, in {folder}", highlight=False)
    company = sample_company(folder.resolve(), people=people, weeks=weeks, seed=seed)
    with company as (settings, partition), session("demo", settings):
        run_and_report(settings, partition.day, partition.day)


@app.command(name="try")
def try_out(
    repositories: Annotated[list[Path], typer.Argument(help="Folders of git repositories, bare or not.")],
    folder: Annotated[
        Path | None,
        typer.Option(help="Where settings and data go; a folder below ~/.cache/counterpoise if left out."),
    ] = None,
    weeks: Annotated[int, typer.Option(min=1, help="How many weeks the figures reach back.")] = 26,
) -> None:
    """Publish figures of your own git repositories, up to the newest commit, without changing them."""
    with exit_codes():
        from orchestration.cli.quickstart import default_folder, quickstart

        settings, partition = quickstart(repositories, (folder or default_folder(repositories)).resolve(), weeks)
        err.print(f"{len(repositories)} repositories up to {partition.day}, in {settings.root}", highlight=False)
    with session("try", settings):
        run_and_report(settings, partition.day, partition.day)


@app.command()
def dev(port: Annotated[int, typer.Option(help="The port of Dagster's web page.")] = 3000) -> None:
    """Open Dagster's web page: assets, checks, the schedule, and every run."""
    with session() as settings:
        from orchestration.cli.dagster_run import dagster_environment

        variables = environment.variables() | dagster_environment(settings)
    program = Path(sys.executable).with_name("dagster")
    arguments = [str(program), "dev", "-m", "orchestration.definitions", "-p", str(port)]
    os.execve(program, arguments, variables)  # noqa: S606  # our own program


def main() -> None:
    """The entry point of `counterpoise`."""
    app()


def _day(day: datetime | None) -> date:
    """The given day, or the last whole UTC day. The only place that reads the clock for a day."""
    return day.date() if day is not None else datetime.now(UTC).date() - timedelta(days=1)


if __name__ == "__main__":
    main()
