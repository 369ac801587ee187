"""Copilot against loopback, and against exported reports: links, files, days without data, seats."""

from __future__ import annotations

import gzip
import json
import shutil
from collections import Counter, defaultdict
from datetime import date
from pathlib import Path

import pytest
from pydantic import SecretStr

from orchestration.connectors import copilot
from orchestration.connectors.base import RejectedRecord, Row
from orchestration.contracts import source_contract
from orchestration.errors import PermissionDeniedError, SourceError
from orchestration.partition import DailyPartition
from tests.connectors.loopback import Loopback, Reply, empty, quiet, reply, truncated

ANSWERS = Path(__file__).parents[1] / "payloads" / "copilot"
CONTRACT = source_contract("copilot")
PARTITION = DailyPartition.of(date(2026, 11, 17))
REPORTS = "/orgs/acme/copilot/metrics/reports"
USER = {
    "day": "2026-11-17",
    "organization_id": "7",
    "user_id": 700123,
    "user_login": "rmeyer",
    "user_initiated_interaction_count": 23,
    "totals_by_cli": {"session_count": 3, "token_usage": {"prompt_tokens_sum": 412000, "output_tokens_sum": 18800}},
    "totals_by_feature": [{"feature": "agent_edit", "code_generation_activity_count": 31}],
    "totals_by_model_feature": [{"model": "claude-sonnet-4.6", "feature": "chat_panel_agent_mode"}],
    "totals_by_ide": [{"ide": "vscode"}],
    "etl_id": "x",
}
COUNTS = (
    "user_initiated_interaction_count",
    "code_generation_activity_count",
    "code_acceptance_activity_count",
)


@pytest.fixture
def tool():
    with Loopback() as server:
        server.route("GET", "/orgs/acme/copilot/billing/seats", lambda ask: reply({"total_seats": 0, "seats": []}))
        server.route("GET", f"{REPORTS}/*", lambda ask: empty())
        yield server


def reads(tool, **changes):
    settings = {"organisations": ("acme",), "token": SecretStr("secret"), "base_url": tool.url, "history_days": 1}
    config = copilot.Config(**{**settings, "lookback_days": 1, **changes})
    return {slice_.key: slice_ for slice_ in copilot.slices(config, PARTITION, {}, quiet(attempts=3))}


def links(tool, *bodies):
    """A report of one file a body, behind links on a path of their own."""
    for number, body in enumerate(bodies):
        tool.route(
            "GET", f"/signed/{number}", lambda ask, body=body: body if isinstance(body, Reply) else Reply(200, body)
        )
    found = [f"{tool.url}/signed/{number}?sig=s3cret" for number in range(len(bodies))]
    tool.route(
        "GET", f"{REPORTS}/users-1-day", lambda ask: reply({"download_links": found, "report_day": "2026-11-17"})
    )


def lines(*records):
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


def user_rows(tool, **changes):
    return [item.record for item in reads(tool, **changes)["user_days/2026-11-17"].items()]


def from_files(folder, cursors=None, day=date(2026, 5, 1), **changes):
    config = copilot.Config(reports_dir=folder, **changes)
    return {slice_.key: slice_ for slice_ in copilot.slices(config, DailyPartition.of(day), cursors or {})}


def items_of(slices, stream):
    return [item for slice_ in slices.values() for item in slice_.items() if item.stream == stream]


@pytest.fixture
def exports(tmp_path):
    for path in ANSWERS.glob("*.json"):
        shutil.copy(path, tmp_path / path.name)
    return tmp_path


def test_every_link_of_a_report_is_read_without_credentials(tool):
    links(tool, lines(USER), lines({**USER, "user_id": 2}))
    assert [row["user_id"] for row in user_rows(tool)] == [700123, 2]
    assert "authorization" not in tool.asked("/signed/0")[0].headers
    assert tool.asked(f"{REPORTS}/users-1-day")[0].headers["authorization"] == "Bearer secret"
    assert tool.asked(f"{REPORTS}/users-1-day")[0].query == {"day": "2026-11-17"}


def test_an_array_in_place_of_lines_is_read_too(tool):
    links(tool, json.dumps([USER, {**USER, "user_id": 2}]).encode())
    assert len(user_rows(tool)) == 2


@pytest.mark.parametrize("answer", [empty(), reply(""), reply(None), reply({"message": "Not Found"}, 404)])
def test_a_day_without_a_report_is_empty(tool, answer):
    tool.route("GET", f"{REPORTS}/users-1-day", lambda ask: answer)
    assert user_rows(tool) == []


@pytest.mark.parametrize("answer", [reply({}, 404), reply({"message": "Must have admin rights"}, 403)])
def test_a_wrong_name_or_missing_permission_fails_at_the_seats_first(tool, answer):
    tool.route("GET", "/orgs/acme/copilot/billing/seats", lambda ask: answer)
    slices = reads(tool)
    assert next(iter(slices)) == "seats"
    with pytest.raises(PermissionDeniedError):
        list(slices["seats"].items())


def test_a_file_that_stays_cut_off_is_an_error(tool):
    links(tool, lines(USER), truncated([USER]))
    with pytest.raises(SourceError):
        user_rows(tool)


def test_a_broken_line_and_a_record_of_another_day_are_rejected_alone(tool):
    links(tool, lines(USER) + b'{"day": "2026\n' + lines({**USER, "day": "2026-11-16"}))
    items = list(reads(tool)["user_days/2026-11-17"].items())
    assert [item.reason for item in items if isinstance(item, RejectedRecord)] == ["malformed_line", "another_day"]
    assert [item.record["user_id"] for item in items if isinstance(item, Row)] == [700123]


