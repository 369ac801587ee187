"""The order of runs does not matter: replays, late revisions and older runs end where one full build ends."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from orchestration.landing import ledger
from orchestration.pipeline.run_context import RunContext
from orchestration.publishing.publication import current_publication, publications
from orchestration.publishing.publish import Published
from orchestration.storage.relations import columns_of, open_read_only
from orchestration.warehouse.dbt_runner import run_dbt, settings_arguments
from orchestration.warehouse.duckdb_relations import prepare
from tests.end_to_end.companies import Company, build, environment, land_all, playing, publish, run_job

pytestmark = pytest.mark.slow
NIGHTS, OLDER = 6, 2
BUILT_AFTER = (5, OLDER, 0)
"""How many days before the end of the company a run is built and not only landed."""
SEED = 37
"""A company in which reports of Copilot are revised between these runs."""
RELATIONS = """
    select schema_name || '.' || table_name from duckdb_tables()
    where schema_name in ('conformed', 'facts', 'restricted', 'metrics', 'marts') order by 1
"""


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with playing(tmp_path_factory.mktemp("replays"), people=24, weeks=3, seed=SEED) as found:
        yield found


@pytest.fixture(scope="module")
def by_partition(company: Company) -> dict[int, dict[str, str]]:
    """Six runs, each landed on its day; some of them built and published. Days before the end -> content."""
    found = {}
    for days in range(NIGHTS - 1, -1, -1):
        of = company.at(company.partition_before_end(days))
        land_all(company.settings, of)
        if days in BUILT_AFTER:
            publish(company, of)
            found[days] = warehouse_content(company)
    return found


def warehouse_content(company: Company) -> dict[str, str]:
    """Table -> hash of its rows, in whatever order they lie, of everything that dbt keeps and a reader sees.

    The row that marks a replaced day without rows is left out, as every model that reads the table does.
    """
    with open_read_only(company.settings.warehouse) as connection:
        names = [name for (name,) in connection.execute(RELATIONS).fetchall()]
        return {name: _hash(connection, name) for name in names}


def _hash(connection: duckdb.DuckDBPyConnection, name: str) -> str:
    kept = "account is not null" if "account" in columns_of(connection, name) else "true"
    rows = connection.execute(f"select * from {name} where {kept}").fetchall()
    lines = sorted(str(row) for row in rows)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def files(*folders: Path) -> dict[str, tuple[int, int]]:
    """Every file with its size and the time of its last change."""
    return {
        str(path): (path.stat().st_size, path.stat().st_mtime_ns)
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_reports_are_revised_from_run_to_run(company, by_partition):
    loads = ledger.read(company.settings.landing, "copilot")
    counted = Counter(load.slice_key for load in loads if load.confirms is None and "user_days" in load.streams)
    assert sum(times > 1 for times in counted.values()) >= 2
    assert len(by_partition[0]) > 60


def test_run_by_run_ends_where_one_full_build_ends(company, by_partition):
    company.settings.warehouse.unlink()
    build(company.settings, company.last_partition)
    assert differences(warehouse_content(company), by_partition[0]) == set()


def differences(one: dict[str, str], other: dict[str, str]) -> set[str]:
    return {name for name in one.keys() | other.keys() if one.get(name) != other.get(name)}


@pytest.fixture(scope="module")
def older(company: Company, by_partition: dict[int, dict[str, str]]) -> Published:
    """An older run built and published again, after the newer ones."""
    return publish(company, company.partition_before_end(OLDER))


def test_an_older_run_has_its_old_figures_and_the_newer_remains_current(company, by_partition, older):
    assert differences(warehouse_content(company), by_partition[OLDER]) == set()
    assert older.outcome == "kept_beside"
    assert current_publication(company.settings.published).as_of == company.last_partition.as_of
    assert len(publications(company.settings.published)) == len(BUILT_AFTER)


def test_a_failed_build_leaves_nothing_of_its_run_in_an_older_one(company, by_partition, older):
    prepare(RunContext(company.settings, company.last_partition).inputs)
    with environment():
        half = settings_arguments(company.settings, "run", select=["int_usage__touched_days+1"])
        assert run_dbt(company.settings, half).is_good
    assert differences(warehouse_content(company), by_partition[OLDER]) != set()
    build(company.settings, company.partition_before_end(OLDER))
    assert differences(warehouse_content(company), by_partition[OLDER]) == set()


def test_the_same_run_again_writes_nothing(company, by_partition):
    of = company.at(company.last_partition)
    folders = (company.settings.landing, company.settings.published)
    before = files(*folders)
    run_job(company, of)
    assert files(*folders) == before
