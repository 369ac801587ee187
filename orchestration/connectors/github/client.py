"""The client of one GitHub, and the scope of one repository in a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pydantic import SecretStr

from orchestration.connectors._http import bearer, client
from orchestration.connectors._http.errors import BrokenAnswerError
from orchestration.connectors._shared.bot_registry import BotRegistry
from orchestration.connectors.base import RetryPolicy
from orchestration.connectors.github.graphql import GraphQL, Node
from orchestration.connectors.github.records import instant

HEADERS = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}


class GitHubClient:
    """REST and GraphQL of one GitHub for one run; lists of repositories are requested once."""

    def __init__(
        self, base_url: str, token: SecretStr, retries: RetryPolicy | None, page_size: int, bots: BotRegistry
    ) -> None:
        self.rest = client(base_url, bearer(token), retries, HEADERS)
        self.graphql = GraphQL(self.rest, base_url)
        self.page_size = page_size
        self.bots = bots
        self._listed: dict[str, list[Node]] = {}

    def repositories(self, organisations: tuple[str, ...], names: tuple[str, ...]) -> list[Node]:
        """Every repository once, sorted by name."""
        found: dict[int, Node] = {}
        for organisation in organisations:
            path = f"orgs/{organisation}/repos"
            for row in self._once(path, {"type": "all", "sort": "full_name", "per_page": 100}):
                found[row["id"]] = row
        for name in names:
            for row in self._once(f"repos/{name}", None):
                found[row["id"]] = row
        return sorted(found.values(), key=lambda row: str(row["full_name"]))

    def _once(self, path: str, params: Mapping[str, object] | None) -> list[Node]:
        if path not in self._listed:
            if params is None:
                rows = [self.rest.get_json(path)]
            else:
                rows = [row for page in self.rest.pages(path, params) for row in page]
            self._listed[path] = [checked(row, path) for row in rows]
        return self._listed[path]


@dataclass(frozen=True)
class Scope:
    """One repository in one run: up to `as_of`, back to `since` (None: everything)."""

    repository: str
    repository_id: int
    as_of: datetime
    since: datetime | None

    @property
    def variables(self) -> dict[str, object]:
        owner, _, name = self.repository.partition("/")
        return {"owner": owner, "name": name}

    def is_before(self, at: str | None) -> bool:
        return self.since is not None and at is not None and instant(at) < self.since

    def is_later(self, at: str | None) -> bool:
        return at is not None and instant(at) >= self.as_of


def checked(row: object, path: str) -> Node:
    """A row of a REST listing; BrokenAnswerError where it is not an object."""
    if not isinstance(row, Mapping):
        raise BrokenAnswerError(f"github: {path} holds {type(row).__name__} in place of a record; not landed.")
    return row
