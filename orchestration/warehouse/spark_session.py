"""The Spark session of this process: its configuration, its folders, its log.

Belongs here: configuration and start. Does not: relations (spark_relations). pyspark is imported only when Spark is
the engine. dbt-spark's `session` method finds the session that was made here, wherever its master runs.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from orchestration.environment import variables
from orchestration.errors import WarehouseError
from orchestration.settings import Settings

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

LOCAL_MASTER = "local[2]"
MASTER_VARIABLE = "COUNTERPOISE_SPARK_MASTER"
QUICK_JAVA = "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=240m -XX:+UseSerialGC"
"""Only the quick compiler. Its default code cache of 48 MB is too small for Spark, and the JVM would end."""
SMALL = {
    "spark.sql.shuffle.partitions": "2",
    "spark.default.parallelism": "2",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.sources.parallelPartitionDiscovery.threshold": "10000",
    "spark.driver.memory": "2g",
}
"""For one machine and little data: a run's four hundred small statements take longer to compile than to run."""
LOOPBACK = {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
MISSING_JAVA = "Spark is the engine and needs Java 17 or 21; scripts/install-system-packages.sh installs it on Debian"
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
"""The errors of these two reach the caller as exceptions; they would log them again, with 30 kB of stack."""


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
    builds_in = Path(unquote(urlsplit(active.conf.get("spark.sql.warehouse.dir")).path)).parent
    if builds_in != home:
        raise WarehouseError(f"this process already builds in {builds_in}; start another one for {home}")
    return active


def _start(home: Path) -> SparkSession:
    """Start the JVM with its output in a file: nothing in it is written for the operator."""
    from pyspark import SparkConf, SparkContext
    from pyspark.java_gateway import launch_gateway
    from pyspark.sql import SparkSession

    home.mkdir(parents=True, exist_ok=True)
    (home / "log4j2.properties").write_text(LOGGING, "utf-8")
    master = variables().get(MASTER_VARIABLE) or LOCAL_MASTER
    conf = SparkConf(loadDefaults=False).setAll(list(configuration(home, master).items()))
    log_file = home / "spark.log"
    try:
        with log_file.open("wb") as file, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # pandas is newer than the one pyspark was tested with; it is not used
            gateway = launch_gateway(conf, popen_kwargs={"stdout": file, "stderr": file})
            SparkContext(conf=conf, gateway=gateway)
            return SparkSession.builder.getOrCreate()
    except Exception as error:
        if not _is_sparks_own(error):
            raise
        raise WarehouseError(
            f"Spark does not start on {master}; see {log_file}. It needs Java 17 or 21 "
            "(scripts/install-system-packages.sh installs it) and a master that answers"
        ) from error


@contextmanager
def in_one_sentence() -> Iterator[None]:
    """Turn an error of Spark into one of ours, without the plan and the Java stack that it carries."""
    try:
        yield
    except Exception as error:
        if not _is_sparks_own(error):
            raise
        raise WarehouseError(f"Spark failed: {str(error).strip().splitlines()[0]}") from error


def _is_sparks_own(error: Exception) -> bool:
    return type(error).__module__.split(".")[0] in ("pyspark", "py4j")


def configuration(home: Path, master: str) -> dict[str, str]:
    """What every session needs to give the same results, and what fits the place where it runs.

    A cluster's sizes (memory, cores, partitions) are its operator's: Spark reads them from spark-defaults.conf.
    """
    logging = (home / "log4j2.properties").as_uri()
    java = f"-Duser.timezone=UTC -Dderby.system.home={home} -Dlog4j2.configurationFile={logging}"
    always = {
        "spark.master": master,
        "spark.app.name": "counterpoise",
        "spark.sql.catalogImplementation": "hive",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.sources.partitionOverwriteMode": "dynamic",
        "spark.sql.sources.default": "parquet",
        "spark.sql.legacy.createHiveTableByDefault": "false",
        "spark.sql.warehouse.dir": (home / "warehouse").as_uri(),
        "spark.hadoop.javax.jdo.option.ConnectionURL": f"jdbc:derby:{home / 'metastore'};create=true",
        "spark.hadoop.mapreduce.fileoutputcommitter.algorithm.version": "2",
        "spark.driver.extraJavaOptions": java,
        "spark.executor.extraJavaOptions": "-Duser.timezone=UTC",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.log.level": "ERROR",
    }
    if master.startswith("local"):
        always |= SMALL | {"spark.driver.extraJavaOptions": f"{QUICK_JAVA} {java}"}
    return always | LOOPBACK if master.startswith("local") or "//127.0.0.1:" in master else always
