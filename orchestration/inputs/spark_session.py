"""The Spark session of this process: where its files lie, how it is told to behave, what it keeps to itself.

Belongs here: configuration. Does not: relations (spark_relations). pyspark is imported only when Spark is asked for.
dbt-spark's `session` method finds the session that was made here.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.errors import WarehouseError
from orchestration.settings import Settings

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

LOCAL_MASTER = "local[2]"
MASTER_VARIABLE = "COUNTERPOISE_SPARK_MASTER"
LOGGING = """\
rootLogger.level = error
rootLogger.appenderRef.stderr.ref = stderr
appender.stderr.type = Console
appender.stderr.name = stderr
appender.stderr.target = SYSTEM_ERR
appender.stderr.layout.type = PatternLayout
appender.stderr.layout.pattern = %d{HH:mm:ss} %p %c{1}: %m%n%ex{short}
logger.context.name = SQLQueryContextLogger
logger.context.level = off
logger.metastore.name = org.apache.hadoop.hive.metastore.RetryingHMSHandler
logger.metastore.level = off
"""
"""What these two say reaches the caller as an exception; they would print it again, with 30 kB of stack."""


def spark_session(settings: Settings) -> SparkSession:
    """The one session of this process. Its warehouse and metastore live below the data folder."""
    from pyspark.errors import PySparkRuntimeError
    from pyspark.sql import SparkSession

    home = (settings.data_folder / "spark").resolve()
    home.mkdir(parents=True, exist_ok=True)
    (home / "log4j2.properties").write_text(LOGGING, "utf-8")
    active = SparkSession.getActiveSession()
    if active is not None and active.conf.get("spark.sql.warehouse.dir") != _warehouse(home):
        raise WarehouseError(f"this process already builds in {active.conf.get('spark.sql.warehouse.dir')}; start anew")
    builder = SparkSession.builder.appName("counterpoise").master(os.environ.get(MASTER_VARIABLE, LOCAL_MASTER))
    for key, value in _configuration(home).items():
        builder = builder.config(key, value)
    try:
        return builder.enableHiveSupport().getOrCreate()
    except PySparkRuntimeError as error:
        raise WarehouseError(
            f"Spark does not start: {error}. It needs Java 17 or 21; scripts/install-system-packages.sh brings it"
        ) from error


def _warehouse(home: Path) -> str:
    return (home / "warehouse").as_uri()


def _configuration(home: Path) -> dict[str, str]:
    logging = (home / "log4j2.properties").as_uri()
    driver = f"-Dderby.system.home={home} -Duser.timezone=UTC -Dlog4j2.configurationFile={logging}"
    # a night's tables are small: planning a thousand tiny tasks would cost more than they do
    return {
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": "2",
        "spark.default.parallelism": "2",
        "spark.sql.sources.partitionOverwriteMode": "dynamic",
        "spark.sql.sources.default": "parquet",
        "spark.sql.legacy.createHiveTableByDefault": "false",
        "spark.sql.warehouse.dir": _warehouse(home),
        "spark.hadoop.javax.jdo.option.ConnectionURL": f"jdbc:derby:{home / 'metastore'};create=true",
        "spark.hadoop.mapreduce.fileoutputcommitter.algorithm.version": "2",
        "spark.driver.extraJavaOptions": driver,
        "spark.executor.extraJavaOptions": "-Duser.timezone=UTC",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.memory": "2g",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.log.level": "ERROR",
    }
