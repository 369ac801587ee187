"""Landing: what a connector brings becomes typed Parquet that counts whole or not at all.

Belongs here: running a connector's slices for a run (this file), and in the modules beside it contract checks
(records, tables), pseudonyms, files (writer), the manifest and the order of steps (load).
Does not: knowledge of any one source.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from orchestration.connectors.base import Slice
from orchestration.contracts import SourceContract
from orchestration.errors import (
    LandingError,
    PermissionDeniedError,
    RateLimitedError,
    SettingsError,
    SourceError,
    TruncatedLoadError,
    UnreachableError,
)
from orchestration.landing import ledger
from orchestration.landing.load import Landing, LoadInProgress
from orchestration.landing.pseudonyms import Pseudonymiser
from orchestration.partition import DailyPartition

COMMITTED_FILES = 200
"""So many files wait for the disk together."""
GIVES_UP_AFTER = 3
"""A source that answers at no try for so many slices in a row is down: the rest of its slices would wait in vain."""

__all__ = ["GIVES_UP_AFTER", "Landing", "LoadReport", "Pseudonymiser", "check_key", "land_slices"]


@dataclass
class LoadReport:
    """What a source brought tonight. `failed` and `refused` hold one sentence a slice."""

    source: str
    landed: int = 0
    quarantined: int = 0
    new_loads: int = 0
    unchanged: int = 0
    already_counted: int = 0
    failed: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    unknown_fields: dict[str, int] = field(default_factory=dict)
    is_worth_retrying: bool = False
    unanswered: int = 0

    @property
    def is_complete(self) -> bool:
        return not self.failed and not self.refused

    def count(self, load: ledger.Load) -> None:
        self.new_loads += 1
        for stream, brought in load.streams.items():
            self.landed += brought.landed
            self.quarantined += brought.quarantined
            for name, rows in brought.unknown_fields.items():
                path = f"{stream}.{name}"
                self.unknown_fields[path] = self.unknown_fields.get(path, 0) + rows


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

    A slice that fails leaves no trace and the next one is tried; a source that asks for more patience than
    the run has, or does not answer for several slices in a row, ends the round. `counted`: the loads that this run
    may see, read from the ledger if left out. `refetch` reads counted slices again; `accept_shrink` lets a smaller
    set replace a larger.
    """
    report = LoadReport(contract.source)
    if counted is None:
        counted = ledger.visible(ledger.read(landing.folder, contract.source), partition.as_of)
    newest = ledger.newest_by_slice(counted)
    if accept_shrink:
        landing = replace(landing, min_load_share=0.0)
    finished = _Finished(landing.folder, report)
    try:
        for slice_ in slices:
            previous = newest.get(slice_.key)
            if previous is not None and previous.as_of == partition.as_of and not refetch:
                report.already_counted += 1
                continue
            on_slice(
                slice_.key, _land(LoadInProgress(landing, contract, partition, slice_, previous), slice_, finished)
            )
            if report.unanswered >= GIVES_UP_AFTER:
                raise UnreachableError(f"no answer for {report.unanswered} slices in a row; the rest was not asked.")
    except (SourceError, OSError) as error:
        report.is_worth_retrying |= not isinstance(error, RateLimitedError | PermissionDeniedError)
        report.failed.append(f"{contract.source}: {error}")
    finally:
        finished.commit()
    return report


class _Finished:
    """Loads that are whole and wait to count together, because each wait for the disk is long."""

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
        """Let the waiting loads count. A kill before this line costs reading them again and nothing else."""
        ledger.commit(self._folder, self.report.source, self._loads)
        for load in self._loads:
            if load.confirms is None:
                self.report.count(load)
            else:
                self.report.unchanged += 1
        self._loads, self._files = [], 0


def _land(load: LoadInProgress, slice_: Slice, finished: _Finished) -> str:
    """Land one slice and say in a word what came of it."""
    report = finished.report
    try:
        for item in slice_.items():
            load.take(item)
        line = load.finish()
    except TruncatedLoadError as error:
        load.drop()
        report.refused.append(str(error))
        return "refused"
    except RateLimitedError:
        load.drop()
        raise
    except (SourceError, LandingError) as error:
        load.drop()
        report.is_worth_retrying |= not isinstance(error, PermissionDeniedError)
        report.failed.append(f"{slice_.key}: {error}")
        report.unanswered = report.unanswered + 1 if isinstance(error, UnreachableError) else 0
        return "failed"
    except BaseException:
        load.drop()
        raise
    report.unanswered = 0
    finished.add(line)
    if line.confirms is not None:
        return "unchanged"
    return f"{sum(stream.landed for stream in line.streams.values()):,} rows"


def check_key(folder: Path, pseudonymiser: Pseudonymiser) -> None:
    """Refuse to mix pseudonyms of two keys in one landing folder; the first use writes the fingerprint down."""
    path, fingerprint = folder / "_key_fingerprint", pseudonymiser.fingerprint()
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".draft")
        draft.write_text(fingerprint, "utf-8")
        draft.replace(path)
    elif path.read_text("utf-8") != fingerprint:
        raise SettingsError(
            f"the landing folder was written with another pseudonym key (fingerprint {path.read_text('utf-8')}, "
            f"configured {fingerprint}); nothing was landed. Restore the key, or land everything again in a new folder."
        )
