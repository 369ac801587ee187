"""Pull requests of one repository: where the reading stops, and what is read twice.

They can only be listed by update, and rows jump to the top while we read. So the list is read newest first down
to `since`, then its top once more for those that escaped; what changes meanwhile is later than as_of and thus the
next run's. Open ones are read whatever their age. Each pull request is given once, with all its children.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from orchestration.connectors.base import Item, RejectedRecord, Row
from orchestration.connectors.github import queries as queries
from orchestration.connectors.github import records as records
from orchestration.connectors.github.client import GitHubClient, Scope
from orchestration.connectors.github.facts import co_authors
from orchestration.connectors.github.graphql import Node
from orchestration.connectors.github.records import Record

STREAMS = (
    "pull_requests",
    "pull_request_reviews",
    "pull_request_events",
    "pull_request_commits",
    "pull_request_commit_authors",
    "users",
)


@dataclass
class _Given:
    """What this slice has given already."""

    numbers: set[int] = field(default_factory=set)
    accounts: set[object] = field(default_factory=set)


def pull_requests(github: GitHubClient, scope: Scope) -> Iterator[Item]:
    """Everything of the repository's pull requests that was updated since, and all that are open."""
    given = _Given()
    newest, pages = "", 0
    for parent, nodes in _listing(github, scope, None):
        pages += 1
        newest = newest or next((node["updatedAt"] for node in nodes if node), "")
        yield from _recent(github, scope, parent, nodes, given)
        if any(node and scope.is_before(node["updatedAt"]) for node in nodes):
            break
    for parent, nodes in _listing(github, scope, None) if pages > 1 else ():
        yield from _recent(github, scope, parent, [node for node in nodes if node], given)
        if any(node and node["updatedAt"] <= newest for node in nodes):
            break
    for parent, nodes in _listing(github, scope, ["OPEN"]) if scope.since is not None else ():
        for node in nodes:
            if node and node["state"] == "OPEN":
                yield from _whole(github, scope, parent, node, given)


def _listing(github: GitHubClient, scope: Scope, states: list[str] | None) -> Iterator[tuple[Node, list[Node | None]]]:
    variables = {**scope.variables, "states": states}
    path = ("repository", "pullRequests")
    for parent, connection in github.graphql.pages(queries.PULL_REQUESTS, variables, path, github.page_size):
        yield parent, list(connection.get("nodes") or ())


def _recent(
    github: GitHubClient, scope: Scope, parent: Node, nodes: list[Node | None], given: _Given
) -> Iterator[Item]:
    for place, node in enumerate(nodes):
        if node is None:
            yield RejectedRecord("pull_requests", "blank_node", f"pull_requests/{scope.repository} place {place}", b"")
        elif not scope.is_before(node["updatedAt"]):
            yield from _whole(github, scope, parent, node, given)


def _whole(github: GitHubClient, scope: Scope, parent: Node, node: Node, given: _Given) -> Iterator[Item]:
    """One pull request with its children, unless it was given or is younger than the run."""
    number = int(node["number"])
    if number in given.numbers or scope.is_later(node["createdAt"]):
        return
    given.numbers.add(number)
    of = {"repository_id": parent["databaseId"], "repository": parent["nameWithOwner"], "number": number}
    default = (parent.get("defaultBranchRef") or {}).get("name")
    pointer = f"pull_requests/{of['repository']}#{number}"
    yield Row("pull_requests", records.pull_request(node, of, default, github.bots), pointer)
    seen = [node.get("author"), node.get("mergedBy")]
    for review in github.graphql.nodes(node, "reviews", queries.REST["reviews"], pointer):
        if not scope.is_later(review.get("submittedAt")):
            seen.append(review.get("author"))
            yield Row("pull_request_reviews", records.review(review, of), f"{pointer} review")
    for event in github.graphql.nodes(node, "timelineItems", queries.REST["timelineItems"], pointer):
        if not scope.is_later(event.get("createdAt")):
            yield Row("pull_request_events", records.event(event, of), f"{pointer} {event.get('id')}")
    yield from _commits(github, node, of, pointer)
    yield from _accounts(seen, given, pointer)


def _commits(github: GitHubClient, node: Node, of: Record, pointer: str) -> Iterator[Item]:
    for position, listed in enumerate(github.graphql.nodes(node, "commits", queries.REST["commits"], pointer), start=1):
        commit = listed["commit"]
        sha, author = commit["oid"], commit.get("author") or {}
        where = f"{pointer} {sha}"
        yield Row("pull_request_commits", records.commit(commit, position, of, github.bots), where)
        yield _commit_author(of, sha, 0, author.get("email"), author.get("user"), where)
        for place, address in enumerate(co_authors(commit.get("message") or ""), start=1):
            yield _commit_author(of, sha, place, address, None, where)


def _commit_author(of: Record, sha: str, position: int, email: str | None, user: Node | None, where: str) -> Row:
    record = records.commit_author(of, sha, position, email, user)
    return Row("pull_request_commit_authors", record, f"{where} author {position}")


def _accounts(seen: list[Node | None], given: _Given, pointer: str) -> Iterator[Item]:
    for node in seen:
        record = records.user(node)
        if record and record["id"] not in given.accounts:
            given.accounts.add(record["id"])
            yield Row("users", record, f"{pointer} account")
