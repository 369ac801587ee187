"""OpenTelemetry files: what is read of them once, and what their records mean in the names of several conventions."""

from __future__ import annotations

import json
from datetime import date

import pyarrow.parquet as pq
import pytest

from orchestration.connectors import otel
from orchestration.connectors._shared.identifiers import normalise
from orchestration.contracts import load_contracts
from orchestration.errors import SourceError
from orchestration.landing import Landing, Pseudonymiser, land_slices
from orchestration.landing.rows import cast_record
from orchestration.partition import DailyPartition
from orchestration.settings import PROJECT
from tests.connectors.otlp import DAY, Collector, counter, event, logs, nanoseconds, records, rejected, span, spans

CONTRACT = load_contracts(PROJECT / "dbt_project" / "models" / "staging")["otel"]
CALL = {"gen_ai__operation__name": "chat", "gen_ai__usage__input_tokens": 500, "gen_ai__usage__output_tokens": 40}


def call(trace="t1", name="c1", start="09:00", end="09:01", **more):
    return span(trace, name, start, end, **{**CALL, **more})


@pytest.fixture
def collector(tmp_path):
    return Collector(tmp_path)


def names(items):
    return [record["spanId"] for record in records(items)]


def landed(record, stream="spans"):
    return cast_record(CONTRACT.stream(stream), record)[0]


def test_a_span_lands_with_numbers_from_texts_and_no_content(collector):
    canary = {"gen_ai__input__messages": "SECRET", "gen_ai__tool__call__arguments": "SECRET", "note": ["SECRET"]}
    collector.write(spans(call(user__email="ada@acme.example", **canary)))
    (record,) = records(collector.read())
    values, unknown = cast_record(CONTRACT.stream("spans"), record)
    assert (values["gen_ai_usage_input_tokens"], values["start_time_unix_nano"]) == (500, int(nanoseconds("09:00")))
    assert (str(values["ended_at"]), values["role"], values["resource__service_name"]) == (
        "2026-11-17 09:01:00",
        "inference",
        "relay",
    )
    assert (values["account"], values["account_type"]) == ("ada@acme.example", "email")
    assert "SECRET" not in str(values)
    assert {"gen_ai_input_messages", "gen_ai_tool_call_arguments", "name"} <= unknown


def test_no_content_address_or_attribute_is_in_any_landed_file(collector, tmp_path):
    people = {"user__email": "ada@acme.example", "agent__sponsor": "bob@acme.example", "gen_ai__prompt": "SECRET"}
    collector.write(
        spans(call(**people)),
        logs(event("user_prompt", "09:00", 1, session__id="s1", prompt="SECRET", **people)),
        counter(
            "token.usage", 1, ("09:00", "09:01", 5.0), attributes={"user.email": "ada@acme.example", "x": "SECRET"}
        ),
    )
    landing = Landing(tmp_path / "landing", Pseudonymiser(b"a public key for tests", normalise, lambda name: False))
    partition = DailyPartition.of(DAY)
    slices = otel.slices(otel.Config(paths=[tmp_path]), partition, {})
    assert land_slices(landing, CONTRACT, partition, slices).is_complete
    files = sorted(landing.folder.rglob("*.parquet"))
    content = str([pq.read_table(file).to_pylist() for file in files])
    assert len(files) == 3
    assert [word for word in ("SECRET", "ada", "bob", "acme.example") if word in content] == []


@pytest.mark.parametrize(
    ("attributes", "role"),
    [
        ({"gen_ai__operation__name": "text_completion"}, "inference"),
        ({"gen_ai__operation__name": "embeddings"}, "inference"),
        ({"gen_ai__operation__name": "invoke_agent"}, "agent"),
        ({"gen_ai__operation__name": "execute_tool"}, "tool"),
        ({"gen_ai__operation__name": "plan"}, "step"),
        ({"openinference__span__kind": "LLM"}, "inference"),
        ({"openinference__span__kind": "CHAIN"}, "step"),
        ({"traceloop__span__kind": "workflow"}, "agent"),
        ({"llm__request__type": "chat"}, "inference"),
    ],
)
def test_a_span_has_one_role_by_any_convention(collector, attributes, role):
    collector.write(spans(span("t1", "x", "09:00", "09:01", **attributes)))
    (record,) = records(collector.read())
    assert record["role"] == role


