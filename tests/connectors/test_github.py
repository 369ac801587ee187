"""Pull requests, deployments and lists of GitHub, read from a server on loopback."""

from __future__ import annotations

import json

import pytest

from orchestration.connectors._http.errors import (
    EndlessPagesError,
    ForbiddenError,
    NotFoundError,
    RejectedError,
    UnreachableError,
)
from orchestration.connectors.base import RejectedRecord
from tests.connectors.github_tool import (
    FakeGitHub,
    bot,
    commit,
    deployment,
    event,
    items,
    numbers,
    person,
    pull_request,
    review,
    rows,
    slices,
)
from tests.connectors.loopback import Loopback, failing, reply, secondary_limit

CURSOR = "2026-11-15T00:00:00+00:00"


@pytest.fixture
def tool():
    with Loopback() as server:
        yield server


@pytest.fixture
def hub(tool):
    return FakeGitHub(tool)


def test_every_page_is_read_and_each_pull_request_yielded_once(tool, hub):
    hub.pull_requests = [pull_request(n, f"2026-11-0{n}T10:00:00Z") for n in range(1, 8)]
    assert numbers(items(tool, page_size=2)) == [7, 6, 5, 4, 3, 2, 1]


def test_reading_stops_at_the_cursor_less_its_overlap(tool, hub):
    updates = ["2026-11-15T02:00:00Z", "2026-11-14T23:30:00Z", "2026-11-14T22:30:00Z", "2026-11-01T00:00:00Z"]
    hub.pull_requests = [pull_request(n, at) for n, at in enumerate(updates, start=1)]
    assert numbers(items(tool, cursor=CURSOR, page_size=1)) == [1, 2]


def test_the_cursor_is_as_of_and_not_the_newest_update(tool, hub):
    assert slices(tool)["pull_requests/acme/app"].cursor == "2026-11-17T00:00:00+00:00"


def test_open_pull_requests_are_read_again_whatever_their_age(tool, hub):
    hub.pull_requests = [
        pull_request(1, "2026-10-01T00:00:00Z", state="OPEN", mergedAt=None, closedAt=None),
        pull_request(2, "2026-10-02T00:00:00Z"),
    ]
    assert numbers(items(tool, cursor=CURSOR)) == [1]


def test_a_pull_request_updated_while_we_read_is_not_lost(tool, hub):
    hub.pull_requests = [pull_request(n, f"2026-11-0{n}T10:00:00Z") for n in range(1, 7)]

    def touch(ask):
        if len(tool.asked("/graphql")) == 2:
            hub.pull_requests[0]["updatedAt"] = "2026-11-17T05:00:00Z"

    hub.before_page = touch
    assert sorted(numbers(items(tool, page_size=2))) == [1, 2, 3, 4, 5, 6]


def test_what_was_created_after_as_of_is_left_to_the_next_run(tool, hub):
    late = "2026-11-17T00:00:00Z"
    hub.pull_requests = [
        pull_request(1, createdAt=late),
        pull_request(2, reviews=[review(1), review(2, submittedAt=late)], timelineItems=[event("MergedEvent", late)]),
    ]
    found = items(tool)
    assert numbers(found) == [2]
    assert [row["id"] for row in rows(found, "pull_request_reviews")] == ["1"]
    assert rows(found, "pull_request_events") == []


def test_nested_lists_are_read_to_their_end(tool):
    hub = FakeGitHub(tool, nested=2)
    hub.pull_requests = [
        pull_request(
            5,
            reviews=[review(n) for n in range(1, 8)],
            commits=[commit(f"{n:040x}") for n in range(1, 6)],
            timelineItems=[event("ClosedEvent", f"2026-11-0{n}T00:00:00Z") for n in range(1, 5)],
        )
    ]
    found = items(tool)
    assert [row["id"] for row in rows(found, "pull_request_reviews")] == ["1", "2", "3", "4", "5", "6", "7"]
    assert [row["position"] for row in rows(found, "pull_request_commits")] == [1, 2, 3, 4, 5]
    assert len(rows(found, "pull_request_events")) == 4
    assert rows(found, "pull_requests")[0]["commits"] == 5


def test_a_page_that_is_too_expensive_is_halved_and_stays_small(tool):
    hub = FakeGitHub(tool, heaviest=3)
    hub.pull_requests = [pull_request(n) for n in range(1, 8)]
    assert sorted(numbers(items(tool, page_size=25))) == [1, 2, 3, 4, 5, 6, 7]
    assert hub.pages_asked[:9] == [25, 25, 12, 12, 6, 6, 3, 3, 3]


