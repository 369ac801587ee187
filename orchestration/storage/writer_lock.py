"""One writer at a time for a data directory.

Belongs here: an exclusive lock that the kernel releases when its owner ends, and the error for the second writer.
Does not: waiting; a second start ends at once. Readers of publications need no lock and take none.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from orchestration.errors import BusyError

LOCK_NAME = "writer.lock"
_held: set[Path] = set()
"""Data directories that this process holds: a step inside a run uses the lock that its run has."""


@contextmanager
def writer_lock(data_dir: Path, purpose: str) -> Iterator[None]:
    """Hold the data directory for writing; BusyError at once when another process does.

    The lock is on the open file, so it is free when its owner was killed: the text inside is only for people.
    The file itself is never removed, because two processes could then lock two files of one name.
    """
    if data_dir in _held:
        yield
        return
    data_dir.mkdir(parents=True, exist_ok=True)
    handle = os.open(data_dir / LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        _take(handle, data_dir)
        _sign(handle, {"pid": os.getpid(), "host": socket.gethostname(), "purpose": purpose})
        _held.add(data_dir)
        try:
            yield
        finally:
            _held.discard(data_dir)
            os.ftruncate(handle, 0)
    finally:
        os.close(handle)


def holder(data_dir: Path) -> str | None:
    """The process that holds the data directory, in words; None when it is free."""
    path = data_dir / LOCK_NAME
    if not path.exists():
        return None
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno not in (errno.EWOULDBLOCK, errno.EACCES):
            raise
        return _read(handle)
    finally:
        os.close(handle)
    return None


def _take(handle: int, data_dir: Path) -> None:
    """Lock or raise. Tried for half a second: `holder` of another process may be looking just now."""
    for _ in range(5):
        try:
            return fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in (errno.EWOULDBLOCK, errno.EACCES):
                raise
        time.sleep(0.1)
    raise BusyError(
        f"{data_dir} is held by {_read(handle)}. Nothing was read or written. "
        "Wait until it ends, or stop that process and start again: when it has ended, its lock is free."
    )


def _sign(handle: int, owner: dict[str, object]) -> None:
    os.ftruncate(handle, 0)
    os.pwrite(handle, json.dumps(owner).encode(), 0)


def _read(handle: int) -> str:
    text = os.pread(handle, 4096, 0).decode("utf-8", "replace")
    try:
        owner = json.loads(text)
        return f"process {owner['pid']} on {owner['host']} ({owner['purpose']})"
    except (ValueError, KeyError, TypeError):
        return "another process, which has not written its name yet"
