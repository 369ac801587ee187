"""GitHub's GraphQL API: pages, errors within a 200, and pages that are too expensive.

A page that fails (502, a timeout, "something went wrong") is requested again with half its size, because GitHub aborts
expensive queries; the smaller size stays for the rest of the listing. An error that only blanks a field (a reviewer
or author to whom the credential has no access) is accepted: the field is null. A blank connection is an error.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from orchestration.connectors._http import Client, PageGuard
from orchestration.connectors._http.errors import (
    BrokenAnswerError,
    ForbiddenError,
    NotFoundError,
    RejectedError,
    UnreachableError,
)
from orchestration.connectors._http.rate_limits import mentions_rate_limit
from orchestration.connectors._http.retries import TransientError

Node = Mapping[str, Any]
FORBIDDEN = {"FORBIDDEN", "INSUFFICIENT_SCOPES", "SAML_FAILURE", "SERVICE_UNAVAILABLE_FOR_TOKEN"}
HEAVY_ATTEMPTS = 2


class GraphQL:
    """The GraphQL queries of one run."""

    def __init__(self, client: Client, base_url: str) -> None:
        self._client = client
        enterprise = base_url.rstrip("/").removesuffix("/api/v3")
        self._url = f"{enterprise}/api/graphql" if base_url.rstrip("/").endswith("/api/v3") else "graphql"

    def run(self, query: str, variables: Mapping[str, object], attempts: int | None = None) -> Node:
        """The `data` of the answer; errors raise as they do in REST."""
        body = {"query": query, "variables": dict(variables)}
        answer = self._client.post_json(self._url, body, judge=_judge, attempts=attempts)
        data: Node = answer["data"] if isinstance(answer, Mapping) else {}
        return data

    def pages(
        self, query: str, variables: Mapping[str, object], path: tuple[str, ...], page: int, after: str | None = None
    ) -> Iterator[tuple[Node, Node]]:
        """(parent, connection at `path`) of each page of up to `page` nodes."""
        guard = PageGuard(f"github {'.'.join(path)} of {_subject(variables)}", self._client.retries.max_pages)
        while True:
            data, page = self._lighter(query, {**variables, "after": after}, page)
            parent = _at(data, path[:-1], variables)
            connection = _at(parent, path[-1:], variables)
            yield parent, connection
            info = connection.get("pageInfo") or {}
            if not info.get("hasNextPage"):
                return
            after = info.get("endCursor")
            guard.check(after)

    def nodes(self, parent: Node, name: str, rest: str, key: str) -> Iterator[Node]:
        """All nodes of a nested connection: the first part from its parent, then the rest by `node(id:)`."""
        connection = _at(parent, (name,), {"id": key})
        yield from filter(None, connection.get("nodes") or ())
        info = connection.get("pageInfo") or {}
        if info.get("hasNextPage"):
            variables = {"id": parent["id"]}
            for _, more in self.pages(rest, variables, ("node", name), 100, info.get("endCursor")):
                yield from filter(None, more.get("nodes") or ())

    def _lighter(self, query: str, variables: Mapping[str, object], page: int) -> tuple[Node, int]:
        while page > 1:
            try:
                return self.run(query, {**variables, "page": page}, HEAVY_ATTEMPTS), page
            except UnreachableError:
                page //= 2
        return self.run(query, {**variables, "page": page}), page


def _judge(answer: object, headers: Mapping[str, str]) -> None:
    """Raise for the errors within an answer of status 200."""
    if not isinstance(answer, Mapping):
        raise TransientError("an answer that is not an object", error=BrokenAnswerError)
    errors = [error for error in answer.get("errors") or () if isinstance(error, Mapping)]
    for error in errors:
        _judge_error(error, headers, blanks_a_field=_is_deep(error) and bool(answer.get("data")))
    if not answer.get("data"):
        raise TransientError("neither data nor a known error")


def _judge_error(error: Mapping[str, Any], headers: Mapping[str, str], *, blanks_a_field: bool) -> None:
    kind = str(error.get("type") or (error.get("extensions") or {}).get("code") or "")
    message = str(error.get("message") or "")[:200]
    if kind in ("RATE_LIMITED", "RATE_LIMIT") or mentions_rate_limit(message):
        raise TransientError(f"{kind}: {message}", limited=True, headers=headers)
    if kind in FORBIDDEN or kind == "NOT_FOUND":
        if blanks_a_field:
            return
        error_class = NotFoundError if kind == "NOT_FOUND" else ForbiddenError
        raise error_class(
            f"github GraphQL: {kind}: {message}. Nothing of this slice was landed. Check the repository's name and the "
            "token's permissions."
        )
    if kind[:1].islower():
        raise RejectedError(f"github GraphQL: {kind}: {message}. This server does not support the query; update it.")
    raise TransientError(f"GraphQL {kind or 'error'}: {message}")


def _is_deep(error: Mapping[str, Any]) -> bool:
    """Whether the error is below the requested listing, such as `repository.pullRequests.nodes.3.author`."""
    return len(error.get("path") or ()) > 2


def _at(data: Node, path: tuple[str, ...], variables: Mapping[str, object]) -> Node:
    found = data
    for name in path:
        inner = found.get(name)
        if not isinstance(inner, Mapping):
            raise ForbiddenError(
                f"github GraphQL: {name} of {_subject(variables)} is blank; nothing of this slice was landed. "
                "It was deleted, or the token lacks read access (metadata, contents, pull requests, deployments)."
            )
        found = inner
    return found


def _subject(variables: Mapping[str, object]) -> str:
    return str(variables.get("id") or f"{variables.get('owner')}/{variables.get('name')}")