def test_a_page_of_one_that_fails_is_an_error(tool, hub):
    tool.route("POST", "/graphql", lambda ask: failing(502))
    with pytest.raises(UnreachableError, match="502, at 3 of 3 tries"):
        items(tool, page_size=2)


def test_a_deleted_author_is_not_an_account(tool, hub):
    hub.pull_requests = [pull_request(1, author=None, mergedBy=None, reviews=[review(1) | {"author": None}])]
    found = items(tool)
    assert rows(found, "pull_requests")[0]["author"] == {}
    assert rows(found, "pull_request_reviews")[0]["author"] == {}
    assert rows(found, "users") == []


def test_the_copilot_agent_is_an_author_with_evidence_and_a_sponsor(tool, hub):
    trailer = "Fix\n\nCo-authored-by: Ada <11+ada@users.noreply.github.com>"
    author = {
        "email": "198982749+Copilot@users.noreply.github.com",
        "user": {"login": "Copilot", "databaseId": 198982749},
    }
    hub.pull_requests = [
        pull_request(
            1,
            author=bot(198982749, "copilot-swe-agent"),
            headRefName="copilot/fix-1",
            assignees={"nodes": [{"login": "Copilot", "databaseId": 198982749}, {"login": "ada", "databaseId": 11}]},
            commits=[commit("a" * 40, trailer, author=author)],
        )
    ]
    found = items(tool)
    row = rows(found, "pull_requests")[0]
    assert row["author"] == {"login": "copilot-swe-agent[bot]", "database_id": "198982749", "type": "Bot"}
    assert (row["agent_product"], row["ai_evidence_grade"], row["ai_evidence_signal"]) == (
        "copilot",
        "B",
        "branch_prefix",
    )
    assert row["sponsor"]["database_id"] == "11"
    assert rows(found, "pull_request_commits")[0]["ai_evidence_grade"] == "A"
    people = rows(found, "pull_request_commit_authors")
    assert [(one["position"], one["email"]) for one in people] == [
        (0, "198982749+Copilot@users.noreply.github.com"),
        (1, "11+ada@users.noreply.github.com"),
    ]


def test_bots_have_the_suffix_that_graphql_omits(tool, hub):
    hub.pull_requests = [pull_request(1, author=bot(49699333, "dependabot"))]
    found = items(tool)
    assert rows(found, "pull_requests")[0]["author"]["login"] == "dependabot[bot]"
    assert {"id": "49699333", "login": "dependabot[bot]", "type": "Bot", "is_member": None, "email": None} in rows(
        found, "users"
    )


def test_each_account_is_yielded_once_a_slice(tool, hub):
    hub.pull_requests = [pull_request(n, reviews=[review(n)]) for n in range(1, 4)]
    assert [row["id"] for row in rows(items(tool), "users")] == ["11", "12"]


def test_no_text_of_a_pull_request_leaves_the_connector(tool, hub):
    hub.pull_requests = [
        pull_request(1, commits=[commit("a" * 40)], timelineItems=[event("MergedEvent", "2026-11-09T10:00:00Z")])
    ]
    hub.deployments = [deployment(1, "2026-11-10T00:00:00Z", [])]
    text = json.dumps([row.record for part in ("pull_requests", "deployments") for row in items(tool, part)])
    assert "ada@acme.example" in text
    assert "ecret" not in text


def test_a_timeline_lands_as_events(tool, hub):
    hub.pull_requests = [
        pull_request(
            1,
            timelineItems=[
                event("ReadyForReviewEvent", "2026-11-03T00:00:00Z"),
                event("ReviewRequestedEvent", "2026-11-03T01:00:00Z", requestedReviewer={"__typename": "Team"}),
                event(
                    "ReviewDismissedEvent",
                    "2026-11-04T00:00:00Z",
                    previousReviewState="APPROVED",
                    review={"fullDatabaseId": "7"},
                ),
                event("MergedEvent", "2026-11-09T10:00:00Z", commit={"oid": "f" * 40}),
            ],
        )
    ]
    found = rows(items(tool), "pull_request_events")
    assert [row["event"] for row in found] == ["ready_for_review", "review_requested", "review_dismissed", "merged"]
    assert found[1]["requested_reviewer_type"] == "Team"
    assert (found[2]["review_id"], found[2]["previous_review_state"]) == ("7", "APPROVED")
    assert found[3]["commit_sha"] == "f" * 40


