"""The Spark session of this process: where its files lie, how it is told to behave, where it writes what it says.

Belongs here: configuration and start. Does not: relations (spark_relations). pyspark is imported only when Spark is
asked for. dbt-spark's `session` method finds the session that was made here, wherever its master runs.
"""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.errors import WarehouseError
from orchestration.settings import Settings

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

LOCAL_MASTER = "local[2]"
MASTER_VARIABLE = "COUNTERPOISE_SPARK_MASTER"
PARALLELISM = 2
MISSING_PACKAGE = "Spark is the engine, and its Python package is not installed; `make setup-spark` adds it"
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
"""What these two say reaches the caller as an exception; they would write it again, with 30 kB of stack."""


def spark_session(settings: Settings) -> SparkSession:
    """The one session of this process. Its warehouse and metastore live below the data folder."""
    try:
        from pyspark.sql import SparkSession
    except ModuleNotFoundError as error:
        raise WarehouseError(MISSING_PACKAGE) from error
    home = (settings.data_folder / "spark").resolve()
    active = SparkSession.getActiveSession()
    if active is None:
        return _start(home)
    builds_in = active.conf.get("counterpoise.home")
    if builds_in != str(home):
        raise WarehouseError(f"this process already builds in {builds_in}; start another one for {home}")
    return active


def _start(home: Path) -> SparkSession:
    """Start the JVM, with everything that it says in a file: none of it is written for people."""
    from pyspark import SparkConf, SparkContext
    from pyspark.errors import PySparkRuntimeError
    from pyspark.java_gateway import launch_gateway
    from pyspark.sql import SparkSession

    home.mkdir(parents=True, exist_ok=True)
    (home / "log4j2.properties").write_text(LOGGING, "utf-8")
    conf = SparkConf(loadDefaults=False).setAll(list(_configuration(home).items()))
    said = home / "spark.log"
    try:
        with said.open("wb") as file, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that pandas is newer than pyspark tested; no pandas is used
            gateway = launch_gateway(conf, popen_kwargs={"stdout": file, "stderr": file})
            SparkContext(conf=conf, gateway=gateway)
            return SparkSession.builder.getOrCreate()
    except PySparkRuntimeError as error:
        raise WarehouseError(
            f"Spark does not start; {said} says why. It needs Java 17 or 21, which scripts/install-system-packages.sh "
            "installs"
        ) from error


def _configuration(home: Path) -> dict[str, str]:
    logging = (home / "log4j2.properties").as_uri()
    driver = f"-Dderby.system.home={home} -Duser.timezone=UTC -Dlog4j2.configurationFile={logging}"
    # a night's tables are small: planning a thousand tiny tasks would cost more than they do
    return {
        "counterpoise.home": str(home),
        "spark.master": os.environ.get(MASTER_VARIABLE) or LOCAL_MASTER,
        "spark.app.name": "counterpoise",
        "spark.sql.catalogImplementation": "hive",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": str(PARALLELISM),
        "spark.default.parallelism": str(PARALLELISM),
        "spark.sql.sources.partitionOverwriteMode": "dynamic",
        "spark.sql.sources.default": "parquet",
        "spark.sql.legacy.createHiveTableByDefault": "false",
        "spark.sql.warehouse.dir": (home / "warehouse").as_uri(),
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
