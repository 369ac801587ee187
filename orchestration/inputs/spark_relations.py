"""The relations that dbt reads, made in Spark: schema `run`, and one view a landed stream.

Belongs here: the Spark session that dbt-spark shares, DDL for Spark, and bringing finished marts home.
Does not: deciding which files count (the package does). pyspark is imported only when Spark is asked for.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa

from orchestration.contracts import LANDED_COLUMNS, StreamContract
from orchestration.inputs import NightInputs, VisibleStream
from orchestration.inputs.run_tables import built_days, days_in_doubt, run_tables, touched_days
from orchestration.settings import Settings

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

LOCAL_MASTER = "local[2]"
MASTER_VARIABLE = "COUNTERPOISE_SPARK_MASTER"


def spark_session(settings: Settings) -> SparkSession:
    """The one session of this process; dbt-spark's `session` method finds it. Its files live below the data folder."""
    from pyspark.sql import SparkSession

    home = settings.data_folder / "spark"
    home.mkdir(parents=True, exist_ok=True)
    configuration = {
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": "4",
        "spark.sql.sources.partitionOverwriteMode": "dynamic",
        "spark.sql.warehouse.dir": str(home / "warehouse"),
        "spark.hadoop.javax.jdo.option.ConnectionURL": f"jdbc:derby:{home / 'metastore'};create=true",
        "spark.driver.extraJavaOptions": f"-Dderby.system.home={home} -Duser.timezone=UTC",
        "spark.executor.extraJavaOptions": "-Duser.timezone=UTC",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.memory": "2g",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.sources.default": "parquet",
        "spark.sql.legacy.createHiveTableByDefault": "false",
    }
    builder = SparkSession.builder.appName("counterpoise").master(os.environ.get(MASTER_VARIABLE, LOCAL_MASTER))
    for key, value in configuration.items():
        builder = builder.config(key, value)
    session = builder.enableHiveSupport().getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    return session


def prepare(inputs: NightInputs, previous_values: Path | None = None) -> None:
    """Make every relation that dbt's sources name."""
    session = spark_session(inputs.settings)
    session.sql("create database if not exists run")
    for name, table in run_tables(inputs, previous_values).items():
        _replace_table(session, name, table)
    for stream in inputs.streams:
        session.sql(f"create database if not exists landed_{stream.contract.source}")
        session.sql(landed_view(inputs.settings.landing, stream))
    held = {}
    if session.catalog.tableExists("run.built_days"):
        rows = session.sql("select source, day, fingerprint from run.built_days").collect()
        held = {(row["source"], row["day"]): row["fingerprint"] for row in rows}
    touched = touched_days(inputs, held)
    _replace_table(session, "touched_days", touched)
    _replace_table(session, "built_days", days_in_doubt(held, touched))


def record_built(inputs: NightInputs) -> None:
    """Remember which files the incremental models now hold; called after a whole build."""
    _replace_table(spark_session(inputs.settings), "built_days", built_days(inputs))


def bring_home(settings: Settings, relations: Iterable[str]) -> None:
    """Copy finished marts into the DuckDB file from which publishing reads; marts are small by design."""
    session = spark_session(settings)
    settings.warehouse.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.execute("set timezone = 'UTC'")
        for relation in relations:
            schema, _, name = relation.partition(".")
            rows = session.table(relation).toArrow()
            connection.register("brought_home", _without_zones(rows))
            connection.execute(f"create schema if not exists {schema}")
            connection.execute(f"create or replace table {schema}.{name} as select * from brought_home")
            connection.unregister("brought_home")


def landed_view(landing: Path, stream: VisibleStream) -> str:
    """The view of one stream: its files with the contract's columns, or an empty relation of the same shape."""
    contract = stream.contract
    name = f"landed_{contract.source}.{contract.stream}"
    nulls = ", ".join(f"cast(null as {data_type}) as `{column}`" for column, data_type in _columns(contract))
    if not stream.files:
        return f"create or replace view {name} as select {nulls} where false"
    folder = f"{contract.source}/{contract.stream}/"
    files = ",".join(file.path.removeprefix(folder) for file in stream.files)
    cast = ", ".join(f"cast(`{column}` as {data_type}) as `{column}`" for column, data_type in _columns(contract))
    return f"create or replace view {name} as select {cast} from parquet.`{landing / folder}/{{{files}}}`"


def _replace_table(session: SparkSession, name: str, table: pa.Table) -> None:
    session.sql(f"drop table if exists run.{name}")
    session.createDataFrame(table).write.mode("overwrite").format("parquet").saveAsTable(f"run.{name}")


def _columns(contract: StreamContract) -> list[tuple[str, str]]:
    return [(column.name, column.data_type) for column in contract.columns] + list(LANDED_COLUMNS)


def _without_zones(table: pa.Table) -> pa.Table:
    """Spark's timestamps are instants; ours are UTC without a zone."""
    columns = [
        column.cast(pa.timestamp("us")) if pa.types.is_timestamp(column.type) else column for column in table.columns
    ]
    return pa.table(columns, names=table.column_names)
