"""The quarantine of one load: each rejected record with its reason, a pointer and a digest; never its content.

Belongs here: writing and reading the file of the quarantine. Does not: deciding what is rejected (rows, tables).
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.storage.atomic_files import replacing

QUARANTINE_SCHEMA = pa.schema(
    [(name, pa.string()) for name in ("source", "stream", "reason", "pointer", "payload_sha256", "load_id")]
    + [("rejection_number", pa.int64()), ("as_of", pa.timestamp("us"))]
)

_OLD_NAMES = {"refusal_number": "rejection_number"}
"""Columns of files from before a rename: landed files are never rewritten."""


def read_quarantine(path: Path) -> pa.Table:
    """The rejected records of one file, in today's columns."""
    table = pq.read_table(path)
    return table.rename_columns([_OLD_NAMES.get(name, name) for name in table.column_names])


class Quarantine:
    """The rejected records of one load."""

    def __init__(self, landing: Path, source: str, load_id: str, as_of: datetime) -> None:
        self._landing, self._path = landing, Path("_quarantine") / source / f"{load_id}.parquet"
        self._of_load = {"source": source, "load_id": load_id, "as_of": as_of.replace(tzinfo=None)}
        self._rows: list[dict[str, object]] = []

    def add(self, stream: str, reason: str, pointer: str, payload_sha256: str) -> None:
        self._rows.append(
            {
                **self._of_load,
                "stream": stream,
                "rejection_number": len(self._rows) + 1,
                "reason": reason,
                "pointer": pointer,
                "payload_sha256": payload_sha256,
            }
        )

    def content(self) -> str:
        """What the load's digest covers of it: equal rejections give equal text, in whatever order they came."""
        return "".join(sorted(f"{row['stream']}{row['reason']}{row['payload_sha256']}" for row in self._rows))

    def commit(self) -> str | None:
        """Write the file, whole or not at all; returns its path in the landing folder, None without any record."""
        if not self._rows:
            return None
        with replacing(self._landing / self._path) as draft:  # the ledger forces it to disk with the load's files
            pq.write_table(pa.Table.from_pylist(self._rows, schema=QUARANTINE_SCHEMA), draft)
        return str(self._path)
