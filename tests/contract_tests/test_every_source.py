"""What holds for every source of the registry, whether it asks a tool or reads files."""

from __future__ import annotations

import shutil
from datetime import timedelta

import pytest

from orchestration.connectors import SOURCES
from orchestration.errors import SourceError
from tests.contract_tests.bench import CANARY, KilledError
from tests.contract_tests.conftest import TOOL_OF
from tests.contract_tests.salted_files import SALTERS

FOLDERS = {
    "claude_code": "claude_logs",
    "company_files": "company",
    "git": "repositories",
    "otel": "otel",
    "tables": "exports",
}


def test_every_source_has_a_fake_tool_or_salted_files():
    assert set(TOOL_OF) | set(SALTERS) == set(SOURCES)


def test_a_run_lands_every_stream_that_the_company_fills(any_bench, baseline):
    rows = baseline[any_bench.source]
    assert set(rows) == set(any_bench.contract.streams)
    assert sum(map(len, rows.values())) > 0


def test_a_kill_between_any_two_slices_costs_nothing(any_bench, baseline):
    for stop in (1, 2, 4):
        seen: list[str] = []

        def kill(key, outcome, seen=seen, stop=stop):
            seen.append(key)
            if len(seen) == stop:
                raise KilledError

        try:
            any_bench.land(on_slice=kill)
        except KilledError:
            continue
        break
    assert any_bench.land().is_complete
    assert any_bench.rows() == baseline[any_bench.source]


def test_the_next_run_after_one_lands_only_what_the_day_brought(any_bench, baseline):
    """Two runs in order hold every key of one run; nothing that the first landed is lost."""
    any_bench.land(any_bench.last_day - timedelta(days=1))
    any_bench.land()
    for stream, rows in baseline[any_bench.source].items():
        key = any_bench.contract.stream(stream).key
        whole = {tuple(row[part] for part in key) for row in rows}
        assert whole <= {tuple(row[part] for part in key) for row in any_bench.rows()[stream]}


def test_no_name_address_or_login_of_a_person_is_written(any_bench, world):
    any_bench.land()
    names = {value.encode() for person in world.people
             for value in (person.name, person.email, person.commit_email, person.account.login)}  # fmt: skip
    found = {(path.name, name) for path, content in any_bench.written() for name in names if name in content}
    assert found == set()


@pytest.mark.parametrize("any_bench", sorted(SALTERS), indirect=True)
def test_no_text_that_no_contract_declares_is_written(any_bench, world, tmp_path):
    any_bench.directory = tmp_path / "salted"
    shutil.copytree(world.directory, any_bench.directory)
    SALTERS[any_bench.source](any_bench.directory)
    report = any_bench.land()
    assert report.landed_rows > 0
    assert [path for path, content in any_bench.written() if CANARY.encode() in content] == []


@pytest.mark.parametrize("any_bench", sorted(FOLDERS), indirect=True)
def test_a_missing_folder_is_one_sentence(any_bench, world, tmp_path):
    any_bench.directory = tmp_path / "bare"
    shutil.copytree(world.directory, any_bench.directory, ignore=shutil.ignore_patterns(FOLDERS[any_bench.source]))
    try:
        found = any_bench.land().failed_slices
    except SourceError as error:
        found = [str(error)]
    assert found
    assert [one for one in found if any_bench.source not in one and FOLDERS[any_bench.source] not in one] == []
