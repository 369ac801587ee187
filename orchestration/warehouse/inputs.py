"""What a run builds from: the landed files that count, coverage by day, and what changed since the last build.

Belongs here: pure computation over loads. Does not: reading the ledger (run_context), relations (run_tables and one
module an engine), running dbt (dbt_runner).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise
from pathlib import Path

from orchestration import __version__
from orchestration.contracts import SourceContract, StreamContract
from orchestration.landing import ledger
from orchestration.partition import DailyPartition
from orchestration.settings import Settings

CODE_PATTERNS = (
    "models/**/*.sql",
    "models/**/*.yml",
    "models/**/*.md",
    "macros/**/*.sql",
    "tests/**/*.sql",
    "dbt_project.yml",
)


@dataclass(frozen=True)
class SourceDay:
    """Whether one stream delivered one day: delivered, empty (read, and there was nothing) or missing."""

    source: str
    stream: str
    day: date
    status: str
    rows: int | None


@dataclass(frozen=True)
class VisibleStream:
    """The files of one stream that a run sees."""

    contract: StreamContract
    files: tuple[ledger.LandedFile, ...]


@dataclass(frozen=True)
class BuildInputs:
    """Everything a build depends on. Equal fingerprints mean equal results."""

    settings: Settings
    partition: DailyPartition
    contracts: dict[str, SourceContract]
    loads: dict[str, list[ledger.Load]]

    @cached_property
    def streams(self) -> list[VisibleStream]:
        return [
            VisibleStream(contract, tuple(visible_files(contract, self.loads.get(source, []))))
            for source, declared in sorted(self.contracts.items())
            for _, contract in sorted(declared.streams.items())
        ]

    @cached_property
    def counted_loads(self) -> list[ledger.Load]:
        """Every load with files of its own (not those that confirm another), oldest first by source."""
        return [load for _, loads in sorted(self.loads.items()) for load in loads if load.confirms is None]

    @cached_property
    def source_days(self) -> list[SourceDay]:
        days = self.expected_days
        return [
            each
            for source in self.settings.enabled_sources()
            if source in self.contracts
            for contract in expected_streams(self.contracts[source], self.loads.get(source, []))
            for each in coverage(contract, self.loads.get(source, []), days)
        ]

    @cached_property
    def expected_days(self) -> list[date]:
        first, last = self.settings.schedule.start_date, self.partition.day
        return [first + timedelta(days=n) for n in range((last - first).days + 1)]

    @cached_property
    def day_fingerprints(self) -> dict[tuple[str, date], str]:
        """(source, day) -> digest of the files with its rows, for the streams that are filed by their own day."""
        files: dict[tuple[str, date], list[str]] = {}
        for stream in self.streams:
            if stream.contract.day is not None or stream.contract.load_mode == "replace_day":
                for file in stream.files:
                    files.setdefault((stream.contract.source, file.day), []).append(file.path)
        return {key: _digest(sorted(paths)) for key, paths in sorted(files.items())}

    @cached_property
    def code_fingerprint(self) -> str:
        """Of the models, macros and seeds that the warehouse is built by."""
        return code_fingerprint(self.settings)

    @cached_property
    def fingerprint(self) -> str:
        """Of everything that the publication depends on."""
        paths = sorted(file.path for stream in self.streams for file in stream.files)
        coverage_lines = [f"{d.source}{d.stream}{d.day}{d.status}" for d in self.source_days]
        quarantines = sorted(load.quarantine for load in self.counted_loads if load.quarantine)
        relevant = self.settings.model_dump_json(include={"organisation", "metrics", "privacy", "guards", "engine"})
        start = self.settings.schedule.start_date.isoformat()
        partition = [__version__, self.partition.as_of.isoformat(), self.code_fingerprint, relevant, start]
        return _digest([*partition, *paths, *coverage_lines, *quarantines])


def visible_files(contract: StreamContract, loads: Iterable[ledger.Load]) -> Iterator[ledger.LandedFile]:
    """The files of a stream that count, by its load mode.

    upsert: all of them (staging keeps the newest version of a key). snapshot: those of the newest load of each
    slice, or all where the contract keeps history. replace_day: for each day, those of the newest load of each
    slice family (the key without its last part).
    """
    with_files = [load for load in loads if load.confirms is None and contract.stream in load.streams]
    ordered = sorted(with_files, key=lambda load: (load.as_of, load.sequence))
    if contract.load_mode == "snapshot" and not contract.keeps_history:
        ordered = list({load.slice_key: load for load in ordered}.values())
    if contract.load_mode != "replace_day":
        yield from (file for load in ordered for file in load.streams[contract.stream].files)
        return
    newest: dict[tuple[str, date], list[ledger.LandedFile]] = {}
    for load in ordered:
        family = load.slice_key.rpartition("/")[0]
        if load.day is not None:
            newest[family, load.day] = []
        for file in load.streams[contract.stream].files:
            newest[family, file.day] = [file]
    for _, files in sorted(newest.items()):
        yield from files


def expected_streams(source: SourceContract, loads: Iterable[ledger.Load]) -> list[StreamContract]:
    """The streams that must deliver: all, or of a source that fills streams by choice those that it has ever landed.

    Where such a source has landed nothing at all, all of them are expected: it was to be read and was not.
    """
    declared = [contract for _, contract in sorted(source.streams.items())]
    landed = {stream for load in loads for stream in load.streams}
    return [each for each in declared if not source.fills_by_choice or not landed or each.stream in landed]


def coverage(contract: StreamContract, loads: list[ledger.Load], days: list[date]) -> Iterator[SourceDay]:
    """For each expected day whether the stream was read. A day read with nothing in it is `empty`, not missing."""
    read = [load for load in loads if contract.stream in load.streams]
    rows: dict[date, int] = {}
    for file in visible_files(contract, loads):
        rows[file.day] = rows.get(file.day, 0) + file.rows
    days_read = {load.day for load in read if load.day is not None} | set(rows)
    horizon = _read_up_to(read)
    for day in days:
        if contract.load_mode == "replace_day":
            status = "missing" if day not in days_read else "delivered" if rows.get(day) else "empty"
            yield SourceDay(contract.source, contract.stream, day, status, rows.get(day))
        else:
            status = "delivered" if horizon is not None and day < horizon else "missing"
            yield SourceDay(contract.source, contract.stream, day, status, rows.get(day) if contract.day else None)


def _read_up_to(loads: list[ledger.Load]) -> date | None:
    """The first day not read: the earliest of the slices that continue from run to run (they have a cursor)."""
    newest = ledger.newest_by_slice(loads)
    continued = {key: load.as_of.date() for key, load in newest.items() if load.cursor is not None}
    windows = {start: continued.pop(key) for key in list(continued) if (start := _window_start(key)) is not None}
    bounds = [*continued.values(), *([_windows_read_up_to(windows)] if windows else [])]
    return min(bounds) if bounds else max((load.as_of.date() for load in newest.values()), default=None)


def _window_start(slice_key: str) -> date | None:
    """The first day of a slice that is a window of the calendar, such as `incidents/2026-11-16`."""
    try:
        return date.fromisoformat(slice_key.rpartition("/")[2])
    except ValueError:
        return None


def _windows_read_up_to(windows: Mapping[date, date]) -> date:
    """The first day not read of windows of one length. A window that was read past its end is not read again."""
    starts = sorted(windows)
    if len(starts) == 1:
        return windows[starts[0]]
    length, expected = min(later - start for start, later in pairwise(starts)), starts[0]
    for start in starts:
        if start > expected:
            return expected
        if windows[start] < start + length:
            return windows[start]
        expected = start + length
    return expected


def code_fingerprint(settings: Settings) -> str:
    """The digest of every file that determines the content of the warehouse."""
    project = settings.dbt_project
    files = {path for pattern in CODE_PATTERNS for path in project.glob(pattern)}
    files |= set(settings.seeds.glob("*.csv")) | set(settings.seeds.glob("*.yml"))
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(Path(path).name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _digest(parts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]
