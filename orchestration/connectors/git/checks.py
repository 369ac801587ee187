"""Repositories that cannot be counted: not a repository, shallow, or a partial clone."""

from __future__ import annotations

from orchestration.connectors.git.git_cli import Git
from orchestration.errors import SourceError


def check_countable(git: Git) -> None:
    """SourceError for a repository whose counts would be wrong."""
    if not git.path.is_dir():
        raise SourceError(f"{git.repository}: {git.path} is not a folder; nothing was read. Correct `path`.")
    if git.text("rev-parse", "--git-dir", accept=(0, 128)) == "":
        raise SourceError(f"{git.repository}: {git.path} is not a git repository; nothing was read. Correct `path`.")
    if git.text("rev-parse", "--is-shallow-repository") == "true":
        raise SourceError(
            f"{git.repository}: {git.path} is a shallow clone; its history is incomplete and every count would be "
            "too low, so nothing was read. Run `git fetch --unshallow` there."
        )
    if git.text("config", "--get-regexp", r"^(extensions\.partialclone|remote\..*\.promisor)$", accept=(0, 1)):
        raise SourceError(
            f"{git.repository}: {git.path} is a partial clone without file contents, so lines cannot be counted; "
            "nothing was read. Run `git fetch --refetch --no-filter` there, or clone it in full."
        )
