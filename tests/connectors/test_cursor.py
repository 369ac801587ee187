"""Cursor's Admin API against loopback: its credential, days in milliseconds, pages in the body, events without id."""

from __future__ import annotations

import base64
from datetime import date
from decimal import Decimal

import pytest
from pydantic import SecretStr

from orchestration.connectors.base import RejectedRecord
from orchestration.connectors.cursor import DAILY, EVENTS, MEMBERS, SPEND, Config, slices
from orchestration.contracts import source_contract
from orchestration.errors import SourceError
from orchestration.landing.rows import cast_record
from orchestration.partition import DailyPartition
from tests.connectors.loopback import Loopback, quiet, reply

PARTITION = DailyPartition.of(date(2026, 11, 17))
MIDNIGHT = 1_794_873_600_000  # 2026-11-17T00:00:00Z
NEXT_MIDNIGHT = 1_794_960_000_000
DAY = {"userId": 3311, "day": "2026-11-17", "date": MIDNIGHT, "email": "a.novak@acme.example", "isActive": True,
       "totalLinesAdded": 812, "acceptedLinesAdded": 590, "totalAccepts": 18, "totalTabsAccepted": 49,
       "chatRequests": 3, "agentRequests": 27, "cmdkUsages": 2, "mostUsedModel": "claude-sonnet-5"}  # fmt: skip
EVENT = {"timestamp": "1794909600123", "userEmail": "a.novak@acme.example", "model": "claude-sonnet-5",
         "kind": "Usage-based", "maxMode": True, "isTokenBasedCall": True, "isHeadless": False,
         "tokenUsage": {"inputTokens": 126, "outputTokens": 450, "cacheWriteTokens": 6112, "cacheReadTokens": 11964,
                        "totalCents": 40.16699999999999}, "chargedCents": 40.62}  # fmt: skip


@pytest.fixture
def tool():
    with Loopback() as server:
        yield server


def run(tool):
    config = Config(api_key=SecretStr("key_x"), base_url=tool.url, lookback_days=3, history_days=1)
    return {each.key: each for each in slices(config, PARTITION, {}, quiet())}


def rows(slice_):
    """The records of a slice as the contract types them."""
    (stream,) = slice_.streams
    contract = source_contract("cursor").stream(stream)
    return [cast_record(contract, item.record)[0] for item in slice_.items()]


def events(tool, *pages, total=None):
    def route(ask):
        page = ask.json["page"]
        return reply({"usageEvents": pages[page - 1], "pagination": {"hasNextPage": page < len(pages)},
                      "totalUsageEventsCount": sum(map(len, pages)) if total is None else total})  # fmt: skip

    tool.route("POST", EVENTS, route)
    return run(tool)["usage_events/2026-11-17"]


def test_the_key_is_the_user_name_and_the_password_is_empty(tool):
    tool.route("GET", MEMBERS, lambda ask: reply({"teamMembers": [{"name": "A", "email": "a@x.io", "role": "owner"}]}))
    assert rows(run(tool)["members"]) == [{"email": "a@x.io", "role": "owner"}]
    scheme, pair = tool.log[0].headers["authorization"].split(" ")
    assert (scheme, base64.b64decode(pair)) == ("Basic", b"key_x:")


def test_a_key_that_the_tool_repeats_is_in_no_error(tool):
    tool.route("GET", MEMBERS, lambda ask: reply({"message": "Invalid API key key_x"}, 401))
    with pytest.raises(SourceError, match=r"Invalid API key \*\*\*"):
        rows(run(tool)["members"])


def test_a_day_is_asked_for_in_milliseconds_with_its_page_in_the_body(tool):
    pages = [[DAY], [{**DAY, "email": "b@x.io"}]]
    tool.route("POST", DAILY, lambda ask: reply({"data": pages[ask.json["page"] - 1],
                                                 "pagination": {"hasNextPage": ask.json["page"] == 1}}))  # fmt: skip
    found = rows(run(tool)["daily_usage/2026-11-17"])
    assert [row["email"] for row in found] == ["a.novak@acme.example", "b@x.io"]
    assert (found[0]["usage_date"], found[0]["agent_requests"]) == (date(2026, 11, 17), 27)
    asked = {"startDate": MIDNIGHT, "endDate": NEXT_MIDNIGHT, "pageSize": 500}
    assert [each.json for each in tool.log] == [{**asked, "page": 1}, {**asked, "page": 2}]


def test_an_answer_without_pages_or_a_text_for_the_day_is_read_too(tool):
    older = {name: value for name, value in DAY.items() if name not in ("day", "userId")}
    tool.route("POST", DAILY, lambda ask: reply({"data": [older, {**older, "date": NEXT_MIDNIGHT}]}))
    assert [row["usage_date"] for row in rows(run(tool)["daily_usage/2026-11-17"])] == [date(2026, 11, 17)]


def test_an_event_has_its_time_and_every_class_of_token(tool):
    (row,) = rows(events(tool, [EVENT]))
    assert row["occurred_at"].isoformat() == "2026-11-17T10:00:00.123000"
    assert [row[f"token_usage__{name}_tokens"] for name in ("input", "output", "cache_write", "cache_read")] == [
        126, 450, 6112, 11964,
    ]  # fmt: skip
    assert (row["token_usage__total_cents"], row["charged_cents"]) == (Decimal("40.167"), Decimal("40.62"))


def test_events_of_one_millisecond_are_numbered_over_pages_and_kept(tool):
    later = {**EVENT, "timestamp": "1794909600124"}
    found = rows(events(tool, [later, EVENT], [EVENT, {**EVENT, "userEmail": ""}]))
    assert [(row["occurred_at"].microsecond, row["event_number"]) for row in found] == [
        (124_000, 1), (123_000, 1), (123_000, 2), (123_000, 3),
    ]  # fmt: skip


def test_an_event_at_the_next_midnight_belongs_to_the_next_day(tool):
    edges = [{**EVENT, "timestamp": str(at)} for at in (NEXT_MIDNIGHT, NEXT_MIDNIGHT - 1, MIDNIGHT)]
    found = rows(events(tool, edges))
    assert [row["occurred_at"].isoformat()[11:] for row in found] == ["23:59:59.999000", "00:00:00"]


def test_a_day_whose_pages_moved_does_not_land(tool):
    with pytest.raises(SourceError, match="announced 3 events of 2026-11-17 and sent 2"):
        rows(events(tool, [EVENT], [EVENT], total=3))


@pytest.mark.parametrize("broken", [{**EVENT, "timestamp": "soon"}, {**EVENT, "timestamp": "9" * 30}, "text", {}])
def test_an_event_without_a_time_is_rejected_alone(tool, broken):
    first, second = events(tool, [broken, EVENT]).items()
    assert (type(first), first.reason) == (RejectedRecord, "malformed")
    assert second.record["event_number"] == 1


def test_spend_reads_every_page_and_carries_the_start_of_its_cycle(tool):
    around = {"subscriptionCycleStart": MIDNIGHT, "totalPages": 2}
    tool.route("POST", SPEND, lambda ask: reply({**around, "teamMemberSpend": [
        {"name": "A", "email": f"{ask.json['page']}@x.io", "spendCents": 2450.5}]}))  # fmt: skip
    found = rows(run(tool)["spend"])
    assert [(row["email"], row["spend_cents"]) for row in found] == [("1@x.io", 2450.5), ("2@x.io", 2450.5)]
    assert found[0]["cycle_started_at"].isoformat() == "2026-11-17T00:00:00"
