"""All slices of one source in one run: which are fetched, what a failure ends, and when loads are counted.

Belongs here: the loop over slices and the batches in which their loads are committed.
Does not: the steps of one load (load) or reading a source (connectors).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from orchestration.connectors.base import Slice
from orchestration.contracts import SourceContract
from orchestration.errors import (
    LandingError,
    PermissionDeniedError,
    RateLimitedError,
    SourceError,
    TruncatedLoadError,
    UnreachableError,
)
from orchestration.landing import ledger
from orchestration.landing.load import Landing, LoadInProgress
from orchestration.landing.report import LoadReport
from orchestration.partition import DailyPartition

COMMITTED_FILES = 200
"""The number of files, or of loads, that are forced to disk and counted together."""
MAX_UNANSWERED_SLICES = 3
"""A source that answers none of this many slices in a row counts as down; its other slices are skipped."""


def cursors(loads: list[ledger.Load], partition: DailyPartition) -> dict[str, str]:
    """Slice key -> cursor of its newest load before this run."""
    before = [load for load in loads if load.as_of < partition.as_of]
    newest = ledger.newest_by_slice(before)
    return {key: load.cursor for key, load in newest.items() if load.cursor is not None}


def land_slices(
    landing: Landing,
    contract: SourceContract,
    partition: DailyPartition,
    slices: Iterable[Slice],
    *,
    counted: list[ledger.Load] | None = None,
    refetch: bool = False,
    accept_shrink: bool = False,
    on_slice: Callable[[str, str], None] = lambda key, outcome: None,
) -> LoadReport:
    """Land every slice that this run has not counted yet.

    A slice that fails leaves no trace and the next one is tried. A rate limit that outlasts the retry budget, or
    several slices in a row without an answer, end the source's run. `counted`: the loads that this run may see, read
    from the ledger if left out. `refetch` reads counted slices again; `accept_shrink` lets a smaller set replace a
    larger one.
    """
    report = LoadReport(contract.source)
    if counted is None:
        counted = ledger.visible(ledger.read(landing.folder, contract.source), partition.as_of)
    newest = ledger.newest_by_slice(counted)
    known_fields = ledger.unknown_fields(counted)
    report.known_streams = frozenset(known_fields)
    if accept_shrink:
        landing = replace(landing, min_load_share=0.0)
    waiting = _WaitingLoads(landing.folder, report)
    try:
        for slice_ in slices:
            previous = newest.get(slice_.key)
            if previous is not None and previous.as_of == partition.as_of and not refetch:
                report.already_counted_slices += 1
                continue
            load = LoadInProgress(landing, contract, partition, slice_, previous, known_fields)
            on_slice(slice_.key, _land(load, slice_, waiting))
            if report.unanswered_slices >= MAX_UNANSWERED_SLICES:
                raise UnreachableError(
                    f"no answer for {report.unanswered_slices} slices in a row; remaining slices were skipped."
                )
    except (SourceError, OSError) as error:
        report.is_worth_retrying |= not isinstance(error, RateLimitedError | PermissionDeniedError)
        report.failed_slices.append(f"{contract.source}: {error}")
    finally:
        waiting.commit()
    return report


class _WaitingLoads:
    """Loads that are complete and wait to be counted together, because each wait for the disk is long."""

    def __init__(self, folder: Path, report: LoadReport) -> None:
        self.report = report
        self._folder = folder
        self._loads: list[ledger.Load] = []
        self._files = 0

    def add(self, load: ledger.Load) -> None:
        self._loads.append(load)
        self._files += sum(len(stream.files) for stream in load.streams.values())
        if self._files >= COMMITTED_FILES or len(self._loads) >= COMMITTED_FILES:
            self.commit()

    def commit(self) -> None:
        """Count the waiting loads. A kill before this line means that they are read again, and nothing else."""
        ledger.commit(self._folder, self.report.source, self._loads)
        for load in self._loads:
            self.report.count(load)
        self._loads, self._files = [], 0


def _land(load: LoadInProgress, slice_: Slice, waiting: _WaitingLoads) -> str:
    """Land one slice; returns its outcome in a word or two."""
    report = waiting.report
    try:
        for item in slice_.items():
            load.add(item)
        line = load.finish()
    except TruncatedLoadError as error:
        load.abort()
        report.rejected_loads.append(str(error))
        return "rejected"
    except RateLimitedError:
        load.abort()
        raise
    except (SourceError, LandingError) as error:
        load.abort()
        report.is_worth_retrying |= not isinstance(error, PermissionDeniedError)
        report.failed_slices.append(f"{slice_.key}: {error}")
        report.unanswered_slices = report.unanswered_slices + 1 if isinstance(error, UnreachableError) else 0
        return "failed"
    except BaseException:
        load.abort()
        raise
    report.unanswered_slices = 0
    for stream, brought in line.streams.items():
        load.known_fields.setdefault(stream, set()).update(brought.unknown_fields)
    waiting.add(line)
    if line.confirms is not None:
        return "unchanged"
    return f"{sum(stream.landed for stream in line.streams.values()):,} rows"
