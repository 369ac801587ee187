"""The manifest of a source: one line per load that counts. A file that no line names does not exist.

Belongs here: appending lines whole or not at all, and reading them.
Does not: writing data files (writer) or deciding what lands (load).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path

import orjson
from pydantic import BaseModel, ConfigDict

from orchestration.errors import LandingError
from orchestration.storage.atomic_files import sync
from orchestration.storage.crash_points import crash_point

NAME = "_manifest.jsonl"


class LandedFile(BaseModel):
    """One Parquet file of a load. `path` is relative to the landing folder."""

    model_config = ConfigDict(frozen=True)

    path: str
    day: date
    rows: int


class StreamLoad(BaseModel):
    """Rows of one stream in a load: received = landed + quarantined, always.

    unknown_fields: rows by undeclared field, of fields that no earlier load of the stream had.
    """

    received: int
    landed: int
    quarantined: int
    files: list[LandedFile]
    unknown_fields: dict[str, int] = {}


class Load(BaseModel):
    """One counted load of one slice. `confirms`: the slice was read again and equals that earlier load."""

    load_id: str
    source: str
    slice_key: str
    as_of: datetime
    sequence: int
    digest: str
    cursor: str | None = None
    day: date | None = None
    confirms: str | None = None
    quarantine: str | None = None
    streams: dict[str, StreamLoad]


def commit(landing: Path, source: str, loads: Sequence[Load]) -> None:
    """Count the loads: their files are forced to disk first, then their lines are added in one write.

    Many loads share the wait for the disk. An incomplete line that a killed writer left is removed first.
    """
    if not loads:
        return
    files = [landing / file.path for load in loads for stream in load.streams.values() for file in stream.files]
    files += [landing / load.quarantine for load in loads if load.quarantine]
    with ThreadPoolExecutor(max_workers=16) as pool:
        list(pool.map(sync, files))
        list(pool.map(sync, {file.parent for file in files}))
    crash_point("land.files_named")
    path = landing / source / NAME
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as file:
        file.truncate(_whole_lines(path))
        file.write(b"".join(load.model_dump_json().encode() + b"\n" for load in loads))
        file.flush()
        os.fsync(file.fileno())
    sync(path.parent)
    crash_point("land.load_counted")


def read(landing: Path, source: str) -> list[Load]:
    """All loads that count, oldest first. LandingError when a line that is not the last cannot be read."""
    path = landing / source / NAME
    if not path.exists():
        return []
    content = path.read_bytes()
    lines = content[: _whole_lines(path)].splitlines()
    return list(_parse(path, lines))


def _parse(path: Path, lines: list[bytes]) -> Iterator[Load]:
    for number, line in enumerate(lines, start=1):
        try:
            yield Load.model_validate(orjson.loads(line))
        except ValueError as error:
            raise LandingError(
                f"{path.parent.name}/{path.name} line {number} of {len(lines)} cannot be read; nothing was changed. "
                f"Restore the file from a backup, or move the source's landing folder away and land it again."
            ) from error


def _whole_lines(path: Path) -> int:
    """Bytes up to and including the last newline; what a killed writer left after it is not a line."""
    return path.read_bytes().rfind(b"\n") + 1


def newest_by_slice(loads: list[Load]) -> dict[str, Load]:
    """The newest load of each slice: of the latest run, and within a run of the latest try."""
    newest: dict[str, Load] = {}
    for load in sorted(loads, key=lambda each: (each.as_of, each.sequence)):
        newest[load.slice_key] = load
    return newest


def visible(loads: list[Load], as_of: datetime) -> list[Load]:
    """The loads that a run with this `as_of` may see."""
    return [load for load in loads if load.as_of <= as_of.astimezone(UTC)]


def unknown_fields(loads: Iterable[Load]) -> dict[str, set[str]]:
    """Stream -> the undeclared fields that its loads have had; a stream without any load has no entry."""
    found: dict[str, set[str]] = {}
    for load in loads:
        for stream, brought in load.streams.items():
            found.setdefault(stream, set()).update(brought.unknown_fields)
    return found
