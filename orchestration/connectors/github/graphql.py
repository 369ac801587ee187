"""Asking GitHub's GraphQL: paging until exhausted, errors within a 200, and pages that are too heavy.

A page that fails (502, a timeout, "something went wrong") is asked for again with half its size, because GitHub
gives up on heavy questions; the smaller size stays for the rest of the listing. Errors that only blank a field
(a reviewer or author whom the credential may not see) leave the rest usable and are let through: what the field
would have held is null. A blank connection is an error.
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
    """The questions of one run; `page_size` is lowered for good where GitHub cannot carry it."""

    def __init__(self, client: Client, base_url: str) -> None:
        self._client = client
        enterprise = base_url.rstrip("/").removesuffix("/api/v3")
        self._url = f"{enterprise}/api/graphql" if base_url.rstrip("/").endswith("/api/v3") else "graphql"

    def ask(self, query: str, variables: Mapping[str, object], attempts: int | None = None) -> Node:
        """The `data` of the answer; what GitHub refuses raises as it would in REST."""
        body = {"query": query, "variables": dict(variables)}
        answer = self._client.post_json(self._url, body, judge=_judge, attempts=attempts)
        data: Node = answer["data"] if isinstance(answer, Mapping) else {}
        return data

    def pages(
        self, query: str, variables: Mapping[str, object], path: tuple[str, ...], page: int, after: str | None = None
    ) -> Iterator[tuple[Node, Node]]:
        """(the parent, the connection at `path`) of each page."""
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
        """All nodes of a nested connection: the part that came along, then the rest by `node(id:)`."""
        connection = _at(parent, (name,), {"id": key})
        yield from filter(None, connection.get("nodes") or ())
        info = connection.get("pageInfo") or {}
        if info.get("hasNextPage"):
            asked = {"id": parent["id"]}
            for _, more in self.pages(rest, asked, ("node", name), 100, info.get("endCursor")):
                yield from filter(None, more.get("nodes") or ())

    def _lighter(self, query: str, variables: Mapping[str, object], page: int) -> tuple[Node, int]:
        while page > 1:
            try:
                return self.ask(query, {**variables, "page": page}, HEAVY_ATTEMPTS), page
            except UnreachableError:
                page //= 2
        return self.ask(query, {**variables, "page": page}), page


def _judge(answer: object, headers: Mapping[str, str]) -> None:
    """Look into an answer that came with 200."""
    if not isinstance(answer, Mapping):
        raise TransientError("an answer that is no object", error=BrokenAnswerError)
    errors = [error for error in answer.get("errors") or () if isinstance(error, Mapping)]
    for error in errors:
        _judge_error(error, headers, blanks_a_field=_is_deep(error) and bool(answer.get("data")))
    if not answer.get("data"):
        raise TransientError("neither data nor a known error")


def _judge_error(error: Mapping[str, Any], headers: Mapping[str, str], *, blanks_a_field: bool) -> None:
    kind = str(error.get("type") or (error.get("extensions") or {}).get("code") or "")
    said = str(error.get("message") or "")[:200]
    if kind in ("RATE_LIMITED", "RATE_LIMIT") or mentions_rate_limit(said):
        raise TransientError(f"{kind}: {said}", limited=True, headers=headers)
    if kind in FORBIDDEN or kind == "NOT_FOUND":
        if blanks_a_field:
            return
        error_class = NotFoundError if kind == "NOT_FOUND" else ForbiddenError
        raise error_class(f"github GraphQL: {kind}: {said}. Check the repository's name and the token's permissions.")
    if kind[:1].islower():
        raise RejectedError(f"github GraphQL: {kind}: {said}. This server does not know what we ask; is it too old?")
    raise TransientError(f"GraphQL {kind or 'error'}: {said}")


def _is_deep(error: Mapping[str, Any]) -> bool:
    """Whether the error lies below the thing asked for, as `repository.pullRequests.nodes.3.author` does."""
    return len(error.get("path") or ()) > 2


def _at(data: Node, path: tuple[str, ...], variables: Mapping[str, object]) -> Node:
    found = data
    for name in path:
        inner = found.get(name)
        if not isinstance(inner, Mapping):
            raise ForbiddenError(
                f"github GraphQL: {name} of {_subject(variables)} is blank; nothing of this slice counts. "
                "It is gone, or the token may not read it (metadata, contents, pull requests, deployments)."
            )
        found = inner
    return found


def _subject(variables: Mapping[str, object]) -> str:
    return str(variables.get("id") or f"{variables.get('owner')}/{variables.get('name')}")
