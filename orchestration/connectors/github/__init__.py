"""GitHub and GitHub Enterprise Server: pull requests, deployments, issues and accounts.

Reads:  pull requests with reviews, timeline and commits by GraphQL, newest update first down to the cursor of the last
        run, and all open ones in each run; deployments with statuses by GraphQL, the last `lookback_days` again in each
        run; issues, repositories and members by REST. A token, or an App in each organisation (`app_auth`), with read
        access to metadata, contents, pull requests, issues, deployments and members.
Lands:  repositories, pull_requests, pull_request_reviews, pull_request_events, pull_request_commits,
        pull_request_commit_authors, deployments, deployment_statuses, issues, users.
Leaves out: titles, bodies, messages, comments, file paths, branch names and display names; facts from them land
        instead (`facts`). What happened after the run's as_of is left to the next run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from fnmatch import fnmatch
from functools import partial
from itertools import groupby
from pathlib import Path

from pydantic import AliasChoices, Field, SecretStr, model_validator

from orchestration.connectors import _http
from orchestration.connectors._http.errors import SourceError
from orchestration.connectors._shared.bot_registry import DEFAULT_PATH, load_bot_registry
from orchestration.connectors.base import Cursors, Item, RetryPolicy, Row, Slice, SourceConfig
from orchestration.connectors.github.accounts import Node
from orchestration.connectors.github.app_auth import GitHubApp, private_key
from orchestration.connectors.github.client import HEADERS, GitHubClient, GitHubClients, Scope, by_name, owner_of
from orchestration.connectors.github.pull_requests import STREAMS as PULL_REQUEST_STREAMS
from orchestration.connectors.github.pull_requests import pull_requests
from orchestration.connectors.github.reading import deployments, issues, members
from orchestration.connectors.github.records import instant
from orchestration.partition import DailyPartition

PULL_REQUESTS, DEPLOYMENTS, ISSUES = "pull_requests", "deployments", "issues"
STREAMS = {
    PULL_REQUESTS: PULL_REQUEST_STREAMS,
    DEPLOYMENTS: ("deployments", "deployment_statuses"),
    ISSUES: ("issues",),
}
"""First part of a slice's key -> the streams that it fills."""
LISTED = "listed/"
Listing = Callable[[], list[Node]]
"""Reads the repositories of an organisation, or the listed ones of an owner."""


class Config(SourceConfig):
    """`[sources.github]`: a token, or an App; secrets come from the environment."""

    token: SecretStr | None = Field(None, description="A token with read access; or set `app_id`.")
    app_id: str | None = Field(
        None, coerce_numbers_to_str=True, description="App ID or client ID of a GitHub App, instead of a token."
    )
    app_private_key_path: Path | None = Field(None, description="The private key of the App, a .pem file.")
    app_private_key: SecretStr | None = Field(None, description="The text of that file, instead of its path.")
    base_url: str = Field("https://api.github.com", description="https://HOST/api/v3 for GitHub Enterprise Server.")
    organisations: tuple[str, ...] = Field((), description="All their repositories and members are read.")
    repositories: tuple[str, ...] = Field((), description="Further repositories, owner/name.")
    exclude: tuple[str, ...] = Field((), description="Patterns of owner/name not to read, such as acme/archive-*.")
    include_forks: bool = Field(False, description="Whether forks of organisations are read; a listed one always is.")
    history_start_date: date | None = Field(None, description="The first day that the first run reads.")
    lookback_days: int = Field(
        14,
        ge=1,
        validation_alias=AliasChoices("lookback_days", "deployment_days"),
        description="Days of deployments that each run reads again.",
    )
    overlap_hours: int = Field(1, ge=0, description="Hours before the last run that are read again.")
    page_size: int = Field(25, ge=1, le=100, description="Pull requests per query; halved where GitHub aborts one.")
    read_emails: bool = Field(False, description="Whether public addresses of members are read; one request each.")
    bot_registry_path: Path = Field(
        DEFAULT_PATH,
        validation_alias=AliasChoices("bot_registry_path", "signatures_path"),
        description="The list of known bots and agents.",
    )

    @model_validator(mode="after")
    def _has_one_credential(self) -> Config:
        keys = [self.app_private_key_path, self.app_private_key]
        if self.token is None and self.app_id is None and keys == [None, None]:
            raise ValueError("no credential: set token, or app_id and app_private_key_path")
        if self.token is not None and (self.app_id is not None or keys != [None, None]):
            raise ValueError("both a token and an App are set; keep one")
        if self.token is None and self.app_id is None:
            raise ValueError("a private key is set without app_id; set it too")
        if self.app_id is not None and keys.count(None) != 1:
            raise ValueError("app_id needs one private key: set app_private_key_path or app_private_key")
        return self

    @model_validator(mode="after")
    def _something_to_read(self) -> Config:
        if not self.organisations and not self.repositories:
            raise ValueError("nothing to read: set organisations or repositories")
        if wrong := [name for name in self.repositories if name.count("/") != 1]:
            raise ValueError(f"repositories must be written owner/name; found {wrong}")
        return self


