"""Lines of Claude Code session logs as Arrow tables: which line carries usage, which one a person typed.

Reads: JSON lines as the client writes them, in both shapes (the message on the line, or one level deeper in
`data.message`). Fast: a whole block goes through Arrow's JSON reader with a fixed schema. Exact: what Arrow
refuses is read line by line, and only a line that is no JSON object, or whose figures are no figures, is refused.
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

PARSE_BYTES = 4 * 2**20
SYNTHETIC = "<synthetic>"
MOST_TOKENS = 10**11
NOT_TYPED = (b'"tool_result"', b"<local-command-std", b"<task-notification", b"[Request interrupted by user")
"""What stands in lines of type `user` that the client wrote itself. Quotes in a typed text are escaped."""

_TEXT, _COUNT, _FLAG, _INSTANT = pa.string(), pa.int64(), pa.bool_(), pa.timestamp("us", "UTC")
_CACHE = pa.struct([("ephemeral_5m_input_tokens", _COUNT), ("ephemeral_1h_input_tokens", _COUNT)])
_TOKENS = ("input_tokens", "output_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
_USAGE = pa.struct(
    [*((name, _COUNT) for name in _TOKENS), ("cache_creation", _CACHE), ("speed", _TEXT), ("service_tier", _TEXT)]
)
_MESSAGE = pa.struct([("id", _TEXT), ("model", _TEXT), ("usage", _USAGE)])
_ENVELOPE = [
    ("timestamp", _INSTANT),
    ("requestId", _TEXT),
    ("isSidechain", _FLAG),
    ("isApiErrorMessage", _FLAG),
    ("message", _MESSAGE),
]
_SESSION = [("sessionId", _TEXT), ("version", _TEXT), ("entrypoint", _TEXT)]
_LINE = pa.schema(
    [
        *_ENVELOPE,
        *_SESSION,
        ("type", _TEXT),
        ("costUSD", pa.float64()),
        ("isMeta", _FLAG),
        ("isCompactSummary", _FLAG),
        ("data", pa.struct([("message", pa.struct(_ENVELOPE))])),
    ]
)
_SESSION_FIELDS = {"session_id": "sessionId", "entrypoint": "entrypoint", "version": "version"}
_USAGE_FIELDS = {
    "message_id": ("message", "id"),
    "request_id": ("requestId",),
    "is_sidechain": ("isSidechain",),
    "model": ("message", "model"),
    **{name: ("message", "usage", name) for name in _TOKENS},
    "cache_creation__ephemeral_5m_input_tokens": ("message", "usage", "cache_creation", "ephemeral_5m_input_tokens"),
    "cache_creation__ephemeral_1h_input_tokens": ("message", "usage", "cache_creation", "ephemeral_1h_input_tokens"),
    "speed": ("message", "usage", "speed"),
    "service_tier": ("message", "usage", "service_tier"),
}


LineRejection = tuple[int, str, bytes]
"""Row, reason and the line itself."""


@dataclass(frozen=True)
class Parsed:
    """What a stretch of lines tells; `row` counts the lines from 0."""

    usage: pa.Table
    prompts: pa.Table
    rejected: tuple[LineRejection, ...] = ()

    def followed_by(self, other: Parsed, lines: int) -> Parsed:
        """This stretch of so many lines and then the other, as one."""
        rejected = tuple((row + lines, reason, payload) for row, reason, payload in other.rejected)
        return Parsed(
            pa.concat_tables([self.usage, _moved(other.usage, lines)]),
            pa.concat_tables([self.prompts, _moved(other.prompts, lines)]),
            self.rejected + rejected,
        )


def parse_block(data: bytes, lines: int) -> Parsed | None:
    """All lines of a block at once; None where Arrow meets anything that is not one clean object a line."""
    try:
        table = _read(data, PARSE_BYTES)
        if len(table) != lines:
            return None
        parsed = _parsed(table.append_column("row", pa.array(np.arange(lines))), data)
        parsed.usage.validate(full=True)  # text that is no UTF-8 passes the reader
        parsed.prompts.validate(full=True)
    except pa.ArrowInvalid:
        return None
    return parsed


def parse_lines(data: bytes) -> Parsed:
    """The same, line by line: each line is read or refused for itself."""
    good: list[dict[str, object]] = []
    texts: list[bytes] = []
    rejected: list[LineRejection] = []
    for row, line in enumerate(data.split(b"\n")[:-1]):
        if not line.strip():
            continue
        try:
            good.append({**shaped(line, _LINE), "row": row})
        except RejectedLine as rejection:
            rejected.append((row, str(rejection), line))
        else:
            texts.append(line)
    table = pa.Table.from_pylist(good, schema=_LINE.append(pa.field("row", pa.int64())))
    return _parsed(table, b"\n".join([*texts, b""]), tuple(rejected))


def _read(data: bytes, block_bytes: int) -> pa.Table:
    parse = pj.ParseOptions(explicit_schema=_LINE, unexpected_field_behavior="ignore")
    try:
        return pj.read_json(pa.BufferReader(data), pj.ReadOptions(block_size=block_bytes), parse)
    except pa.ArrowInvalid as error:
        if "straddles" not in str(error) or block_bytes >= len(data):
            raise
    return _read(data, len(data))  # a line longer than a block: a pasted picture


def _parsed(table: pa.Table, data: bytes, rejected: tuple[LineRejection, ...] = ()) -> Parsed:
    outer = pc.is_valid(_field(table["message"], ("usage",)))
    deeper = pc.and_(pc.is_valid(_field(table["data"], ("message", "message", "usage"))), pc.invert(outer))
    usage = _usage(table.filter(outer), lambda rows, path: _field(rows[path[0]], path[1:]))
    if pc.any(deeper).as_py():
        inner = _usage(table.filter(deeper), lambda rows, path: _field(rows["data"], ("message", *path)))
        usage = pa.concat_tables([usage, inner])
    told = _plausible(usage)
    if not pc.all(told).as_py():
        lines = dict(zip(table["row"].to_pylist(), data.split(b"\n"), strict=False))
        wrong = usage.filter(pc.invert(told))["row"].to_pylist()
        rejected = (*rejected, *((row, "implausible_tokens", lines[row]) for row in wrong))
        usage = usage.filter(told)
    return Parsed(usage, _prompts(table, outer, data), rejected)


def _plausible(usage: pa.Table) -> pa.ChunkedArray:
    """Token counts from none to a hundred thousand million: what is outside is no count of tokens."""
    least = pc.min_element_wise(*(usage[name] for name in _TOKENS), pa.scalar(0))
    most = pc.max_element_wise(*(usage[name] for name in _TOKENS), pa.scalar(0))
    return pc.and_(pc.greater_equal(least, 0), pc.less(most, MOST_TOKENS))


def _usage(rows: pa.Table, at: Callable[[pa.Table, tuple[str, ...]], pa.ChunkedArray]) -> pa.Table:
    columns = {name: at(rows, path) for name, path in _USAGE_FIELDS.items()}
    columns["timestamp"] = pc.coalesce(at(rows, ("timestamp",)), rows["timestamp"])
    columns |= {name: rows[field] for name, field in _SESSION_FIELDS.items()}
    columns |= {"cost_usd": rows["costUSD"], "row": rows["row"]}
    failed = pc.fill_null(at(rows, ("isApiErrorMessage",)), False)
    synthetic = pc.fill_null(pc.equal(columns["model"], SYNTHETIC), False)
    return pa.table(columns).filter(pc.invert(pc.or_(failed, synthetic)))


def _prompts(table: pa.Table, has_usage: pa.ChunkedArray, data: bytes) -> pa.Table:
    """Lines of type `user` that a person typed; the text itself is searched for marks of the client, not kept."""
    typed = pc.fill_null(pc.equal(table["type"], "user"), False)
    for flag in (table["isSidechain"], table["isMeta"], table["isCompactSummary"], has_usage):
        typed = pc.and_(typed, pc.invert(pc.fill_null(flag, False)))
    positions = pc.indices_nonzero(typed).to_numpy()
    if len(positions):
        ends = np.flatnonzero(np.frombuffer(data, np.uint8) == ord("\n"))
        starts = np.concatenate(([0], ends[:-1] + 1))
        lines = (data[starts[at] : ends[at]] for at in positions)
        positions = positions[[not any(mark in line for mark in NOT_TYPED) for line in lines]]
    rows = table.take(pa.array(positions, pa.int64()))
    columns = {name: rows[field] for name, field in _SESSION_FIELDS.items()}
    return pa.table({"timestamp": rows["timestamp"], **columns, "row": rows["row"]})


def _moved(table: pa.Table, lines: int) -> pa.Table:
    position = table.column_names.index("row")
    return table.set_column(position, "row", pc.add(table["row"], lines))


def _field(column: pa.ChunkedArray, path: tuple[str, ...]) -> pa.ChunkedArray:
    return pc.struct_field(column, list(path)) if path else column
