"""Jira against a server on loopback: tokens, time zones, the bulk changelog, deleted issues, and what is left out."""

import json
from base64 import b64decode
from datetime import date
from types import SimpleNamespace

import pytest
from pydantic import SecretStr, ValidationError

from orchestration.connectors._http.errors import EndlessPagesError
from orchestration.connectors.jira import Config, slices
from orchestration.contracts import source_contract
from orchestration.landing.rows import cast_record
from orchestration.partition import DailyPartition
from tests.connectors.loopback import Loopback, quiet, reply

PARTITION = DailyPartition.of(date(2026, 11, 15))
API = "/ex/jira/c1/rest/api/3"
STATUSES = [{"id": "1", "name": "Backlog", "statusCategory": {"key": "new"}},
            {"id": "3", "name": "Erledigt", "statusCategory": {"key": "done"}}]  # fmt: skip


def issue(number, **fields):
    stamps = {"created": "2026-11-10T09:00:00.000+0100", "updated": "2026-11-10T09:00:00.000+0100"}
    return {"id": f"1000{number}", "key": f"APP-{number}", "fields": {**stamps, **fields}}


def history(number, created, *items):
    return {"id": f"{number}", "created": created, "author": {"accountId": "a1", "displayName": "Ada"}, "items": items}


def moved(before, after, field="status"):
    return {"field": field, "fieldId": field, "from": before, "fromString": f"was {before}", "to": after,
            "toString": f"is {after}"}  # fmt: skip


@pytest.fixture
def tool():
    """`search` has the pages of issues, `changes` those of the changelog; each page names the next."""
    with Loopback() as server:
        answers = SimpleNamespace(server=server, search=[[issue(1)]], changes=[[]], log=server.log)
        server.route("GET", f"{API}/project/search", lambda ask: reply({"values": [{"key": "APP"}], "isLast": True}))
        server.route("GET", f"{API}/status", lambda ask: reply(STATUSES))
        server.route("GET", f"{API}/search/jql", lambda ask: page(answers.search, ask.query, "issues"))
        server.route(
            "POST", f"{API}/changelog/bulkfetch", lambda ask: page(answers.changes, ask.json, "issueChangeLogs")
        )
        yield answers


def page(pages, asked, key):
    number = int(asked.get("nextPageToken") or 0)
    token = {"nextPageToken": str(number + 1)} if number + 1 < len(pages) else {}
    return reply({key: pages[number], **token})


def run(tool, cursors=None, **changes):
    config = Config(
        base_url=f"{tool.server.url}/ex/jira/c1", email="m@acme.example", api_token=SecretStr("t"), **changes
    )
    return {slice_.key: slice_ for slice_ in slices(config, PARTITION, cursors or {}, quiet())}


def landed(slice_, stream):
    """The records as they land, before pseudonyms."""
    contract = source_contract("jira").stream(stream)
    return [cast_record(contract, item.record)[0] for item in slice_.items() if item.stream == stream]


def jql(tool):
    return [ask.query["jql"] for ask in tool.log if ask.path.endswith("/search/jql")]


def test_a_run_asks_a_day_further_back_than_the_last_one_because_of_time_zones(tool):
    landed(run(tool, {"issues/APP": "2026-11-14T00:00:00+00:00"})["issues/APP"], "issues")
    assert jql(tool) == ['project = "APP" AND updated >= "2026/11/13 00:00" ORDER BY created ASC']


def test_less_than_a_day_of_lookback_is_refused():
    with pytest.raises(ValidationError, match="lookback_days"):
        Config(base_url="https://acme.atlassian.net", email="m", api_token=SecretStr("t"), lookback_days=0)


def test_the_first_run_reads_the_whole_project_or_from_the_start_of_the_history(tool):
    landed(run(tool)["issues/APP"], "issues")
    landed(run(tool, history_start_date=date(2026, 6, 2))["issues/APP"], "issues")
    assert jql(tool) == ['project = "APP" ORDER BY created ASC',
                         'project = "APP" AND updated >= "2026/06/01 00:00" ORDER BY created ASC']  # fmt: skip


def test_an_empty_page_with_a_token_is_not_the_end(tool):
    tool.search = [[issue(1)], [], [issue(2)]]
    assert [row["key"] for row in landed(run(tool)["issues/APP"], "issues")] == ["APP-1", "APP-2"]


def test_a_token_that_comes_again_is_given_up(tool):
    tool.server.route("POST", f"{API}/changelog/bulkfetch", lambda ask: reply(
        {"issueChangeLogs": [], "nextPageToken": "same"}))  # fmt: skip
    with pytest.raises(EndlessPagesError, match="changelog/bulkfetch"):
        landed(run(tool)["issues/APP"], "issues")


