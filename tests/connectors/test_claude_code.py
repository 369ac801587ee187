"""Claude Code's session logs: which lines count, which are rejected, and where the next run continues."""

from __future__ import annotations

import gzip
import json
from datetime import date
from pathlib import Path

import pytest

from orchestration.connectors import claude_code
from orchestration.connectors.base import Batch, RejectedRecord
from orchestration.connectors.claude_code import log_parser, log_reader
from orchestration.contracts import source_contract
from orchestration.errors import SettingsError, SourceError
from orchestration.landing import tables
from orchestration.partition import DailyPartition

CONTRACT = source_contract("claude_code")
ADA, DAY = "ada@acme.example", date(2026, 11, 17)
USAGE = {
    "input_tokens": 412,
    "output_tokens": 903,
    "cache_creation_input_tokens": 1204,
    "cache_read_input_tokens": 58210,
    "cache_creation": {"ephemeral_5m_input_tokens": 1000, "ephemeral_1h_input_tokens": 204},
    "speed": "standard",
    "service_tier": "standard",
}


def answer(number=1, at="2026-11-17T09:12:44.120Z", usage=USAGE, **more):
    message = {"id": f"msg_{number}", "model": "claude-sonnet-5", "content": [{"text": "SECRET"}], "usage": usage}
    line = {"type": "assistant", "timestamp": at, "sessionId": "s1", "requestId": f"req_{number}", "version": "2.1.328"}
    return {**line, "cwd": "/home/ada/SECRET", "gitBranch": "SECRET", "isSidechain": False, "message": message, **more}


def prompt(content="SECRET", at="2026-11-17T09:00:00Z", **more):
    message = {"role": "user", "content": content}
    return {"type": "user", "timestamp": at, "sessionId": "s1", "entrypoint": "cli", "message": message, **more}


