"""Writing files so that after a power cut or a kill the old or the new content is there, never a part.

Belongs here: fsync of files and folders, and replacing a small file by one rename.
Does not: any knowledge of what is written.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def sync(path: Path) -> None:
    """Flush a file, or a folder's list of names, to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_tree(folder: Path) -> None:
    """Flush all files below a folder to the disk, then the folders that name them, innermost first."""
    for root, _, names in os.walk(folder, topdown=False):
        for name in names:
            sync(Path(root, name))
        sync(Path(root))


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A draft to write to: it takes the place of `path` when the block ends, and is removed when the block fails.

    The rename is atomic. Whether and when the file is on the disk is the caller's choice (`sync`).
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
    try:
        yield draft
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def replace_text(path: Path, text: str) -> None:
    """Put `text` at `path`, on the disk, whole or not at all."""
    with replacing(path) as draft:
        draft.write_text(text, "utf-8")
        sync(draft)
    sync(path.parent)
