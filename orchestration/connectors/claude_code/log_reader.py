"""From unread lines of many logs to batches: the volume path of `claude_code`.

Small files are gathered to blocks of about BLOCK_BYTES, so that thousands of sessions cost what a few large files
cost and memory stays bounded. A block that the fast reader refuses is halved until the file at fault stands alone,
and only that file is read line by line.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from orchestration.connectors.base import Batch, Item, RejectedRecord
from orchestration.connectors.claude_code.log_parser import Parsed, parse_block, parse_lines
from orchestration.connectors.claude_code.logs import BLOCK_BYTES, LogFile, Mark, Stretch, stretches, write_marks

LINES, PROMPTS = "session_lines", "session_prompts"
NEVER = int(np.iinfo(np.int64).max)
INSTANT = pa.timestamp("us", "UTC")
Numbers = np.ndarray[tuple[int], np.dtype[np.int64]]


class Cut(NamedTuple):
    """Where the reading of a file ends for tonight: number, place and instant of the line."""

    line: int
    offset: int
    at_us: int


@dataclass
class LogReader:
    """One reading of some logs: the items, and afterwards the marks that say where the next run goes on."""

    files: Sequence[LogFile]
    before: dict[str, Mark]
    as_of: datetime
    marks: dict[str, Mark] = field(default_factory=dict)
    cuts: dict[str, Cut] = field(default_factory=dict)
    """By file: the first line that this run may not see."""

    def items(self) -> Iterator[Item]:
        self.marks, self.cuts = {}, {}
        for block in self._blocks():
            yield from self._located(_parsed(block), block)

    def cursor(self) -> str:
        marks = dict(self.marks)
        for digest, cut in self.cuts.items():
            if (mark := marks.get(digest)) is not None:
                read = mark._replace(read_bytes=cut.offset, read_lines=cut.line - 1)
                marks[digest] = read._replace(is_finished=False, next_us=cut.at_us)
        return write_marks(marks)

    def _blocks(self) -> Iterator[list[Stretch]]:
        block: list[Stretch] = []
        held, as_of_us = 0, _micros(self.as_of)
        for file in self.files:
            for part in stretches(file, self.before.get(file.digest), as_of_us):
                if isinstance(part, Mark):
                    self.marks[file.digest] = part
                    continue
                block.append(part)
                held += len(part.data)
                if held >= BLOCK_BYTES:
                    yield block
                    block, held = [], 0
        if block:
            yield block

    def _located(self, parsed: Parsed, block: Sequence[Stretch]) -> Iterator[Item]:
        places = _Places(block)
        for table in (parsed.usage, parsed.prompts):
            self._cut(table, places)
        ends = np.array([self._end(each.file.digest) for each in block])
        for stream, table in ((LINES, parsed.usage), (PROMPTS, parsed.prompts)):
            stretch, line = places.of(table["row"].to_numpy())
            seen = line < ends[stretch]
            if seen.any():
                yield places.batch(stream, table.drop_columns("row").filter(pa.array(seen)), stretch[seen], line[seen])
        for row, reason, payload in parsed.rejected:
            number, place = places.one(row)
            if place < ends[number]:
                yield RejectedRecord(LINES, reason, f"{block[number].file.digest}:{place}", payload)
        for number, each in enumerate(block):
            if each.torn and each.first_line < ends[number]:
                yield RejectedRecord(LINES, "truncated_line", f"{each.file.digest}:{each.first_line}", each.torn)

    def _cut(self, table: pa.Table, places: _Places) -> None:
        """Note for each file the first line that the run may not see."""
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


def _parsed(block: Sequence[Stretch]) -> Parsed:
    """The whole block at once; where the fast reader refuses, its halves, and at last the file at fault by lines."""
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
    """From the row of a block back to file and line."""

    def __init__(self, block: Sequence[Stretch]) -> None:
        self.block = block
        self._ends = np.cumsum([each.lines for each in block])
        self._starts = self._ends - np.array([each.lines for each in block])
        self._first_lines = np.array([each.first_line for each in block])

    def one(self, row: int) -> tuple[int, int]:
        stretch, line = self.of(np.array([row]))
        return int(stretch[0]), int(line[0])

    def of(self, rows: Numbers) -> tuple[Numbers, Numbers]:
        """Position of the stretch in the block and number of the line in its file, for each row."""
        stretch = np.searchsorted(self._ends, rows, side="right")
        return stretch, self._first_lines[stretch] + rows - self._starts[stretch]

    def offset(self, stretch: int, line: int) -> int:
        """Where in its file a line begins."""
        part = self.block[stretch]
        before = part.data.split(b"\n", line - part.first_line)[:-1]
        return part.offset + sum(len(text) + 1 for text in before)

    def batch(self, stream: str, table: pa.Table, stretch: Numbers, line: Numbers) -> Batch:
        digests = self._told([each.file.digest for each in self.block], stretch)
        lines = pa.array(line)
        own = {
            "file_digest": digests,
            "line": lines,
            "account": self._told([each.file.account for each in self.block], stretch),
            "account_type": self._told([each.file.account_type for each in self.block], stretch),
        }
        pointers = pc.binary_join_element_wise(digests, lines.cast(pa.string()), ":")
        columns = {**own, **{name: table[name] for name in table.column_names}}
        return Batch(stream, pa.table(columns), pointers)

    @staticmethod
    def _told(values: list[str], stretch: Numbers) -> pa.Array:
        return pa.array(values).take(pa.array(stretch))
