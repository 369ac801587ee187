"""One record against its contract: flatten, name, cast, or reject with a reason.

Belongs here: the row-by-row path that API answers take.
Does not: hashing identifiers (pseudonyms), writing files (writer), the columnar path for volume (tables).
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, TypeAdapter

from orchestration.contracts import StreamContract, arrow_type

if TYPE_CHECKING:
    import pyarrow as pa

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_NOT_A_NAME = re.compile(r"[^a-z0-9_]+")
INT64 = range(-(2**63), 2**63)
MAX_DEPTH = 8
MAX_TEXT = 4096
"""Landed text is ids, names of tools and states; anything longer is content in the wrong place."""


class Rejection(Exception):  # noqa: N818  # a finding about a record, not an error of ours
    """Why a record cannot land. `reason` is a stable code such as `missing:merged_at`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@lru_cache(maxsize=10_000)
def snake_case(name: str) -> str:
    """`databaseId` and `database-id` become `database_id`."""
    return _NOT_A_NAME.sub("_", _HUMP.sub("_", name).lower())


def flatten(record: Mapping[str, object], prefix: str = "", depth: int = 0) -> Iterator[tuple[str, object]]:
    """Nested objects become `outer__inner`; lists are left out (they are streams of their own).

    What is nested deeper than any column can be is one field, which no contract declares.
    """
    for name, value in record.items():
        path = prefix + snake_case(str(name))
        if isinstance(value, Mapping) and depth < MAX_DEPTH:
            yield from flatten(value, f"{path}__", depth + 1)
        elif not isinstance(value, list):
            yield path, value


def cast_record(contract: StreamContract, record: Mapping[str, object]) -> tuple[dict[str, object], set[str]]:
    """The contract's columns with typed values, and the fields that the contract does not know.

    Raises Rejection when a required value is missing or a value is not of its type.
    """
    values: dict[str, object] = dict.fromkeys(contract.by_name)
    unknown: set[str] = set()
    for path, value in flatten(record):
        column = contract.by_name.get(path)
        if column is None:
            unknown.add(path)
        elif value is not None:
            values[path] = _cast(path, column.data_type, value)
    for column in contract.columns:
        if column.required and values[column.name] is None:
            raise Rejection(f"missing:{column.name}")
    return values, unknown


def payload_digest(payload: object) -> str:
    """The sha256 of a record as received, for the quarantine; the content itself is not kept."""
    if not isinstance(payload, bytes):
        try:
            payload = json.dumps(payload, default=str, sort_keys=True).encode()
        except (RecursionError, TypeError):  # thousands of levels, or keys of mixed types
            payload = b"no JSON"
    return hashlib.sha256(payload).hexdigest()


def _cast(path: str, data_type: str, value: object) -> object:
    try:
        cast = _CASTS.get(data_type)
        return cast(value) if cast else _decimal(value, arrow_type(data_type))
    except (ValueError, TypeError, OverflowError, InvalidOperation):
        raise Rejection(f"not_{data_type.partition('(')[0]}:{path}") from None


def _string(value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float | datetime | date):
        raise TypeError
    text = str(value)
    text.encode()  # a lone surrogate cannot be written
    if len(text) > MAX_TEXT or "\x00" in text:
        raise ValueError
    return text or None


def _bigint(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise TypeError
    number = int(value)
    if (isinstance(value, float) and number != value) or number not in INT64:
        raise ValueError
    return number


def _double(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise TypeError
    number = float(value)
    if not math.isfinite(number):
        raise ValueError
    return number


def _decimal(value: object, column: pa.Decimal128Type) -> Decimal:
    """Rounded to the column's scale; ValueError where it has more digits than the column."""
    number = _DECIMAL.validate_python(value).quantize(Decimal(1).scaleb(-column.scale))
    if len(number.as_tuple().digits) > column.precision:
        raise ValueError
    return number


def _boolean(value: object) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    raise TypeError


def _timestamp(value: object) -> datetime:
    if isinstance(value, str):
        value = datetime.fromisoformat(value.strip())
    if not isinstance(value, datetime):
        raise TypeError
    utc = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
    if not 1970 <= utc.year <= 2100:
        raise ValueError
    return utc


def _date(value: object) -> date:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, str):
        value = date.fromisoformat(value.strip()[:10])
    if not isinstance(value, date) or not 1900 <= value.year <= 2100:
        raise ValueError
    return value


_DECIMAL = TypeAdapter(Annotated[Decimal, Field(allow_inf_nan=False, gt=-(10**20), lt=10**20)])
_CASTS: dict[str, Callable[[object], object]] = {
    "string": _string,
    "bigint": _bigint,
    "double": _double,
    "boolean": _boolean,
    "timestamp": _timestamp,
    "date": _date,
}
"""The casts by data type; every other type is a decimal. They are not pydantic's, because it reads digits as Unix
seconds, true and bytes as numbers, "1.0" as an integer, "yes" and 1 as booleans, and never a date as text."""
