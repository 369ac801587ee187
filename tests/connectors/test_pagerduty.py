"""PagerDuty against a server on loopback: pages, windows, lookback, and what is left out."""

import json
from datetime import date

import pytest
from pydantic import SecretStr

from orchestration.connectors.pagerduty import Config, slices
from orchestration.connectors.pagerduty.pages import TooDeepError
from orchestration.errors import SourceError
from orchestration.partition import DailyPartition
from tests.connectors.loopback import Loopback, quiet, reply

PARTITION = DailyPartition.of(date(2026, 11, 15))


def incident(number, created="2026-11-10T09:00:00Z", **more):
    return {"id": f"P{number}", "type": "incident", "created_at": created, "status": "resolved", **more}


def paged(name, records):
    """A listing that answers `limit` and `offset`, as PagerDuty does."""

    def route(ask):
        limit, offset = int(ask.query["limit"]), int(ask.query["offset"])
        page = records[offset : offset + limit]
        return reply({name: page, "limit": limit, "offset": offset, "more": offset + limit < len(records)})

    return route


def windowed(name, records):
    """A listing that also answers `since` and `until`, both ends included."""

    def route(ask):
        since, until = ask.query.get("since", ""), ask.query.get("until", "9999")
        inside = [record for record in records if since <= record["created_at"] <= until]
        return paged(name, inside)(ask)

    return route


@pytest.fixture
def tool():
    with Loopback() as server:
        for name in ("incidents", "log_entries", "users"):
            server.route("GET", f"/{name}", paged(name, []))
        yield server


def run(tool, cursors=None, partition=PARTITION, **settings):
    config = Config(api_key=SecretStr("k3y"), base_url=tool.url, history_days=42, **settings)
    return {slice_.key: slice_ for slice_ in slices(config, partition, cursors or {}, quiet())}


def records(slice_):
    return [dict(row.record) for row in slice_.items()]


def test_listing_the_slices_of_a_run_sends_no_request(tool):
    keys = list(run(tool))
    assert keys[:4] == ["users", "incidents/unresolved", "incidents/2026-10-05", "log_entries/2026-10-05"]
    assert keys[-2:] == ["incidents/2026-11-09", "log_entries/2026-11-09"]
    assert tool.log == []


def test_the_key_and_the_version_are_sent_as_headers(tool):
    records(run(tool)["users"])
    assert tool.log[0].headers["authorization"] == "Token token=k3y"
    assert tool.log[0].headers["accept"] == "application/vnd.pagerduty+json;version=2"


def test_a_window_is_requested_in_utc_sorted_by_creation(tool):
    records(run(tool)["incidents/2026-11-09"])
    asked = tool.log[0].query
    assert (asked["since"], asked["until"]) == ("2026-11-09T00:00:00Z", "2026-11-16T00:00:00Z")
    assert (asked["time_zone"], asked["sort_by"], asked["limit"]) == ("UTC", "created_at:asc", "100")


def test_the_whole_log_is_requested_not_its_overview(tool):
    records(run(tool)["log_entries/2026-11-09"])
    assert tool.log[0].query["is_overview"] == "false"


def test_a_window_ends_at_as_of(tool):
    tool.route("GET", "/incidents", windowed("incidents", [incident(1, "2026-11-12T00:00:00Z")]))
    slices_ = run(tool, partition=DailyPartition.of(date(2026, 11, 11)))
    assert records(slices_["incidents/2026-11-09"]) == []
    assert tool.log[0].query["until"] == "2026-11-12T00:00:00Z"


def test_a_window_too_long_to_page_is_halved(tool):
    many = [incident(n, f"2026-11-{9 + n % 7:02}T{n % 24:02}:30:00Z") for n in range(10_500)]
    tool.route("GET", "/incidents", windowed("incidents", many))
    found = [record["id"] for record in records(run(tool)["incidents/2026-11-09"])]
    assert len(found) == len(set(found)) == 10_500
    assert max(int(ask.query["offset"]) + int(ask.query["limit"]) for ask in tool.log) == 10_000


def test_a_minute_with_too_many_records_is_an_error(tool):
    def many(ask):
        return reply({"log_entries": [{"id": f"R{ask.query['offset']}-{n}"} for n in range(100)], "more": True})

    tool.route("GET", "/log_entries", many)
    with pytest.raises(TooDeepError, match="more than the 10,000 records"):
        records(run(tool)["log_entries/2026-11-09"])


def test_a_short_page_does_not_skip_what_follows(tool):
    tool.route(
        "GET",
        "/users",
        lambda ask: reply({"users": [{"id": ask.query["offset"]}], "more": ask.query["offset"] != "2"}),
    )
    assert [record["id"] for record in records(run(tool)["users"])] == ["0", "1", "2"]


def test_a_week_is_read_again_until_35_days_after_its_end(tool):
    partition = DailyPartition.of(date(2026, 12, 20))

    def slices_of(read_at):
        return run(tool, {"incidents/2026-12-07": read_at}, partition)

    assert "incidents/2026-12-07" in slices_of("2026-12-20T00:00:00+00:00")
    assert "incidents/2026-12-07" not in slices_of("2027-01-18T00:00:00+00:00")


def test_a_week_of_the_log_is_settled_after_a_day(tool):
    partition = DailyPartition.of(date(2026, 11, 17))
    assert "log_entries/2026-11-09" in run(tool, {"log_entries/2026-11-09": "2026-11-16T00:00:00+00:00"}, partition)
    assert "log_entries/2026-11-09" not in run(tool, {"log_entries/2026-11-09": "2026-11-17T00:00:00+00:00"}, partition)


