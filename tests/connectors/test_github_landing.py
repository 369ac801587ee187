"""GitHub's records against their contract: they land whole, hashed, once, and are staged by their key."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from orchestration import landing
from orchestration.connectors import github
from orchestration.connectors.github.records import instant
from orchestration.landing import Landing, ledger
from orchestration.landing.ingest import pseudonymiser_of
from tests.connectors.github_tool import (
    CONTRACT,
    PARTITION,
    STAGING,
    FakeGitHub,
    bot,
    commit,
    config,
    deployment,
    event,
    items,
    landed,
    pull_request,
    review,
    rows,
)
from tests.connectors.loopback import Loopback, quiet, reply

ANSWERS = Path(__file__).parents[1] / "payloads" / "github"
WEBHOOKS = json.loads((ANSWERS / "webhooks_examples.json").read_text())


@pytest.fixture
def tool():
    with Loopback() as server:
        yield server


@pytest.fixture
def folder(tmp_path):
    return Landing(tmp_path / "landing", pseudonymiser_of(b"a key for tests only"))


def land(folder, tool, **changes):
    settings = config(tool, **changes)
    counted = ledger.visible(ledger.read(folder.folder, "github"), PARTITION.as_of)
    found = github.slices(settings, PARTITION, landing.cursors(counted, PARTITION), quiet(attempts=2))
    return landing.land_slices(folder, CONTRACT, PARTITION, found)


def full(hub):
    hub.pull_requests = [
        pull_request(
            1,
            author=bot(49699333, "dependabot"),
            assignees={"nodes": [{"login": "ada", "databaseId": 11}]},
            reviews=[review(1)],
            commits=[commit("a" * 40, "x\n\nCo-authored-by: B <b@x.example>")],
            timelineItems=[event("MergedEvent", "2026-11-09T10:00:00Z", commit={"oid": "f" * 40})],
        ),
        pull_request(2, author=None),
    ]
    status = {"id": "S1", "state": "SUCCESS", "createdAt": "2026-11-10T00:05:00Z", "environment": "production"}
    hub.deployments = [deployment(1, "2026-11-10T00:00:00Z", [status])]


def test_everything_lands_without_unknown_fields(tool, folder):
    full(FakeGitHub(tool))
    report = land(folder, tool, organisations=("acme",))
    loads = ledger.read(folder.folder, "github")
    unknown = [name for load in loads for stream in load.streams.values() for name in stream.unknown_fields]
    assert (report.failed_slices, report.quarantined_rows, unknown) == ([], 0, [])
    # 2 pull requests, a review, an event, a commit with 2 authors, 2 accounts, a deployment with a status; the
    # repository is listed twice, by the organisation and by name
    assert report.landed_rows == 13


def test_people_land_as_hashes_and_bots_by_name(tool, folder):
    full(FakeGitHub(tool))
    land(folder, tool)
    first, second = sorted(landed(folder, "pull_requests"), key=lambda row: row["number"])
    assert (first["author__login"], second["author__login"]) == ("dependabot[bot]", None)
    assert first["merged_by__login"].startswith("p_")
    assert [row["email"][:2] for row in landed(folder, "pull_request_commit_authors")] == ["p_", "p_"]


def test_issues_are_read_over_pages_whose_path_changes(tool):
    FakeGitHub(tool)
    for page in json.loads((ANSWERS / "paginate_issues.json").read_text()):
        link = page["link"].replace("https://api.github.com", tool.url)
        number = page["path"].rpartition("page=")[2] if page["path"].startswith("/repositories") else "1"
        tool.routes["GET", f"page {number}"] = lambda ask, page=page, link=link: reply(page["response"], link=link)
    tool.route("GET", "/repos/acme/app/issues", lambda ask: tool.routes["GET", "page 1"](ask))
    tool.route("GET", "/repositories/1000/issues", lambda ask: tool.routes["GET", f"page {ask.query['page']}"](ask))
    found = rows(items(tool, "issues"), "issues")
    assert [row["number"] for row in found] == list(range(13, 0, -1))
    assert found[0]["author"] == {"login": "octokit-fixture-user-a", "database_id": "1000", "type": "User"}


def node_of(account):
    return account and {"__typename": account["type"], "login": account["login"], "databaseId": account["id"]}


def test_a_recorded_pull_request_that_was_closed_is_not_merged(tool):
    recorded = WEBHOOKS["pull_request.closed"]["pull_request"]
    hub = FakeGitHub(tool)
    hub.pull_requests = [
        pull_request(
            recorded["number"],
            recorded["updated_at"],
            state="CLOSED",
            author=node_of(recorded["user"]),
            mergedBy=node_of(recorded["merged_by"]),
            createdAt=recorded["created_at"],
            closedAt=recorded["closed_at"],
            mergedAt=recorded["merged_at"],
            mergeCommit={"oid": recorded["merge_commit_sha"]},
            labels={"nodes": recorded["labels"]},
            title=recorded["title"],
            body=recorded["body"],
        )
    ]
    row = rows(items(tool), "pull_requests")[0]
    assert (row["merged_at"], row["merge_commit_sha"], row["closed_at"]) == (None, None, "2019-05-15T15:21:18Z")
    assert (row["label_names"], row["author"]["database_id"]) == ("|bug|", "21031067")


def test_a_recorded_issue_lands_with_the_issues_own_number(tool):
    recorded = WEBHOOKS["issues.opened"]["issue"]
    FakeGitHub(tool)
    tool.route("GET", "/repos/acme/app/issues", lambda ask: reply([recorded]))
    row = rows(items(tool, "issues"), "issues")[0]
    assert (row["id"], row["number"], row["created_at"]) == (recorded["id"], recorded["number"], recorded["created_at"])
    assert row["author"]["login"] == recorded["user"]["login"]


def test_a_recorded_deployment_status_keeps_its_time(tool):
    recorded = WEBHOOKS["deployment_status.created"]
    given, status = recorded["deployment"], recorded["deployment_status"]
    node = {"id": str(status["id"]), "state": status["state"].upper(), "createdAt": status["created_at"]}
    hub = FakeGitHub(tool)
    hub.deployments = [deployment(given["id"], given["created_at"], [node])]
    row = rows(items(tool, "deployments"), "deployment_statuses")[0]
    assert (row["deployment_id"], row["state"]) == (f"DE_{given['id']}", "success")
    assert instant(row["created_at"]) == instant(status["created_at"])


def test_a_recorded_dismissal_overwrites_the_state_of_its_review(tool):
    recorded = WEBHOOKS["pull_request_review.dismissed"]["review"]
    hub = FakeGitHub(tool)
    dismissed = review(
        recorded["id"], recorded["state"].upper(), node_of(recorded["user"]), submittedAt=recorded["submitted_at"]
    )
    hub.pull_requests = [pull_request(1, reviews=[dismissed])]
    row = rows(items(tool), "pull_request_reviews")[0]
    assert (row["id"], row["state"], row["submitted_at"]) == ("237895671", "DISMISSED", "2019-05-15T15:20:38Z")


def staged(model, stream, records):
    """The rows of a staging model over records that landed as given."""
    contract = CONTRACT.stream(stream)
    sql = (STAGING / "github" / f"{model}.sql").read_text()
    with duckdb.connect() as warehouse:
        warehouse.register("records", pa.Table.from_pylist(records, schema=contract.arrow_schema))
        return (
            warehouse.sql(sql.replace(f"{{{{ source('github', '{stream}') }}}}", "records"))
            .to_arrow_table()
            .to_pylist()
        )


def status_row(number, status, state, load):
    at = PARTITION.as_of.replace(tzinfo=None)
    return {"deployment_id": number, "id": status, "state": state, "created_at": at, "_as_of": at, "_load_id": load}


def test_statuses_that_were_read_or_sent_twice_count_once():
    found = staged(
        "stg_github__deployment_statuses",
        "deployment_statuses",
        [
            status_row("501", "9001", "in_progress", "g1"),
            status_row("501", "9002", "success", "g2"),
            status_row("501", "9002", "success", "g2"),
            status_row("501", "9002", "success", "g3"),
            status_row("501", "9003", "inactive", "g4"),
            status_row("502", "9004", "success", "g5"),
        ],
    )
    assert len(found) == 4
    assert len({row["deployment_id"] for row in found if row["state"] == "success"}) == 2


def test_the_newest_version_of_a_pull_request_counts_and_a_rename_does_not_split_it():
    at = PARTITION.as_of.replace(tzinfo=None)
    old = {"repository_id": 71, "number": 1, "repository": "acme/old", "state": "OPEN", "updated_at": at.replace(day=1),
           "author__login": "p_login", "author__database_id": "p_number", "_as_of": at, "_load_id": "b"}  # fmt: skip
    new = {**old, "repository": "acme/new", "state": "MERGED", "updated_at": at.replace(day=2), "_load_id": "a"}
    found = staged("stg_github__pull_requests", "pull_requests", [new, old])
    assert [(row["repository"], row["state"], row["author_identifier"]) for row in found] == [
        ("acme/new", "merged", "p_number")
    ]


def test_a_bot_is_identified_by_its_readable_login():
    at = PARTITION.as_of.replace(tzinfo=None)
    row = {"id": "1", "state": "APPROVED", "author__login": "renovate[bot]", "author__database_id": "p_number",
           "_as_of": at, "_load_id": "a"}  # fmt: skip
    assert (
        staged("stg_github__pull_request_reviews", "pull_request_reviews", [row])[0]["author_identifier"]
        == "renovate[bot]"
    )
