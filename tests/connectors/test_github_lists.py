"""Deployments, issues, members and repositories of GitHub, and which of them a run reads."""

from __future__ import annotations

import pytest

from orchestration.connectors._http.errors import NotFoundError
from tests.connectors.github_tool import FakeGitHub, deployment, items, numbers, pull_request, rows, slices
from tests.connectors.loopback import Loopback, empty, linked, reply

CURSOR = "2026-11-15T00:00:00+00:00"


@pytest.fixture
def tool():
    with Loopback() as server:
        yield server


@pytest.fixture
def hub(tool):
    return FakeGitHub(tool)


def test_deployments_are_read_again_for_two_weeks(tool, hub):
    days = ["2026-11-16", "2026-11-01", "2026-10-31", "2026-10-01"]
    hub.deployments = [deployment(n, f"{day}T00:00:00Z", []) for n, day in enumerate(days, start=1)]
    found = rows(items(tool, "deployments", cursor=CURSOR), "deployments")
    assert [row["id"] for row in found] == ["DE_1", "DE_2"]


def test_every_status_of_a_deployment_is_kept(tool):
    hub = FakeGitHub(tool, nested=1)
    states = ["IN_PROGRESS", "SUCCESS", "INACTIVE"]
    statuses = [
        {"id": f"S{n}", "state": s, "createdAt": f"2026-11-0{n}T00:00:00Z"} for n, s in enumerate(states, start=1)
    ]
    hub.deployments = [deployment(1, "2026-11-01T00:00:00Z", statuses)]
    found = items(tool, "deployments")
    assert [row["state"] for row in rows(found, "deployment_statuses")] == ["in_progress", "success", "inactive"]
    assert rows(found, "deployments")[0]["is_hotfix_ref"] is True


def test_issues_are_sorted_by_creation_and_pull_requests_left_out(tool, hub):
    issue = {"id": 5, "number": 1, "state": "open", "created_at": "2026-11-01T00:00:00Z", "type": {"name": "Bug"},
             "updated_at": "2026-11-02T00:00:00Z", "labels": [{"name": "B"}, {"name": "a"}], "user": None}  # fmt: skip
    pages = [[issue, {**issue, "number": 2, "pull_request": {}}], [{**issue, "number": 3}]]
    tool.route("GET", "/repos/acme/app/issues", linked(pages, "/repos/acme/app/issues"))
    found = rows(items(tool, "issues", cursor=CURSOR), "issues")
    assert [(row["number"], row["issue_type"], row["label_names"]) for row in found] == [
        (1, "Bug", "|a|b|"),
        (3, "Bug", "|a|b|"),
    ]
    asked = tool.asked("/repos/acme/app/issues")[0].query
    assert (asked["since"], asked["sort"], asked["direction"]) == ("2026-11-14T23:00:00Z", "created", "asc")


def test_a_repository_without_issues_has_none(tool, hub):
    tool.route("GET", "/repos/acme/app/issues", lambda ask: reply({"message": "Issues are disabled"}, 410))
    assert items(tool, "issues") == []


def test_addresses_of_members_are_read_only_if_configured(tool, hub):
    member = {"login": "ada", "id": 11, "type": "User"}
    tool.route("GET", "/orgs/acme/members", lambda ask: reply([member]))
    tool.route("GET", "/users/ada", lambda ask: reply({**member, "email": "ada@acme.example"}))
    silent = list(slices(tool, organisations=("acme",))["users/acme"].items())
    asked = list(slices(tool, organisations=("acme",), read_emails=True)["users/acme"].items())
    assert [rows(found, "users")[0]["email"] for found in (silent, asked)] == [None, "ada@acme.example"]
    assert silent[0].pointer == "orgs/acme/members#1"


def test_an_organisation_is_read_without_forks_and_exclusions(tool, hub):
    named = {"acme/app": False, "acme/fork": True, "acme/archive-1": False}
    listed = [{"id": n, "full_name": name, "fork": fork} for n, (name, fork) in enumerate(named.items())]
    tool.route("GET", "/orgs/acme/repos", lambda ask: reply(listed))
    found = slices(tool, organisations=("acme",), repositories=(), exclude=("acme/archive-*",))
    assert [key for key in found if key.startswith("issues/")] == ["issues/acme/app"]
    assert len(rows(list(found["repositories/acme"].items()), "repositories")) == 3
    assert len(tool.asked("/orgs/acme/repos")) == 1


def test_an_archived_repository_is_read_once(tool, hub):
    archived = {"id": 71, "full_name": "acme/app", "archived": True, "updated_at": "2026-11-01T00:00:00Z"}
    tool.route("GET", "/repos/acme/app", lambda ask: reply(archived))
    hub.pull_requests = [pull_request(1, "2026-11-16T00:00:00Z")]
    assert numbers(items(tool)) == [1]
    assert items(tool, cursor=CURSOR) == []


def test_a_repository_that_is_gone_is_up_to_date_and_keeps_its_cursor(tool, hub):
    found = slices(tool, {"deployments/acme/gone": CURSOR})["deployments/acme/gone"]
    assert (list(found.items()), found.cursor) == ([], CURSOR)


def test_a_missing_repository_is_named(tool, hub):
    found = slices(tool, {"issues/acme/app": CURSOR}, repositories=("acme/none",))
    assert list(found) == ["repositories/listed/acme", "pull_requests/acme"]
    for slice_ in found.values():
        with pytest.raises(NotFoundError, match=r"GET .*/repos/acme/none: 404"):
            list(slice_.items())


def test_a_repository_that_is_listed_twice_is_read_once(tool, hub):
    tool.route("GET", "/repos/Acme/App", tool.routes["GET", "/repos/acme/app"])
    found = slices(tool, organisations=("acme",), repositories=("Acme/App", "acme/app"))
    assert [key for key in found if key.startswith("issues/")] == ["issues/acme/app"]
    assert len(list(found["repositories/listed/acme"].items())) == 1


def test_a_repository_without_any_content_is_empty(tool, hub):
    tool.route("GET", "/repos/acme/app/issues", lambda ask: empty())
    assert (items(tool), items(tool, "issues"), items(tool, "deployments")) == ([], [], [])