def test_the_test_merge_of_an_open_pull_request_is_not_read(tool, hub):
    hub.pull_requests = [pull_request(1, state="OPEN", mergedAt=None, closedAt=None, baseRefName="stacked")]
    row = rows(items(tool), "pull_requests")[0]
    assert (row["merge_commit_sha"], row["is_base_default"]) == (None, False)


def test_a_blank_pull_request_is_rejected(tool, hub):
    hub.pull_requests = [None, pull_request(1)]
    found = items(tool)
    assert numbers(found) == [1]
    assert [item.reason for item in found if isinstance(item, RejectedRecord)] == ["blank_node"]


@pytest.mark.parametrize(
    ("error", "expected", "text"),
    [
        (
            {"type": "NOT_FOUND", "path": ["repository"], "message": "Could not resolve"},
            NotFoundError,
            "Could not resolve",
        ),
        ({"type": "FORBIDDEN", "path": ["repository"], "message": "no access"}, ForbiddenError, "no access"),
        ({"extensions": {"code": "undefinedField"}, "message": "no field 'x'"}, RejectedError, "not support the query"),
        ({"message": "Something went wrong while executing your query"}, UnreachableError, "Something went wrong"),
    ],
)
def test_errors_within_a_200_are_named(tool, hub, error, expected, text):
    tool.route("POST", "/graphql", lambda ask: reply({"data": None, "errors": [error]}))
    with pytest.raises(expected, match=text):
        items(tool, page_size=1)


def test_a_rate_limit_within_a_200_is_retried(tool, hub):
    hub.pull_requests = [pull_request(1)]
    limited = {"errors": [{"type": "RATE_LIMITED", "message": "API rate limit exceeded"}]}
    tool.fault(2, reply(limited, x_ratelimit_remaining="0", x_ratelimit_reset="1794884430"))
    assert numbers(items(tool)) == [1]
    assert len(tool.asked("/graphql")) == 2


def test_a_field_without_access_is_null_and_the_rest_is_read(tool, hub):
    hub.pull_requests = [pull_request(1, author=None)]
    whole = hub.graphql

    def partial(ask):
        answer = json.loads(whole(ask).body)
        path = ["repository", "pullRequests", "nodes", 0, "author"]
        return reply({**answer, "errors": [{"type": "FORBIDDEN", "path": path, "message": "SAML"}]})

    tool.route("POST", "/graphql", partial)
    assert numbers(items(tool)) == [1]


def test_a_list_without_access_is_an_error(tool, hub):
    hub.pull_requests = [pull_request(1, reviews=None)]
    with pytest.raises(ForbiddenError, match="reviews of pull_requests/acme/app#1 is blank"):
        items(tool)


def test_a_repeated_page_cursor_is_an_error(tool, hub):
    connection = {"nodes": [], "pageInfo": {"hasNextPage": True, "endCursor": "x"}}
    endless = {"databaseId": 71, "nameWithOwner": "acme/app", "pullRequests": connection}
    tool.route("POST", "/graphql", lambda ask: reply({"data": {"repository": endless}}))
    with pytest.raises(EndlessPagesError, match="leads back"):
        items(tool)


def test_a_secondary_rate_limit_is_retried(tool, hub):
    hub.pull_requests = [pull_request(n) for n in range(1, 6)]
    tool.fault(3, secondary_limit("30"))
    assert sorted(numbers(items(tool, page_size=2))) == [1, 2, 3, 4, 5]


def test_enterprise_server_is_read_at_its_own_address(tool):
    tool.route("GET", "/api/v3/repos/acme/app", lambda ask: reply({"id": 71, "full_name": "acme/app"}))
    tool.route("POST", "/api/graphql", FakeGitHub(tool).graphql)
    assert items(tool, base_url=f"{tool.url}/api/v3") == []
    assert [ask.path for ask in tool.log] == ["/api/v3/repos/acme/app", "/api/graphql"]


def test_a_slice_that_fails_half_way_raises(tool, hub):
    hub.pull_requests = [pull_request(n) for n in range(1, 7)]
    for number in (3, 4, 5):
        tool.fault(number, failing(503))
    slice_ = slices(tool, page_size=1)["pull_requests/acme/app"]
    given = []
    with pytest.raises(UnreachableError):
        given.extend(slice_.items())
    assert numbers(given) == [1]


def test_an_author_with_a_renamed_account_keeps_the_number(tool, hub):
    hub.pull_requests = [pull_request(1, author=person(11, "ada-new"))]
    assert rows(items(tool), "pull_requests")[0]["author"] == {"login": "ada-new", "database_id": "11", "type": "User"}
