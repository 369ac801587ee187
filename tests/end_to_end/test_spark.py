"""Spark gives what DuckDB gives, on one machine and on a cluster, and says as little.

One company, two runs. The first is built on Spark in this process, models only; the second on a standalone cluster
by `counterpoise nightly`, over what the first one left. DuckDB builds each run whole.
"""

from __future__ import annotations

import math
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from orchestration import pipeline
from orchestration.errors import WarehouseError
from orchestration.pipeline.run_context import RunContext
from orchestration.publishing.publication import Publication
from orchestration.settings import PROJECT, Settings
from orchestration.warehouse.dbt_runner import run_dbt, settings_arguments
from orchestration.warehouse.engines import engine
from orchestration.warehouse.spark_session import MASTER_VARIABLE, QUICK_JAVA, SMALL, spark_session
from tests.end_to_end.companies import Company, build, environment, land_all, playing, publish, published_now

pytestmark = pytest.mark.spark
Rows = list[tuple[object, ...]]
GATE_RELATIONS = "select table_name from duckdb_tables() where schema_name = 'marts' order by 1"
JAVA_SPEAKS = re.compile(r"^\s+at [\w.$]+\(|Exception|\bWARN|\bERROR|^Caused by|^\{", re.MULTILINE)


@dataclass(frozen=True)
class Cluster:
    """A standalone cluster on loopback, and what a process needs to build there."""

    home: Path
    environment: dict[str, str]


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """A small company whose last two runs have landed."""
    with playing(tmp_path_factory.mktemp("spark"), people=20, weeks=3) as found:
        for days in (1, 0):
            land_all(found.settings, found.at(found.partition_before_end(days)))
        yield found


def beside(company: Company, name: str, **changed: str) -> Company:
    """The company with a copy of its data folder and other settings."""
    data = company.settings.data.with_name(name)
    shutil.copytree(company.settings.data, data)
    moved = company.moved(data)
    variables = {f"COUNTERPOISE_{key.upper()}": value for key, value in changed.items()}
    settings = moved.settings.model_copy(update=changed)
    return Company(moved.world, moved.addresses, settings, {**moved.environment, **variables})


def marts(settings: Settings) -> dict[str, tuple[dict[str, str], Rows]]:
    """Mart -> its columns with types, and its rows in order; and the figures before anything is held back."""
    with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
        names = [f"marts.{name}" for (name,) in connection.execute(GATE_RELATIONS).fetchall()]
        return {name: read(connection, name) for name in (*names, "metrics.int_metrics__cells")}


def read(connection: duckdb.DuckDBPyConnection, relation: str) -> tuple[dict[str, str], Rows]:
    connection.execute("set timezone = 'UTC'")
    columns = {row[0]: row[1] for row in connection.execute(f"describe {relation}").fetchall()}
    return columns, connection.execute(f"select * from {relation} order by all").fetchall()


def differing(one: Rows, other: Rows) -> Rows:
    """Rows of one that the other has not: equal cell by cell, doubles to nine digits."""
    pairs = zip(one, other, strict=True)
    return [left for left, right in pairs if not all(map(same, left, right))]


def same(one: object, other: object) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)
    return type(one) is type(other) and one == other


def assert_equal(spark: dict[str, tuple[dict[str, str], Rows]], duck: dict[str, tuple[dict[str, str], Rows]]) -> None:
    assert spark.keys() == duck.keys()
    assert {name: columns for name, (columns, _) in spark.items()} == {name: part[0] for name, part in duck.items()}
    assert {name: len(rows) for name, (_, rows) in spark.items()} == {name: len(part[1]) for name, part in duck.items()}
    found = {name: differing(rows, duck[name][1]) for name, (_, rows) in spark.items()}
    assert {name: rows[:3] for name, rows in found.items() if rows} == {}


def days_of(settings: Settings) -> dict[tuple[str, str], frozenset[str]]:
    """(day fact, partition) -> the files that hold it."""
    facts = settings.data_folder / "spark" / "warehouse" / "conformed.db"
    return {
        (day.parent.name, day.name): frozenset(file.name for file in day.glob("*.parquet"))
        for day in facts.glob("int_usage__*/usage_date=*")
    }


@pytest.fixture(scope="module")
def duck(company: Company) -> Company:
    return beside(company, "duck")


@pytest.fixture(scope="module")
def first_on_duckdb(duck: Company) -> dict[str, tuple[dict[str, str], Rows]]:
    build(duck.settings, duck.partition_before_end(1))
    return marts(duck.settings)


@pytest.fixture(scope="module")
def second_on_duckdb(duck: Company, first_on_duckdb: object) -> Publication | None:
    """The second run built from nothing, and published."""
    duck.settings.warehouse.unlink()
    publish(duck, duck.last_partition)
    return published_now(duck.settings)


@pytest.fixture(scope="module")
def spark(company: Company) -> Company:
    """The company after its first run on Spark in this process; the JVM has ended."""
    found = beside(company, "spark", engine="spark")
    context = RunContext(found.settings, found.partition_before_end(1))
    with environment():
        os.environ.pop(MASTER_VARIABLE, None)
        session = spark_session(found.settings)
        try:
            pipeline.begin(context)
            models_only = [*settings_arguments(found.settings, "build"), "--exclude-resource-type", "test"]
            outcome = run_dbt(found.settings, models_only)
            assert outcome.is_good, [(node.name, node.message) for node in outcome.failed] or outcome.error
            engine(found.settings).export_marts(context.inputs)
            engine(found.settings).record_built(context.inputs)
        finally:
            session.stop()
            shut_down()
    return found


