"""Deployments, issues and members: which records a run reads."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from orchestration.connectors._http.errors import GoneError, NotFoundError
from orchestration.connectors.base import Item, RejectedRecord, Row, built_row
from orchestration.connectors.github import queries as queries
from orchestration.connectors.github import records as records
from orchestration.connectors.github.accounts import Record, user
from orchestration.connectors.github.client import GitHubClient, Scope, checked
from orchestration.connectors.github.graphql import Node

DEPLOYMENT_PAGE = 50


def deployments(github: GitHubClient, scope: Scope) -> Iterator[Item]:
    """Newest first, down to `since`; the order is by creation, so it does not change while we read."""
    path = ("repository", "deployments")
    for parent, connection in github.graphql.pages(queries.DEPLOYMENTS, scope.variables, path, DEPLOYMENT_PAGE):
        of = {"repository_id": parent["databaseId"], "repository": parent["nameWithOwner"]}
        nodes = list(connection.get("nodes") or ())
        for place, node in enumerate(nodes):
            if node is None:
                yield RejectedRecord("deployments", "blank_node", f"deployments/{scope.repository} place {place}", b"")
            elif not scope.is_before(node.get("createdAt")) and not scope.is_later(node.get("createdAt")):
                yield from _deployment(github, scope, node, of)
        if any(node and scope.is_before(node.get("createdAt")) for node in nodes):
            return


def _deployment(github: GitHubClient, scope: Scope, node: Node, of: Record) -> Iterator[Item]:
    pointer = f"deployments/{node.get('id')}"
    row = built_row("deployments", pointer, node, partial(records.deployment, node, of))
    yield row
    if isinstance(row, RejectedRecord):
        return
    for status in github.graphql.nodes(node, "statuses", queries.REST["statuses"], pointer):
        if not scope.is_later(status.get("createdAt")):
            record = records.deployment_status(status, of, str(node["id"]))
            yield Row("deployment_statuses", record, f"{pointer} {status.get('id')}")


def issues(github: GitHubClient, scope: Scope) -> Iterator[Item]:
    """Sorted by creation, so that an update while we read moves no issue to another page; without pull requests."""
    path = f"repos/{scope.repository}/issues"
    params: dict[str, object] = {"state": "all", "sort": "created", "direction": "asc", "per_page": 100}
    if scope.since is not None:
        params["since"] = scope.since.strftime("%Y-%m-%dT%H:%M:%SZ")
    of = {"repository_id": scope.repository_id, "repository": scope.repository}
    try:
        for page in github.rest.pages(path, params):
            for row in (checked(found, path) for found in page):
                if "pull_request" not in row and not scope.is_later(row.get("created_at")):
                    yield Row("issues", records.issue(row, of), f"issues/{scope.repository}#{row.get('number')}")
    except GoneError:
        return  # issues are switched off


def members(github: GitHubClient, organisation: str, read_emails: bool) -> Iterator[Item]:
    """The members; with `read_emails` also the public address of each profile."""
    path = f"orgs/{organisation}/members"
    number = 0
    for page in github.rest.pages(path, {"per_page": 100}):
        for row in (checked(found, path) for found in page):
            number += 1
            email = _public_email(github, str(row["login"])) if read_emails else None
            record = user(row, is_member=True, email=email)
            # a login is an identifier, so the pointer counts instead
            pointer = f"{path}#{number}"
            yield Row("users", record, pointer) if record else RejectedRecord("users", "no_account", pointer, b"")


def _public_email(github: GitHubClient, login: str) -> str | None:
    try:
        email = checked(github.rest.get_json(f"users/{login}"), "users").get("email")
    except NotFoundError:
        return None
    return None if email is None else str(email)
