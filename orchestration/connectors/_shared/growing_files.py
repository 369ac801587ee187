"""Reading a file of JSON lines from where the last run stopped, while a program may still write it.

Reads: the unread whole lines of a file, as chunks. Its mark (size, time of change, bytes and lines read, digest of its
first bytes) is the cursor. A file whose beginning changed is read again from the start: records need a key of their
own, so that nothing counts twice.
A last line without a line end may still be written: it waits for the next run, and is rejected when the file has
not changed by then. In a packed file, which is not written any more, it is rejected at once.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Generic, NamedTuple, Protocol, TypeVar, cast

import orjson

from orchestration.errors import SourceError

BLOCK_BYTES = 32 * 2**20
HEAD_BYTES = 4096


class GrowingFile(Protocol):
    """A file on disk. `digest` identifies it in marks and messages, because paths may hold people and projects."""

    @property
    def path(self) -> Path: ...

    @property
    def digest(self) -> str: ...

    @property
    def is_packed(self) -> bool: ...


AnyFile = TypeVar("AnyFile", bound=GrowingFile)


class Mark(NamedTuple):
    """How far a file was read; bytes are counted unpacked. `is_finished`: no line was left for a later run.

    `next_us`: the time of the first line that was too late for its run, in microseconds; 0 for none.
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
class Chunk(Generic[AnyFile]):
    """Whole lines of one file: the first has the number `first_line` and begins at byte `offset`.

    `truncated`: a line without its end that follows them and will not be completed.
    """

    file: AnyFile
    first_line: int
    offset: int
    data: bytes
    lines: int
    truncated: bytes = b""


def read_marks(cursor: str | None) -> dict[str, Mark]:
    return {digest: Mark(*mark) for digest, mark in orjson.loads(cursor or "{}").items()}


def write_marks(marks: Mapping[str, Mark]) -> str:
    return orjson.dumps({digest: tuple(mark) for digest, mark in sorted(marks.items())}).decode()


def begins_as(head: bytes, mark: Mark) -> bool:
    """Whether a file with these first bytes still begins, or begins too, as the file of the mark did."""
    return hashlib.sha256(head[: mark.head_bytes]).hexdigest()[:16] == mark.head


def read_head(file: GrowingFile) -> bytes:
    """The first bytes of a file, unpacked."""
    with _open(file) as opened:
        return opened.read(HEAD_BYTES)


def is_whole(line: bytes) -> bool:
    """Whether a line is a complete JSON object; one that is still being written is not."""
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def unread_chunks(source: str, file: AnyFile, old: Mark | None, as_of_us: int) -> Iterator[Chunk[AnyFile] | Mark]:
    """The unread lines of a file, and last its new mark. Nothing for a file that no longer exists."""
    try:
        state = file.path.stat()
        is_same = old is not None and (old.size, old.changed_ns) == (state.st_size, state.st_mtime_ns)
        if old is not None and is_same and (old.is_finished or as_of_us <= old.next_us):
            yield old
            return
        with _open(file) as opened:
            yield from _read_from_mark(file, opened, state, old, is_same or file.is_packed)
    except FileNotFoundError:
        return  # old files are deleted while we read
    except (OSError, EOFError, zlib.error) as error:
        kind = type(error).__name__
    else:
        return
    raise SourceError(
        f"{source}: file {file.digest} cannot be read ({kind}); no file was landed. Check the file's permissions, or "
        "remove it if it is damaged."
    )


def _open(file: GrowingFile) -> BinaryIO:
    return cast(BinaryIO, gzip.open(file.path)) if file.is_packed else file.path.open("rb")


def _read_from_mark(
    file: AnyFile, opened: BinaryIO, state: os.stat_result, old: Mark | None, is_at_rest: bool
) -> Iterator[Chunk[AnyFile] | Mark]:
    head = opened.read(HEAD_BYTES)
    offset, lines = _resume_at(head, old)
    opened.seek(offset)
    rest = b""
    while chunk := opened.read(BLOCK_BYTES):
        data = rest + chunk
        end = data.rfind(b"\n") + 1
        data, rest = data[:end], data[end:]
        if data:
            count = data.count(b"\n")
            yield Chunk(file, lines + 1, offset, data, count)
            offset, lines = offset + end, lines + count
    if rest and is_whole(rest):
        yield Chunk(file, lines + 1, offset, rest + b"\n", 1)
        offset, rest = offset + len(rest), b""
    elif rest and is_at_rest:
        yield Chunk(file, lines + 1, offset, b"", 0, truncated=rest)
        offset, rest = offset + len(rest), b""
    head = head[:offset]
    digest = hashlib.sha256(head).hexdigest()[:16]
    yield Mark(state.st_size, state.st_mtime_ns, offset, lines, len(head), digest, not rest)


def _resume_at(head: bytes, old: Mark | None) -> tuple[int, int]:
    """Bytes and lines to skip: those already read, if the file still begins as it did."""
    if old is not None and begins_as(head, old):
        return old.read_bytes, old.read_lines
    return 0, 0