def test_spans_that_are_not_of_an_agents_work_are_passed_over(collector):
    collector.write(spans(span("t1", "GET", "09:00", "09:01", http__request__method="GET"), call()))
    assert names(collector.read()) == ["c1"]


def test_spans_of_claude_code_are_known_by_their_names(collector):
    told = [("interaction", {}), ("tool.blocked_on_user", {"decision": "reject", "source": "user_reject"})]
    found = [{**span("t1", name, "09:00", "09:01", **more), "name": f"claude_code.{name}"} for name, more in told]
    collector.write(spans(*found))
    first, second = records(collector.read())
    assert (first["role"], first["permission"]) == ("agent", None)
    assert (second["role"], second["permission"], second["is_decided_by_rule"]) == ("permission", "denied", False)


@pytest.mark.parametrize(
    ("attributes", "permission", "by_rule"),
    [
        ({"permission__decision": "allowed_once"}, "granted", False),
        ({"permission__decision": "Approved", "permission__source": "policy_engine"}, "granted", True),
        ({"approval__status": "rejected", "decision__source": "user_reject"}, "denied", False),
        ({"approval__status": "pending"}, "asked", False),
        ({"approval__status": "not_required"}, None, None),
    ],
)
def test_a_permission_is_granted_denied_or_unanswered_by_a_person_or_a_rule(collector, attributes, permission, by_rule):
    collector.write(spans(span("t1", "x", "09:00", "09:01", gen_ai__operation__name="execute_tool", **attributes)))
    (record,) = records(collector.read())
    assert (record["permission"], record["is_decided_by_rule"]) == (permission, by_rule)


@pytest.mark.parametrize(
    ("value", "trigger"),
    [
        ("cron", "schedule"),
        ("cron:job-7", "schedule"),
        ("timer", "schedule"),
        ("hook:1f2e", "webhook"),
        ("agent:a1:slack:dm:U1", "chat"),
        ("agent:a1:main", "person"),
        ("moon", "other"),
        (None, None),
    ],
)
def test_a_trigger_is_one_of_a_few_words(collector, value, trigger):
    more = {} if value is None else {"trigger": value}
    collector.write(spans(call(**more)))
    (record,) = records(collector.read())
    assert record["trigger"] == trigger


def test_attributes_of_the_span_win_over_those_of_its_resource_and_settings_name_them(collector):
    collector.write(spans(call(user__id="u1"), run__by="u7", user__email="fleet@acme.example", owner="o1"))
    (record,) = records(collector.read())
    assert (record["account"], record["account_type"], record["sponsor"]) == ("u1", "otel", None)
    collector.cursors = {}
    (record,) = records(collector.read(person_attributes=["run.by"], sponsor_attributes=["owner"]))
    assert (record["account"], record["sponsor"], record["sponsor_type"]) == ("u7", "o1", "otel")


def test_a_link_names_the_trace_that_began_this_one(collector):
    collector.write(spans(call(links=["t0", "t9"])))
    assert records(collector.read())[0]["linked_trace_id"] == "t0"


def test_an_event_is_known_by_session_number_and_time_else_by_its_content(collector):
    one = event("api_request", "09:00", 17, session__id="s1", input_tokens=412, cost_usd_micros=24506)
    bare = event("api_request", "09:00", session__id="s1", input_tokens=412)
    collector.write(logs(one, one, bare, bare, event("api_request", "09:00", session__id="s1", input_tokens=413)))
    found = records(collector.read(), "events")
    assert len(found) == 5
    assert len({record["event_id"] for record in found}) == 3
    values = landed(found[0], "events")
    assert (values["event_name"], values["input_tokens"], values["cost_usd_micros"]) == ("api_request", 412, 24506)


def test_events_of_other_programs_and_of_no_use_are_passed_over(collector):
    other = {**event("api_request", "09:00"), "body": {"stringValue": "gemini_cli.api_request"}}
    collector.write(logs(other, service__name="gemini-cli"), logs(event("hook_registered", "09:00")))
    collector.write(logs({**event("x", "09:00"), "eventName": "claude_code.tool_result"}, service__name="any"))
    assert [record["event_name"] for record in records(collector.read(), "events")] == ["tool_result"]


