"""The analytics API of an organisation's Claude Code against loopback: pages, actors, days, failures."""

from __future__ import annotations

from datetime import date

import pytest
from pydantic import SecretStr

from orchestration.connectors import claude_code
from orchestration.contracts import source_contract
from orchestration.errors import PermissionDeniedError, SourceError
from orchestration.landing.rows import Rejection, cast_record
from orchestration.partition import DailyPartition
from tests.connectors.loopback import Loopback, failing, quiet, reply

CONTRACT = source_contract("claude_code")
PATH = "/v1/organizations/usage_report/claude_code"
PARTITION = DailyPartition.of(date(2026, 11, 17))
ROW = {
    "date": "2026-11-17T00:00:00Z",
    "actor": {"type": "user_actor", "email_address": "r.meyer@acme.example"},
    "organization_id": "5b1d0c1e",
    "customer_type": "api",
    "subscription_type": None,
    "terminal_type": "vscode",
    "is_remote": False,
    "core_metrics": {"num_sessions": 4, "lines_of_code": {"added": 512, "removed": 190},
                     "commits_by_claude_code": 6, "pull_requests_by_claude_code": 1},
    "tool_actions": {"edit_tool": {"accepted": 38, "rejected": 4}, "a_new_tool": {"accepted": 5, "rejected": 0}},
    "model_breakdown": [{"model": "claude-sonnet-5",
                         "tokens": {"input": 41200, "output": 28100, "cache_read": 2310000, "cache_creation": 188000},
                         "estimated_cost": {"currency": "USD", "amount": 129.54}}],
}  # fmt: skip


@pytest.fixture
def tool():
    with Loopback() as server:
        yield server


def answers(tool, *pages):
    def route(ask):
        number = int(ask.query.get("page", "page_0").removeprefix("page_"))
        more = number + 1 < len(pages)
        return reply({"data": pages[number], "has_more": more, "next_page": f"page_{number + 1}" if more else None})

    tool.route("GET", PATH, route)


def reads(tool, cursors=None, **changes):
    settings = {"api_key": SecretStr("sk-ant-admin01-x"), "base_url": tool.url, "lookback_days": 1, "history_days": 1}
    config = claude_code.Config(**{**settings, **changes})
    return list(claude_code.slices(config, PARTITION, cursors or {}, quiet(attempts=3)))


def values(tool, stream):
    (slice_,) = reads(tool)
    return [cast_record(CONTRACT.stream(stream), item.record) for item in slice_.items() if item.stream == stream]


def test_a_day_is_asked_for_page_by_page_with_the_key_in_its_header(tool):
    answers(tool, [ROW], [{**ROW, "terminal_type": "tmux"}])
    assert [found["terminal_type"] for found, _ in values(tool, "analytics_days")] == ["vscode", "tmux"]
    first, second = tool.asked(PATH)
    assert first.query == {"starting_at": "2026-11-17", "limit": "1000"}
    assert second.query == {"starting_at": "2026-11-17", "limit": "1000", "page": "page_1"}
    assert (first.headers["x-api-key"], first.headers["anthropic-version"]) == ("sk-ant-admin01-x", "2023-06-01")


def test_a_record_lands_in_three_streams_without_unknown_fields(tool):
    answers(tool, [ROW])
    ((day, day_unknown),) = values(tool, "analytics_days")
    ((model, model_unknown),) = values(tool, "analytics_models")
    tools = [found for found, _ in values(tool, "analytics_tools")]
    assert (day["core_metrics__num_sessions"], day["core_metrics__lines_of_code__added"]) == (4, 512)
    assert (model["tokens__cache_read"], str(model["estimated_cost__amount"])) == (2310000, "129.540000")
    assert [(found["tool"], found["accepted"]) for found in tools] == [("edit_tool", 38), ("a_new_tool", 5)]
    assert model["actor__email_address"] == "r.meyer@acme.example"
    assert day_unknown == model_unknown == set()


def test_an_api_key_is_an_actor_without_an_email(tool):
    answers(tool, [{**ROW, "actor": {"type": "api_actor", "api_key_name": "ci"}}])
    ((found, _),) = values(tool, "analytics_models")
    assert (found["actor__api_key_name"], found["actor__email_address"]) == ("ci", None)


def test_only_a_record_without_an_actor_is_rejected(tool):
    older = {name: value for name, value in ROW.items() if name != "is_remote"}
    answers(tool, [older])
    assert values(tool, "analytics_days")[0][0]["is_remote"] is None
    answers(tool, [{**ROW, "actor": None}])
    with pytest.raises(Rejection, match="missing:actor__type"):
        values(tool, "analytics_days")


def test_a_wrong_key_and_a_server_that_stays_down_are_different_errors(tool):
    tool.route("GET", PATH, lambda ask: reply({"type": "error", "error": {"message": "invalid x-api-key"}}, 401))
    with pytest.raises(PermissionDeniedError, match="invalid x-api-key"):
        values(tool, "analytics_days")
    tool.route("GET", PATH, lambda ask: failing())
    with pytest.raises(SourceError, match="3 of 3 tries"):
        values(tool, "analytics_days")


def test_the_last_days_are_read_again_and_the_history_once(tool):
    slices = reads(
        tool, {"analytics/2026-11-14": "read", "analytics/2026-11-16": "read"}, lookback_days=2, history_days=4
    )
    assert [slice_.day.day for slice_ in slices] == [15, 16, 17]
    assert {slice_.streams for slice_ in slices} == {claude_code.ANALYTICS_STREAMS}
