"""One load: a slice's items are checked, pseudonymised and written, or leave no trace.

Belongs here: the order of those steps and the balance received = landed + quarantined.
Does not: which slices a run lands (slices) or counting loads in the manifest (ledger).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from orchestration.connectors.base import Batch, Item, RejectedRecord, Row, Slice
from orchestration.contracts import SourceContract, StreamContract
from orchestration.errors import LandingError
from orchestration.landing import ledger, tables
from orchestration.landing.pseudonyms import Pseudonymiser
from orchestration.landing.quarantine import Quarantine
from orchestration.landing.rows import Rejection, cast_record, payload_digest
from orchestration.landing.tally import Tally
from orchestration.landing.writer import DraftFiles
from orchestration.partition import DailyPartition

BUFFERED_ROWS = 20_000


@dataclass(frozen=True)
class Landing:
    """Where and how a run lands.

    min_load_share: a set that is read again with less than this share of its rows counts as truncated.
    min_guarded_rows: sets with fewer rows than this are not judged.
    """

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
        known_fields: dict[str, set[str]],
    ) -> None:
        self._landing, self._contract, self._partition, self._slice = landing, contract, partition, slice_
        self._previous, self.known_fields = previous, known_fields
        again = previous is not None and previous.as_of == partition.as_of
        self.sequence = previous.sequence + 1 if again and previous is not None else 0
        name = f"{contract.source}|{slice_.key}|{partition.as_of.isoformat()}|{self.sequence}"
        self.load_id = f"{partition.day:%Y%m%d}-{hashlib.sha256(name.encode()).hexdigest()[:16]}"
        self._files = DraftFiles(landing.folder, contract.source, self.load_id)
        self._tallies = {stream: Tally() for stream in slice_.streams}
        self._rows: dict[str, list[dict[str, object]]] = {stream: [] for stream in slice_.streams}
        self._pointers: dict[str, list[str]] = {stream: [] for stream in slice_.streams}
        self._quarantine = Quarantine(landing.folder, contract.source, self.load_id, partition.as_of)
        self._bounds = tables.Bounds(date(1970, 1, 2), partition.day + timedelta(days=2))
        self._filed = slice_.day or partition.day

    def add(self, item: Item) -> None:
        """Check one item; what passes is written, the rest goes to the quarantine."""
        if item.stream not in self._tallies:
            raise LandingError(f"{self._contract.source}: slice {self._slice.key} did not announce {item.stream!r}")
        match item:
            case Row():
                self._tallies[item.stream].received += 1
                self._add_row(item)
            case Batch():
                self._tallies[item.stream].received += len(item.table)
                self._add_batch(item)
            case RejectedRecord():
                self._tallies[item.stream].received += 1
                self._reject(item.stream, item.reason, item.pointer, payload_digest(item.payload))

    def finish(self) -> ledger.Load:
        """The line for the manifest. A load that equals the slice's last one confirms it and writes nothing."""
        for stream in self._rows:
            self._flush(stream)
        self._check()
        digest = self._digest()
        cursor = self._slice.cursor() if callable(self._slice.cursor) else self._slice.cursor
        confirmed = self._previous if self._previous is not None and self._previous.digest == digest else None
        if confirmed is not None:
            self.abort()
        quarantine = None if confirmed else self._quarantine.commit()
        files = {} if confirmed else self._files.commit()
        return ledger.Load(
            load_id=self.load_id,
            source=self._contract.source,
            slice_key=self._slice.key,
            as_of=self._partition.as_of,
            sequence=self.sequence,
            digest=digest,
            cursor=cursor,
            day=self._slice.day,
            confirms=(confirmed.confirms or confirmed.load_id) if confirmed else None,
            quarantine=quarantine,
            streams={
                stream: tally.stream_load(files.get(stream, []), self.known_fields.get(stream, ()))
                for stream, tally in self._tallies.items()
            },
        )

    def abort(self) -> None:
        """Leave no trace of this load."""
        self._files.abort()

    def _add_row(self, row: Row) -> None:
        contract = self._contract.stream(row.stream)
        try:
            values, unknown = cast_record(contract, row.record)
        except Rejection as rejection:
            self._reject(row.stream, rejection.reason, row.pointer, payload_digest(row.record))
            return
        self._tallies[row.stream].unknown_fields.update(unknown)
        self._rows[row.stream].append(values)
        self._pointers[row.stream].append(row.pointer)
        if len(self._rows[row.stream]) >= BUFFERED_ROWS:
            self._flush(row.stream)

    def _add_batch(self, batch: Batch) -> None:
        contract = self._contract.stream(batch.stream)
        try:
            table = tables.to_contract(contract, batch.table)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
            # a value does not fit its column: row by row only the rows with such a value are quarantined
            pointers = _pointers(batch)
            for record, pointer in zip(batch.table.to_pylist(), pointers, strict=True):
                self._add_row(Row(batch.stream, record, pointer))
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
            rejected = pc.is_valid(reasons)
            self._reject_rows(contract, table, reasons, rejected, origin)
            table = table.filter(pc.invert(rejected))
        table = tables.pseudonymise(contract, table, self._landing.pseudonymiser)
        as_of = pa.scalar(self._partition.as_of.replace(tzinfo=None), pa.timestamp("us"))
        table = tables.stamp(contract, table, self.load_id, as_of, self._filed)
        self._files.write(contract.stream, table)
        self._tallies[contract.stream].landed += len(table)

    def _reject_rows(
        self,
        contract: StreamContract,
        table: pa.Table,
        reasons: pa.ChunkedArray,
        rejected: pa.Array,
        origin: Batch,
    ) -> None:
        pointers = pa.array(_pointers(origin)).filter(pc.and_(rejected, True).combine_chunks())
        records = table.filter(rejected).to_pylist()
        codes = reasons.filter(rejected).to_pylist()
        for record, reason, pointer in zip(records, codes, pointers.to_pylist(), strict=True):
            self._reject(contract.stream, reason, pointer, payload_digest(record))

    def _reject(self, stream: str, reason: str, pointer: str, digest: str) -> None:
        self._tallies[stream].quarantined += 1
        self._quarantine.add(stream, reason, pointer, digest)

    def _check(self) -> None:
        streams = [(self._contract.stream(stream), tally) for stream, tally in self._tallies.items()]
        for contract, tally in streams:
            tally.check_balance(contract, self._slice.key)
        for contract, tally in streams:
            if self._previous is not None and (held := self._previous.streams.get(contract.stream)):
                share, min_rows = self._landing.min_load_share, self._landing.min_guarded_rows
                tally.check_size(contract, self._slice.key, held, share, min_rows)

    def _digest(self) -> str:
        return hashlib.sha256(f"{self._files.digest()}{self._quarantine.content()}".encode()).hexdigest()


def _pointers(batch: Batch) -> list[str]:
    if batch.pointers is not None:
        return [str(pointer) for pointer in batch.pointers.to_pylist()]
    return [f"row {number}" for number in range(len(batch.table))]