def test_a_changelog_goes_on_over_pages_and_its_times_are_numbers_or_texts(tool):
    tool.changes = [[{"issueId": "10001", "changeHistories": [history(7, 1_794_906_000_123, moved("1", "3"))]}],
                    [{"issueId": "10001", "changeHistories": [history(8, 1_794_906_000, moved("3", "1"))]},
                     {"issueId": "10001", "changeHistories": [
                         history(9, "2026-11-17T10:00:00.000+0100", moved("1", "3"))]}]]  # fmt: skip
    rows = landed(run(tool)["issues/APP"], "issue_changes")
    assert [(row["id"], str(row["changed_at"])) for row in rows] == [
        ("7", "2026-11-17 09:00:00.123000"), ("8", "2026-11-17 09:00:00"), ("9", "2026-11-17 09:00:00"),
    ]  # fmt: skip
    assert [ask.json.get("nextPageToken") for ask in tool.log if ask.method == "POST"] == [None, "1"]


def test_a_renamed_status_keeps_its_category_and_a_deleted_one_has_none(tool):
    tool.changes = [[{"issueId": "10001", "changeHistories": [history(7, 1, moved("9", "3"))]}]]
    (row,) = landed(run(tool)["issues/APP"], "issue_changes")
    assert (row["from_category"], row["to_category"], row["to_name"]) == (None, "done", "is 3")


def test_of_an_assignee_only_the_account_lands(tool):
    person = {"accountId": "a1", "displayName": "Ada", "emailAddress": "ada@acme.example"}
    parent = {"key": "APP-9", "fields": {"summary": "Ada's laptop"}}
    tool.search = [[issue(1, summary="Ask Ada", description="Ada", assignee=person, parent=parent, labels=["Ada"])]]
    items = {**moved(None, "a1", "assignee"), "toString": "Ada"}, moved("x", "Ada", "summary")
    tool.changes = [[{"issueId": "10001", "changeHistories": [history(7, 1, *items)]}]]
    read = run(tool)["issues/APP"]
    (found,), (change,) = landed(read, "issues"), landed(read, "issue_changes")
    assert "ada" not in json.dumps([found, change], default=str).casefold()
    assert (found["fields__assignee__account_id"], found["fields__parent__key"]) == ("a1", "APP-9")
    assert (change["from_account_id"], change["to_account_id"], change["to_id"]) == (None, "a1", None)


def test_neither_summaries_nor_descriptions_are_requested(tool):
    landed(run(tool)["issues/APP"], "issues")
    asked = {field for ask in tool.log for field in ask.query.get("fields", "").split(",")}
    assert "status" in asked
    assert asked.isdisjoint({"summary", "description", "comment", "labels", "*all", "*navigable"})


def test_every_issue_that_is_still_shown_is_listed_under_the_project_of_its_key(tool):
    tool.search = [[issue(1)], [{"id": "10009", "key": "OPS-9"}]]
    rows = landed(run(tool)["issue_keys"], "issue_keys")
    assert rows == [{"id": "10001", "project_key": "APP"}, {"id": "10009", "project_key": "OPS"}]


def test_a_project_that_is_gone_counts_as_read_and_keeps_its_cursor(tool):
    gone = run(tool, {"issues/OLD": "2026-11-01T00:00:00+00:00"})["issues/OLD"]
    assert (list(gone.items()), gone.cursor) == ([], "2026-11-01T00:00:00+00:00")


def test_a_configured_list_of_projects_is_not_looked_up_and_no_key_leaves_its_quotes(tool):
    assert list(run(tool, projects=("OPS",))) == ["issues/OPS", "issue_keys"]
    assert tool.log == []
    with pytest.raises(ValidationError):
        run(tool, projects=('A" OR project = "B',))


@pytest.mark.parametrize(
    ("held", "points"),
    [(3, 3.0), (0.5, 0.5), ("-1", -1.0), (None, None), ("as Ada said", None), ("nan", None), (True, None),
     ({"value": "3"}, None)],
)  # fmt: skip
def test_story_points_are_numbers_or_text_that_is_one(tool, held, points):
    tool.search = [[issue(1, customfield_10031=held)]]
    (row,) = landed(run(tool, story_points_field="customfield_10031")["issues/APP"], "issues")
    assert row["story_points"] == points


def test_the_token_is_sent_with_its_account(tool):
    run(tool)
    kind, pair = tool.log[0].headers["authorization"].split()
    assert (kind, b64decode(pair)) == ("Basic", b"m@acme.example:t")
