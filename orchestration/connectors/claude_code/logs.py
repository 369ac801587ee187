"""Session logs of Claude Code on disk, as the machines of a fleet hand them in.

Reads: `<root>/<account>/**/*.jsonl` and `.jsonl.gz`; the folder directly below a root says whose logs it holds, by
e-mail or by the name of the machine's user. A root that names its account holds that account's logs directly.
Lands: `session_lines` (lines with usage) and `session_prompts` (that a person typed), see `lines`.

Each file is read from where the last run stopped. Its mark (size, time of change, bytes and lines read, digest of
its first bytes) is the cursor; a file whose beginning changed is read anew, which doubles nothing, because answers
are told apart by their message. A line at or after `as_of` ends the reading of its file for tonight. A last line
without its end is being written: it waits a run, and is refused when the file has not moved until then. In a
packed file, which nobody writes any more, it is refused at once.
Pointers name a file by digest, because paths hold people and projects.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal, NamedTuple, cast

import orjson
from pydantic import BaseModel, ConfigDict, Field

from orchestration.connectors.claude_code.lenient_parser import is_whole
from orchestration.errors import SourceError

AccountType = Literal["email", "machine_user"]
BLOCK_BYTES = 32 * 2**20
HEAD_BYTES = 4096
SUFFIXES = (".jsonl", ".jsonl.gz")


class LogRoot(BaseModel):
    """A folder of logs. Without `account`, each folder directly in it is named after its account."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: Path = Field(description="A folder of logs.")
    account: str | None = Field(None, description="Whose logs they are; each folder in it names its own if left out.")


@dataclass(frozen=True, slots=True)
class LogFile:
    """One log and whose it is. `digest` names it everywhere else."""

    path: Path
    account: str
    digest: str

    @property
    def account_type(self) -> AccountType:
        return "email" if "@" in self.account else "machine_user"

    @property
    def is_packed(self) -> bool:
        return self.path.suffix == ".gz"


class Mark(NamedTuple):
    """How far a file was read; bytes are counted unpacked. `is_finished`: nothing was left behind.

    `next_us`: the instant of the first line that was too late for its run, in microseconds; 0 for none.
    """

    size: int
    changed_ns: int
    read_bytes: int
    read_lines: int
    head_bytes: int
    head: str
    is_finished: bool
    next_us: int = 0


@dataclass(frozen=True, slots=True)
class Stretch:
    """Whole lines of one file: the first has the number `first_line` and begins at `offset`.

    `torn`: what follows them is no line and will not become one.
    """

    file: LogFile
    first_line: int
    offset: int
    data: bytes
    lines: int
    torn: bytes = b""


def find_logs(roots: Iterable[LogRoot]) -> list[LogFile]:
    """Every log below the roots, by digest. SourceError for a root that is not there."""
    found: dict[str, LogFile] = {}
    for number, root in enumerate(roots, start=1):
        if not root.path.is_dir():
            raise SourceError(
                f"claude_code: log root {number} ({root.path}) is no folder; nothing was read. Is the share mounted?"
            )
        for path in _logs_below(root.path):
            if (file := _log(root, path)) is not None:
                found.setdefault(file.digest, file)
    return [found[digest] for digest in sorted(found)]


def read_marks(cursor: str | None) -> dict[str, Mark]:
    return {digest: Mark(*mark) for digest, mark in orjson.loads(cursor or "{}").items()}


def write_marks(marks: Mapping[str, Mark]) -> str:
    return orjson.dumps({digest: tuple(mark) for digest, mark in sorted(marks.items())}).decode()


def stretches(file: LogFile, old: Mark | None, as_of_us: int) -> Iterator[Stretch | Mark]:
    """The unread lines of a file, and last its new mark. Nothing for a file that is not there any more."""
    try:
        state = file.path.stat()
        is_same = old is not None and (old.size, old.changed_ns) == (state.st_size, state.st_mtime_ns)
        if old is not None and is_same and (old.is_finished or as_of_us <= old.next_us):
            yield old
            return
        with _opened(file) as opened:
            yield from _read_on(file, opened, state, old, is_same or file.is_packed)
    except FileNotFoundError:
        return  # the client cleans up while we read
    except (OSError, EOFError, zlib.error) as error:
        kind = type(error).__name__
    else:
        return
    raise SourceError(f"claude_code: log {file.digest} cannot be read ({kind}); nothing of its slice counts.")


def _opened(file: LogFile) -> BinaryIO:
    return cast(BinaryIO, gzip.open(file.path)) if file.is_packed else file.path.open("rb")


def _read_on(
    file: LogFile, opened: BinaryIO, state: os.stat_result, old: Mark | None, is_at_rest: bool
) -> Iterator[Stretch | Mark]:
    head = opened.read(HEAD_BYTES)
    offset, lines = _goes_on(head, old)
    opened.seek(offset)
    rest = b""
    while chunk := opened.read(BLOCK_BYTES):
        data = rest + chunk
        end = data.rfind(b"\n") + 1
        data, rest = data[:end], data[end:]
        if data:
            count = data.count(b"\n")
            yield Stretch(file, lines + 1, offset, data, count)
            offset, lines = offset + end, lines + count
    if rest and is_whole(rest):
        yield Stretch(file, lines + 1, offset, rest + b"\n", 1)
        offset, rest = offset + len(rest), b""
    elif rest and is_at_rest:
        yield Stretch(file, lines + 1, offset, b"", 0, torn=rest)
        offset, rest = offset + len(rest), b""
    head = head[:offset]
    digest = hashlib.sha256(head).hexdigest()[:16]
    yield Mark(state.st_size, state.st_mtime_ns, offset, lines, len(head), digest, not rest)


def _goes_on(head: bytes, old: Mark | None) -> tuple[int, int]:
    """Bytes and lines to pass over: what was read, if the file still begins as it did."""
    if old is not None and hashlib.sha256(head[: old.head_bytes]).hexdigest()[:16] == old.head:
        return old.read_bytes, old.read_lines
    return 0, 0


def _logs_below(root: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(root):
        folders.sort()
        yield from (Path(folder) / name for name in sorted(names) if name.endswith(SUFFIXES))


def _log(root: LogRoot, path: Path) -> LogFile | None:
    """None for a file directly in a root of many accounts: no folder says whose it is."""
    below = path.relative_to(root.path)
    if root.account is None and len(below.parts) == 1:
        return None
    account = root.account or below.parts[0]
    inside = below if root.account else below.relative_to(below.parts[0])
    name = f"{account.casefold()}/{inside.as_posix()}"
    return LogFile(path, account, hashlib.sha256(name.encode()).hexdigest()[:12])