def test_the_last_days_are_read_in_every_run_and_older_ones_once(tool):
    config = copilot.Config(organisations=["acme"], token="x", base_url=tool.url, history_days=10, lookback_days=4)
    cursors = {
        f"{name}/2026-11-{day:02}": "read" for name in ("user_days", "organization_days") for day in range(8, 17)
    }
    days = [
        slice_.day.day for slice_ in copilot.slices(config, PARTITION, cursors) if slice_.key.startswith("user_days")
    ]
    assert days == [14, 15, 16, 17]
    assert sum(slice_.key.startswith("user_days") for slice_ in copilot.slices(config, PARTITION, {})) == 10


def test_two_organisations_share_the_slice_that_replaces_their_day(tool):
    links(tool, lines(USER))
    tool.route(
        "GET",
        "/orgs/beta/copilot/metrics/reports/users-1-day",
        lambda ask: tool.routes["GET", f"{REPORTS}/users-1-day"](ask),
    )
    assert len(user_rows(tool, organisations=("acme", "beta"))) == 2


def test_an_enterprise_reads_its_own_paths(tool):
    tool.route("GET", "/enterprises/acme/copilot/metrics/reports/*", lambda ask: empty())
    slices = reads(tool, organisations=(), enterprise="acme")
    assert list(slices["organization_days/2026-11-17"].items()) == []
    assert tool.log[-1].path == "/enterprises/acme/copilot/metrics/reports/enterprise-1-day"


def test_exported_reports_hold_107_user_days_of_8_users(exports):
    rows = [item.record for item in items_of(from_files(exports), "user_days") if isinstance(item, Row)]
    sums = [sum(row[name] for row in rows) for name in COUNTS]
    assert (len(rows), len({row["user_id"] for row in rows}), sums) == (107, 8, [2987, 4987, 3630])


def test_exported_users_miss_the_total_on_22_of_28_days(exports):
    slices = from_files(exports)
    users: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for item in items_of(slices, "user_days"):
        if isinstance(item, Row):
            users[item.record["day"]].update({n: item.record[n] for n in COUNTS})
    totals = [item.record for item in items_of(slices, "organization_days")]
    missed = [row["day"] for row in totals if any(users[row["day"]][name] != row[name] for name in COUNTS)]
    assert (len(totals), len(missed)) == (28, 22)


def test_a_total_over_many_days_is_rejected(exports):
    rejected = [item for item in items_of(from_files(exports), "user_days") if isinstance(item, RejectedRecord)]
    assert [(item.reason, b"user_id" in item.payload) for item in rejected] == [("no_day", True)]


def test_a_day_that_an_export_covers_without_users_is_landed_empty(tmp_path):
    report = {
        "report_start_day": "2026-04-01",
        "report_end_day": "2026-04-02",
        "day_totals": [{**USER, "day": "2026-04-02"}],
    }
    (tmp_path / "users.json").write_text(json.dumps(report))
    assert list(from_files(tmp_path)["user_days/2026-04-01"].items()) == []


def test_exports_without_any_day_are_an_error(tmp_path):
    (tmp_path / "users.json").write_text("no report")
    with pytest.raises(SourceError, match="1 records"):
        from_files(tmp_path)


def test_an_export_lands_again_only_where_it_changed(exports):
    cursors = {key: slice_.cursor for key, slice_ in from_files(exports).items()}
    report = json.loads((exports / "organization-users-28-day.json").read_text())
    report["day_totals"][0]["user_initiated_interaction_count"] += 1
    (exports / "organization-users-28-day.json").write_text(json.dumps(report))
    changed = from_files(exports, cursors)
    assert list(changed) == ["seats", f"user_days/{report['day_totals'][0]['day']}"]


def test_of_two_records_of_a_user_day_the_later_created_counts(tmp_path):
    for name, created, count in (("a.json", "2026-04-03", 5), ("b.json", "2026-04-02", 9)):
        record = {"day": "2026-04-01", "user_id": 1, "organization_id": "7", "user_initiated_interaction_count": count}
        (tmp_path / name).write_text(json.dumps({"created_at": created, "day_totals": [record]}))
    rows = [item.record for item in items_of(from_files(tmp_path), "user_days")]
    assert [row["user_initiated_interaction_count"] for row in rows] == [5]


def test_packed_lines_are_read_and_the_other_scope_is_skipped(tmp_path):
    (tmp_path / "organization-users.ndjson.gz").write_bytes(
        gzip.compress(lines({**USER, "day": "2026-04-01"}) + b"{broken\n")
    )
    (tmp_path / "enterprise-users.json").write_text(json.dumps({**USER, "day": "2026-04-01", "user_id": 9}))
    items = items_of(from_files(tmp_path), "user_days")
    assert [item.record["user_id"] for item in items if isinstance(item, Row)] == [700123]
    assert [item.reason for item in items if isinstance(item, RejectedRecord)] == ["malformed_line"]


def test_a_run_reads_no_day_after_its_own(exports):
    assert {slice_.day for slice_ in from_files(exports, day=date(2026, 3, 30)).values() if slice_.day} == {
        date(2026, 3, 29),
        date(2026, 3, 30),
    }


def test_a_seat_list_of_4_rows_holds_2_people(exports):
    seats = [item.record["assignee"]["id"] for item in from_files(exports)["seats"].items()]
    assert (len(seats), len(set(seats))) == (4, 2)


@pytest.mark.parametrize(
    "settings",
    [{}, {"organisations": ["acme"]}, {"organisations": ["acme"], "enterprise": "acme", "token": "x"}],
)
def test_settings_that_read_nothing_or_twice_are_invalid(settings):
    with pytest.raises(ValueError, match=r"set|token"):
        copilot.Config(**settings)


def test_a_missing_folder_is_an_error(tmp_path):
    with pytest.raises(SourceError, match="is not a folder"):
        from_files(tmp_path / "gone")
