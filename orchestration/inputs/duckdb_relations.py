"""The relations that dbt reads, made in the DuckDB warehouse: schema `run`, and one view a landed stream.

Belongs here: DDL for DuckDB. Does not: deciding which files count (the package does).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from orchestration.contracts import LANDED_COLUMNS, StreamContract
from orchestration.errors import WarehouseError
from orchestration.inputs import NightInputs, VisibleStream
from orchestration.landing.load import QUARANTINE_SCHEMA

PUBLISHED_VALUES = (
    "metric_id varchar, entity_type varchar, entity_id varchar, week_start_date date, value double, maturity varchar"
)


def open_warehouse(inputs: NightInputs) -> duckdb.DuckDBPyConnection:
    """Open the warehouse for writing. One that is broken or was built by other models is made anew."""
    path = inputs.settings.warehouse
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and not _is_usable(path, inputs.code_fingerprint):
        for stale in (path, path.with_name(path.name + ".wal")):
            stale.unlink(missing_ok=True)
    try:
        return duckdb.connect(str(path))
    except duckdb.Error as error:
        raise WarehouseError(f"{path.name} cannot be opened: {error}. Close other readers of the warehouse.") from error


def prepare(inputs: NightInputs, previous_values: Path | None = None) -> None:
    """Make every relation that dbt's sources name. `previous_values`: Parquet of the publication that stands."""
    with open_warehouse(inputs) as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute("create schema if not exists run")
        _prepare_night(connection, inputs)
        _prepare_loads(connection, inputs)
        _prepare_published(connection, previous_values)
        for stream in inputs.streams:
            connection.execute(f"create schema if not exists landed_{stream.contract.source}")
            connection.execute(landed_view(inputs.settings.landing, stream))
        _prepare_touched_days(connection, inputs)
        connection.execute(
            "create or replace table run.warehouse as select ? as code_fingerprint", [inputs.code_fingerprint]
        )


def record_built(inputs: NightInputs) -> None:
    """Remember which files the incremental models now hold; called after a whole build."""
    with open_warehouse(inputs) as connection:
        rows = [(source, day, print_) for (source, day), print_ in inputs.day_fingerprints.items()]
        _replace_table(connection, "run.built_days", _BUILT_DAYS, rows)


def landed_view(landing: Path, stream: VisibleStream) -> str:
    """The view of one stream: its files with the contract's columns, or an empty relation of the same shape."""
    contract = stream.contract
    empty = f"select {_typed_nulls(contract)} where false"
    body = empty
    if stream.files:
        files = ", ".join(_literal(str(landing / file.path)) for file in stream.files)
        read = f"select * from read_parquet([{files}], union_by_name = true, hive_partitioning = false)"
        body = f"{empty} union all by name {read}"
    columns = ", ".join(f'"{name}"' for name, _ in _columns(contract))
    return f'create or replace view landed_{contract.source}."{contract.stream}" as select {columns} from ({body})'


_SOURCE_DAYS = pa.schema(
    [
        ("source", pa.string()),
        ("stream", pa.string()),
        ("day", pa.date32()),
        ("status", pa.string()),
        ("rows", pa.int64()),
    ]
)
_LOADS = pa.schema(
    [(name, pa.string()) for name in ("source", "slice_key", "stream", "load_id")]
    + [("as_of", pa.timestamp("us"))]
    + [(name, pa.int64()) for name in ("received", "landed", "quarantined")]
)
_TOUCHED_DAYS = pa.schema([("source", pa.string()), ("day", pa.date32())])
_BUILT_DAYS = pa.schema([("source", pa.string()), ("day", pa.date32()), ("fingerprint", pa.string())])


def _prepare_night(connection: duckdb.DuckDBPyConnection, inputs: NightInputs) -> None:
    row = night_row(inputs)
    columns = ", ".join(f"cast(? as {data_type}) as {name}" for name, data_type, _ in row)
    connection.execute(f"create or replace table run.night as select {columns}", [value for _, _, value in row])


