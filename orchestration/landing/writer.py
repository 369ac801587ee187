"""Parquet files of one load, written whole or not at all.

Belongs here: drafts per stream and day, and their rename (the ledger forces them to disk before they count).
Does not: knowing what a record means. Drafts of a killed writer have the suffix `.draft` and are never read.
"""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from orchestration.landing.ledger import LandedFile

ROW_GROUP = 256_000


class DraftFiles:
    """The files of a load in progress, one per stream and day."""

    def __init__(self, landing: Path, source: str, load_id: str) -> None:
        self._landing, self._source, self._load_id = landing, source, load_id
        self._writers: dict[tuple[str, date], pq.ParquetWriter] = {}
        self._rows: dict[tuple[str, date], int] = {}
        self._digest = hashlib.sha256()

    def write(self, stream: str, table: pa.Table) -> None:
        """Append rows (with their `_day`) to the drafts of their days."""
        for day in sorted(pc.unique(table["_day"]).to_pylist()):
            rows = table if len(table) == 0 else table.filter(pc.equal(table["_day"], pa.scalar(day)))
            self._add_to_digest(stream, rows)
            self._writer(stream, day, table.schema).write_table(rows, row_group_size=ROW_GROUP)
            self._rows[stream, day] = self._rows.get((stream, day), 0) + len(rows)

    def digest(self) -> str:
        """The hash of all rows in the order of arrival; equal content gives an equal digest."""
        return self._digest.hexdigest()

    def commit(self) -> dict[str, list[LandedFile]]:
        """Close the files and give them their names. They count when the manifest names them."""
        committed: dict[str, list[LandedFile]] = {}
        for (stream, day), writer in sorted(self._writers.items()):
            writer.close()
            path = self._path(stream, day)
            path.with_suffix(".draft").replace(path)
            file = LandedFile(path=str(path.relative_to(self._landing)), day=day, rows=self._rows[stream, day])
            committed.setdefault(stream, []).append(file)
        return committed

    def abort(self) -> None:
        """Remove the drafts."""
        for (stream, day), writer in self._writers.items():
            writer.close()
            self._path(stream, day).with_suffix(".draft").unlink(missing_ok=True)

    def _writer(self, stream: str, day: date, schema: pa.Schema) -> pq.ParquetWriter:
        if (stream, day) not in self._writers:
            path = self._path(stream, day).with_suffix(".draft")
            path.parent.mkdir(parents=True, exist_ok=True)
            self._writers[stream, day] = pq.ParquetWriter(path, schema, compression="zstd")
        return self._writers[stream, day]

    def _path(self, stream: str, day: date) -> Path:
        return self._landing / self._source / stream / f"day={day.isoformat()}" / f"{self._load_id}.parquet"

    def _add_to_digest(self, stream: str, rows: pa.Table) -> None:
        self._digest.update(stream.encode())
        # without the day that the run gave: the same set in a later run has not changed
        content = rows.drop_columns(["_load_id", "_as_of", "_day"]).combine_chunks()
        for batch in content.to_batches():
            self._digest.update(batch.serialize())
