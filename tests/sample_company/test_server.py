"""The server pages as the tools do and never shows what had not happened yet."""

from __future__ import annotations

from datetime import timedelta

import requests

from orchestration.sample_company import World
from orchestration.sample_company.world.reports import Book, reports_late

PULLS = """query P($owner: String!, $name: String!, $page: Int!, $after: String) {
  repository(owner: $owner, name: $name) {
    pullRequests(first: $page, after: $after, orderBy: {field: UPDATED_AT, direction: DESC}) {
      totalCount pageInfo { hasNextPage endCursor }
      nodes { number updatedAt mergedAt author { login ... on User { databaseId } }
        events: timelineItems(first: 5, itemTypes: [MERGED_EVENT]) { nodes { __typename } } } } } }"""


def page(graphql, after: str | None = None, name: str = "ledger", size: int = 50):
    found = graphql(PULLS, owner="acme", name=name, page=size, after=after)
    return found["data"]["repository"]["pullRequests"]


def test_pages_of_pull_requests_hold_each_one_once(graphql, world: World):
    numbers, after, more = [], None, True
    while more:
        found = page(graphql, after)
        numbers += [node["number"] for node in found["nodes"]]
        after, more = found["pageInfo"]["endCursor"], found["pageInfo"]["hasNextPage"]
    assert sorted(numbers) == [change.number for change in world.changes if change.repository == "acme/ledger"]


def test_newest_updates_come_first_with_selected_fields_only(graphql):
    nodes = page(graphql)["nodes"]
    assert [node["updatedAt"] for node in nodes] == sorted((node["updatedAt"] for node in nodes), reverse=True)
    assert set(nodes[0]) == {"number", "updatedAt", "mergedAt", "author", "events"}


def test_a_timeline_has_only_the_selected_event_types(graphql):
    merged = next(node for node in page(graphql)["nodes"] if node["mergedAt"])
    assert merged["events"]["nodes"] == [{"__typename": "MergedEvent"}]


def test_an_unknown_field_is_an_error(graphql):
    found = graphql('query { repository(owner: "acme", name: "ledger") { flavour } }')
    assert found["errors"][0]["message"] == "Field 'flavour' doesn't exist on type 'Repository'"


def test_bots_have_no_suffix_in_graphql(graphql, world: World):
    repository = next(change.repository for change in world.changes if change.author_kind == "bot")
    nodes = page(graphql, name=repository.removeprefix("acme/"), size=100)["nodes"]
    assert "dependabot" in {(node["author"] or {}).get("login") for node in nodes}


def test_an_earlier_run_sees_no_later_merge(graphql, addresses, world: World):
    addresses.as_of = world.end - timedelta(weeks=4)
    stamps = [value for node in page(graphql)["nodes"] for value in (node["updatedAt"], node["mergedAt"]) if value]
    assert max(stamps) < addresses.as_of.strftime("%Y-%m-%dT%H:%M:%SZ")


def test_issue_pages_are_linked(addresses, get):
    first = get(
        f"{addresses.of('github')}/repos/acme/ledger/issues", per_page=10, state="all", since="2026-05-20T00:00:00Z"
    )
    second = get(first.links["next"]["url"])
    assert len(first.json()) == 10
    assert {row["number"] for row in first.json()}.isdisjoint(row["number"] for row in second.json())


def test_analytics_of_a_day_come_in_pages(addresses, get):
    url = f"{addresses.of('anthropic')}/v1/organizations/usage_report/claude_code"
    first = get(url, starting_at="2026-06-16", limit=2).json()
    second = get(url, starting_at="2026-06-16", limit=2, page=first["next_page"]).json()
    assert first["has_more"] is True
    assert first["data"] != second["data"]


def test_analytics_of_a_day_that_is_not_over_are_empty(addresses, get, world: World):
    url = f"{addresses.of('anthropic')}/v1/organizations/usage_report/claude_code"
    assert get(url, starting_at=str(world.end.date())).json()["data"] == []


def report(addresses, get, day) -> list[dict[str, object]]:
    answer = get(f"{addresses.of('copilot')}/orgs/acme/copilot/metrics/reports/users-1-day", day=str(day))
    parts = [requests.get(link, timeout=10).text.splitlines() for link in answer.json()["download_links"]]
    return [line for part in parts for line in part]


def test_a_signed_link_rejects_a_credential(addresses, get, world: World):
    day = next(iter(Book.of(world, "copilot").days))
    answer = get(f"{addresses.of('copilot')}/orgs/acme/copilot/metrics/reports/users-1-day", day=str(day))
    link = answer.json()["download_links"][0]
    assert get(link).status_code == 400
    assert requests.get(link, timeout=10).status_code == 200


def test_a_copilot_day_is_revised_within_three_days(addresses, get, world: World):
    book = Book.of(world, "copilot")
    day = next(day for day, people in book.days.items() if any(reports_late(world.person[one]) for one in people))
    final = report(addresses, get, day)
    addresses.as_of = world.end.replace(year=day.year, month=day.month, day=day.day) + timedelta(days=3)
    assert len(report(addresses, get, day)) < len(final)


def test_a_day_of_the_outage_has_no_report(addresses, get, world: World):
    url = f"{addresses.of('copilot')}/orgs/acme/copilot/metrics/reports/users-1-day"
    assert [get(url, day=str(day)).status_code for day in world.outage_days] == [204, 204, 204]


def test_one_person_holds_two_seats(addresses, get):
    found = get(f"{addresses.of('copilot')}/orgs/acme/copilot/billing/seats", per_page=100).json()
    holders = [seat["assignee"]["id"] for seat in found["seats"]]
    assert len(holders) == len(set(holders)) + 1 == found["total_seats"] + 1


def test_incidents_come_by_window_and_offset(addresses, get, world: World):
    params = {"since": "2026-05-18T00:00:00Z", "until": "2026-07-13T00:00:00Z", "limit": 10}
    first = get(f"{addresses.of('pagerduty')}/incidents", **params, offset=0).json()
    second = get(f"{addresses.of('pagerduty')}/incidents", **params, offset=10).json()
    assert first["more"] is True
    assert first["incidents"][-1]["created_at"] <= second["incidents"][0]["created_at"]


def test_a_later_success_does_not_hide_an_earlier_one(graphql):
    query = """query { repository(owner: "acme", name: "ledger") { deployments(first: 100) { nodes {
        environment statuses(first: 50) { nodes { state } } } } } }"""
    rows = graphql(query)["data"]["repository"]["deployments"]["nodes"]
    states = [{status["state"] for status in row["statuses"]["nodes"]} for row in rows]
    assert any({"SUCCESS", "INACTIVE"} <= found for found in states)


def test_a_request_without_a_credential_is_rejected(addresses):
    urls = (
        f"{addresses.of('github')}/orgs/acme/repos",
        f"{addresses.of('pagerduty')}/users",
        f"{addresses.of('anthropic')}/v1/x",
    )
    assert [requests.get(url, timeout=10).status_code for url in urls] == [401, 401, 401]
