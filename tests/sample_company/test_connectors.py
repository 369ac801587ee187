"""The real connectors read the sample company: nothing is refused but what was planted, and nothing is missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import pytest

from orchestration.connectors import connector
from orchestration.connectors.base import Batch, Night, Refused, Row
from orchestration.sample_company import World, serve, settings_overrides
from orchestration.sample_company.company_files import BROKEN_ROWS
from orchestration.settings import load_settings

PLANTED = {"company_files": BROKEN_ROWS}


class Reading:
    """All that one connector yields in one night."""

    def __init__(self, source: str, world: World) -> None:
        module = connector(source)
        config = load_settings().source_config(source)
        self.rows: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.records: dict[str, list[Mapping[str, object]]] = {}
        for piece in module.slices(config, Night(world.end), {}):
            for item in piece.items():
                self.take(item)

    def take(self, item: object) -> None:
        if isinstance(item, Refused):
            self.refused[item.stream] += 1
        if isinstance(item, Batch):
            self.rows[item.stream] += item.table.num_rows
            self.records.setdefault(item.stream, []).extend(item.table.to_pylist())
        if isinstance(item, Row):
            self.rows[item.stream] += 1
            self.records.setdefault(item.stream, []).append(item.record)


@pytest.fixture
def read(world: World, monkeypatch: pytest.MonkeyPatch):
    with serve(world) as addresses:
        for name, value in settings_overrides(world.directory, addresses).items():
            monkeypatch.setenv(name, value)
        yield lambda source: Reading(source, world)


@pytest.mark.parametrize("source", ["company_files", "git", "github", "pagerduty"])
def test_nothing_is_refused_but_what_was_planted(read, source):
    assert read(source).refused == PLANTED.get(source, {})


def test_company_files_hold_everybody(read, world: World):
    found = read("company_files").rows
    assert found["people"] == len(world.people)
    assert found["absences"] == len(world.absences)
    assert found["services"] == len(world.services)


def test_git_finds_each_merge_and_each_release(read, world: World):
    found = read("git").rows
    assert found["changes"] == sum(1 for change in world.changes if change.merged_at)
    assert found["tags"] > 0


def test_github_tells_each_change_with_its_history(read, world: World):
    found = read("github").rows
    assert found["pull_requests"] == len(world.changes)
    assert found["deployments"] == len(world.deployments)
    reviews = [moment for change in world.changes for moment in change.moments if moment.kind == "review"]
    assert found["pull_request_reviews"] == len(reviews)


def test_pagerduty_tells_each_incident_and_each_written_cause(read, world: World):
    reading = read("pagerduty")
    told = {record["id"] for record in reading.records["incidents"]}
    assert told == {incident.incident_id for incident in world.incidents}
    causes = {record["explicit_cause_sha"] for stream in ("incidents", "log_entries")
              for record in reading.records[stream]} - {None}  # fmt: skip
    assert causes == {world.oids[incident.cause.change_key] for incident in world.incidents if incident.cause}
