"""GitHub and GitHub Enterprise Server: pull requests, deployments, issues and accounts.

Reads:  pull requests with reviews, timeline and commits by GraphQL, newest update first down to the cursor of the last
        run, and all open ones in each run; deployments with statuses by GraphQL, the last `lookback_days` again in each
        run; issues, repositories and members by REST. The token needs read access to metadata, contents, pull
        requests, issues, deployments and members.
Lands:  repositories, pull_requests, pull_request_reviews, pull_request_events, pull_request_commits,
        pull_request_commit_authors, deployments, deployment_statuses, issues, users.
Leaves out: titles, bodies, messages, comments, file paths, branch names and display names; facts from them land
        instead (`facts`). What happened after the run's as_of is left to the next run.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from fnmatch import fnmatch
from functools import partial
from pathlib import Path

from pydantic import AliasChoices, Field, SecretStr, model_validator

from orchestration.connectors._shared.bot_registry import DEFAULT_PATH, load_bot_registry
from orchestration.connectors.base import Cursors, Item, RetryPolicy, Row, Slice, SourceConfig
from orchestration.connectors.github.accounts import Node
from orchestration.connectors.github.client import GitHubClient, Scope
from orchestration.connectors.github.pull_requests import STREAMS as PULL_REQUEST_STREAMS
from orchestration.connectors.github.pull_requests import pull_requests
from orchestration.connectors.github.reading import deployments, issues, members
from orchestration.connectors.github.records import instant, repository
from orchestration.partition import DailyPartition

PULL_REQUESTS, DEPLOYMENTS, ISSUES = "pull_requests", "deployments", "issues"
STREAMS = {
    PULL_REQUESTS: PULL_REQUEST_STREAMS,
    DEPLOYMENTS: ("deployments", "deployment_statuses"),
    ISSUES: ("issues",),
}
"""First part of a slice's key -> the streams that it fills."""


class Config(SourceConfig):
    """`[sources.github]`; the token comes from the environment."""

    token: SecretStr = Field(description="A token with read access.")
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
    def _something_to_read(self) -> Config:
        if not self.organisations and not self.repositories:
            raise ValueError("nothing to read: set organisations or repositories")
        if wrong := [name for name in self.repositories if name.count("/") != 1]:
            raise ValueError(f"repositories must be written owner/name; found {wrong}")
        return self


def slices(
    config: Config, partition: DailyPartition, cursors: Cursors, retries: RetryPolicy | None = None
) -> Iterator[Slice]:
    """The organisation's lists first, then each repository's pull requests, deployments and issues."""
    bots = load_bot_registry(config.bot_registry_path)
    github = GitHubClient(config.base_url, config.token, retries, config.page_size, bots)
    for name in config.organisations:
        yield Slice(f"repositories/{name}", ("repositories",), partial(_repositories, github, (name,), ()))
        yield Slice(f"users/{name}", ("users",), partial(members, github, name, config.read_emails))
    if config.repositories:
        listed = partial(_repositories, github, (), config.repositories)
        yield Slice("repositories/listed", ("repositories",), listed)
    read: set[str] = set()
    for row in github.repositories(config.organisations, config.repositories):
        if _is_wanted(config, str(row["full_name"]), bool(row.get("fork"))):
            for slice_ in _repository_slices(config, github, row, partition, cursors):
                read.add(slice_.key)
                yield slice_
    yield from _gone(cursors, read)


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


def _gone(cursors: Cursors, read: set[str]) -> Iterator[Slice]:
    """Empty slices for repositories that are no longer read (deleted, renamed, excluded), so that they are up to date.

    Each keeps its cursor, so that nothing is missed when the repository returns.
    """
    for key in sorted(set(cursors) - read):
        part = key.partition("/")[0]
        if part in STREAMS:
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


def _repositories(github: GitHubClient, organisations: tuple[str, ...], names: tuple[str, ...]) -> Iterator[Item]:
    for row in github.repositories(organisations, names):
        yield Row("repositories", repository(row), f"repositories/{row['id']}")


def _nothing() -> Iterator[Item]:
    return iter(())


_READERS = {PULL_REQUESTS: pull_requests, DEPLOYMENTS: deployments, ISSUES: issues}
