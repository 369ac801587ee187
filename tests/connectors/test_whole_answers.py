"""Whole answers of Jira and PagerDuty, as their schemas publish them, read and landed: ids, states, times, counts."""

import json
from datetime import date, datetime
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from pydantic import SecretStr

from orchestration import landing
from orchestration.connectors import jira, pagerduty
from orchestration.contracts import source_contract
from orchestration.landing import Landing
from orchestration.landing.ingest import pseudonymiser_of
from orchestration.partition import DailyPartition
from tests.connectors.loopback import Loopback, quiet, reply

TESTS = Path(__file__).resolve().parents[1]
STAGING = TESTS.parent / "dbt_project" / "models" / "staging"
PARTITION = DailyPartition.of(date(2026, 11, 8))
CONTENT = ("Ada", "Grace", "712020:", "PUSER", "acme.example", "Checkout is down")


@pytest.fixture
def land(tmp_path):
    """Lands a source whole; its rows by stream, and that nothing was rejected."""
    folder = Landing(tmp_path / "landing", pseudonymiser_of(b"a key for tests only"))

    def run(source, found):
        contract = source_contract(source)
        report = landing.land_slices(folder, contract, PARTITION, found)
        assert (report.failed_slices, report.quarantined_rows) == ([], 0)
        paths = {stream: (folder.folder / source / stream).rglob("*.parquet") for stream in contract.streams}
        rows = {stream: [row for path in sorted(each) for row in pq.read_table(path).to_pylist()]
                for stream, each in paths.items()}  # fmt: skip
        assert [word for word in CONTENT if word in repr(rows)] == []
        return rows

    return run


@pytest.fixture
def jira_rows(land):
    answers = json.loads((TESTS / "payloads" / "jira" / "answers.json").read_text("utf-8"))
    with Loopback() as tool:
        for request, answer in answers.items():
            method, path = request.split()
            tool.route(method, f"/rest/api/3/{path}", lambda ask, answer=answer: reply(answer))
        config = jira.Config(
            base_url=tool.url, email="m@acme.example", api_token=SecretStr("t"), story_points_field="customfield_10031"
        )
        yield land("jira", jira.slices(config, PARTITION, {}, quiet()))


@pytest.fixture
def pagerduty_rows(land):
    answers = json.loads((TESTS / "payloads" / "pagerduty" / "answers.json").read_text("utf-8"))

    def listing(name):
        def answer(ask):
            since, until = ask.query.get("since", ""), ask.query.get("until", "9")
            found = [row for row in answers[name] if since <= row.get("created_at", since) < until]
            if ask.query.get("date_range") == "all":
                found = [row for row in found if row["status"] != "resolved"]
            return reply({name: found, "limit": 100, "offset": 0, "total": None, "more": False})

        return answer

    with Loopback() as tool:
        for name in answers:
            tool.route("GET", f"/{name}", listing(name))
        config = pagerduty.Config(api_key=SecretStr("k"), base_url=tool.url, history_days=42)
        yield land("pagerduty", pagerduty.slices(config, PARTITION, {}, quiet()))


def picked(rows, *columns):
    """Some columns of the rows; times as text."""
    return [tuple(str(row[name]) if isinstance(row[name], datetime) else row[name] for name in columns) for row in rows]


def test_the_issues_of_jira_land_with_their_states_and_times_in_utc(jira_rows):
    columns = ("id", "key", "fields__status__status_category__key", "fields__created", "fields__resolutiondate")
    assert picked(jira_rows["issues"], *columns) == [
        ("30101", "SHOP-7", "done", "2026-11-02 08:15:00.120000", "2026-11-05 16:20:10.231000"),
        ("30102", "SHOP-8", "indeterminate", "2026-11-03 09:00:00", None),
    ]
    columns = ("fields__issuetype__subtask", "fields__issuetype__hierarchy_level", "fields__parent__key",
               "fields__resolution__name", "story_points")  # fmt: skip
    assert picked(jira_rows["issues"], *columns) == [
        (False, 0, None, "Fertig", 5.0),
        (True, -1, "SHOP-7", None, None),
    ]
    assert picked(jira_rows["issue_keys"], "id", "project_key") == [("30101", "SHOP"), ("30102", "SHOP")]


