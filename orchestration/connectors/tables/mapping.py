"""From the columns of somebody else's table to those of a stream.

Belongs here: which of their columns fill which of ours, the sentences for names that do not exist, and the one place
where their types become ones that landing casts.
Does not: reading (files, databases). What does not convert stays as it is, so that landing rejects that row alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from orchestration.connectors.base import Batch
from orchestration.contracts import Column, StreamContract
from orchestration.errors import SourceError, choices
from orchestration.storage.relations import identifier, literal

Position = datetime | date | int
"""A value of a cursor column."""
CHUNK_ROWS = 50_000
KEPT = "Nothing of this input was landed."
YES, NO = ("true", "t", "1", "1.0", "yes", "y"), ("false", "f", "0", "0.0", "no", "n")
ENGINE_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}


def spelled(name: str, names: Iterable[str]) -> str | None:
    """A name as the table spells it; upper and lower case only count where both exist."""
    names = list(names)
    if name in names:
        return name
    return next((each for each in names if each.casefold() == name.casefold()), None)


@dataclass(frozen=True)
class Wanted:
    """What an input says of its columns. `columns` is ours = theirs, `constants` is ours = value."""

    columns: Mapping[str, str]
    constants: Mapping[str, str]
    cursor: str | None
    deleted: str | None


@dataclass(frozen=True)
class Chosen:
    """Which of their columns are read, and for what."""

    columns: dict[str, str]
    constants: dict[str, str]
    cursor: str | None
    deleted: str | None

    @property
    def theirs(self) -> list[str]:
        """Every column that is read, once."""
        used = [*self.columns.values(), self.cursor, self.deleted]
        return list(dict.fromkeys(name for name in used if name is not None))


def choose(contract: StreamContract, wanted: Wanted, place: str, names: Sequence[str]) -> Chosen:
    """Our columns with theirs; one of the same name needs no line. SourceError names the column, table and choices."""

    def theirs(name: str, use: str) -> str:
        if (found := spelled(name, names)) is None:
            raise SourceError(
                f"{use} is mapped to {name!r}, which is not a column of {place}; its columns, the nearest first: "
                f"{choices(name, names)}. {KEPT}"
            )
        return found

    columns = {ours: theirs(name, f"{contract.stream}.{ours}") for ours, name in wanted.columns.items()}
    given = {*columns, *wanted.constants, *({"is_deleted"} if wanted.deleted else ())}
    same = {column.name: spelled(column.name, names) for column in contract.columns if column.name not in given}
    columns |= {ours: name for ours, name in same.items() if name is not None}
    for column in contract.columns:
        if column.required and column.name not in columns and column.name not in wanted.constants:
            raise SourceError(
                f"{contract.stream}.{column.name} is required, and {place} has no column of that name; its columns, "
                f"the nearest first: {choices(column.name, names)}. Map one of them, or set {column.name} under "
                f"constants. {KEPT}"
            )
        space = column.identifier_by
        if space is not None and column.name in columns and space not in columns and space not in wanted.constants:
            raise SourceError(
                f"{contract.stream}.{column.name} identifies people, and {space} is not set for {place}; set it to "
                f"their namespace, such as github_login or email. {KEPT}"
            )
    return Chosen(
        columns,
        dict(wanted.constants),
        None if wanted.cursor is None else theirs(wanted.cursor, "the cursor"),
        None if wanted.deleted is None else theirs(wanted.deleted, "deleted"),
    )


def position(cursor: str | None) -> Position | None:
    """The value that a stored cursor was: its form tells whole number, day, or time with or without zone."""
    if cursor is None:
        return None
    if re.fullmatch(r"-?\d+", cursor):
        return int(cursor)
    return date.fromisoformat(cursor) if len(cursor) == len("2026-11-15") else datetime.fromisoformat(cursor)


def since(cursor: str | None, lookback_days: int) -> Position | None:
    """Where this run begins to read: the last run's end, less the lookback. A number has no days to look back."""
    last = position(cursor)
    return last if last is None or isinstance(last, int) else last - timedelta(days=lookback_days)


