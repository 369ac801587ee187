"""From the unread lines of the Collector's files to rows.

A file is recognised by its first bytes, because rotation renames it. A record at or after `as_of` is left out, and the
file is read again from its line by a later run; what lands twice by that has the same key. A record that is more than
a day newer than its file comes from a wrong clock: waiting for it would read the file for ever, so it is rejected.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import orjson

from orchestration.connectors._shared.growing_files import Chunk, Mark, begins_as, read_head, unread_chunks, write_marks
from orchestration.connectors.base import Item, RejectedRecord, Row
from orchestration.connectors.otel.messages import MalformedMessage, found_in
from orchestration.errors import SourceError

if TYPE_CHECKING:
    from orchestration.connectors.otel import Config

SUFFIXES = (".json", ".jsonl", ".json.gz", ".jsonl.gz")
CLOCK_TOLERANCE = timedelta(days=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class CollectorFile:
    """A file below one of the paths. Nothing in it can be newer than `newest`, but for clocks that differ."""

    path: Path
    digest: str
    newest: datetime

    @property
    def is_packed(self) -> bool:
        return self.path.suffix == ".gz"


class Cut(NamedTuple):
    """The first line with a record that is too late for this run, and the time of the earliest such record."""

    line: int
    offset: int
    at_us: int


def find_files(paths: Sequence[Path]) -> list[CollectorFile]:
    """Every file below the paths, in the order of digests. SourceError for a path that is not a folder."""
    found: dict[str, CollectorFile] = {}
    for number, root in enumerate(paths, start=1):
        if not root.is_dir():
            raise SourceError(
                f"otel: path {number} ({root}) is not a folder; nothing was read. Check that its share is mounted, or "
                "correct `paths`."
            )
        for folder, _, names in os.walk(root):
            for path in (Path(folder) / name for name in names if name.endswith(SUFFIXES)):
                name = f"{number}/{path.relative_to(root).as_posix()}"
                digest = hashlib.sha256(name.encode()).hexdigest()[:12]
                changed_us = path.stat().st_mtime_ns // 1000
                found[digest] = CollectorFile(path, digest, EPOCH + changed_us * MICROSECOND + CLOCK_TOLERANCE)
    return [found[digest] for digest in sorted(found)]


@dataclass
class FileReader:
    """Reads files once: the items, and afterwards the cursor with which the next run continues."""

    config: Config
    files: Sequence[CollectorFile]
    before: Mapping[str, Mark]
    as_of: datetime
    marks: dict[str, Mark] = field(default_factory=dict)
    cuts: dict[str, Cut] = field(default_factory=dict)

    def items(self) -> Iterator[Item]:
        self.marks, self.cuts = {}, {}
        as_of_us = (self.as_of - EPOCH) // MICROSECOND
        for file in self.files:
            for part in unread_chunks("otel", file, self._mark(file), as_of_us):
                if isinstance(part, Mark):
                    self.marks[file.digest] = part
                else:
                    yield from self._chunk(part)

    def cursor(self) -> str:
        """The marks of all files, as JSON; complete after the last item."""
        marks = dict(self.marks)
        for digest, cut in self.cuts.items():
            if digest in marks:
                read = marks[digest]._replace(read_bytes=cut.offset, read_lines=cut.line - 1)
                marks[digest] = read._replace(is_finished=False, next_us=cut.at_us)
        return write_marks(marks)

    def _mark(self, file: CollectorFile) -> Mark | None:
        """How far the file was read, also under another name."""
        own = self.before.get(file.digest)
        try:
            head = read_head(file)
        except (OSError, EOFError):
            return own
        candidates = [own] if own is not None else []
        candidates += [mark for mark in self.before.values() if mark.head_bytes > 0]
        return next((mark for mark in candidates if begins_as(head, mark)), own)

    def _chunk(self, chunk: Chunk[CollectorFile]) -> Iterator[Item]:
        file, offset = chunk.file, chunk.offset
        for number, line in enumerate(chunk.data.split(b"\n")[:-1], start=chunk.first_line):
            yield from self._line(file, number, offset, line)
            offset += len(line) + 1
        if chunk.truncated and file.digest not in self.cuts:
            yield self._rejected("truncated_line", file, chunk.first_line + chunk.lines, chunk.truncated)

    def _line(self, file: CollectorFile, number: int, offset: int, line: bytes) -> Iterator[Item]:
        if not line.strip():
            return
        try:
            message = orjson.loads(line)
            found = list(found_in(message, self.config))
        except (orjson.JSONDecodeError, MalformedMessage) as error:
            if file.digest not in self.cuts:  # what follows a cut is read again
                reason = "malformed_line" if isinstance(error, orjson.JSONDecodeError) else str(error)
                yield self._rejected(reason, file, number, line)
            return
        for position, each in enumerate(found, start=1):
            if each.at is None or each.at < self.as_of:
                place = {"file_digest": file.digest, "line": number, "position": position}
                yield Row(each.stream, {**each.record, **place}, f"{file.digest}:{number}")
            elif each.at <= file.newest:
                self._cut(file, number, offset, each.at)
            elif file.digest not in self.cuts:
                yield self._rejected("newer_than_its_file", file, number, line, each.stream)

    def _cut(self, file: CollectorFile, number: int, offset: int, at: datetime) -> None:
        at_us = (at - EPOCH) // MICROSECOND
        first = self.cuts.get(file.digest) or Cut(number, offset, at_us)
        self.cuts[file.digest] = first._replace(at_us=min(at_us, first.at_us))

    def _rejected(
        self, reason: str, file: CollectorFile, number: int, line: bytes, stream: str = "spans"
    ) -> RejectedRecord:
        return RejectedRecord(stream, reason, f"{file.digest}:{number}", line)