def test_of_six_histories_of_jira_the_five_changes_that_count_land(jira_rows):
    columns = ("id", "issue_id", "changed_field", "changed_at", "from_category", "to_category")
    closed = "2026-11-05 16:20:10.231000"
    assert picked(jira_rows["issue_changes"], *columns) == [
        ("88001", "30101", "assignee", "2026-11-02 09:00:00.500000", None, None),
        ("88002", "30101", "status", "2026-11-03 08:00:00", "new", "indeterminate"),
        ("88003", "30101", "resolution", closed, None, None),
        ("88003", "30101", "status", closed, "indeterminate", "done"),
        ("88005", "30102", "status", "2026-11-04 09:00:00", None, "indeterminate"),  # Triage was deleted since
    ]


def test_the_people_of_jira_are_the_same_pseudonyms_everywhere(jira_rows):
    story, task = jira_rows["issues"]
    by_id = {row["id"]: row for row in jira_rows["issue_changes"]}
    ada, grace = story["fields__assignee__account_id"], story["fields__reporter__account_id"]
    assert ada.startswith("p_")
    assert (task["fields__reporter__account_id"], task["fields__assignee__account_id"]) == (ada, None)
    assert (by_id["88001"]["author__account_id"], by_id["88001"]["to_account_id"]) == (grace, ada)
    assert by_id["88005"]["author__account_id"] is None  # an automatic change


def staged(source, stream, rows):
    """The rows of the staging model over the landed ones."""
    sql = (STAGING / source / f"stg_{source}__{stream}.sql").read_text("utf-8")
    schema = source_contract(source).stream(stream)
    with duckdb.connect() as warehouse:
        columns = ", ".join(f'"{column.name}" {column.data_type}' for column in schema.columns)
        warehouse.execute(f"create table landed ({columns}, _as_of timestamp, _load_id varchar)")
        names = [*schema.by_name, "_as_of", "_load_id"]
        warehouse.executemany(f"insert into landed values ({', '.join('?' * len(names))})", picked(rows, *names))
        found = warehouse.sql(sql.replace(f"{{{{ source('{source}', '{stream}') }}}}", "landed"))
        return sorted(found.to_arrow_table().to_pylist(), key=repr)


def test_an_incident_of_an_account_without_resolved_at_ends_with_its_last_change(pagerduty_rows):
    rows = staged("pagerduty", "incidents", pagerduty_rows["incidents"])
    columns = ("incident_number", "status", "created_at", "resolved_at", "is_auto_resolved", "is_merged", "urgency",
               "priority", "explicit_cause_sha")  # fmt: skip
    assert sorted(picked(rows, *columns)) == [
        (41, "triggered", "2026-11-03 06:23:06", None, False, False, "high", None, None),
        (42, "resolved", "2026-11-03 06:45:36", "2026-11-03 06:51:44", False, False, "low", None, None),
        (43, "resolved", "2026-11-04 10:00:00", "2026-11-04 10:40:00", True, True, "high", "P1", "9fceb02d0a"),
    ]


def test_six_of_seven_log_entries_land_because_one_tells_who_was_paged(pagerduty_rows):
    columns = ("id", "type", "incident__id", "agent__type", "explicit_cause_deployment")
    assert sorted(picked(pagerduty_rows["log_entries"], *columns)) == [
        ("R041ESCA", "escalate_log_entry", "Q0INC41", "service_reference", None),
        ("R041TRIG", "trigger_log_entry", "Q0INC41", "user_reference", None),
        ("R042ACKN", "acknowledge_log_entry", "Q0INC42", "user_reference", None),
        ("R042NOTE", "annotate_log_entry", "Q0INC42", "user_reference", "501"),
        ("R042RESO", "resolve_log_entry", "Q0INC42", "user_reference", None),
        ("R042TRIG", "trigger_log_entry", "Q0INC42", "integration_reference", None),
    ]


def test_who_acts_at_pagerduty_is_one_of_its_users(pagerduty_rows):
    users = {row["id"]: row for row in pagerduty_rows["users"]}
    assert sorted(row["role"] for row in users.values()) == ["admin", "limited_user"]
    assert {row["agent__id"] for row in pagerduty_rows["log_entries"]} == {*users, None}
