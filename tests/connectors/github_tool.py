"""A small GitHub on loopback: invented pull requests, deployments and lists, paged as GitHub pages them.

It answers with whole nodes, whatever was selected; another test checks that the queries are valid.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import SecretStr

from orchestration.connectors import github
from orchestration.connectors.base import Item, Row, Slice
from orchestration.contracts import load_contracts
from orchestration.landing import Landing
from orchestration.partition import DailyPartition
from tests.connectors.loopback import Ask, Loopback, Reply, failing, linked, quiet, reply

Node = dict[str, Any]
STAGING = Path(__file__).parents[2] / "dbt_project" / "models" / "staging"
CONTRACT = load_contracts(STAGING)["github"]
PARTITION = DailyPartition.of(date(2026, 11, 16))
REPOSITORY = {"id": 71, "full_name": "acme/app", "fork": False, "archived": False, "updated_at": "2026-11-01T00:00:00Z"}


def person(number: int = 11, login: str = "ada") -> Node:
    return {"__typename": "User", "login": login, "databaseId": number}


def bot(number: int, login: str) -> Node:
    return {"__typename": "Bot", "login": login, "databaseId": number}


def pull_request(number: int, updated: str = "2026-11-10T10:00:00Z", **changes: Any) -> Node:
    node: Node = {
        "id": f"PR_{number}", "fullDatabaseId": str(9_000_000_000 + number), "number": number, "state": "MERGED",
        "isDraft": False, "title": "Secret title", "body": "Secret body", "createdAt": "2026-11-02T08:00:00Z",
        "updatedAt": updated, "closedAt": "2026-11-09T10:00:00Z", "mergedAt": "2026-11-09T10:00:00Z",
        "author": person(), "mergedBy": person(12, "grace"), "authorAssociation": "MEMBER", "baseRefName": "main",
        "headRefName": "ada/secret-branch", "headRefOid": "e" * 40, "isCrossRepository": False,
        "mergeCommit": {"oid": "f" * 40}, "additions": 10, "deletions": 2, "changedFiles": 3, "totalCommentsCount": 1,
        "labels": {"nodes": []}, "assignees": {"nodes": []}, "commits": [], "reviews": [], "timelineItems": [],
    }  # fmt: skip
    return {**node, **changes}


def commit(oid: str, message: str = "Secret message", **changes: Any) -> Node:
    author = {"email": "ada@acme.example", "user": {"login": "ada", "databaseId": 11}}
    node = {"oid": oid, "authoredDate": "2026-11-02T07:00:00Z", "committedDate": "2026-11-02T07:30:00Z",
            "message": message, "author": author}  # fmt: skip
    return {"commit": {**node, **changes}}


def review(number: int, state: str = "APPROVED", author: Node | None = None, **changes: Any) -> Node:
    node = {"fullDatabaseId": str(number), "state": state, "submittedAt": "2026-11-03T09:00:00Z",
            "authorAssociation": "MEMBER", "commit": {"oid": "e" * 40},
            "author": author or person(12, "grace")}  # fmt: skip
    return {**node, **changes}


def event(kind: str, at: str, **changes: Any) -> Node:
    return {"__typename": kind, "id": f"{kind}_{at}", "createdAt": at, "actor": person(), **changes}


def deployment(number: int, created: str, statuses: list[Node]) -> Node:
    return {"id": f"DE_{number}", "commitOid": "f" * 40, "environment": "production",
            "originalEnvironment": "production", "latestEnvironment": "production",
            "task": "deploy", "state": "ACTIVE", "createdAt": created, "updatedAt": created,
            "creator": bot(41898282, "github-actions"), "ref": {"name": "hotfix/secret"},
            "statuses": statuses}  # fmt: skip


class FakeGitHub:
    """`nested` children come with their parent; a page above `heaviest` fails."""

    def __init__(self, tool: Loopback, nested: int = 50, heaviest: int = 100) -> None:
        self.tool, self.nested, self.heaviest = tool, nested, heaviest
        self.pull_requests: list[Node | None] = []
        self.deployments: list[Node] = []
        self.before_page: Callable[[Ask], None] = lambda ask: None
        tool.route("POST", "/graphql", self.graphql)
        tool.route("GET", "/orgs/acme/repos", lambda ask: reply([REPOSITORY]))
        tool.route("GET", "/repos/acme/app", lambda ask: reply(REPOSITORY))
        tool.route("GET", "/orgs/acme/members", linked([[]], "/orgs/acme/members"))
        tool.route("GET", "/repos/acme/app/issues", linked([[]], "/repos/acme/app/issues"))

    @property
    def pages_asked(self) -> list[int]:
        return [ask.json["variables"]["page"] for ask in self.tool.asked("/graphql")]

    def graphql(self, ask: Ask) -> Reply:
        self.before_page(ask)
        query, variables = ask.json["query"], ask.json["variables"]
        if variables["page"] > self.heaviest:
            return failing(502)
        if "query Rest" in query:
            return self._rest(query, variables)
        if "query PullRequests" in query:
            name, nodes = "pullRequests", self._sorted(variables.get("states"))
        else:
            name, nodes = "deployments", sorted(self.deployments, key=lambda n: n["createdAt"], reverse=True)
        connection = self._part(nodes, variables["page"], variables["after"])
        connection["nodes"] = [node and self._with_children(node) for node in connection["nodes"]]
        repository = {"databaseId": 71, "nameWithOwner": "acme/app", "defaultBranchRef": {"name": "main"}}
        return reply({"data": {"repository": {**repository, name: connection}}})

    def _sorted(self, states: list[str] | None) -> list[Node | None]:
        wanted = [node for node in self.pull_requests if node and (not states or node["state"] in states)]
        blank: list[Node | None] = [node for node in self.pull_requests if node is None]
        return blank + sorted(wanted, key=lambda node: node["updatedAt"], reverse=True)

    def _rest(self, query: str, variables: Node) -> Reply:
        name = re.search(r"(\w+)\(first: \$page", query)[1]  # type: ignore[index]
        found = [*filter(None, self.pull_requests), *self.deployments]
        parent = next(node for node in found if node["id"] == variables["id"])
        return reply({"data": {"node": {name: self._part(parent[name], variables["page"], variables["after"])}}})

    def _with_children(self, node: Node) -> Node:
        parts = {name: self._part(value, self.nested, None) for name, value in node.items() if isinstance(value, list)}
        return {**node, **parts}

    def _part(self, nodes: list[Any], size: int, after: str | None) -> Node:
        start = int(after or 0)
        stop = min(start + size, len(nodes))
        return {"totalCount": len(nodes), "nodes": nodes[start:stop],
                "pageInfo": {"hasNextPage": stop < len(nodes), "endCursor": str(stop)}}  # fmt: skip


def config(tool: Loopback, **changes: Any) -> github.Config:
    settings: dict[str, Any] = {"token": SecretStr("ghp_secret"), "base_url": tool.url, "repositories": ("acme/app",)}
    return github.Config(**{**settings, **changes})


def slices(tool: Loopback, cursors: dict[str, str] | None = None, **changes: Any) -> dict[str, Slice]:
    found = github.slices(config(tool, **changes), PARTITION, cursors or {}, quiet(attempts=3))
    return {slice_.key: slice_ for slice_ in found}


def items(tool: Loopback, part: str = "pull_requests", cursor: str | None = None, **changes: Any) -> list[Item]:
    key = f"{part}/acme/app"
    return list(slices(tool, {key: cursor} if cursor else {}, **changes)[key].items())


def rows(found: list[Item], stream: str) -> list[Any]:
    return [item.record for item in found if isinstance(item, Row) and item.stream == stream]


def numbers(found: list[Item]) -> list[int]:
    return [row["number"] for row in rows(found, "pull_requests")]


def landed(folder: Landing, stream: str) -> list[Any]:
    """Every row of a stream below the landing folder."""
    files = sorted((folder.folder / "github" / stream).glob("*/*.parquet"))
    return pa.concat_tables([pq.read_table(file) for file in files]).to_pylist() if files else []
