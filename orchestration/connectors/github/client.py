"""The clients of one GitHub, one for each owner of repositories, and the scope of one repository in a run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from orchestration.connectors._http import Client
from orchestration.connectors._http.errors import BrokenAnswerError
from orchestration.connectors._shared.bot_registry import BotRegistry
from orchestration.connectors.github.graphql import GraphQL, Node
from orchestration.connectors.github.records import instant

HEADERS = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}


class GitHubClient:
    """REST and GraphQL of one owner for one run; lists of repositories are requested once."""

    def __init__(self, rest: Client, base_url: str, page_size: int, bots: BotRegistry) -> None:
        self.rest = rest
        self.graphql = GraphQL(rest, base_url)
        self.page_size = page_size
        self.bots = bots
        self._listed: dict[str, list[Node]] = {}

    def organisation(self, name: str) -> list[Node]:
        """All repositories of an organisation."""
        return self._once(f"orgs/{name}/repos", {"type": "all", "sort": "full_name", "per_page": 100})

    def listed(self, names: tuple[str, ...]) -> list[Node]:
        """The repositories with these names, owner/name."""
        return [row for name in names for row in self._once(f"repos/{name}", None)]

    def _once(self, path: str, params: Mapping[str, object] | None) -> list[Node]:
        if path not in self._listed:
            if params is None:
                rows = [self.rest.get_json(path)]
            else:
                rows = [row for page in self.rest.pages(path, params) for row in page]
            self._listed[path] = [checked(row, path) for row in rows]
        return self._listed[path]


class GitHubClients:
    """The client of each owner. `connect` gives the credential for one; with one token it is the same for all."""

    def __init__(self, connect: Callable[[str], Client], base_url: str, page_size: int, bots: BotRegistry) -> None:
        self._connect, self._settings = connect, (base_url, page_size, bots)
        self._by_owner: dict[str, GitHubClient] = {}

    def of(self, name: str) -> GitHubClient:
        """By the name of an owner, or of a repository as owner/name; upper and lower case are the same."""
        owner = owner_of(name)
        if owner not in self._by_owner:
            self._by_owner[owner] = GitHubClient(self._connect(name.partition("/")[0]), *self._settings)
        return self._by_owner[owner]


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
        found = _known(at)
        return self.since is not None and found is not None and found < self.since

    def is_later(self, at: str | None) -> bool:
        found = _known(at)
        return found is not None and found >= self.as_of


def _known(at: str | None) -> datetime | None:
    """The instant; None for what is none, which landing rejects."""
    try:
        return None if at is None else instant(at)
    except (TypeError, ValueError):
        return None


def by_name(rows: Iterable[Node]) -> list[Node]:
    """Every repository once, sorted by name."""
    return sorted({row.get("id"): row for row in rows}.values(), key=lambda row: str(row.get("full_name")))


def owner_of(name: str) -> str:
    """The owner of a repository, in lower case."""
    return name.partition("/")[0].casefold()


def checked(row: object, path: str) -> Node:
    """A row of a REST listing; BrokenAnswerError where it is not an object."""
    if not isinstance(row, Mapping):
        raise BrokenAnswerError(f"github: {path} holds {type(row).__name__} in place of a record; not landed.")
    return row