def test_the_cursor_of_a_week_is_when_it_was_read(tool):
    assert run(tool)["incidents/2026-11-09"].cursor == "2026-11-16T00:00:00+00:00"


def test_everything_unresolved_is_read_whatever_its_age(tool):
    tool.route("GET", "/incidents", paged("incidents", [incident(7, "2024-01-01T00:00:00Z", status="triggered")]))
    slice_ = run(tool)["incidents/unresolved"]
    assert [record["id"] for record in records(slice_)] == ["P7"]
    assert tool.log[0].query["date_range"] == "all"
    assert json.loads(slice_.cursor()) == ["P7"]


def test_an_incident_that_was_open_in_the_last_run_is_read_by_its_id(tool):
    solved = incident(7, "2024-01-01T00:00:00Z", resolved_at="2026-11-15T10:00:00Z")
    tool.route("GET", "/incidents/P7", lambda ask: reply({"incident": solved}))
    slice_ = run(tool, {"incidents/unresolved": '["P7", "P8"]'})["incidents/unresolved"]
    assert [record["resolved_at"] for record in records(slice_)] == ["2026-11-15T10:00:00Z"]
    assert json.loads(slice_.cursor()) == []


@pytest.mark.parametrize(
    ("words", "sha", "deployment"),
    [
        (
            {"title": "Root cause: 9fceb02d0ae598e95dc970b74767f19372d61af8"},
            "9fceb02d0ae598e95dc970b74767f19372d61af8",
            None,
        ),
        ({"body": {"details": {"note": "root-cause = commit 9FCEB02"}}}, "9fceb02", None),
        ({"body": {"details": "caused by: https://forge.example/acme/app/commit/9fceb02d0a"}}, "9fceb02d0a", None),
        ({"title": "root cause: deployment #501"}, None, "501"),
        ({"custom_fields": [{"name": "root_cause", "value": "9fceb02"}]}, "9fceb02", None),
        ({"custom_fields": [{"name": "root_cause_deployment", "value": "v1.2.3"}]}, None, "v1.2.3"),
        ({"custom_fields": {"root_cause": "5012345678"}}, None, "5012345678"),
        ({"title": "root cause: defaced"}, None, None),
        ({"title": "root cause: disk1 was full"}, None, None),
        ({"title": "the root cause is 9fceb02"}, None, None),
        ({"custom_fields": [{"name": "root_cause", "value": "Ada"}]}, None, None),
        ({"custom_fields": [{"name": "root_cause", "value": "ada7@acme.example"}]}, None, None),
        ({"custom_fields": [{"name": "environment", "value": "9fceb02"}]}, None, None),
    ],
)
def test_only_an_explicit_root_cause_is_kept(tool, words, sha, deployment):
    tool.route("GET", "/incidents", windowed("incidents", [incident(1, **words)]))
    record = records(run(tool)["incidents/2026-11-09"])[0]
    assert (record["explicit_cause_sha"], record["explicit_cause_deployment"]) == (sha, deployment)


def test_the_start_of_the_impact_comes_from_a_datetime_field(tool):
    fields = [{"name": "impact_started_at", "value": "2026-11-10T08:40:00+01:00"}]
    tool.route("GET", "/incidents", windowed("incidents", [incident(1, custom_fields=fields)]))
    assert records(run(tool)["incidents/2026-11-09"])[0]["impact_started_at"] == "2026-11-10T08:40:00+01:00"


def entry(kind, **more):
    return {"id": f"R-{kind}", "type": f"{kind}_log_entry", "created_at": "2026-11-10T09:00:00Z", **more}


def test_a_changed_custom_field_names_the_cause(tool):
    changes = {"customer_fields": [{"name": "root_cause_deployment", "value": "501"}]}
    changed = entry("custom_field_value_change", channel={"type": "website", "changeset": changes})
    tool.route("GET", "/log_entries", windowed("log_entries", [changed]))
    assert records(run(tool)["log_entries/2026-11-09"])[0]["explicit_cause_deployment"] == "501"


def test_notifications_are_not_read(tool):
    tool.route("GET", "/log_entries", windowed("log_entries", [entry("notify"), entry("trigger")]))
    assert [record["type"] for record in records(run(tool)["log_entries/2026-11-09"])] == ["trigger_log_entry"]


def test_the_id_of_a_service_that_acts_is_not_kept(tool):
    acted = entry("resolve", agent={"type": "service_reference", "id": "S1"})
    tool.route("GET", "/log_entries", windowed("log_entries", [acted]))
    assert records(run(tool)["log_entries/2026-11-09"])[0]["agent"] == {"type": "service_reference", "id": None}


def test_an_answer_of_another_shape_is_an_error(tool):
    tool.route("GET", "/users", lambda ask: reply({"message": "maintenance"}))
    with pytest.raises(SourceError, match="without a list 'users'"):
        records(run(tool)["users"])


def test_teams_narrow_every_listing(tool):
    for slice_ in run(tool, team_ids=("T1",)).values():
        records(slice_)
    assert {ask.query["team_ids[]"] for ask in tool.log} == {"T1"}


def test_bodies_are_read_unless_switched_off(tool):
    records(run(tool)["incidents/2026-11-09"])
    records(run(tool, read_bodies=False)["incidents/2026-11-09"])
    assert [ask.query.get("include[]") for ask in tool.log] == ["body", None]
