"""The lines of a downloaded file: NDJSON or one JSON array, packed with gzip or not."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from typing import IO

import orjson

from orchestration.connectors._http.errors import BrokenAnswerError

File = IO[bytes] | gzip.GzipFile
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def read_lines(spool: IO[bytes], what: str, max_bytes: int) -> Iterator[tuple[int, bytes]]:
    """Number (from 1) and bytes of each line, blank ones left out; of an array, each element.

    BrokenAnswerError for a file that is cut off, damaged, or unpacks to more than `max_bytes`.
    """
    is_packed = spool.read(2) == b"\x1f\x8b"
    spool.seek(0)
    file: File = gzip.GzipFile(fileobj=spool, mode="rb") if is_packed else spool
    try:
        yield from _elements(file) if _is_array(file) else _lines(file, what, max_bytes)
    except (EOFError, gzip.BadGzipFile, zlib.error):
        problem = "the packed file is cut off or damaged"
    except orjson.JSONDecodeError:
        problem = "the JSON array is not complete"
    else:
        return
    raise BrokenAnswerError(f"{what}: {problem}; nothing of this slice was landed. Repeat the run.")


def _is_array(file: File) -> bool:
    start = file.read(64).removeprefix(BYTE_ORDER_MARK).lstrip()
    file.seek(0)
    return start.startswith(b"[")


def _elements(file: File) -> Iterator[tuple[int, bytes]]:
    for number, element in enumerate(orjson.loads(file.read().removeprefix(BYTE_ORDER_MARK)), start=1):
        yield number, orjson.dumps(element)


def _lines(file: File, what: str, max_bytes: int) -> Iterator[tuple[int, bytes]]:
    total = 0
    for number, line in enumerate(file, start=1):
        total += len(line)
        if total > max_bytes:
            raise BrokenAnswerError(
                f"{what}: the file unpacks to more than {max_bytes:,} bytes; nothing of this slice was landed."
            )
        text = line.removeprefix(BYTE_ORDER_MARK).strip() if number == 1 else line.strip()
        if text:
            yield number, text