class Converter:
    """Turns chunks of their rows into batches of ours, and keeps the largest cursor that it has seen.

    Rows whose cursor is at or after `as_of` are left to the next run.
    """

    def __init__(self, contract: StreamContract, chosen: Chosen, place: str, pointer: str, as_of: datetime) -> None:
        self._contract, self._chosen, self._place, self._pointer = contract, chosen, place, pointer
        self._as_of = pa.scalar(as_of.astimezone(UTC).replace(tzinfo=None), pa.timestamp("us"))
        self._engine = duckdb.connect(config=ENGINE_CONFIG)
        self._engine.execute("set TimeZone = 'UTC'")
        self._rows = 0
        self.latest: Position | None = None

    def batch(self, chunk: pa.Table) -> Batch:
        """One chunk; its columns stand in the order of `chosen.theirs`."""
        kinds = {name: chunk.schema.field(at).type for at, name in enumerate(self._chosen.theirs)}
        chunk = chunk.rename_columns([f"c{at}" for at in range(len(kinds))])
        rows = pa.array(range(self._rows + 1, self._rows + 1 + len(chunk)), pa.int64())
        self._rows += len(chunk)
        self._engine.register("chunk", chunk.append_column("row_number", rows))
        expressions = [f"{value} as {identifier(name)}" for name, value in self._values(kinds).items()]
        table = self._engine.execute(f"select {', '.join(expressions)}, row_number from chunk").to_arrow_table()
        self._engine.unregister("chunk")
        if self._chosen.cursor is not None:
            table = self._up_to_now(table, len(chunk))
        pointers = pc.binary_join_element_wise(
            f"{self._pointer} row", table["row_number"].cast(pa.string()), " "
        ).combine_chunks()
        return Batch(self._contract.stream, table.drop_columns("row_number"), pointers)

    def _values(self, kinds: Mapping[str, pa.DataType]) -> dict[str, str]:
        """Our columns as SQL over one chunk."""
        cells = {name: f"c{at}" for at, name in enumerate(kinds)}
        values = {name: literal(value) for name, value in self._chosen.constants.items()}
        for ours, name in self._chosen.columns.items():
            values[ours] = _converted(self._contract.by_name[ours], cells[name], kinds[name])
        deleted, cursor = self._chosen.deleted, self._chosen.cursor
        if deleted is not None:
            values["is_deleted"] = _deleted(cells[deleted])
        if cursor is not None:
            values["cursor"] = self._cursor(cells[cursor], kinds[cursor])
        return values

    def _cursor(self, cell: str, kind: pa.DataType) -> str:
        types = pa.types
        if types.is_decimal(kind):
            return f"{cell}::bigint"
        if types.is_timestamp(kind) and kind.tz is None:
            return f"{cell}::timestamp"
        if types.is_timestamp(kind) or types.is_date(kind) or types.is_integer(kind) or types.is_null(kind):
            return cell
        if is_text(kind):
            return f"try_cast(nullif(trim({cell}), '') as timestamptz)"
        raise SourceError(
            f"the cursor {self._chosen.cursor!r} of {self._place} holds {kind}; it has to be a time, a day or a whole "
            f"number. {KEPT}"
        )

    def _up_to_now(self, table: pa.Table, rows: int) -> pa.Table:
        """The rows before `as_of`; those without a cursor are among them."""
        values, table = table["cursor"], table.drop_columns("cursor")
        if pa.types.is_timestamp(values.type) or pa.types.is_date(values.type):
            instants = values
            if pa.types.is_timestamp(values.type) and values.type.tz is not None:
                instants = values.cast(pa.timestamp("us", "UTC"))
            early = pc.less(instants.cast(pa.timestamp("us")), self._as_of)
            early = pc.fill_null(early, True)
            table, values = table.filter(early), values.filter(early)
        self.latest = later(self.latest, pc.max(values).as_py())
        return table


def later(before: Position | None, newest: Position | None) -> Position | None:
    """The larger of two positions; the new one where the column has another type since."""
    if before is None or newest is None:
        return before if newest is None else newest
    try:
        return max(before, newest)
    except TypeError:
        return newest


def _converted(column: Column, cell: str, kind: pa.DataType) -> str:
    """One of their values as SQL that landing's cast accepts; text that does not convert stays text."""
    types = pa.types
    number = types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind)
    text = f"nullif(trim({cell}::varchar), '')"
    if types.is_floating(kind):
        cell = f"case when isfinite({cell}) then {cell} end"
        text = f"({cell})::varchar"
    match column.data_type:
        case "string":
            return f"regexp_replace({text}, '\\.0$', '')" if types.is_floating(kind) else f"nullif({cell}::varchar, '')"
        case "boolean" if not types.is_boolean(kind):
            return (
                f"case when lower({text}) in {YES} then 'true' when lower({text}) in {NO} then 'false' else {text} end"
            )
        case "bigint" if not types.is_integer(kind):
            return f"regexp_replace({text}, '\\.0*$', '')"
        case "double" if types.is_decimal(kind):
            return f"{cell}::double"
        case "double" if not number:
            return text
        case "timestamp" | "date" if types.is_timestamp(kind) or types.is_date(kind):
            zoned = types.is_timestamp(kind) and kind.tz is not None
            return f"({cell} at time zone 'UTC')::{column.data_type}" if zoned else f"{cell}::{column.data_type}"
        case "timestamp":
            return _time_text(text, "%Y-%m-%d %H:%M:%S.%f")
        case "date":
            return _time_text(text, "%Y-%m-%d")
        case decimal if decimal.startswith("decimal"):
            scale = decimal.rpartition(",")[2].strip(" )")
            exact = f"try_cast({text} as decimal(38,12))"
            fitted = f"try_cast(round({exact}, {scale}) as {decimal})::varchar"
            return f"case when {exact} is null then {text} else coalesce({fitted}, 'out of range') end"
    return cell


def _time_text(text: str, form: str) -> str:
    """Times in UTC, in the one form that Arrow reads without a zone."""
    return f"coalesce(strftime(try_cast({text} as timestamptz) at time zone 'UTC', '{form}'), {text})"


def _deleted(cell: str) -> str:
    """Whether a flag is set; a time is when the row was deleted."""
    return f"{cell} is not null and lower(trim({cell}::varchar)) not in {('', *NO)}"


def is_text(kind: pa.DataType) -> bool:
    """Whether values of a type are text."""
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def as_text(latest: Position | None) -> str | None:
    """A cursor as it is stored."""
    if latest is None:
        return None
    return str(int(latest)) if isinstance(latest, int | Decimal) else latest.isoformat()