class Fleet:
    """A folder of logs by account, and the runs that read it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.cursors: dict[str, str] = {}

    def write(self, *lines, name="projects/p/s1.jsonl", account=ADA, end=b"\n") -> Path:
        path = self.root / account / name
        path.parent.mkdir(parents=True, exist_ok=True)
        content = b"\n".join(line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines) + end
        path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
        return path

    def append(self, *lines, name="projects/p/s1.jsonl") -> None:
        with (self.root / ADA / name).open("ab") as file:
            file.writelines(json.dumps(line).encode() + b"\n" for line in lines)

    def partition(self, day=DAY, **settings):
        config = claude_code.Config(log_roots=[self.root], **settings)
        (slice_,) = claude_code.slices(config, DailyPartition.of(day), self.cursors)
        items = list(slice_.items())
        self.cursors = {slice_.key: slice_.cursor()}
        return items

    def lines(self, day=DAY):
        return rows(self.partition(day), "session_lines")


def rows(items, stream):
    return [
        row for item in items if isinstance(item, Batch) and item.stream == stream for row in item.table.to_pylist()
    ]


def rejected(items):
    return [(item.reason, item.pointer) for item in items if isinstance(item, RejectedRecord)]


@pytest.fixture
def fleet(tmp_path):
    return Fleet(tmp_path)


def test_a_line_with_usage_lands_with_every_token_class_and_no_content(fleet):
    fleet.write(answer())
    (batch,) = fleet.partition()
    (row,) = tables.to_contract(CONTRACT.stream("session_lines"), batch.table).to_pylist()
    assert (row["input_tokens"], row["output_tokens"], row["cache_read_input_tokens"]) == (412, 903, 58210)
    assert (row["cache_creation__ephemeral_5m_input_tokens"], row["cache_creation__ephemeral_1h_input_tokens"]) == (
        1000,
        204,
    )
    assert (row["account"], row["account_type"], row["line"], row["message_id"]) == (ADA, "email", 1, "msg_1")
    assert row["timestamp"].isoformat() == "2026-11-17T09:12:44.120000"
    assert "SECRET" not in str(batch.table.to_pylist())


def test_the_columns_read_are_those_declared(fleet):
    fleet.write(answer(), prompt())
    read = {batch.stream: set(batch.table.column_names) for batch in fleet.partition()}
    assert read == {stream: set(CONTRACT.stream(stream).by_name) for stream in claude_code.LOG_STREAMS}


def test_a_message_one_level_deeper_is_read_with_its_own_request(fleet):
    inner = answer(7, at="2026-11-17T08:00:00Z", isSidechain=True)
    outer = {"type": "progress", "timestamp": "2026-11-17T09:00:00Z", "sessionId": "s9", "data": {"message": inner}}
    fleet.write(outer, answer(8))
    found = {row["message_id"]: row for row in fleet.lines()}
    assert (found["msg_7"]["request_id"], found["msg_7"]["is_sidechain"], found["msg_7"]["session_id"]) == (
        "req_7",
        True,
        "s9",
    )
    assert (found["msg_7"]["timestamp"].hour, found["msg_7"]["line"], found["msg_8"]["line"]) == (8, 1, 2)


def test_failed_calls_and_synthetic_answers_carry_no_usage(fleet):
    synthetic = answer(2)
    synthetic["message"]["model"] = "<synthetic>"
    fleet.write(answer(1, isApiErrorMessage=True), synthetic, {"type": "summary", "summary": "SECRET"}, answer(3))
    assert [row["message_id"] for row in fleet.lines()] == ["msg_3"]


def test_a_prompt_is_what_a_person_typed_not_what_the_client_wrote(fleet):
    result = [{"type": "tool_result", "content": "ok"}]
    quoting = prompt('why does it say "tool_result" here?', at="2026-11-17T09:00:01Z")
    picture = prompt([{"type": "text", "text": "x"}, {"type": "image"}], at="2026-11-17T09:00:02Z")
    client = [prompt(result), prompt(isMeta=True), prompt(isSidechain=True), prompt(isCompactSummary=True)]
    fleet.write(prompt(), quoting, picture, *client, prompt("<local-command-stdout>SECRET"))
    assert [row["line"] for row in rows(fleet.partition(), "session_prompts")] == [1, 2, 3]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"type":"assistant","message":{"id":', "malformed_line"),
        (b"[1, 2]", "not_an_object"),
        (b'\xff{"type"', "malformed_line"),
        (json.dumps(answer(usage={"input_tokens": "many"})).encode(), "not_int64:message.usage.input_tokens"),
        (json.dumps(answer(usage={"input_tokens": 1.5})).encode(), "not_int64:message.usage.input_tokens"),
        (json.dumps(answer(usage={"input_tokens": -1})).encode(), "implausible_tokens"),
        (json.dumps(answer(usage={"output_tokens": 10**12})).encode(), "implausible_tokens"),
        (json.dumps(answer(at="yesterday")).encode(), "not_timestamp:timestamp"),
    ],
)
def test_a_broken_line_is_rejected_alone_with_digest_and_number(fleet, line, reason):
    fleet.write(answer(1), line, answer(3))
    fleet.write(answer(4), name="projects/p/s2.jsonl")
    items = fleet.partition()
    assert sorted(row["message_id"] for row in rows(items, "session_lines")) == ["msg_1", "msg_3", "msg_4"]
    ((found, pointer),) = rejected(items)
    assert found == reason
    assert pointer.endswith(":2")
    assert "ada" not in pointer


def test_half_a_surrogate_pair_and_blank_lines_are_read(fleet):
    surrogate = json.dumps(answer(1, note="x")).replace('"x"', '"half a pair \\ud83d"').encode()
    fleet.write(
        surrogate, b"", answer(2, message={**answer()["message"], "id": "msg_2"}), {"type": "x", "message": "text"}
    )
    assert [(row["message_id"], row["line"]) for row in fleet.lines()] == [("msg_1", 1), ("msg_2", 3)]


def test_lines_longer_than_a_parser_block_are_read(fleet, monkeypatch):
    monkeypatch.setattr(log_parser, "PARSE_BYTES", 2000)
    fleet.write(answer(1, picture="x" * 50_000), answer(2))
    assert [row["message_id"] for row in fleet.lines()] == ["msg_1", "msg_2"]


def test_blocks_of_any_size_give_the_same_rows(fleet, monkeypatch):
    for number in range(5):
        broken = [b"{broken"] if number == 2 else []
        fleet.write(*broken, *(answer(10 * number + each) for each in range(4)), name=f"projects/p/s{number}.jsonl")
    whole = fleet.partition()
    fleet.cursors = {}
    monkeypatch.setattr(log_reader, "BLOCK_BYTES", 700)
    assert sorted(map(str, rows(fleet.partition(), "session_lines"))) == sorted(map(str, rows(whole, "session_lines")))
    assert len(rows(whole, "session_lines")) == 20


def test_an_unchanged_file_is_not_read_again_and_a_longer_one_from_its_end(fleet):
    fleet.write(answer(1), answer(2))
    assert len(fleet.lines()) == 2
    assert fleet.partition(date(2026, 11, 18)) == []
    fleet.append(answer(3))
    assert [(row["message_id"], row["line"]) for row in fleet.lines(date(2026, 11, 19))] == [("msg_3", 3)]


def test_a_rewritten_file_is_read_from_its_start(fleet):
    fleet.write(answer(1), answer(2))
    fleet.partition()
    fleet.write(answer(5), answer(6), answer(7))
    assert [row["message_id"] for row in fleet.lines()] == ["msg_5", "msg_6", "msg_7"]


def test_a_line_after_as_of_waits_with_all_that_follow_it(fleet):
    fleet.write(answer(1), answer(2, at="2026-11-18T00:00:00Z"), answer(3, at="2026-11-17T23:00:00Z"), b"{broken")
    items = fleet.partition()
    assert [row["message_id"] for row in rows(items, "session_lines")] == ["msg_1"]
    assert rejected(items) == []
    later = fleet.partition(date(2026, 11, 18))
    assert [(row["message_id"], row["line"]) for row in rows(later, "session_lines")] == [("msg_2", 2), ("msg_3", 3)]
    assert [reason for reason, _ in rejected(later)] == ["malformed_line"]


def test_a_line_that_is_being_written_waits_for_the_next_run(fleet):
    path = fleet.write(answer(1), b'{"type":"assi', end=b"")
    items = fleet.partition()
    assert (len(rows(items, "session_lines")), rejected(items)) == (1, [])
    path.write_bytes(path.read_bytes().removesuffix(b'{"type":"assi') + json.dumps(answer(2)).encode() + b"\n")
    assert [(row["message_id"], row["line"]) for row in fleet.lines()] == [("msg_2", 2)]


def test_a_truncated_line_that_stays_is_rejected_once(fleet):
    fleet.write(answer(1), b'{"type":"assi', end=b"")
    partitions = [fleet.partition(date(2026, 11, day)) for day in (17, 18, 19)]
    assert [[reason for reason, _ in rejected(items)] for items in partitions] == [[], ["truncated_line"], []]


def test_a_truncated_line_of_a_packed_file_is_rejected_at_once(fleet):
    fleet.write(answer(1), b'{"type":"assi', name="projects/p/s1.jsonl.gz", end=b"")
    items = fleet.partition()
    assert (len(rows(items, "session_lines")), [reason for reason, _ in rejected(items)]) == (1, ["truncated_line"])
    assert fleet.partition(date(2026, 11, 18)) == []


def test_a_last_line_without_its_end_counts_when_it_is_whole(fleet):
    fleet.write(answer(1), answer(2), end=b"")
    assert len(fleet.lines()) == 2
    fleet.append()
    path = fleet.root / ADA / "projects/p/s1.jsonl"
    path.write_bytes(path.read_bytes() + b"\n" + json.dumps(answer(3)).encode() + b"\n")
    assert [(row["message_id"], row["line"]) for row in fleet.lines()] == [("msg_3", 3)]


def test_a_root_with_an_account_holds_its_logs_directly(tmp_path):
    Fleet(tmp_path).write(answer(), name="s1.jsonl", account="projects")
    config = claude_code.Config(log_roots=[{"path": tmp_path, "account": "build-agent-7"}])
    (slice_,) = claude_code.slices(config, DailyPartition.of(DAY), {})
    (row,) = rows(slice_.items(), "session_lines")
    assert (row["account"], row["account_type"]) == ("build-agent-7", "machine_user")


def test_logs_of_machine_users_and_an_api_key_are_an_error(fleet):
    fleet.write(answer(), account="laptop-17")
    with pytest.raises(SettingsError, match="count twice"):
        fleet.partition(api_key="x")


def test_a_missing_root_is_an_error(tmp_path):
    with pytest.raises(SourceError, match="is not a folder"):
        Fleet(tmp_path / "gone").partition()


def test_settings_that_read_nothing_are_invalid():
    with pytest.raises(ValueError, match="log_roots, api_key or both"):
        claude_code.Config()