def night_row(inputs: NightInputs) -> list[tuple[str, str, str | int | float | date | datetime]]:
    """(name, type, value) of each column of `run.night`."""
    settings = inputs.settings
    return [
        ("as_of", "timestamp", inputs.night.as_of.replace(tzinfo=None)),
        ("organisation", "string", settings.organisation.name),
        ("organisation_zone", "string", settings.organisation.zone),
        ("smallest_group", "bigint", settings.privacy.smallest_group),
        ("smallest_rate_n", "bigint", settings.metrics.smallest_rate_n),
        ("smallest_median_n", "bigint", settings.metrics.smallest_median_n),
        ("cohort_days", "bigint", settings.metrics.cohort_days),
        ("dominance_share", "double", settings.privacy.dominance_share),
        ("active_target_share", "double", settings.metrics.active_target_share),
        ("history_start_date", "date", settings.schedule.start_date),
    ]


def _prepare_loads(connection: duckdb.DuckDBPyConnection, inputs: NightInputs) -> None:
    days = [(d.source, d.stream, d.day, d.status, d.rows) for d in inputs.source_days]
    _replace_table(connection, "run.source_days", _SOURCE_DAYS, days)
    loads = [
        (
            load.source,
            load.slice_key,
            stream,
            load.load_id,
            load.as_of.replace(tzinfo=None),
            s.received,
            s.landed,
            s.quarantined,
        )
        for load in inputs.counted_loads
        for stream, s in sorted(load.streams.items())
    ]
    _replace_table(connection, "run.loads", _LOADS, loads)
    files = [str(inputs.settings.landing / load.quarantine) for load in inputs.counted_loads if load.quarantine]
    connection.register("empty_quarantine", QUARANTINE_SCHEMA.empty_table())
    body = "select * from empty_quarantine"
    if files:
        body += f" union all by name select * from read_parquet([{', '.join(map(_literal, files))}])"
    connection.execute(f"create or replace table run.quarantine as {body}")
    connection.unregister("empty_quarantine")


def _prepare_published(connection: duckdb.DuckDBPyConnection, previous_values: Path | None) -> None:
    connection.execute(f"create or replace table run.published_values ({PUBLISHED_VALUES})")
    if previous_values is not None:
        connection.execute(
            "insert into run.published_values by name "
            "select metric_id, entity_type, entity_id, week_start_date, value, maturity "
            f"from read_parquet({_literal(str(previous_values))})"
        )


def _prepare_touched_days(connection: duckdb.DuckDBPyConnection, inputs: NightInputs) -> None:
    connection.execute("create table if not exists run.built_days (source varchar, day date, fingerprint varchar)")
    built = {
        (s, d): f for s, d, f in connection.execute("select source, day, fingerprint from run.built_days").fetchall()
    }
    current = inputs.day_fingerprints
    touched = sorted(key for key in built.keys() | current.keys() if built.get(key) != current.get(key))
    _replace_table(connection, "run.touched_days", _TOUCHED_DAYS, touched)


def _replace_table(
    connection: duckdb.DuckDBPyConnection, name: str, schema: pa.Schema, rows: Iterable[Sequence[object]]
) -> None:
    names = [field.name for field in schema]
    records = [dict(zip(names, row, strict=True)) for row in rows]
    connection.register("new_rows", pa.Table.from_pylist(records, schema=schema))
    connection.execute(f"create or replace table {name} as select * from new_rows")
    connection.unregister("new_rows")


def _is_usable(path: Path, fingerprint: str) -> bool:
    """Whether the file opens and was built by these very models."""
    try:
        with duckdb.connect(str(path)) as connection:
            row = connection.execute("select code_fingerprint from run.warehouse").fetchone()
    except duckdb.IOException as error:
        if "lock" in str(error).lower():
            raise WarehouseError(f"{path.name} is open elsewhere: {error}") from error
        return False
    except duckdb.Error:
        return False
    return row is not None and row[0] == fingerprint


def _columns(contract: StreamContract) -> list[tuple[str, str]]:
    return [(column.name, column.data_type) for column in contract.columns] + list(LANDED_COLUMNS)


def _typed_nulls(contract: StreamContract) -> str:
    return ", ".join(f'cast(null as {data_type}) as "{name}"' for name, data_type in _columns(contract))


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