def test_each_message_says_whether_its_counters_are_deltas(collector):
    tokens = {"type": "output", "model": "claude-sonnet-5", "session.id": "s1"}
    collector.write(
        counter("token.usage", 1, ("09:00", "09:01", 5.0), attributes=tokens),
        counter("token.usage", 2, ("09:00", "09:01", 7.0), ("09:00", "09:02", 9.0), attributes=tokens),
        counter("token.usage", 0, ("09:00", "09:01", 1.0), attributes=tokens),
    )
    found = records(collector.read(), "metric_points")
    assert [record["temporality"] for record in found] == ["delta", "cumulative", "cumulative", None]
    assert (found[1]["series"] == found[2]["series"]) > (found[0]["series"] == found[1]["series"])
    assert landed(found[0], "metric_points")["value"] == 5.0


@pytest.mark.parametrize("line", [b'{"resourceSpans":[{"scope', b'{"resourceSpans":7}', b"[1]", b'{"a":1}', b"\xff"])
def test_a_broken_line_is_rejected_alone_with_its_number(collector, line):
    collector.write(spans(call(name="a")), line, b"", spans(call(name="b")))
    items = collector.read()
    assert names(items) == ["a", "b"]
    assert [place for _, place in rejected(items)] == ["2"]


def test_a_half_written_last_line_waits_for_the_next_run(collector):
    whole = json.dumps(spans(call(name="b"))).encode()
    path = collector.write(spans(call(name="a")), whole[:50], end=b"", changed=18)
    items = collector.read()
    assert (names(items), rejected(items)) == (["a"], [])
    path.write_bytes(path.read_bytes() + whole[50:] + b"\n")
    assert names(collector.read(date(2026, 11, 18))) == ["b"]


def test_a_growing_file_is_read_on_from_its_end_and_a_packed_one_once(collector):
    collector.write(spans(call(name="a")))
    collector.write(spans(call(name="z")), name="old.jsonl.gz")
    assert sorted(names(collector.read())) == ["a", "z"]
    collector.write(spans(call(name="b")), changed=25)
    assert names(collector.read(date(2026, 11, 18))) == ["b"]
    assert collector.read(date(2026, 11, 19)) == []


def test_a_rotated_file_is_recognised_under_its_new_name(collector):
    path = collector.write(spans(call(name="a")), spans(call(name="b")))
    collector.read()
    path.rename(collector.root / "otel-2026-11-18T00-00-00.000.json")
    collector.write(spans(call(name="c")))
    assert names(collector.read(date(2026, 11, 18))) == ["c"]


def test_what_happened_after_as_of_is_left_for_the_next_run(collector):
    late = spans(call(name="before", end="18T00:00"), call(name="last", start="09:00", end="23:59"))
    collector.write(spans(call(name="a")), late, b"{broken", spans(call(name="c")))
    items = collector.read()
    assert (names(items), rejected(items)) == (["a", "last", "c"], [])
    later = collector.read(date(2026, 11, 18))
    assert (names(later), rejected(later)) == (["before", "last", "c"], [("malformed_line", "3")])
    assert collector.read(date(2026, 11, 19)) == []


def test_an_unchanged_file_is_opened_again_only_when_a_waiting_record_is_due(collector):
    collector.write(spans(call(name="a"), call(name="late", end="20T09:00")))
    assert names(collector.read()) == ["a"]
    assert collector.read(date(2026, 11, 18)) == []
    assert names(collector.read(date(2026, 11, 20))) == ["a", "late"]


def test_a_record_from_a_wrong_clock_is_rejected_and_nothing_waits_for_it(collector):
    collector.write(spans(call(name="a"), call(name="x", end="24T09:00")), spans(call(name="b")), changed=18)
    items = collector.read()
    assert (names(items), rejected(items)) == (["a", "b"], [("newer_than_its_file", "1")])
    assert collector.read(date(2026, 11, 18)) == []


def test_a_missing_folder_is_an_error(tmp_path):
    with pytest.raises(SourceError, match=r"path 1 .* is not a folder"):
        Collector(tmp_path / "gone").read()
