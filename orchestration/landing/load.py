"""One load: take a slice's items, check, hash, write, and count it in the manifest, or leave no trace.

Belongs here: the order of those steps and the balance received = landed + quarantined.
Does not: knowledge of any one source.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from orchestration.connectors.base import Batch, Item, RejectedRecord, Row, Slice
from orchestration.contracts import SourceContract, StreamContract
from orchestration.errors import LandingError, TruncatedLoadError
from orchestration.landing import ledger, tables
from orchestration.landing.pseudonyms import Pseudonymiser
from orchestration.landing.rows import Rejection, cast_record, payload_digest
from orchestration.landing.writer import DraftFiles
from orchestration.partition import DailyPartition

BUFFERED_ROWS = 20_000
QUARANTINE_SCHEMA = pa.schema(
    [(name, pa.string()) for name in ("source", "stream", "reason", "pointer", "payload_sha256", "load_id")]
    + [("rejection_number", pa.int64()), ("as_of", pa.timestamp("us"))]
)


@dataclass
class _Tally:
    received: int = 0
    landed: int = 0
    quarantined: int = 0
    unknown_fields: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Landing:
    """Where and how a run lands. `min_load_share`: below it a re-read set counts as truncated."""

    folder: Path
    pseudonymiser: Pseudonymiser
    min_load_share: float = 0.7
    min_guarded_rows: int = 20


class LoadInProgress:
    """The load of one slice between its first item and its line in the manifest."""

    def __init__(
        self,
        landing: Landing,
        contract: SourceContract,
        partition: DailyPartition,
        slice_: Slice,
        previous: ledger.Load | None,
    ) -> None:
        self._landing, self._contract, self._context, self._slice = landing, contract, partition, slice_
        self._previous = previous
        again = previous is not None and previous.as_of == partition.as_of
        self.sequence = previous.sequence + 1 if again and previous is not None else 0
        name = f"{contract.source}|{slice_.key}|{partition.as_of.isoformat()}|{self.sequence}"
        self.load_id = f"{partition.day:%Y%m%d}-{hashlib.sha256(name.encode()).hexdigest()[:16]}"
        self._files = DraftFiles(landing.folder, contract.source, self.load_id)
        self._tallies = {stream: _Tally() for stream in slice_.streams}
        self._rows: dict[str, list[dict[str, object]]] = {stream: [] for stream in slice_.streams}
        self._pointers: dict[str, list[str]] = {stream: [] for stream in slice_.streams}
        self._quarantined: list[dict[str, object]] = []
        self._bounds = tables.Bounds(date(1970, 1, 2), partition.day + timedelta(days=2))
        self._filed = slice_.day or partition.day

    def take(self, item: Item) -> None:
        """Check one item and write what passes."""
        if item.stream not in self._tallies:
            raise LandingError(f"{self._contract.source}: slice {self._slice.key} did not announce {item.stream!r}")
        match item:
            case Row():
                self._tallies[item.stream].received += 1
                self._take_row(item)
            case Batch():
                self._tallies[item.stream].received += len(item.table)
                self._take_batch(item)
            case RejectedRecord():
                self._tallies[item.stream].received += 1
                self._quarantine(item.stream, item.reason, item.pointer, payload_digest(item.payload))

    def finish(self) -> ledger.Load:
        """The line for the manifest. Content equal to the last load's is confirmed, not written again."""
        for stream in self._rows:
            self._flush(stream)
        self._check_balance()
        self._check_size()
        digest = self._digest()
        cursor = self._slice.cursor() if callable(self._slice.cursor) else self._slice.cursor
        same = self._previous is not None and self._previous.digest == digest
        if same:
            self.drop()
        return ledger.Load(
            load_id=self.load_id,
            source=self._contract.source,
            slice_key=self._slice.key,
            as_of=self._context.as_of,
            sequence=self.sequence,
            digest=digest,
            cursor=cursor,
            day=self._slice.day,
            confirms=(self._previous.confirms or self._previous.load_id) if same and self._previous else None,
            quarantine=None if same else self._write_quarantine(),
            streams=self._stream_loads({} if same else self._files.keep()),
        )

    def drop(self) -> None:
        """Leave no trace of this load."""
        self._files.drop()

    def _take_row(self, row: Row) -> None:
        contract = self._contract.stream(row.stream)
        try:
            values, unknown = cast_record(contract, row.record)
        except Rejection as blocker:
            self._quarantine(row.stream, blocker.reason, row.pointer, payload_digest(row.record))
            return
        self._tallies[row.stream].unknown_fields.update(unknown)
        self._rows[row.stream].append(values)
        self._pointers[row.stream].append(row.pointer)
        if len(self._rows[row.stream]) >= BUFFERED_ROWS:
            self._flush(row.stream)

    def _take_batch(self, batch: Batch) -> None:
        contract = self._contract.stream(batch.stream)
        try:
            table = tables.to_contract(contract, batch.table)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
            pointers = _pointers(batch)
            for record, pointer in zip(batch.table.to_pylist(), pointers, strict=True):
                self._take_row(Row(batch.stream, record, pointer))
            return
        unknown = set(batch.table.column_names) - set(contract.by_name)
        self._tallies[batch.stream].unknown_fields.update(dict.fromkeys(unknown, len(table)))
        self._write(contract, table, batch)

    def _flush(self, stream: str) -> None:
        contract, rows = self._contract.stream(stream), self._rows[stream]
        if rows:
            schema = pa.schema(list(contract.arrow_schema)[: len(contract.columns)])
            table = pa.Table.from_pylist(rows, schema=schema)
            self._write(contract, table, Batch(stream, table, pa.array(self._pointers[stream])))
            self._rows[stream], self._pointers[stream] = [], []

    def _write(self, contract: StreamContract, table: pa.Table, origin: Batch) -> None:
        reasons = tables.rejections(contract, table, self._bounds)
        if reasons.null_count < len(table):
            refused = pc.is_valid(reasons)
            self._quarantine_rows(contract, table, reasons, refused, origin)
            table = table.filter(pc.invert(refused))
        table = tables.pseudonymise(contract, table, self._landing.pseudonymiser)
        as_of = pa.scalar(self._context.as_of.replace(tzinfo=None), pa.timestamp("us"))
        table = tables.stamp(contract, table, self.load_id, as_of, self._filed)
        self._files.write(contract.stream, table)
        self._tallies[contract.stream].landed += len(table)

    def _quarantine_rows(
        self,
        contract: StreamContract,
        table: pa.Table,
        reasons: pa.ChunkedArray,
        refused: pa.Array,
        origin: Batch,
    ) -> None:
        pointers = pa.array(_pointers(origin)).filter(pc.and_(refused, True).combine_chunks())
        records = table.filter(refused).to_pylist()
        told = reasons.filter(refused).to_pylist()
        for record, reason, pointer in zip(records, told, pointers.to_pylist(), strict=True):
            self._quarantine(contract.stream, reason, pointer, payload_digest(record))

    def _quarantine(self, stream: str, reason: str, pointer: str, digest: str) -> None:
        self._tallies[stream].quarantined += 1
        self._quarantined.append(
            {
                "source": self._contract.source,
                "stream": stream,
                "rejection_number": len(self._quarantined) + 1,
                "reason": reason,
                "pointer": pointer,
                "payload_sha256": digest,
                "load_id": self.load_id,
                "as_of": self._context.as_of.replace(tzinfo=None),
            }
        )

    def _check_balance(self) -> None:
        for stream, tally in self._tallies.items():
            if tally.received != tally.landed + tally.quarantined:
                raise LandingError(
                    f"{self._contract.source}.{stream}: received {tally.received} records but landed {tally.landed} "
                    f"and quarantined {tally.quarantined}; nothing of slice {self._slice.key} was kept."
                )

    def _check_size(self) -> None:
        if self._previous is None:
            return
        for stream, tally in self._tallies.items():
            held = self._previous.streams.get(stream)
            whole_set = self._contract.stream(stream).load_mode in ("snapshot", "replace_day")
            if held is None or not whole_set or held.landed < self._landing.min_guarded_rows:
                continue
            if tally.landed < held.landed * self._landing.min_load_share:
                raise TruncatedLoadError(
                    f"{self._contract.source}.{stream}: slice {self._slice.key} brought {tally.landed} rows where "
                    f"{held.landed} are held; kept the old ones. If the source really lost rows, land it again with "
                    f"--accept-shrink."
                )

    def _digest(self) -> str:
        refused = "".join(sorted(f"{q['stream']}{q['reason']}{q['payload_sha256']}" for q in self._quarantined))
        return hashlib.sha256(f"{self._files.digest()}{refused}".encode()).hexdigest()

    def _write_quarantine(self) -> str | None:
        if not self._quarantined:
            return None
        relative = Path("_quarantine") / self._contract.source / f"{self.load_id}.parquet"
        path = self._landing.folder / relative
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".draft")
        with draft.open("wb") as file:
            pq.write_table(pa.Table.from_pylist(self._quarantined, schema=QUARANTINE_SCHEMA), file)
        draft.replace(path)
        return str(relative)

    def _stream_loads(self, files: dict[str, list[ledger.LandedFile]]) -> dict[str, ledger.StreamLoad]:
        return {
            stream: ledger.StreamLoad(
                received=tally.received,
                landed=tally.landed,
                quarantined=tally.quarantined,
                files=files.get(stream, []),
                unknown_fields=dict(tally.unknown_fields.most_common(50)),
            )
            for stream, tally in self._tallies.items()
        }


def _pointers(batch: Batch) -> list[str]:
    if batch.pointers is not None:
        return [str(pointer) for pointer in batch.pointers.to_pylist()]
    return [f"row {number}" for number in range(len(batch.table))]
