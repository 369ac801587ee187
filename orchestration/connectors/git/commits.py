"""Commits as `git log` prints them: ids, times, addresses, message and line counts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from orchestration.connectors.git.git_cli import Git
from orchestration.errors import SourceError

SHA = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
LOG_OPTIONS = (
    "--no-walk=unsorted", "--stdin", "--encoding=UTF-8", "--no-color", "--no-decorate", "--no-notes",
    "--no-show-signature", "--no-mailmap",
)  # fmt: skip
STAT_OPTIONS = (
    "--shortstat", "--diff-merges=first-parent", "--root", "--no-ext-diff", "--no-textconv", "-M50%", "-l1000",
)  # fmt: skip
_STAT = re.compile(r"(\d+) files? changed(?:, (\d+) insertions?\(\+\))?(?:, (\d+) deletions?\(-\))?")


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit. Its lines are those of the difference to the first parent; times are Unix seconds."""

    sha: str
    parents: tuple[str, ...]
    authored: str
    committed: int | None
    author_name: str
    author_email: str
    committer_email: str
    message: str
    changed_files: int
    additions: int
    deletions: int

    @property
    def is_merge(self) -> bool:
        return len(self.parents) > 1


def read_commits(git: Git, shas: Sequence[str]) -> Iterator[Commit]:
    """These commits in this order, with their messages and line counts."""
    if not shas:  # without ids git would read HEAD
        return
    placeholders = "%H", "%P", "%at", "%ct", "%an", "%ae", "%ce", "%B"
    template = "--format=" + "".join(f"%x00{field}" for field in placeholders) + "%x00"
    answer = git.fields("log", *LOG_OPTIONS, *STAT_OPTIONS, template, stdin=shas)
    next(answer, None)  # the output begins with NUL
    while True:
        fields = [next(answer, None) for _ in range(len(placeholders) + 1)]
        if fields[0] is None:
            return
        if fields[-1] is None or not SHA.fullmatch(fields[0]):
            raise SourceError(
                f"{git.repository}: the output of `git log` has another form than expected; nothing of this repository "
                "was landed. Check the version of git."
            )
        yield _commit([field or "" for field in fields])


def commit_dates(git: Git, shas: Sequence[str]) -> dict[str, int]:
    """The committer dates of these commits."""
    if not shas:  # without ids git would read HEAD
        return {}
    answer = git.lines("log", *LOG_OPTIONS, "--format=%H %ct", stdin=shas)
    pairs = (line.partition(" ")[::2] for line in answer)
    return {sha: int(seconds) for sha, seconds in pairs if seconds.isdigit()}


def _commit(fields: Sequence[str]) -> Commit:
    sha, parents, authored, committed, name, author, committer, message, stat = fields
    found = _STAT.search(stat)
    files, additions, deletions = (int(number or 0) for number in found.groups()) if found else (0, 0, 0)
    return Commit(
        sha=sha,
        parents=tuple(parents.split()),
        authored=authored,
        committed=int(committed) if committed.isdigit() else None,
        author_name=name,
        author_email=author,
        committer_email=committer,
        message=message,
        changed_files=files,
        additions=additions,
        deletions=deletions,
    )
