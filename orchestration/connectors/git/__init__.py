"""Git repositories on this machine: commits, merged changes, tags, and evidence of AI agents.

Reads:  local repositories, bare or not, with the git executable; after the first run only new commits.
Lands:  commits, commit_parents, changes, tags, evidence.
Leaves out: subjects, messages, file names, branch names and people's names, which no metric reads. Facts from them land
        as numbers, ids and flags. Shallow and partial clones are an error, because their counts would be too low.

It does not fetch: update the repositories before the run (`git fetch --prune --tags`, or `git clone --mirror` once and
`git remote update` afterwards).
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
    """One repository: its folder and its name (`acme/app`)."""

    model_config = ConfigDict(extra="forbid")

    path: Path = Field(description="Its folder, bare or not.")
    name: str = Field("", description="Its name in all relations, such as acme/app. Default: the folder's name.")
    default_branch: str | None = Field(None, description="The branch on which changes land. Default: detected.")

    @model_validator(mode="after")
    def _name_from_folder(self) -> RepositoryConfig:
        folder = self.path.parent if self.path.name == ".git" else self.path
        self.name = self.name or folder.resolve().name.removesuffix(".git")
        return self


class Config(SourceConfig):
    """`[sources.git]`."""

    repositories: list[RepositoryConfig] = Field(default_factory=list, description="One table for each repository.")
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
    """One slice per repository; `retries` is not used, because there is no request.

    A repository that the settings no longer name lands an empty slice with its old cursor, so that it is up to date and
    reading continues there if it returns.
    """
    configured = {f"history/{repository.name}": repository for repository in config.repositories}
    for key, repository in configured.items():
        reader = RepositoryReader(repository, config, partition, cursors.get(key))
        yield Slice(key=key, streams=STREAMS, items=reader.items, cursor=reader.cursor)
    for key in sorted(set(cursors) - set(configured)):
        yield Slice(key=key, streams=STREAMS, items=tuple, cursor=cursors[key])


class RepositoryReader:
    """Reads one repository in one run."""

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
        """The cursor for the next run; None before the last item was taken."""
        return self._next.as_json() if self._next else None

    def items(self) -> Iterator[Item]:
        """All records that are new since the cursor."""
        self._next = None
        name = self._repository.name
        git = Git(self._repository.path, name)
        bots = load_bot_registry(self._bot_registry_path)
        refs = read_refs(git, self._repository.default_branch, self._as_of)
        settings = self._settings(refs, bots)
        planned = plan(git, refs, self._last, settings, self._as_of, self._since)
        for stream, record, pointer in self._records(git, refs, planned, bots):
            whole = {"repository": name, "history_generation": planned.generation, **record}
            yield Row(stream, whole, f"{name}@{pointer}")
        self._next = Cursor(
            settings=settings,
            as_of=self._as_of,
            generation=planned.generation,
            main=refs.main,
            mainline_commits=planned.mainline_commits,
            tips=planned.tips,
            highest_pull=refs.highest_pull,
            tags=refs.tags_digest,
            notes=refs.notes,
        )

    def _records(
        self, git: Git, refs: Refs, planned: Plan, bots: BotRegistry
    ) -> Iterator[tuple[str, dict[str, object], str]]:
        last = None if planned.is_whole else self._last
        yield from commit_records(git, refs, planned, bots)
        if last is None or refs.tags_digest != last.tags:
            yield from tag_records(refs, self._since)
        if refs.notes is not None and (last is None or refs.notes != last.notes):
            within = range(self._since, self._as_of)
            yield from note_records(git, refs.notes, last.notes if last else None, within, bots)

    def _settings(self, refs: Refs, bots: BotRegistry) -> str:
        """A digest of what the rows depend on besides the repository; when it changes, everything is read again."""
        dependent = [refs.default_branch, self._since, bots.digest]
        return hashlib.sha256(json.dumps(dependent).encode()).hexdigest()[:16]


def _seconds(instant: datetime) -> int:
    return int(instant.timestamp())
