"""Sample companies for whole runs: generated, served, and played run by run.

Belongs here: pointing the pipeline at a company without leaving a trace in this process's environment, and looking
at what its runs left. Does not: what must be true of them (the tests).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import duckdb

from orchestration import pipeline
from orchestration.cli.dagster_run import run_partitions
from orchestration.landing import ledger
from orchestration.partition import DailyPartition
from orchestration.pipeline.run_context import RunContext
from orchestration.publishing.publication import DRAFT_PREFIX, Publication
from orchestration.publishing.publish import Published
from orchestration.publishing.verify import verify
from orchestration.sample_company import World, generate, serve, settings_overrides
from orchestration.sample_company.server import Addresses
from orchestration.settings import PROJECT, Settings, load_settings
from orchestration.warehouse.dbt_runner import current_manifest
from tests import parsed_project


@dataclass(frozen=True)
class Company:
    """A company whose tools answer. `environment` is what a process needs to find them."""

    world: World
    addresses: Addresses
    settings: Settings
    environment: dict[str, str]

    @property
    def last_partition(self) -> DailyPartition:
        return DailyPartition(self.world.end)

    def partition_before_end(self, days: int) -> DailyPartition:
        return DailyPartition(self.world.end - timedelta(days=days))

    def at(self, of: DailyPartition) -> DailyPartition:
        """Let the tools answer as they did at the end of this run."""
        self.addresses.as_of = of.as_of
        return of

    def moved(self, data: Path) -> Company:
        """The same company with another data folder."""
        settings = self.settings.model_copy(update={"data": data})
        environment = {**self.environment, "COUNTERPOISE_DATA": str(data)}
        return Company(self.world, self.addresses, settings, environment)

    def guarded(self, **guards: float) -> Company:
        """The same company, more or less strict about its runs."""
        kept = self.settings.guards.model_copy(update=guards)
        return replace(self, settings=self.settings.model_copy(update={"guards": kept}))

    def beside(self, name: str) -> Company:
        """The same company with a copy of its data folder as it is now."""
        data = self.settings.data.with_name(name)
        shutil.copytree(self.settings.data, data, symlinks=True)
        return self.moved(data)


@contextmanager
def playing(folder: Path, *, people: int, weeks: int, seed: int = 7) -> Iterator[Company]:
    """Generate a company and answer for its tools."""
    world = generate(folder / "company", seed=seed, people=people, weeks=weeks)
    with serve(world) as addresses:
        overrides = dict(settings_overrides(world.directory, addresses))
        overrides["COUNTERPOISE_DATA"] = str(folder / "data")
        with environment(overrides):
            settings = load_settings()
        parsed_project.give(settings)
        yield Company(world, addresses, settings, overrides)


@contextmanager
def environment(variables: dict[str, str] | None = None) -> Iterator[None]:
    """The environment with `variables`; whatever happens inside is undone."""
    before = dict(os.environ)
    os.environ.update(variables or {})
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def started(company: Company, *words: str, code: Path = PROJECT, **variables: str) -> subprocess.Popen[bytes]:
    """The command line in a process group of its own, with the code of this project or of a copy; output is kept."""
    command = [sys.executable, "-m", "orchestration.cli.app", *words]
    whole = {**os.environ, **company.environment, "PYTHONPATH": str(code), **variables}
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=code, env=whole, stdout=pipe, stderr=pipe, start_new_session=True)


def run_job(company: Company, of: DailyPartition) -> None:
    """One run as `counterpoise nightly` runs it."""
    with environment():
        run_partitions(company.settings, of.day, of.day)


def land_all(settings: Settings, of: DailyPartition) -> None:
    for source in settings.enabled_sources():
        pipeline.land(RunContext(settings, of), source)


def build(settings: Settings, of: DailyPartition, *, full_refresh: bool = False) -> RunContext:
    """Build a run without Dagster and without the checkpoints; every dbt node must be good."""
    found = RunContext(settings, of)
    with environment():
        current_manifest(settings)
        pipeline.begin(found)
        outcome = pipeline.build(found, full_refresh=full_refresh)
    assert outcome.is_good, [(node.name, node.message) for node in outcome.failed] or outcome.error
    return found


def play(company: Company, of: DailyPartition) -> Published:
    """Land, build, judge and publish a run, without Dagster."""
    company.at(of)
    land_all(company.settings, of)
    return publish(company, of)


def publish(company: Company, of: DailyPartition) -> Published:
    with environment():
        current_manifest(company.settings)
        context = RunContext(company.settings, of)
        assert pipeline.build_and_check(context)
        return pipeline.publish_or_block(context)


def published_now(settings: Settings) -> Publication | None:
    """What a reader finds, verified file by file and row by row; None before the first publication."""
    pointer = settings.published / "current"
    return verify(pointer.resolve()) if pointer.exists() else None


def hashes(publication: Publication | None) -> dict[str, str]:
    """The content of every published relation but the one that names the publication."""
    assert publication is not None
    return {name: content.content_hash for name, content in publication.relations.items()}


def drafts(settings: Settings) -> list[str]:
    """Everything unfinished below the data folder's landing and published folder."""
    folders = (settings.landing, settings.published)
    found = [path for folder in folders for path in folder.rglob("*")]
    return sorted(path.name for path in found if path.suffix == ".draft" or path.name.startswith(DRAFT_PREFIX))


def landed(settings: Settings, as_of: datetime) -> dict[str, tuple[str, ...]]:
    """Source -> what counts of it: slice, digest and rows of each load, in no order."""
    return {
        source: tuple(
            sorted(
                f"{load.slice_key} {load.digest} {[(name, part.landed) for name, part in sorted(load.streams.items())]}"
                for load in ledger.visible(ledger.read(settings.landing, source), as_of)
            )
        )
        for source in settings.enabled_sources()
    }


def ask(path: Path, query: str, *parameters: object) -> list[tuple[object, ...]]:
    """Rows of a database that nobody writes."""
    with duckdb.connect(str(path), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        return connection.execute(query, list(parameters)).fetchall()
