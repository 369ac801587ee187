"""Lines of session logs as Arrow tables: the lines with token usage, and the prompts that a person typed.

Reads: JSON lines as the client writes them, in both shapes (the message on the line, or one level deeper in
`data.message`). A whole block is read by Arrow's JSON reader with a fixed schema. Where Arrow fails, the block is read
line by line, and only lines that are not a JSON object, or whose values are not of their type, are rejected.
Leaves out: everything but counts, ids and states. Prompts, answers, tool calls, paths and branches are never
parsed into a value. Lines of failed calls (`isApiErrorMessage`, model `<synthetic>`) carry no usage.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pj

from orchestration.connectors.claude_code.lenient_parser import RejectedLine, shaped
from orchestration.connectors.claude_code.log_schema import LINE, SESSION_FIELDS, TOKENS, USAGE_FIELDS

PARSE_BYTES = 4 * 2**20
SYNTHETIC = "<synthetic>"
MAX_TOKENS = 10**11
CLIENT_MARKS = (b'"tool_result"', b"<local-command-std", b"<task-notification", b"[Request interrupted by user")
"""Marks of lines of type `user` that the client wrote itself. Quotes in typed text are escaped and do not match."""

LineRejection = tuple[int, str, bytes]
"""Row, reason and the line itself."""


@dataclass(frozen=True)
class Parsed:
    """The parsed lines of a block; `row` counts its lines from 0."""

    usage: pa.Table
    prompts: pa.Table
    rejected: tuple[LineRejection, ...] = ()

    def followed_by(self, other: Parsed, lines: int) -> Parsed:
        """This block of `lines` lines and the one after it, as one."""
        rejected = tuple((row + lines, reason, payload) for row, reason, payload in other.rejected)
        return Parsed(
            pa.concat_tables([self.usage, _shifted(other.usage, lines)]),
            pa.concat_tables([self.prompts, _shifted(other.prompts, lines)]),
            self.rejected + rejected,
        )


def parse_block(data: bytes, lines: int) -> Parsed | None:
    """All lines of a block at once; None where Arrow finds anything but one valid object a line."""
    try:
        table = _read(data, PARSE_BYTES)
        if len(table) != lines:
            return None
        parsed = _parsed(table.append_column("row", pa.array(np.arange(lines))), data)
        parsed.usage.validate(full=True)  # the reader accepts text that is not UTF-8
        parsed.prompts.validate(full=True)
    except pa.ArrowInvalid:
        return None
    return parsed


def parse_lines(data: bytes) -> Parsed:
    """The same, line by line: each line is accepted or rejected on its own."""
    good: list[dict[str, object]] = []
    texts: list[bytes] = []
    rejected: list[LineRejection] = []
    for row, line in enumerate(data.split(b"\n")[:-1]):
        if not line.strip():
            continue
        try:
            good.append({**shaped(line, LINE), "row": row})
        except RejectedLine as rejection:
            rejected.append((row, str(rejection), line))
        else:
            texts.append(line)
    table = pa.Table.from_pylist(good, schema=LINE.append(pa.field("row", pa.int64())))
    return _parsed(table, b"\n".join([*texts, b""]), tuple(rejected))


def _read(data: bytes, block_bytes: int) -> pa.Table:
    parse = pj.ParseOptions(explicit_schema=LINE, unexpected_field_behavior="ignore")
    try:
        return pj.read_json(pa.BufferReader(data), pj.ReadOptions(block_size=block_bytes), parse)
    except pa.ArrowInvalid as error:
        if "straddles" not in str(error) or block_bytes >= len(data):
            raise
    return _read(data, len(data))  # a line longer than a block, such as a pasted picture


def _parsed(table: pa.Table, data: bytes, rejected: tuple[LineRejection, ...] = ()) -> Parsed:
    outer = pc.is_valid(_field(table["message"], ("usage",)))
    deeper = pc.and_(pc.is_valid(_field(table["data"], ("message", "message", "usage"))), pc.invert(outer))
    usage = _usage(table.filter(outer), lambda rows, path: _field(rows[path[0]], path[1:]))
    if pc.any(deeper).as_py():
        inner = _usage(table.filter(deeper), lambda rows, path: _field(rows["data"], ("message", *path)))
        usage = pa.concat_tables([usage, inner])
    plausible = _plausible(usage)
    if not pc.all(plausible).as_py():
        lines = dict(zip(table["row"].to_pylist(), data.split(b"\n"), strict=False))
        implausible = usage.filter(pc.invert(plausible))["row"].to_pylist()
        rejected = (*rejected, *((row, "implausible_tokens", lines[row]) for row in implausible))
        usage = usage.filter(plausible)
    return Parsed(usage, _prompts(table, outer, data), rejected)


def _plausible(usage: pa.Table) -> pa.ChunkedArray:
    """Token counts from 0 to below MAX_TOKENS; a count outside is an error of the client."""
    smallest = pc.min_element_wise(*(usage[name] for name in TOKENS), pa.scalar(0))
    largest = pc.max_element_wise(*(usage[name] for name in TOKENS), pa.scalar(0))
    return pc.and_(pc.greater_equal(smallest, 0), pc.less(largest, MAX_TOKENS))


def _usage(rows: pa.Table, at: Callable[[pa.Table, tuple[str, ...]], pa.ChunkedArray]) -> pa.Table:
    columns = {name: at(rows, path) for name, path in USAGE_FIELDS.items()}
    columns["timestamp"] = pc.coalesce(at(rows, ("timestamp",)), rows["timestamp"])
    columns |= {name: rows[field] for name, field in SESSION_FIELDS.items()}
    columns |= {"cost_usd": rows["costUSD"], "row": rows["row"]}
    failed = pc.fill_null(at(rows, ("isApiErrorMessage",)), False)
    synthetic = pc.fill_null(pc.equal(columns["model"], SYNTHETIC), False)
    return pa.table(columns).filter(pc.invert(pc.or_(failed, synthetic)))


def _prompts(table: pa.Table, has_usage: pa.ChunkedArray, data: bytes) -> pa.Table:
    """Lines of type `user` that a person typed; the text is searched for CLIENT_MARKS and not kept."""
    typed = pc.fill_null(pc.equal(table["type"], "user"), False)
    for flag in (table["isSidechain"], table["isMeta"], table["isCompactSummary"], has_usage):
        typed = pc.and_(typed, pc.invert(pc.fill_null(flag, False)))
    positions = pc.indices_nonzero(typed).to_numpy()
    if len(positions):
        ends = np.flatnonzero(np.frombuffer(data, np.uint8) == ord("\n"))
        starts = np.concatenate(([0], ends[:-1] + 1))
        lines = (data[starts[at] : ends[at]] for at in positions)
        positions = positions[[not any(mark in line for mark in CLIENT_MARKS) for line in lines]]
    rows = table.take(pa.array(positions, pa.int64()))
    columns = {name: rows[field] for name, field in SESSION_FIELDS.items()}
    return pa.table({"timestamp": rows["timestamp"], **columns, "row": rows["row"]})


def _shifted(table: pa.Table, lines: int) -> pa.Table:
    position = table.column_names.index("row")
    return table.set_column(position, "row", pc.add(table["row"], lines))


def _field(column: pa.ChunkedArray, path: tuple[str, ...]) -> pa.ChunkedArray:
    return pc.struct_field(column, list(path)) if path else column
