"""The relations that dbt reads, made in Spark: schema `run`, and one view a landed stream.

Belongs here: DDL for Spark, and the export of what the gate reads. Does not: the session (spark_session), deciding
which files count (inputs).
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.contracts import LANDED_COLUMNS, StreamContract
from orchestration.warehouse.inputs import BuildInputs, VisibleStream
from orchestration.warehouse.run_tables import built_days, days_in_doubt, run_tables, touched_days
from orchestration.warehouse.spark_session import in_one_sentence, spark_session

if TYPE_CHECKING:
    from datetime import date

    from pyspark.sql import SparkSession

LAYERS = ("staging", "conformed", "facts", "restricted", "metrics", "marts", "seeds", "run")
GATE_RELATIONS = ("seeds.metrics", "metrics.int_metrics__cells")
"""What the gate reads beside the marts."""


@in_one_sentence()
def prepare(inputs: BuildInputs, previous_values: Path | None = None) -> None:
    """Make every relation that dbt's sources name. A warehouse that was built by other models is replaced."""
    session = spark_session(inputs.settings)
    _forget_unfinished(inputs, session)
    if _built_by(session) != inputs.code_fingerprint:
        for schema in LAYERS:
            session.sql(f"drop database if exists {schema} cascade")
    for schema in ("run", *(f"landed_{source}" for source in inputs.contracts)):
        session.sql(f"create database if not exists {schema}")
    tables = run_tables(inputs, previous_values)
    held = _held(session)
    tables["touched_days"] = touched_days(inputs, held)
    tables["built_days"] = days_in_doubt(held, tables["touched_days"])
    tables["warehouse"] = pa.table({"code_fingerprint": [inputs.code_fingerprint]})
    for name, table in tables.items():
        _replace_table(inputs, name, table)
    for stream in inputs.streams:
        _replace_view(session, stream, landed_view(inputs.settings.landing, stream))
    _empty_export(inputs)


@in_one_sentence()
def record_built(inputs: BuildInputs) -> None:
    """Record which files the incremental models now contain; called after a whole build."""
    _replace_table(inputs, "built_days", built_days(inputs))


@in_one_sentence()
def export_marts(inputs: BuildInputs) -> None:
    """Copy marts and registry into the DuckDB file that the gate reads and publishes from; marts are small."""
    session = spark_session(inputs.settings)
    # Spark names temporary views, such as dbt leaves behind, in every schema
    marts = [f"marts.{row.tableName}" for row in session.sql("show tables in marts").collect() if not row.isTemporary]
    with duckdb.connect(str(inputs.settings.warehouse)) as connection:
        connection.execute("set timezone = 'UTC'")
        for relation in (*marts, *GATE_RELATIONS):
            schema, _, name = relation.partition(".")
            connection.register("exported", _without_zones(session.table(relation).toArrow()))
            connection.execute(f"create schema if not exists {schema}")
            connection.execute(f"create or replace table {schema}.{name} as select * from exported")
            connection.unregister("exported")


def landed_view(landing: Path, stream: VisibleStream) -> str:
    """The select of one stream: its files with the contract's columns, or an empty relation of the same shape."""
    contract = stream.contract
    columns = _columns(contract)
    if not stream.files:
        nulls = ", ".join(f"cast(null as {data_type}) as `{column}`" for column, data_type in columns)
        return f"select {nulls} where false"
    folder = f"{contract.source}/{contract.stream}/"
    files = ",".join(file.path.removeprefix(folder) for file in stream.files)
    cast = ", ".join(f"cast(`{column}` as {data_type}) as `{column}`" for column, data_type in columns)
    return f"select {cast} from parquet.`{landing / folder}/{{{files}}}`"


def _replace_view(session: SparkSession, stream: VisibleStream, select: str) -> None:
    session.sql(f"create or replace view landed_{stream.contract.source}.{stream.contract.stream} as {select}")


def _replace_table(inputs: BuildInputs, name: str, table: pa.Table) -> None:
    """One Parquet file written here, and a table over it: quicker than handing the rows to Spark."""
    session = spark_session(inputs.settings)
    folder = inputs.settings.data_folder / "spark" / "run" / name
    folder.mkdir(parents=True, exist_ok=True)
    columns = [column.cast(pa.timestamp("us", "UTC")) if pa.types.is_timestamp(column.type) else column
               for column in table.columns]  # fmt: skip
    pq.write_table(pa.table(columns, names=table.column_names), folder / "rows.parquet")
    session.sql(f"drop table if exists run.{name}")
    session.sql(f"create table run.{name} using parquet location '{folder.resolve().as_uri()}'")


def _built_by(session: SparkSession) -> str | None:
    if not session.catalog.tableExists("run.warehouse"):
        return None
    return str(session.sql("select code_fingerprint from run.warehouse").collect()[0][0])


def _forget_unfinished(inputs: BuildInputs, session: SparkSession) -> None:
    """Remove table folders of a killed run that the metastore does not know; they would block the table."""
    folder = inputs.settings.data_folder / "spark" / "warehouse"
    for schema in (row.namespace for row in session.sql("show databases").collect()):
        known = {row.tableName for row in session.sql(f"show tables in {schema}").collect()}
        for table in (folder / f"{schema}.db").glob("*"):
            if table.name not in known:
                shutil.rmtree(table)


def _held(session: SparkSession) -> dict[tuple[str, date], str]:
    if not session.catalog.tableExists("run.built_days"):
        return {}
    rows = session.sql("select source, day, fingerprint from run.built_days").collect()
    return {(row["source"], row["day"]): row["fingerprint"] for row in rows}


def _empty_export(inputs: BuildInputs) -> None:
    """Replace the DuckDB file by one without a mart, so that marts of an earlier build cannot pass for this one's."""
    path = inputs.settings.warehouse
    path.parent.mkdir(parents=True, exist_ok=True)
    for stale in (path, path.with_name(path.name + ".wal")):
        stale.unlink(missing_ok=True)
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema run")
        mark = pa.table({"code_fingerprint": [inputs.code_fingerprint]})
        connection.register("mark", mark)
        connection.execute("create table run.warehouse as select * from mark")


def _columns(contract: StreamContract) -> list[tuple[str, str]]:
    return [(column.name, column.data_type) for column in contract.columns] + list(LANDED_COLUMNS)


def _without_zones(table: pa.Table) -> pa.Table:
    """Spark's timestamps are instants; ours are UTC without a zone."""
    columns = [
        column.cast(pa.timestamp("us")) if pa.types.is_timestamp(column.type) else column for column in table.columns
    ]
    return pa.table(columns, names=table.column_names)
