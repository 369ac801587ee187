"""A publication is complete, immutable, and replaced by one rename, wherever its publisher dies."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from orchestration.errors import WarehouseError
from orchestration.publishing.publication import current_publication, publications, read_publication
from orchestration.publishing.publish import clear_leftovers, publish
from orchestration.publishing.verify import verify
from orchestration.storage.atomic_files import replace_text
from orchestration.storage.crash_points import PUBLISH_POINTS, VARIABLE
from tests.publishing.small_warehouse import AS_OF, make_warehouse, material

PUBLISHER = """
import sys
from pathlib import Path
from orchestration.publishing.publish import publish
from tests.publishing.small_warehouse import material
publish(material(Path(sys.argv[1]), inputs_fingerprint="inputs-2"), Path(sys.argv[2]), keep=1)
"""


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    return make_warehouse(tmp_path / "warehouse.duckdb")


@pytest.fixture
def published(tmp_path: Path) -> Path:
    return tmp_path / "published"


def tokens_of(folder: Path) -> float:
    query = "select sum(value) from marts.kpi_values where metric_id = 'uncached_input_tokens'"
    with duckdb.connect(str(folder.resolve() / "counterpoise.duckdb"), read_only=True) as connection:
        return connection.execute(query).fetchone()[0]


def test_what_is_published_can_be_read_back_with_its_comments(warehouse, published):
    done = publish(material(warehouse), published, keep=3)
    assert (done.outcome, done.path.name) == ("published", "2026-11-16-1")
    with duckdb.connect(str(published / "current" / "counterpoise.duckdb"), read_only=True) as connection:
        row = connection.execute("select publication_id, as_of, checks_passed from marts.publication").fetchone()
        comments = connection.execute("select comment from duckdb_columns() where column_name = 'value'").fetchall()
        kinds = connection.execute("select distinct table_type from information_schema.tables").fetchall()
    assert row == ("2026-11-16-1", AS_OF.replace(tzinfo=None), 1)
    assert comments == [("The figure, null when it is not shown.",)]
    assert kinds == [("BASE TABLE",)]


def test_the_database_has_the_oldest_storage_version(warehouse, published):
    path = publish(material(warehouse), published, keep=3).path / "counterpoise.duckdb"
    assert int.from_bytes(path.read_bytes()[12:20], "little") == 64


def test_parquet_holds_the_rows_of_the_database(warehouse, published):
    folder = publish(material(warehouse), published, keep=3).path
    rows = duckdb.sql(f"select count(*), sum(value) from '{folder}/parquet/kpi_values.parquet'").fetchone()
    assert rows == (8, 4003.2)
    assert sorted(path.stem for path in (folder / "parquet").iterdir()) == ["dim_teams", "kpi_values", "publication"]


def test_every_published_file_is_read_only(warehouse, published):
    folder = publish(material(warehouse), published, keep=3).path
    assert {oct(path.stat().st_mode & 0o777) for path in folder.rglob("*") if path.is_file()} == {"0o444"}


def test_the_same_run_twice_changes_nothing(warehouse, published):
    first = publish(material(warehouse), published, keep=3)
    record = (first.path / "publication.json").stat().st_mtime_ns
    again = publish(material(warehouse, build_id="build-2"), published, keep=3)
    assert str(again) == "nothing changed; 2026-11-16-1 remains current"
    assert (first.path / "publication.json").stat().st_mtime_ns == record
    assert [found.publication_id for found in publications(published)] == ["2026-11-16-1"]


@pytest.mark.parametrize("threads", [1, 2, 8])
def test_content_does_not_depend_on_row_order_or_threads(warehouse, tmp_path, published, threads):
    other = tmp_path / "other.duckdb"
    with duckdb.connect(str(other), config={"threads": threads}) as connection:
        connection.execute(f"attach '{warehouse}' as straight (read_only)")
        connection.execute("create schema marts")
        connection.execute("create table marts.kpi_values as from straight.marts.kpi_values order by md5(metric_id), n")
        connection.execute("create table marts.dim_teams as from straight.marts.dim_teams order by team_id desc")
    hashes = {
        publish(material(path), published / path.stem, keep=3).publication.content_hash for path in (warehouse, other)
    }
    assert len(hashes) == 1


def test_content_moves_with_one_changed_value(warehouse, tmp_path, published):
    changed = make_warehouse(tmp_path / "changed.duckdb", tokens=1000.5)
    first = publish(material(warehouse), published, keep=3).publication
    second = publish(material(changed), published, keep=3).publication
    assert (second.publication_id, second.content_hash == first.content_hash) == ("2026-11-16-2", False)


def test_an_older_run_never_becomes_current_again(warehouse, published):
    publish(material(warehouse), published, keep=3)
    older = publish(material(warehouse, as_of=AS_OF - timedelta(days=1)), published, keep=3)
    assert (older.outcome, current_publication(published).publication_id) == ("kept_beside", "2026-11-16-1")


def test_old_publications_are_pruned_and_the_current_one_never(warehouse, published):
    for partition in (5, 0, 1, 2):
        publish(material(warehouse, as_of=AS_OF + timedelta(days=partition)), published, keep=2)
    assert [found.publication_id for found in publications(published)] == ["2026-11-18-1", "2026-11-21-1"]
    assert current_publication(published).publication_id == "2026-11-21-1"


def test_a_changed_file_is_found_by_its_checksum(warehouse, published):
    folder = publish(material(warehouse), published, keep=3).path
    (folder / "parquet" / "kpi_values.parquet").chmod(0o644)
    (folder / "parquet" / "kpi_values.parquet").write_bytes(b"PAR1")
    with pytest.raises(WarehouseError, match=r"parquet/kpi_values.parquet differs from its checksum"):
        verify(folder)


def test_a_database_that_differs_from_its_record_is_found(warehouse, published):
    folder = publish(material(warehouse), published, keep=3).path
    record = json.loads((folder / "publication.json").read_text())
    record["relations"]["kpi_values"]["rows"] = 9
    replace_text(folder / "publication.json", json.dumps(record))
    with pytest.raises(WarehouseError, match=r"kpi_values holds 8 rows .* where the build holds 9"):
        verify(folder)


def test_a_record_of_an_older_version_that_counts_days_can_be_read(warehouse, published):
    folder = publish(material(warehouse), published, keep=3).path
    text = (folder / "publication.json").read_text()
    replace_text(folder / "publication.json", text.replace("_stream_days", "_days"))
    assert read_publication(folder).sources == list(material(warehouse).sources)


INNER_LOOP = ("publish.database_written", "publish.renamed", "publish.pointer_drafted")


@pytest.mark.parametrize(
    "point", [p if p in INNER_LOOP else pytest.param(p, marks=pytest.mark.slow) for p in PUBLISH_POINTS]
)
def test_a_publisher_killed_at_any_step_leaves_the_old_or_the_new(tmp_path, published, point):
    old, new = (make_warehouse(tmp_path / f"{tokens}.duckdb", tokens=tokens) for tokens in (1000.0, 2000.0))
    publish(material(old), published, keep=1)
    killed = subprocess.run(
        [sys.executable, "-c", PUBLISHER, str(new), str(published)], env={**os.environ, VARIABLE: point}
    )
    after = PUBLISH_POINTS.index(point) >= PUBLISH_POINTS.index("publish.pointer_switched")
    assert killed.returncode == -signal.SIGKILL
    assert tokens_of(published / "current") == (8000.0 if after else 4000.0)
    publish(material(new, inputs_fingerprint="inputs-2"), published, keep=1)
    assert tokens_of(published / "current") == 8000.0
    assert [found.publication_id for found in publications(published)][-1:] == ["2026-11-16-2"]
    assert clear_leftovers(published) == []


@pytest.mark.slow
def test_readers_during_twenty_publications_see_the_old_or_the_new(tmp_path, published):
    first, second = (make_warehouse(tmp_path / f"{tokens}.duckdb", tokens=tokens) for tokens in (1000.0, 2000.0))
    publish(material(first), published, keep=30)
    seen: list[float] = []
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            seen.append(tokens_of(published / "current"))

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for number in range(20):
        publish(material((second, first)[number % 2], inputs_fingerprint=f"inputs-{number}"), published, keep=30)
    stop.set()
    for reader in readers:
        reader.join()
    assert set(seen) == {4000.0, 8000.0}
    assert len(seen) >= 20
