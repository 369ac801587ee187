"""The session logs of Claude Code on disk: which files there are, and whose they are.

Reads: the names of `<root>/<account>/**/*.jsonl` and `.jsonl.gz`. The folder directly below a root names the account,
by e-mail or by the machine's user; a root with `account` holds the logs of that account.
Does not: open a file (`_shared/growing_files`). A digest identifies a file, because paths hold people and projects.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from orchestration.errors import SourceError

AccountType = Literal["email", "machine_user"]
SUFFIXES = (".jsonl", ".jsonl.gz")


class LogRoot(BaseModel):
    """A folder of logs. Without `account`, each folder directly below it is named after its account."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: Path = Field(description="The folder of logs.")
    account: str | None = Field(None, description="The account of all its logs, in place of a folder for each.")


@dataclass(frozen=True, slots=True)
class LogFile:
    """One log file and its account. `digest` identifies it everywhere else."""

    path: Path
    account: str
    digest: str

    @property
    def account_type(self) -> AccountType:
        return "email" if "@" in self.account else "machine_user"

    @property
    def is_packed(self) -> bool:
        return self.path.suffix == ".gz"


def find_logs(roots: Iterable[LogRoot]) -> list[LogFile]:
    """Every log below the roots, in the order of digests. SourceError for a root that does not exist."""
    found: dict[str, LogFile] = {}
    for number, root in enumerate(roots, start=1):
        if not root.path.is_dir():
            raise SourceError(
                f"claude_code: log root {number} ({root.path}) is not a folder; nothing was read. "
                "Check that its share is mounted, or correct `log_roots`."
            )
        for path in _logs_below(root.path):
            if (file := _log(root, path)) is not None:
                found.setdefault(file.digest, file)
    return [found[digest] for digest in sorted(found)]


def _logs_below(root: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(root):
        folders.sort()
        yield from (Path(folder) / name for name in sorted(names) if name.endswith(SUFFIXES))


def _log(root: LogRoot, path: Path) -> LogFile | None:
    """None for a file directly in a root of many accounts, because no folder names its account."""
    below = path.relative_to(root.path)
    if root.account is None and len(below.parts) == 1:
        return None
    account = root.account or below.parts[0]
    inside = below if root.account else below.relative_to(below.parts[0])
    name = f"{account.casefold()}/{inside.as_posix()}"
    return LogFile(path, account, hashlib.sha256(name.encode()).hexdigest()[:12])
