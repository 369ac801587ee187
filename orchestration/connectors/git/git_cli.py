"""How the git connector talks to the git executable.

Reads:  refs, commits and notes of one repository, through plumbing formats with NUL between the fields.
Gives:  bytes decoded with replacement, so that no name or message can break the reading.
Leaves out: the user's and the machine's git settings, replace refs, grafts, external diff tools and the network:
the same repository gives the same rows on every machine, and reading it never runs what it asks to run.
Writes nothing (GIT_OPTIONAL_LOCKS=0); commit ids on a command line come from git and are checked.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from orchestration.errors import SourceError

SHA = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_SETTINGS = (
    "-c", "safe.directory=*",
    "-c", "protocol.allow=never",
    "-c", "core.fsmonitor=false",
    "-c", "core.hooksPath=" + os.devnull,
    "-c", "log.showSignature=false",
    "-c", "diff.renames=true",
    "-c", "diff.algorithm=myers",
    "-c", "diff.ignoreSubmodules=none",
)  # fmt: skip
_ENVIRONMENT = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_GRAFT_FILE": os.devnull,
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_ATTR_NOSYSTEM": "1",
    "LC_ALL": "C",
    "TZ": "UTC",
}
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
    """One commit as git prints it. Lines are those of the difference to the first parent."""

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


class Git:
    """Runs git in one repository. Every failure is a SourceError that names the repository."""

    def __init__(self, path: Path, repository: str) -> None:
        executable = shutil.which("git")
        if executable is None:
            raise SourceError(
                f"{repository}: no git executable was found; nothing was read. Install git 2.36 or newer."
            )
        self.repository = repository
        self.path = path.resolve()
        self._command = (executable, "--no-pager", "-C", str(self.path), *_SETTINGS)
        self._environment = {**_ENVIRONMENT, "GIT_CEILING_DIRECTORIES": str(self.path.parent)}

    def text(self, *arguments: str, accept: Sequence[int] = (0,)) -> str:
        """The whole answer of a short command, without its last newline."""
        return b"".join(self._run(arguments, None, accept)).decode("utf-8", "replace").removesuffix("\n")

    def lines(self, *arguments: str, stdin: Iterable[str] | None = None) -> Iterator[str]:
        """The answer line by line; for commands whose lines hold ids and numbers only."""
        yield from self._split(arguments, stdin, b"\n")

    def fields(self, *arguments: str, stdin: Iterable[str] | None = None) -> Iterator[str]:
        """The answer cut at NUL, which no name, path or message can contain."""
        yield from self._split(arguments, stdin, b"\0")

    def commits(self, shas: Sequence[str]) -> Iterator[Commit]:
        """Read these commits in this order, with their messages and numbers of lines."""
        if not shas:  # git would read HEAD instead
            return
        form = "%H", "%P", "%at", "%ct", "%an", "%ae", "%ce", "%B"
        shape = "--format=" + "".join(f"%x00{field}" for field in form) + "%x00"
        answer = self.fields("log", *LOG_OPTIONS, *STAT_OPTIONS, shape, stdin=shas)
        next(answer, None)  # nothing stands before the first NUL
        while True:
            taken = [next(answer, None) for _ in range(len(form) + 1)]
            if taken[0] is None:
                return
            if taken[-1] is None or not SHA.fullmatch(taken[0]):
                raise SourceError(f"{self.repository}: git's answer is out of step; nothing of it was counted.")
            yield _commit([field or "" for field in taken])

    def dates(self, shas: Sequence[str]) -> dict[str, int]:
        """The committer dates of these commits."""
        if not shas:  # git would read HEAD instead
            return {}
        answer = self.lines("log", *LOG_OPTIONS, "--format=%H %ct", stdin=shas)
        pairs = (line.partition(" ")[::2] for line in answer)
        return {sha: int(seconds) for sha, seconds in pairs if seconds.isdigit()}

    def blobs(self, ids: Sequence[str]) -> Iterator[str]:
        """The contents of these blobs, in this order."""
        rest = b""
        with closing(self._run(["cat-file", "--batch"], ids, (0,))) as answer:
            for _ in ids:
                while b"\n" not in rest:
                    rest += next(answer)
                heading, _, rest = rest.partition(b"\n")
                size = int(heading.split(b" ")[2])
                while len(rest) <= size:
                    rest += next(answer)
                yield rest[:size].decode("utf-8", "replace")
                rest = rest[size + 1 :]

    def _split(self, arguments: Sequence[str], stdin: Iterable[str] | None, end: bytes) -> Iterator[str]:
        rest = b""
        with closing(self._run(arguments, stdin, (0,))) as answer:
            for block in answer:
                *whole, rest = (rest + block).split(end)
                for part in whole:
                    yield part.decode("utf-8", "replace")
        if rest or end == b"\0":
            yield rest.decode("utf-8", "replace")

    def _run(
        self, arguments: Sequence[str], stdin: Iterable[str] | None, accept: Sequence[int]
    ) -> Generator[bytes, None, None]:
        with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as complaints:
            given.writelines(line.encode() + b"\n" for line in stdin or ())
            given.seek(0)
            process = subprocess.Popen(
                [*self._command, *arguments],
                stdin=given, stdout=subprocess.PIPE, stderr=complaints, env=self._environment,
            )  # fmt: skip
            assert process.stdout is not None
            try:
                while block := process.stdout.read(1 << 20):
                    yield block
            except GeneratorExit:
                process.kill()
                raise
            finally:
                process.stdout.close()
                code = process.wait()
            if code not in accept:
                complaints.seek(0)
                raise SourceError(self._refusal(arguments[0], code, complaints.read()))

    def _refusal(self, command: str, code: int, complaints: bytes) -> str:
        said = complaints.decode("utf-8", "replace").strip().splitlines()
        return (
            f"{self.repository}: `git {command}` in {self.path} ended with {code}: {said[-1] if said else 'no word'}. "
            f"Nothing of this repository was counted tonight. Run `git fsck` there, or clone it anew."
        )


def _commit(fields: Sequence[str]) -> Commit:
    sha, parents, authored, committed, name, author, committer, message, stat = fields
    met = _STAT.search(stat)
    files, additions, deletions = (int(number or 0) for number in met.groups()) if met else (0, 0, 0)
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
