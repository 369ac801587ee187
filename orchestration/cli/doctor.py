"""Preflight checks: settings, secrets, folders, and each source, before a run needs them.

Belongs here: checks that need no network. Does not: calling any source.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec

from orchestration import environment
from orchestration.connectors import SOURCES, connector
from orchestration.connectors.base import SourceConfig
from orchestration.contracts import load_contracts
from orchestration.errors import CounterpoiseError
from orchestration.publishing.publication import current_publication
from orchestration.settings import Origin, Settings
from orchestration.warehouse.spark_session import MISSING_JAVA, MISSING_PACKAGE


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: its subject, its state (ok, missing or off), and a detail that names the fix."""

    subject: str
    state: str
    detail: str

    @property
    def is_missing(self) -> bool:
        return self.state == "missing"


def examine(settings: Settings) -> list[Finding]:
    """All findings, the general ones first."""
    return [*_general(settings), *(_source(settings, source) for source in SOURCES)]


def _general(settings: Settings) -> Iterator[Finding]:
    path = Origin.of().path
    yield _found(
        "settings", path.is_file(), str(path), f"{path} is not a file; the pages of docs/sources show examples"
    )
    yield _key(settings)
    yield _engine(settings)
    folder = settings.data_folder
    place = next(parent for parent in (folder, *folder.parents) if parent.exists())
    yield _found("data folder", os.access(place, os.W_OK), str(folder), f"{place} is not writable")
    if not settings.enabled_sources():
        yield Finding("sources", "missing", f"no source is enabled; add a section such as [sources.git] to {path.name}")
    current = current_publication(settings.published)
    detail = "nothing is published yet" if current is None else f"{current.publication_id} is current"
    yield Finding("publication", "ok", detail)


def _key(settings: Settings) -> Finding:
    """The key is set, and landing was written with it."""
    from orchestration.landing.ingest import open_landing

    try:
        settings.checked_pseudonym_key()
        if settings.landing.exists():
            open_landing(settings)
    except CounterpoiseError as error:
        return Finding("pseudonym key", "missing", str(error))
    return Finding("pseudonym key", "ok", "set, and landing was written with it")


def _engine(settings: Settings) -> Finding:
    """Spark needs its Python package and Java; DuckDB is part of the environment."""
    if settings.engine != "spark":
        return Finding("engine", "ok", settings.engine)
    if find_spec("pyspark") is None:
        return Finding("engine", "missing", MISSING_PACKAGE)
    home = environment.variables().get("JAVA_HOME")
    java = shutil.which("java", path=None if home is None else f"{home}/bin")
    return _found("engine", java is not None, f"spark, with {java}", MISSING_JAVA)


def _source(settings: Settings, source: str) -> Finding:
    if source not in settings.sources:
        return Finding(source, "off", "no section in the settings")
    if source not in settings.enabled_sources():
        return Finding(source, "off", "enabled = false")
    try:
        config = settings.source_config(source)
    except CounterpoiseError as error:
        return Finding(source, "missing", str(error))
    if source not in load_contracts(settings.dbt_project / "models" / "staging"):
        return Finding(source, "missing", f"no streams are declared below models/staging/{source}")
    if problems := list(getattr(connector(source), "problems", _no_problems)(config)):
        return Finding(source, "missing", "; ".join(problems))
    from orchestration.landing import ledger

    loads = ledger.read(settings.landing, source)
    newest = max((load.as_of for load in loads), default=None)
    detail = "never landed" if newest is None else f"{len(loads):,} loads, the newest as of {newest:%Y-%m-%d}"
    return Finding(source, "ok", detail)


def _no_problems(config: SourceConfig) -> Iterable[str]:
    return ()


def _found(subject: str, is_ok: bool, ok: str, missing: str) -> Finding:
    return Finding(subject, "ok", ok) if is_ok else Finding(subject, "missing", missing)
