"""The relations that dbt reads, made in the DuckDB warehouse: schema `run`, and one view a landed stream.

Belongs here: DDL for DuckDB. Does not: deciding which files count (inputs).
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa

from orchestration.contracts import LANDED_COLUMNS, StreamContract
from orchestration.errors import WarehouseError
from orchestration.storage.relations import is_open_elsewhere, literal
from orchestration.warehouse.inputs import BuildInputs, VisibleStream
from orchestration.warehouse.run_tables import BUILT_DAYS, built_days, days_in_doubt, run_tables, touched_days


def open_warehouse(inputs: BuildInputs) -> duckdb.DuckDBPyConnection:
    """Open the warehouse for writing. A file that is broken or was built by other models is replaced."""
    path = inputs.settings.warehouse
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and not _is_usable(path, inputs.code_fingerprint):
        for stale in (path, path.with_name(path.name + ".wal")):
            stale.unlink(missing_ok=True)
    try:
        return duckdb.connect(str(path))
    except duckdb.Error as error:
        raise WarehouseError(f"{path.name} cannot be opened: {error}. Close other readers of the warehouse.") from error


def prepare(inputs: BuildInputs, previous_values: Path | None = None) -> None:
    """Make every relation that dbt's sources name. `previous_values`: Parquet of kpi_values, see `run_tables`."""
    with open_warehouse(inputs) as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute("create schema if not exists run")
        for name, table in run_tables(inputs, previous_values).items():
            _replace_table(connection, name, table)
        for stream in inputs.streams:
            connection.execute(f"create schema if not exists landed_{stream.contract.source}")
            connection.execute(landed_view(inputs.settings.landing, stream))
        connection.register("nothing_built", BUILT_DAYS.empty_table())
        connection.execute("create table if not exists run.built_days as select * from nothing_built")
        held = connection.execute("select source, day, fingerprint from run.built_days").fetchall()
        built = {(source, day): fingerprint for source, day, fingerprint in held}
        touched = touched_days(inputs, built)
        _replace_table(connection, "touched_days", touched)
        _replace_table(connection, "built_days", days_in_doubt(built, touched))
        mark = pa.table({"code_fingerprint": [inputs.code_fingerprint]})
        _replace_table(connection, "warehouse", mark)


def record_built(inputs: BuildInputs) -> None:
    """Record which files the incremental models now contain; called after a whole build."""
    with open_warehouse(inputs) as connection:
        _replace_table(connection, "built_days", built_days(inputs))


def export_marts(inputs: BuildInputs) -> None:
    """Nothing to do: DuckDB builds in the file that the gate reads."""


def landed_view(landing: Path, stream: VisibleStream) -> str:
    """The view of one stream: its files with the contract's columns, or an empty relation of the same shape."""
    contract = stream.contract
    empty = f"select {_typed_nulls(contract)} where false"
    body = empty
    if stream.files:
        files = ", ".join(literal(landing / file.path) for file in stream.files)
        read = f"select * from read_parquet([{files}], union_by_name = true, hive_partitioning = false)"
        body = f"{empty} union all by name {read}"
    columns = ", ".join(f'"{name}"' for name, _ in _columns(contract))
    return f'create or replace view landed_{contract.source}."{contract.stream}" as select {columns} from ({body})'


def _replace_table(connection: duckdb.DuckDBPyConnection, name: str, table: pa.Table) -> None:
    connection.register("new_rows", table)
    connection.execute(f"create or replace table run.{name} as select * from new_rows")
    connection.unregister("new_rows")


def _is_usable(path: Path, fingerprint: str) -> bool:
    """Whether the file opens and was built by exactly these models. WarehouseError when somebody has it open."""
    try:
        with duckdb.connect(str(path)) as connection:
            row = connection.execute("select code_fingerprint from run.warehouse").fetchone()
    except duckdb.Error as error:
        if isinstance(error, duckdb.ConnectionException) or is_open_elsewhere(path):
            raise WarehouseError(
                f"{path.name} is open elsewhere: {error}. Nothing was changed; close the other one and start again."
            ) from error
        return False
    return row is not None and row[0] == fingerprint


def _columns(contract: StreamContract) -> list[tuple[str, str]]:
    return [(column.name, column.data_type) for column in contract.columns] + list(LANDED_COLUMNS)


def _typed_nulls(contract: StreamContract) -> str:
    return ", ".join(f'cast(null as {data_type}) as "{name}"' for name, data_type in _columns(contract))
