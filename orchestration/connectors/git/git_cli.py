"""The git executable: how the git connector runs it.

Returns: text, lines or fields between NUL, decoded with replacement, so that no name or message can break the reading.
Leaves out: the user's and the machine's git settings, replace refs, grafts, external diff tools and the network. So a
repository yields the same rows on every machine, and nothing that it configures is run.
Writes nothing (GIT_OPTIONAL_LOCKS=0). Commit ids on a command line come from git and are checked.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

from orchestration.errors import SourceError

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


class Git:
    """Runs git in one repository. Every failure is a SourceError that names the repository."""

    def __init__(self, path: Path, repository: str) -> None:
        executable = shutil.which("git")
        if executable is None:
            raise SourceError(
                f"{repository}: the git executable was not found; nothing was read. Install git 2.36 or newer."
            )
        self.repository = repository
        self.path = path.resolve()
        self._command = (executable, "--no-pager", "-C", str(self.path), *_SETTINGS)
        self._environment = {**_ENVIRONMENT, "GIT_CEILING_DIRECTORIES": str(self.path.parent)}

    def text(self, *arguments: str, accept: Sequence[int] = (0,)) -> str:
        """The whole output of a short command, without its last newline."""
        return b"".join(self._run(arguments, None, accept)).decode("utf-8", "replace").removesuffix("\n")

    def lines(self, *arguments: str, stdin: Iterable[str] | None = None) -> Iterator[str]:
        """The output line by line; for commands whose lines hold ids and numbers only."""
        yield from self._split(arguments, stdin, b"\n")

    def fields(self, *arguments: str, stdin: Iterable[str] | None = None) -> Iterator[str]:
        """The output split at NUL, which no name, path or message can contain."""
        yield from self._split(arguments, stdin, b"\0")

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
        with tempfile.TemporaryFile() as input_file, tempfile.TemporaryFile() as errors:
            input_file.writelines(line.encode() + b"\n" for line in stdin or ())
            input_file.seek(0)
            process = subprocess.Popen(
                [*self._command, *arguments],
                stdin=input_file, stdout=subprocess.PIPE, stderr=errors, env=self._environment,
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
                errors.seek(0)
                raise SourceError(self._failure(arguments[0], code, errors.read()))

    def _failure(self, command: str, code: int, errors: bytes) -> str:
        lines = errors.decode("utf-8", "replace").strip().splitlines()
        return (
            f"{self.repository}: `git {command}` in {self.path} ended with code {code}: "
            f"{lines[-1] if lines else 'no message'}. Nothing of this repository was landed. Run `git fsck` there, or "
            "clone it again."
        )
