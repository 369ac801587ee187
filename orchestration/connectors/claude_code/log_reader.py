"""From the unread lines of many logs to batches of rows.

Chunks of small files are gathered into blocks of about BLOCK_BYTES, so that thousands of sessions cost as much as a few
large files and memory stays bounded. A block that Arrow cannot read is halved until the faulty chunk is alone, and
only that chunk is read line by line. A line at or after `as_of` ends the reading of its file for this run.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from orchestration.connectors._shared.growing_files import BLOCK_BYTES, Chunk, Mark, unread_chunks, write_marks
from orchestration.connectors.base import Batch, Item, RejectedRecord
from orchestration.connectors.claude_code.log_files import LogFile
from orchestration.connectors.claude_code.log_parser import Parsed, parse_block, parse_lines

LINES, PROMPTS = "session_lines", "session_prompts"
NEVER = int(np.iinfo(np.int64).max)
INSTANT = pa.timestamp("us", "UTC")
Numbers = np.ndarray[tuple[int], np.dtype[np.int64]]


class Cut(NamedTuple):
    """The line at which the reading of a file ends in this run: its number, byte offset and time."""

    line: int
    offset: int
    at_us: int


@dataclass
class LogReader:
    """Reads logs once: the items, and afterwards the cursor with which the next run continues."""

    files: Sequence[LogFile]
    before: dict[str, Mark]
    as_of: datetime
    marks: dict[str, Mark] = field(default_factory=dict)
    cuts: dict[str, Cut] = field(default_factory=dict)
    """File digest -> the first line that is not before `as_of`."""

    def items(self) -> Iterator[Item]:
        self.marks, self.cuts = {}, {}
        for block in self._blocks():
            yield from self._items_of(_parsed(block), block)

    def cursor(self) -> str:
        """The marks of all files, as JSON; complete after the last item."""
        marks = dict(self.marks)
        for digest, cut in self.cuts.items():
            if (mark := marks.get(digest)) is not None:
                read = mark._replace(read_bytes=cut.offset, read_lines=cut.line - 1)
                marks[digest] = read._replace(is_finished=False, next_us=cut.at_us)
        return write_marks(marks)

    def _blocks(self) -> Iterator[list[Chunk[LogFile]]]:
        block: list[Chunk[LogFile]] = []
        size, as_of_us = 0, _micros(self.as_of)
        for file in self.files:
            for part in unread_chunks("claude_code", file, self.before.get(file.digest), as_of_us):
                if isinstance(part, Mark):
                    self.marks[file.digest] = part
                    continue
                block.append(part)
                size += len(part.data)
                if size >= BLOCK_BYTES:
                    yield block
                    block, size = [], 0
        if block:
            yield block

    def _items_of(self, parsed: Parsed, block: Sequence[Chunk[LogFile]]) -> Iterator[Item]:
        places = _Places(block)
        for table in (parsed.usage, parsed.prompts):
            self._cut(table, places)
        ends = np.array([self._end(each.file.digest) for each in block])
        for stream, table in ((LINES, parsed.usage), (PROMPTS, parsed.prompts)):
            chunk, line = places.of(table["row"].to_numpy())
            seen = line < ends[chunk]
            if seen.any():
                yield places.batch(stream, table.drop_columns("row").filter(pa.array(seen)), chunk[seen], line[seen])
        for row, reason, payload in parsed.rejected:
            number, place = places.one(row)
            if place < ends[number]:
                yield RejectedRecord(LINES, reason, f"{block[number].file.digest}:{place}", payload)
        for number, each in enumerate(block):
            if each.truncated and each.first_line < ends[number]:
                yield RejectedRecord(LINES, "truncated_line", f"{each.file.digest}:{each.first_line}", each.truncated)

    def _cut(self, table: pa.Table, places: _Places) -> None:
        """Note for each file the first line that is not before `as_of`."""
        late = table.filter(pc.fill_null(pc.greater_equal(table["timestamp"], pa.scalar(self.as_of, INSTANT)), False))
        late = late.select(["row", "timestamp"]).sort_by("row")
        numbers, lines = places.of(late["row"].to_numpy())
        for number, first in zip(*np.unique(numbers, return_index=True), strict=True):
            file, line = places.block[number].file, int(lines[first])
            if line < self._end(file.digest):
                at_us = late["timestamp"][int(first)].cast(pa.int64()).as_py()
                self.cuts[file.digest] = Cut(line, places.offset(int(number), line), at_us)

    def _end(self, digest: str) -> int:
        return self.cuts[digest].line if digest in self.cuts else NEVER


def _parsed(block: Sequence[Chunk[LogFile]]) -> Parsed:
    """The whole block at once; where Arrow cannot read it, its halves, and at last a single chunk line by line."""
    lines = sum(each.lines for each in block)
    parsed = parse_block(b"".join(each.data for each in block), lines)
    if parsed is not None:
        return parsed
    if len(block) == 1:
        return parse_lines(block[0].data)
    first, second = block[: len(block) // 2], block[len(block) // 2 :]
    return _parsed(first).followed_by(_parsed(second), sum(each.lines for each in first))


def _micros(instant: datetime) -> int:
    return (instant - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


class _Places:
    """Maps a row of a block to its file and line."""

    def __init__(self, block: Sequence[Chunk[LogFile]]) -> None:
        self.block = block
        self._ends = np.cumsum([each.lines for each in block])
        self._starts = self._ends - np.array([each.lines for each in block])
        self._first_lines = np.array([each.first_line for each in block])

    def one(self, row: int) -> tuple[int, int]:
        chunk, line = self.of(np.array([row]))
        return int(chunk[0]), int(line[0])

    def of(self, rows: Numbers) -> tuple[Numbers, Numbers]:
        """Position of the chunk in the block and number of the line in its file, for each row."""
        chunk = np.searchsorted(self._ends, rows, side="right")
        return chunk, self._first_lines[chunk] + rows - self._starts[chunk]

    def offset(self, chunk: int, line: int) -> int:
        """The byte in its file at which a line begins."""
        part = self.block[chunk]
        before = part.data.split(b"\n", line - part.first_line)[:-1]
        return part.offset + sum(len(text) + 1 for text in before)

    def batch(self, stream: str, table: pa.Table, chunk: Numbers, line: Numbers) -> Batch:
        digests = _take([each.file.digest for each in self.block], chunk)
        lines = pa.array(line)
        own = {
            "file_digest": digests,
            "line": lines,
            "account": _take([each.file.account for each in self.block], chunk),
            "account_type": _take([each.file.account_type for each in self.block], chunk),
        }
        pointers = pc.binary_join_element_wise(digests, lines.cast(pa.string()), ":")
        columns = {**own, **{name: table[name] for name in table.column_names}}
        return Batch(stream, pa.table(columns), pointers)


def _take(values: list[str], positions: Numbers) -> pa.Array:
    return pa.array(values).take(pa.array(positions))
