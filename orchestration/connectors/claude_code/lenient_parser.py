"""The lenient parser for single lines of a session log, used where Arrow cannot read a block.

Reads: one JSON object, also one with half a surrogate pair in a text, which clients write and strict parsers reject.
It is cast to a schema: fields outside of the schema are ignored; a value of another type rejects the line with a
stable reason such as `not_int64:message.usage.input_tokens`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

import orjson
import pyarrow as pa

INT64 = range(-(2**63), 2**63)


class RejectedLine(Exception):  # noqa: N818  # a verdict on a line, not an error of ours
    """A line cannot be read; its text is the reason code."""


def shaped(line: bytes, schema: pa.Schema) -> dict[str, object]:
    """The schema's fields of a line, each of its type or None."""
    return _shaped(_object(line), list(schema), "")


def _object(line: bytes) -> Mapping[str, object]:
    try:
        value: object = orjson.loads(line)
    except orjson.JSONDecodeError:
        value = _leniently(line)
    if not isinstance(value, dict):
        raise RejectedLine("not_an_object")
    return value


def _leniently(line: bytes) -> object:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        raise RejectedLine("malformed_line") from None


def _shaped(value: Mapping[str, object], fields: list[pa.Field], path: str) -> dict[str, object]:
    return {field.name: _cast(value.get(field.name), field.type, f"{path}{field.name}") for field in fields}


def _cast(value: object, kind: pa.DataType, path: str) -> object:
    if value is None:
        return None
    if pa.types.is_struct(kind):
        # other types of lines use the same name for a text
        return _shaped(value, list(_fields(kind)), f"{path}.") if isinstance(value, dict) else None
    if pa.types.is_timestamp(kind) and isinstance(value, str):
        return _instant(value, path)
    if pa.types.is_int64(kind) and (count := _count(value)) is not None:
        return count
    if pa.types.is_string(kind) and isinstance(value, str):
        return value.encode(errors="replace").decode()
    if pa.types.is_boolean(kind) and isinstance(value, bool):
        return value
    if pa.types.is_float64(kind) and isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    raise RejectedLine(f"not_{kind}:{path}")


def _fields(kind: pa.StructType) -> Iterator[pa.Field]:
    return (kind.field(position) for position in range(kind.num_fields))


def _count(value: object) -> int | None:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and value in INT64 else None


def _instant(value: str, path: str) -> datetime:
    try:
        read = datetime.fromisoformat(value)
        return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise RejectedLine(f"not_timestamp:{path}") from None
