"""What is missing before a run can run, told source by source before the run finds out.

Belongs here: looking at settings, secrets and folders. Does not: calling any source.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec

from orchestration import environment
from orchestration.connectors import SOURCES
from orchestration.contracts import load_contracts
from orchestration.errors import CounterpoiseError
from orchestration.publishing.publication import current_publication
from orchestration.settings import Origin, Settings
from orchestration.warehouse.spark_session import MISSING_JAVA, MISSING_PACKAGE


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor's: what was looked at, whether it is well, and what to do if not."""

    subject: str
    state: str
    told: str

    @property
    def is_missing(self) -> bool:
        return self.state == "missing"


def examine(settings: Settings) -> list[Finding]:
    """All findings, the general ones first."""
    return [*_general(settings), *(_source(settings, source) for source in SOURCES)]


def _general(settings: Settings) -> Iterator[Finding]:
    path = Origin.of().path
    yield _found("settings", path.is_file(), str(path), f"{path} is no file; docs/sources.md shows one")
    yield _key(settings)
    yield _engine(settings)
    folder = settings.data_folder
    place = next(parent for parent in (folder, *folder.parents) if parent.exists())
    yield _found("data folder", os.access(place, os.W_OK), str(folder), f"{place} cannot be written")
    if not settings.enabled_sources():
        yield Finding("sources", "missing", f"no source is enabled; add a section such as [sources.git] to {path.name}")
    standing = current_publication(settings.published)
    told = "nothing is published yet" if standing is None else f"{standing.publication_id} stands"
    yield Finding("publication", "ok", told)


def _key(settings: Settings) -> Finding:
    """The key is there, and is the one that landing was written with."""
    from orchestration.landing.ingest import open_landing

    try:
        settings.checked_pseudonym_key()
        if settings.landing.exists():
            open_landing(settings)
    except CounterpoiseError as error:
        return Finding("pseudonym key", "missing", str(error))
    return Finding("pseudonym key", "ok", "set, long enough, and the one that landing was written with")


def _engine(settings: Settings) -> Finding:
    """Spark needs its Python package and Java; DuckDB came with the environment."""
    if settings.engine != "spark":
        return Finding("engine", "ok", settings.engine)
    if find_spec("pyspark") is None:
        return Finding("engine", "missing", MISSING_PACKAGE)
    home = environment.variables().get("JAVA_HOME")
    java = shutil.which("java", path=None if home is None else f"{home}/bin")
    return _found("engine", java is not None, f"spark, with {java}", MISSING_JAVA)


def _source(settings: Settings, source: str) -> Finding:
    if source not in settings.sources:
        return Finding(source, "off", "has no section in the settings")
    if source not in settings.enabled_sources():
        return Finding(source, "off", "enabled = false")
    try:
        settings.source_config(source)
    except CounterpoiseError as error:
        return Finding(source, "missing", str(error))
    if source not in load_contracts(settings.dbt_project / "models" / "staging"):
        return Finding(source, "missing", f"no streams are declared below models/staging/{source}")
    from orchestration.landing import ledger

    loads = ledger.read(settings.landing, source)
    newest = max((load.as_of for load in loads), default=None)
    told = "never landed" if newest is None else f"{len(loads):,} loads, the newest as of {newest:%Y-%m-%d}"
    return Finding(source, "ok", told)


def _found(subject: str, is_well: bool, well: str, missing: str) -> Finding:
    return Finding(subject, "ok", well) if is_well else Finding(subject, "missing", missing)