def slices(
    config: Config, partition: DailyPartition, cursors: Cursors, retries: RetryPolicy | None = None
) -> Iterator[Slice]:
    """The organisations' lists first, then each repository's pull requests, deployments and issues.

    An owner whose list cannot be read is a slice that fails; the other owners are read.
    """
    github = GitHubClients(_connection(config, retries), config.base_url, config.page_size,
                           load_bot_registry(config.bot_registry_path))  # fmt: skip
    listings = _listings(config, github)
    for name, listing in listings.items():
        yield Slice(f"repositories/{name}", ("repositories",), partial(_repositories, listing))
    for name in config.organisations:
        yield Slice(f"users/{name}", ("users",), partial(members, github.of(name), name, config.read_emails))
    found: list[Node] = []
    unread: dict[str, SourceError] = {}
    for name, listing in listings.items():
        try:
            found += listing()
        except SourceError as error:
            unread[owner_of(name.removeprefix(LISTED))] = error
    for owner, reason in unread.items():
        yield Slice(f"{PULL_REQUESTS}/{owner}", STREAMS[PULL_REQUESTS], partial(_failed, reason))
    read: set[str] = set()
    # landing rejects a repository without a name or a number
    for row in by_name(row for row in found if None not in (row.get("id"), row.get("full_name"))):
        if _is_wanted(config, str(row["full_name"]), bool(row.get("fork"))):
            for slice_ in _repository_slices(config, github.of(row["full_name"]), row, partition, cursors):
                read.add(slice_.key)
                yield slice_
    yield from _gone(cursors, read, set(unread))


def _connection(config: Config, retries: RetryPolicy | None) -> Callable[[str], _http.Client]:
    """Owner -> a client with the credential for it: one token for all, or as an App one token for each."""
    if config.token is not None:
        shared = _http.client(config.base_url, _http.bearer(config.token), retries, HEADERS)
        return lambda owner: shared
    key = private_key(config.app_private_key_path, config.app_private_key)
    return GitHubApp(config.base_url, str(config.app_id), key, retries).client


def _listings(config: Config, github: GitHubClients) -> dict[str, Listing]:
    """Name of a list -> the list: each organisation, and the listed repositories of each owner."""
    listings: dict[str, Listing] = {name: partial(github.of(name).organisation, name) for name in config.organisations}
    for owner, names in groupby(sorted(config.repositories, key=owner_of), key=owner_of):
        listings[f"{LISTED}{owner}"] = partial(github.of(owner).listed, tuple(names))
    return listings


def _repository_slices(
    config: Config, github: GitHubClient, row: Node, partition: DailyPartition, cursors: Cursors
) -> Iterator[Slice]:
    """Pull requests, deployments and issues; of an archived repository only once after its last update."""
    name = str(row["full_name"])
    archived_at = instant(row["updated_at"]) if row.get("archived") and row.get("updated_at") else None
    for part, streams in STREAMS.items():
        key = f"{part}/{name}"
        cursor = cursors.get(key)
        scope = Scope(name, int(str(row["id"])), partition.as_of, _since(config, part, cursor))
        is_settled = archived_at is not None and cursor is not None and archived_at < instant(cursor)
        items = _nothing if is_settled else partial(_READERS[part], github, scope)
        yield Slice(key, streams, items, cursor=partition.as_of.isoformat())


def _gone(cursors: Cursors, read: set[str], unread: set[str]) -> Iterator[Slice]:
    """Empty slices for repositories that are no longer read (deleted, renamed, excluded), so that they are up to date.

    Each keeps its cursor, so that nothing is missed when the repository returns. Those of `unread` owners are not gone.
    """
    for key in sorted(set(cursors) - read):
        part, _, name = key.partition("/")
        if part in STREAMS and owner_of(name) not in unread:
            yield Slice(key, STREAMS[part], _nothing, cursor=cursors[key])


def _is_wanted(config: Config, name: str, is_fork: bool) -> bool:
    if is_fork and not config.include_forks and name not in config.repositories:
        return False
    return not any(fnmatch(name, pattern) for pattern in config.exclude)


def _since(config: Config, part: str, cursor: str | None) -> datetime | None:
    """The time from which a part is read: the cursor less its overlap, else the start of the history."""
    if cursor is not None:
        days = timedelta(days=config.lookback_days) if part == DEPLOYMENTS else timedelta(0)
        return instant(cursor) - timedelta(hours=config.overlap_hours) - days
    start = config.history_start_date
    return None if start is None else datetime.combine(start, time(), UTC)


def _repositories(listing: Listing) -> Iterator[Item]:
    for row in by_name(listing()):
        yield Row("repositories", row, f"repositories/{row.get('id')}")


def _nothing() -> Iterator[Item]:
    return iter(())


def _failed(reason: SourceError) -> Iterator[Item]:
    raise reason


_READERS = {PULL_REQUESTS: pull_requests, DEPLOYMENTS: deployments, ISSUES: issues}
