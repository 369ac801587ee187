"""Small real git repositories with fixed dates, and a reading of them as a run does it."""

from __future__ import annotations

import os
import subprocess
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

from orchestration.connectors import git
from orchestration.partition import DailyPartition

ALICE, BOB = "Alice <alice@corp.example>", "Bob <bob@corp.example>"
CLAUDE = "Co-Authored-By: Claude Opus <noreply@anthropic.com>"


class Repository:
    """A repository that is made commit by commit. Times are "MM-DD HH:MM" of 2026, in UTC."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir(parents=True)
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *arguments: str, at: str = "09-01 10:00", authored: str | None = None, by: str = ALICE) -> str:
        name, _, email = by.removesuffix(">").partition(" <")
        committer = {"GIT_COMMITTER_NAME": name, "GIT_COMMITTER_EMAIL": email, "GIT_COMMITTER_DATE": stamp(at)}
        author = {"GIT_AUTHOR_NAME": name, "GIT_AUTHOR_EMAIL": email, "GIT_AUTHOR_DATE": stamp(authored or at)}
        environment = {**os.environ, **committer, **author, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        command = ["git", "-C", str(self.path), *arguments]
        return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout.strip()

    def commit(self, message: str, at: str, *, authored: str | None = None, by: str = ALICE, lines: int = 1) -> str:
        """Commit one new file of `lines` lines; the id of the commit."""
        name = f"file{len(list(self.path.iterdir()))}-{at.replace(' ', '-').replace(':', '')}"
        (self.path / name).write_text("line\n" * lines)
        self.git("add", "--", name)
        self.git("commit", "--quiet", "--message", message, at=at, authored=authored, by=by)
        return self.head()

    def merge(self, branch: str, message: str, at: str, by: str = BOB) -> str:
        self.git("merge", "--quiet", "--no-ff", "--message", message, branch, at=at, by=by)
        return self.head()

    def branch(self, name: str, start: str = "HEAD") -> None:
        self.git("checkout", "--quiet", "-b", name, start)

    def to(self, name: str) -> None:
        self.git("checkout", "--quiet", name)

    def head(self) -> str:
        return self.git("rev-parse", "HEAD")


class Reader:
    """Reads one repository run after run, handing each cursor on, as landing does."""

    def __init__(self, path: Path, name: str = "acme/app", **config: object) -> None:
        self.settings = {"repositories": [{"path": path, "name": name}], **config}
        self.cursors: dict[str, str] = {}

    def partition(self, until: str = "12-31 00:00") -> dict[str, list[dict]]:
        """The records of the run that sees everything before `until`, by stream."""
        as_of = datetime.strptime(f"2026-{until} +0000", "%Y-%m-%d %H:%M %z").astimezone(UTC)
        [whole] = git.slices(git.Config(**self.settings), DailyPartition(as_of), self.cursors)
        records: dict[str, list[dict]] = defaultdict(list)
        for row in whole.items():
            records[row.stream].append(dict(row.record))
        self.cursors = {whole.key: whole.cursor() if callable(whole.cursor) else whole.cursor}
        return records


def stamp(at: str) -> str:
    return f"2026-{at.replace(' ', 'T')}:00+00:00"


def by_sha(records: list[dict]) -> dict[str, dict]:
    return {record["sha"]: record for record in records}
