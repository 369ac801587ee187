"""Git repositories on this machine: commits, merged changes, tags, and what betrays an agent's hand.

Reads:  local repositories, bare or not, with the git executable; new commits only, once a repository is known.
Lands:  commits, commit_parents, changes, tags, evidence; one row per repository and commit (tag, signal).
Leaves out: subjects, messages, file names, branch names and people's names; they may hold anything, and no metric
reads them. What they say of a change lands as numbers, ids and flags. Shallow and partial clones are refused,
because every count of them would be too low.

Fetching is not done here: bring the repositories up to date before the run (`git fetch --prune --tags`, or
`git clone --mirror` once and `git remote update` after).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from pathlib import Path

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, model_validator

from orchestration.connectors._http.retries import RetryPolicy
from orchestration.connectors._shared.bot_registry import DEFAULT_PATH, BotRegistry, load_bot_registry
from orchestration.connectors.base import Cursors, Item, Row, Slice, SourceConfig
from orchestration.connectors.git.git_cli import Git
from orchestration.connectors.git.history import Cursor, Plan, plan
from orchestration.connectors.git.records import commit_records, note_records, tag_records
from orchestration.connectors.git.refs import Refs, read_refs
from orchestration.partition import DailyPartition

STREAMS = ("commits", "commit_parents", "changes", "tags", "evidence")


class RepositoryConfig(BaseModel):
    """One repository: where it lies and what it is called everywhere else (`acme/app`)."""

    model_config = ConfigDict(extra="forbid")

    path: Path = Field(description="Its folder, bare or not.")
    name: str = Field("", description="What it is called everywhere, such as acme/app; the folder's name if left out.")
    default_branch: str | None = Field(None, description="What changes land on; found by itself if left out.")

    @model_validator(mode="after")
    def _name_from_folder(self) -> RepositoryConfig:
        folder = self.path.parent if self.path.name == ".git" else self.path
        self.name = self.name or folder.resolve().name.removesuffix(".git")
        return self


class Config(SourceConfig):
    """The git section of the settings."""

    repositories: list[RepositoryConfig] = Field(default_factory=list, description="One table a repository.")
    history_start_date: date | None = Field(None, description="Earlier commits and tags are not landed.")
    bot_registry_path: Path = Field(
        DEFAULT_PATH,
        validation_alias=AliasChoices("bot_registry_path", "signatures_path"),
        description="The list of known bots and agents.",
    )

    @model_validator(mode="after")
    def _names_differ(self) -> Config:
        names = [repository.name for repository in self.repositories]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"repositories must have different names; set `name` for: {', '.join(twice)}")
        return self


def slices(
    config: Config, partition: DailyPartition, cursors: Cursors, retries: RetryPolicy | None = None
) -> Iterator[Slice]:
    """One slice per repository. Git needs no transport: there is no request.

    A repository that the settings no longer name has nothing to add; its cursor waits for its return.
    """
    named = {f"history/{repository.name}": repository for repository in config.repositories}
    for key, repository in named.items():
        reading = Reading(repository, config, partition, cursors.get(key))
        yield Slice(key=key, streams=STREAMS, items=reading.items, cursor=reading.cursor)
    for key in sorted(set(cursors) - set(named)):
        yield Slice(key=key, streams=STREAMS, items=tuple, cursor=cursors[key])


class Reading:
    """One run's reading of one repository."""

    def __init__(
        self, repository: RepositoryConfig, config: Config, partition: DailyPartition, last: str | None
    ) -> None:
        self._repository = repository
        self._since = _seconds(datetime.combine(config.history_start_date or date.min, time(), UTC))
        self._bot_registry_path = config.bot_registry_path
        self._as_of = _seconds(partition.as_of)
        self._last = Cursor.from_json(last)
        self._next: Cursor | None = None

    def cursor(self) -> str | None:
        """Known once all items were taken."""
        return self._next.as_json() if self._next else None

    def items(self) -> Iterator[Item]:
        """Everything that the cursor has not seen, at the commits where the refs stand now."""
        self._next = None
        name = self._repository.name
        git = Git(self._repository.path, name)
        bots = load_bot_registry(self._bot_registry_path)
        refs = read_refs(git, self._repository.default_branch, self._as_of)
        settings = self._settings(refs, bots)
        tonight = plan(git, refs, self._last, settings, self._as_of, self._since)
        for stream, record, pointer in self._records(git, refs, tonight, bots):
            whole = {"repository": name, "history_generation": tonight.generation, **record}
            yield Row(stream, whole, f"{name}@{pointer}")
        self._next = Cursor(
            settings=settings,
            as_of=self._as_of,
            generation=tonight.generation,
            main=refs.main,
            mainline_commits=tonight.mainline_commits,
            tips=tonight.tips,
            highest_pull=refs.highest_pull,
            tags=refs.tags_digest,
            notes=refs.notes,
        )

    def _records(
        self, git: Git, refs: Refs, tonight: Plan, bots: BotRegistry
    ) -> Iterator[tuple[str, dict[str, object], str]]:
        last = None if tonight.is_whole else self._last
        yield from commit_records(git, refs, tonight, bots)
        if last is None or refs.tags_digest != last.tags:
            yield from tag_records(refs, self._since)
        if refs.notes is not None and (last is None or refs.notes != last.notes):
            within = range(self._since, self._as_of)
            yield from note_records(git, refs.notes, last.notes if last else None, within, bots)

    def _settings(self, refs: Refs, bots: BotRegistry) -> str:
        """A digest of what the rows depend on besides the repository; when it changes, all is read anew."""
        dependent = [refs.default_branch, self._since, bots.digest]
        return hashlib.sha256(json.dumps(dependent).encode()).hexdigest()[:16]


def _seconds(instant: datetime) -> int:
    return int(instant.timestamp())