def shut_down() -> None:
    """End the JVM that pyspark would keep until this process ends, and let the next session start another."""
    from pyspark import SparkContext

    gateway = SparkContext._gateway
    assert gateway is not None
    gateway.shutdown()
    gateway.proc.stdin.close()
    gateway.proc.wait(timeout=60)
    SparkContext._gateway = SparkContext._jvm = None


def test_the_marts_of_a_run_are_equal_on_both_engines(spark, first_on_duckdb):
    found = marts(spark.settings)
    assert_equal(found, first_on_duckdb)
    assert min(len(rows) for _, rows in found.values()) > 1
    assert len(found["metrics.int_metrics__cells"][1]) > 1000


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A master and two workers of one core each, which end whatever happens."""
    home = tmp_path_factory.mktemp("cluster")
    defaults = "\n".join(f"{key} {value}" for key, value in SMALL.items())
    (home / "spark-defaults.conf").write_text(defaults, "utf-8")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    variables = {
        "SPARK_CLUSTER_HOME": str(home),
        "SPARK_CLUSTER_PORT": str(port),
        "SPARK_CONF_DIR": str(home),
        "PYTHON_BIN": sys.executable,
        "JDK_JAVA_OPTIONS": QUICK_JAVA,
        MASTER_VARIABLE: f"spark://127.0.0.1:{port}",
    }
    script, variables = [str(PROJECT / "scripts" / "spark-cluster.sh")], {**os.environ, **variables}
    try:
        started = subprocess.run(["bash", *script, "start"], env=variables, capture_output=True, text=True, check=True)
        assert started.stdout.strip() == variables[MASTER_VARIABLE]
        yield Cluster(home, variables)
    finally:
        subprocess.run(["bash", *script, "stop"], env=variables, check=True)


@dataclass(frozen=True)
class SecondRun:
    """What the cluster's run said, left and found before it."""

    company: Company
    cluster: Cluster
    talk: str
    days_before: dict[tuple[str, str], frozenset[str]]


@pytest.fixture(scope="module")
def second(spark: Company, cluster: Cluster) -> SecondRun:
    before = days_of(spark.settings)
    spark.at(spark.last_partition)
    variables = {**cluster.environment, **spark.environment, "PYTHONPATH": str(PROJECT)}
    command = [sys.executable, "-m", "orchestration.cli.app", "nightly", "--day", str(spark.last_partition.day)]
    done = subprocess.run(command, cwd=PROJECT, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return SecondRun(spark, cluster, done.stdout + done.stderr, before)


def test_a_cluster_publishes_what_duckdb_publishes_from_a_full_build(second, duck, second_on_duckdb):
    published = published_now(second.company.settings)
    assert_equal(marts(second.company.settings), marts(duck.settings))
    assert published.gate == second_on_duckdb.gate
    assert {name: (part.rows, part.columns) for name, part in published.relations.items()} == {
        name: (part.rows, part.columns) for name, part in second_on_duckdb.relations.items()
    }


def test_the_executors_of_both_workers_did_the_work(second):
    executors = list((second.cluster.home / "work").glob("app-*/*"))
    assert sorted(path.name for path in executors) == ["0", "1"]


def test_a_run_on_spark_replaces_only_the_days_that_changed(second):
    after = days_of(second.company.settings)
    kept = {key for key, files in second.days_before.items() if after[key] == files}
    replaced = after.keys() - kept
    last = f"usage_date={second.company.last_partition.day}"
    assert {day for _, day in kept} and {day for _, day in replaced} > {last}


def test_a_run_on_spark_shows_no_output_of_java(second):
    assert "published" in second.talk
    assert JAVA_SPEAKS.findall(second.talk) == []


def test_without_java_one_sentence_says_what_to_do(company, tmp_path):
    variables = {**os.environ, **company.environment, "COUNTERPOISE_ENGINE": "spark", "PYTHONPATH": str(PROJECT)}
    variables |= {"COUNTERPOISE_DATA": str(tmp_path), "JAVA_HOME": str(tmp_path)}
    command = [sys.executable, "-m", "orchestration.cli.app", "build", "--day", str(company.last_partition.day)]
    done = subprocess.run(command, cwd=PROJECT, env=variables, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (1, "", 1)
    assert "scripts/install-system-packages.sh" in done.stderr


def test_without_pyspark_one_sentence_says_what_to_do(company, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    with pytest.raises(WarehouseError, match="`make setup-spark`"):
        spark_session(company.settings)


def test_the_check_for_java_bites():
    assert JAVA_SPEAKS.search("  at org.apache.spark.sql.Dataset.collect(Dataset.scala:1)")
    assert JAVA_SPEAKS.search('{"ts": 1, "level": "ERROR"}')
    assert not JAVA_SPEAKS.search("dbt: 129 models, 257 tests, 0 failed, 16.4 s")
