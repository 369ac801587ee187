"""The pull requests of one repository: which are read, and in which order.

GitHub lists them by update only, and a pull request that is updated while we read moves to the top. So the list is read
newest first down to `since`, then its top again for those that moved. What changes later is after as_of and left to
the next run. Open pull requests are read whatever their age. Each is yielded once, with all its children.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

from orchestration.connectors._shared.trailers import co_authors
from orchestration.connectors.base import Item, RejectedRecord, Row, built_row
from orchestration.connectors.github import queries as queries
from orchestration.connectors.github import records as records
from orchestration.connectors.github.accounts import Record, user
from orchestration.connectors.github.client import GitHubClient, Scope
from orchestration.connectors.github.graphql import Node

STREAMS = (
    "pull_requests",
    "pull_request_reviews",
    "pull_request_events",
    "pull_request_commits",
    "pull_request_commit_authors",
    "users",
)


@dataclass
class _Yielded:
    """What this slice has yielded already."""

    numbers: set[int] = field(default_factory=set)
    accounts: set[object] = field(default_factory=set)


def pull_requests(github: GitHubClient, scope: Scope) -> Iterator[Item]:
    """Everything of the repository's pull requests that was updated since, and all that are open."""
    yielded = _Yielded()
    newest, pages = "", 0
    for parent, nodes in _listing(github, scope, None):
        pages += 1
        newest = newest or next((_updated(node) for node in nodes if node), "")
        yield from _recent(github, scope, parent, nodes, yielded)
        if any(node and scope.is_before(node.get("updatedAt")) for node in nodes):
            break
    for parent, nodes in _listing(github, scope, None) if pages > 1 else ():
        yield from _recent(github, scope, parent, [node for node in nodes if node], yielded)
        if any(node and _updated(node) <= newest for node in nodes):
            break
    for parent, nodes in _listing(github, scope, ["OPEN"]) if scope.since is not None else ():
        for node in nodes:
            if node and node.get("state") == "OPEN":
                yield from _whole(github, scope, parent, node, yielded)


def _listing(github: GitHubClient, scope: Scope, states: list[str] | None) -> Iterator[tuple[Node, list[Node | None]]]:
    variables = {**scope.variables, "states": states}
    path = ("repository", "pullRequests")
    for parent, connection in github.graphql.pages(queries.PULL_REQUESTS, variables, path, github.page_size):
        yield parent, list(connection.get("nodes") or ())


def _updated(node: Node) -> str:
    return str(node.get("updatedAt") or "")


def _recent(
    github: GitHubClient, scope: Scope, parent: Node, nodes: list[Node | None], yielded: _Yielded
) -> Iterator[Item]:
    for place, node in enumerate(nodes):
        if node is None:
            yield RejectedRecord("pull_requests", "blank_node", f"pull_requests/{scope.repository} place {place}", b"")
        elif not scope.is_before(node.get("updatedAt")):
            yield from _whole(github, scope, parent, node, yielded)


def _whole(github: GitHubClient, scope: Scope, parent: Node, node: Node, yielded: _Yielded) -> Iterator[Item]:
    """One pull request with its children, unless it was yielded before or was created after as_of."""
    number = node.get("number")
    if not isinstance(number, int):
        yield RejectedRecord("pull_requests", "missing:number", f"pull_requests/{scope.repository}", b"")
        return
    if number in yielded.numbers or scope.is_later(node.get("createdAt")):
        return
    yielded.numbers.add(number)
    of = {"repository_id": parent["databaseId"], "repository": parent["nameWithOwner"], "number": number}
    default = (parent.get("defaultBranchRef") or {}).get("name")
    pointer = f"pull_requests/{of['repository']}#{number}"
    build = partial(records.pull_request, node, of, default, github.bots)
    row = built_row("pull_requests", pointer, node, build)
    yield row
    if isinstance(row, RejectedRecord):
        return
    actors = [node.get("author"), node.get("mergedBy")]
    for review in github.graphql.nodes(node, "reviews", queries.REST["reviews"], pointer):
        if not scope.is_later(review.get("submittedAt")):
            actors.append(review.get("author"))
            yield Row("pull_request_reviews", records.review(review, of), f"{pointer} review")
    for event in github.graphql.nodes(node, "timelineItems", queries.REST["timelineItems"], pointer):
        if not scope.is_later(event.get("createdAt")):
            yield Row("pull_request_events", records.event(event, of), f"{pointer} {event.get('id')}")
    yield from _commits(github, node, of, pointer)
    yield from _accounts(actors, yielded, pointer)


def _commits(github: GitHubClient, node: Node, of: Record, pointer: str) -> Iterator[Item]:
    for position, listed in enumerate(github.graphql.nodes(node, "commits", queries.REST["commits"], pointer), start=1):
        commit = listed["commit"]
        sha, author = commit.get("oid"), commit.get("author") or {}
        where = f"{pointer} {sha}"
        build = partial(records.commit, commit, position, of, github.bots)
        yield built_row("pull_request_commits", where, commit, build)
        yield _commit_author(of, sha, 0, author.get("email"), author.get("user"), where)
        for place, address in enumerate(co_authors(commit.get("message") or ""), start=1):
            yield _commit_author(of, sha, place, address, None, where)


def _commit_author(of: Record, sha: str, position: int, email: str | None, user: Node | None, where: str) -> Row:
    record = records.commit_author(of, sha, position, email, user)
    return Row("pull_request_commit_authors", record, f"{where} author {position}")


def _accounts(actors: list[Node | None], yielded: _Yielded, pointer: str) -> Iterator[Item]:
    for node in actors:
        record = user(node)
        if record and record["id"] not in yielded.accounts:
            yielded.accounts.add(record["id"])
            yield Row("users", record, f"{pointer} account")
