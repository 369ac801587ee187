"""The real connectors read the whole sample company and reject only what was planted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from orchestration.connectors import connector
from orchestration.connectors.base import Batch, RejectedRecord, Row
from orchestration.partition import DailyPartition
from orchestration.sample_company import World, serve, settings_overrides
from orchestration.sample_company.company_files import BROKEN_ROWS
from orchestration.sample_company.world.agents import agent_runs
from orchestration.sample_company.world.reports import Book
from orchestration.settings import load_settings

PLANTED = {"company_files": BROKEN_ROWS}


class Read:
    """All that one connector yields in one run."""

    def __init__(self, source: str, world: World) -> None:
        module = connector(source)
        config = load_settings().source_config(source)
        self.rows: Counter[str] = Counter()
        self.rejected: Counter[str] = Counter()
        self.records: dict[str, list[Mapping[str, object]]] = {}
        for slice_ in module.slices(config, DailyPartition(world.end), {}):
            for item in slice_.items():
                self.add(item)

    def add(self, item: object) -> None:
        if isinstance(item, RejectedRecord):
            self.rejected[item.stream] += 1
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
        yield lambda source: Read(source, world)


@pytest.mark.parametrize("source", ["company_files", "copilot", "git", "github", "jira", "otel", "pagerduty", "tables"])
def test_only_planted_records_are_rejected(read, source):
    assert read(source).rejected == PLANTED.get(source, {})


def test_company_files_have_every_person(read, world: World):
    found = read("company_files").rows
    assert found["people"] == len(world.people)
    assert found["absences"] == len(world.absences)
    assert found["services"] == len(world.services)


def test_git_finds_each_merge_and_each_release(read, world: World):
    found = read("git").rows
    assert found["changes"] == sum(1 for change in world.changes if change.merged_at)
    assert found["tags"] > 0


def test_github_has_each_change_with_its_history(read, world: World):
    found = read("github").rows
    assert found["pull_requests"] == len(world.changes)
    assert found["deployments"] == len(world.deployments)
    reviews = [moment for change in world.changes for moment in change.moments if moment.kind == "review"]
    assert found["pull_request_reviews"] == len(reviews)


def test_github_gives_an_app_what_it_gives_a_token(read, monkeypatch):
    with_token = read("github").rows
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    text = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    monkeypatch.delenv("COUNTERPOISE_SOURCES__GITHUB__TOKEN")
    monkeypatch.setenv("COUNTERPOISE_SOURCES__GITHUB__APP_ID", "12345")
    monkeypatch.setenv("COUNTERPOISE_SOURCES__GITHUB__APP_PRIVATE_KEY", text)
    assert read("github").rows == with_token


def test_claude_code_rejects_only_incomplete_lines(read, world: World):
    rejected = read("claude_code").rejected
    cut = [path for path in (world.directory / "claude_logs").rglob("*.jsonl")
           if not path.read_bytes().endswith(b"}\n")]  # fmt: skip
    assert rejected == {"session_lines": len(cut)}


def test_claude_code_logs_have_each_response_at_least_once(read, world: World):
    lines = read("claude_code").records["session_lines"]
    final: dict[object, int] = {}
    for line in lines:
        final[line["message_id"]] = max(final.get(line["message_id"], 0), int(str(line["output_tokens"])))
    logged = [session for session in world.sessions if world.person[session.hr_id].tool == "claude_log"]
    assert sum(final.values()) == sum(call.output for session in logged for call in session.calls)


def test_analytics_have_all_tokens_of_their_people(read, world: World):
    rows = [row for row in read("claude_code").records["analytics_models"] if row["actor"]["type"] == "user_actor"]
    people = [session for session in world.sessions if world.person[session.hr_id].tool == "claude_api"]
    assert sum(row["tokens"]["output"] for row in rows) == sum(call.output for one in people for call in one.calls)


def test_copilot_has_each_day_but_those_of_the_outage(read, world: World):
    found_in = read("copilot")
    days = {str(record["day"]) for record in found_in.records["user_days"]}
    book = Book.of(world, "copilot")
    assert days == {str(day) for day in book.days if day not in world.outage_days}


def test_agent_files_have_all_tokens_of_every_run(read, world: World):
    calls = {(record["traceId"], record["spanId"]): int(record["gen_ai.usage.output_tokens"])
             for record in read("otel").records["spans"] if record["role"] == "inference"}  # fmt: skip
    assert sum(calls.values()) == sum(call.output for run in agent_runs(world) for call in run.calls)


def test_pagerduty_has_each_incident_and_each_written_cause(read, world: World):
    found_in = read("pagerduty")
    found = {record["id"] for record in found_in.records["incidents"]}
    assert found == {incident.incident_id for incident in world.incidents}
    causes = {record["explicit_cause_sha"] for stream in ("incidents", "log_entries")
              for record in found_in.records[stream]} - {None}  # fmt: skip
    assert causes == {world.oids[incident.cause.change_key] for incident in world.incidents if incident.cause}


def test_jira_has_each_issue_and_each_closing(read, world: World):
    records = read("jira").records
    closed = [row for row in records["issues"] if row["fields"]["resolutiondate"]
              and row["fields"]["issuetype"]["name"] in ("Bug", "Task")]  # fmt: skip
    assert len(closed) == sum(1 for issue in world.issues if issue.closed_at)
    assert {row["id"] for row in records["issues"]} == {row["id"] for row in records["issue_keys"]}
