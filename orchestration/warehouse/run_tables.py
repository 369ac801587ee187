"""The `run.*` relations as Arrow tables, the same for every engine.

Belongs here: shape and content of a run's own tables. Does not: DDL (one module an engine).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.landing.quarantine import QUARANTINE_SCHEMA, read_quarantine
from orchestration.warehouse.inputs import BuildInputs


def _schema(**columns: pa.DataType) -> pa.Schema:
    return pa.schema(list(columns.items()))


CONTEXT = _schema(
    as_of=pa.timestamp("us"),
    organisation=pa.string(),
    organisation_zone=pa.string(),
    min_group_size=pa.int64(),
    min_rate_n=pa.int64(),
    min_median_n=pa.int64(),
    cohort_days=pa.int64(),
    dominance_share=pa.float64(),
    active_target_share=pa.float64(),
    history_start_date=pa.date32(),
)
SOURCE_DAYS = _schema(source=pa.string(), stream=pa.string(), day=pa.date32(), status=pa.string(), rows=pa.int64())
LOADS = _schema(
    source=pa.string(),
    slice_key=pa.string(),
    stream=pa.string(),
    load_id=pa.string(),
    as_of=pa.timestamp("us"),
    received=pa.int64(),
    landed=pa.int64(),
    quarantined=pa.int64(),
)
TOUCHED_DAYS = _schema(source=pa.string(), day=pa.date32())
BUILT_DAYS = _schema(source=pa.string(), day=pa.date32(), fingerprint=pa.string())
PUBLISHED_VALUES = _schema(
    metric_id=pa.string(),
    entity_type=pa.string(),
    entity_id=pa.string(),
    week_start_date=pa.date32(),
    value=pa.float64(),
    maturity=pa.string(),
)


def run_tables(inputs: BuildInputs, previous_values: Path | None) -> dict[str, pa.Table]:
    """Every `run.*` relation but those that depend on the content of the warehouse.

    `previous_values`: the Parquet file of kpi_values in the newest publication before this run, if there is one.
    """
    published = PUBLISHED_VALUES.empty_table()
    if previous_values is not None:
        published = pq.read_table(previous_values, columns=PUBLISHED_VALUES.names).cast(PUBLISHED_VALUES)
    return {
        "context": _context(inputs),
        "source_days": _table(SOURCE_DAYS, ((d.source, d.stream, d.day, d.status, d.rows) for d in inputs.source_days)),
        "loads": _table(LOADS, _loads(inputs)),
        "quarantine": _quarantine(inputs),
        "published_values": published,
    }


def built_days(inputs: BuildInputs) -> pa.Table:
    """(source, day, fingerprint) of what the incremental models contain after this build."""
    return _table(BUILT_DAYS, ((source, day, mark) for (source, day), mark in inputs.day_fingerprints.items()))


def touched_days(inputs: BuildInputs, held: Mapping[tuple[str, date], str]) -> pa.Table:
    """The days whose files differ from those that the warehouse was built from."""
    current = inputs.day_fingerprints
    return _table(
        TOUCHED_DAYS, sorted(key for key in held.keys() | current.keys() if held.get(key) != current.get(key))
    )


def days_in_doubt(held: Mapping[tuple[str, date], str], touched: pa.Table) -> pa.Table:
    """`built_days` while a build is under way: the days that it replaces have no fingerprint.

    If the build fails they keep none, and the next one replaces them again, whichever run it is of.
    """
    doubtful = {(row["source"], row["day"]): "" for row in touched.to_pylist()}
    return _table(BUILT_DAYS, ((source, day, mark) for (source, day), mark in {**held, **doubtful}.items()))


def _context(inputs: BuildInputs) -> pa.Table:
    settings = inputs.settings
    row = (
        inputs.partition.as_of.replace(tzinfo=None),
        settings.organisation.name,
        settings.organisation.zone,
        settings.privacy.min_group_size,
        settings.metrics.min_rate_n,
        settings.metrics.min_median_n,
        settings.metrics.cohort_days,
        settings.privacy.dominance_share,
        settings.metrics.active_target_share,
        settings.schedule.start_date,
    )
    return _table(CONTEXT, [row])


def _loads(inputs: BuildInputs) -> Iterable[Sequence[object]]:
    for load in inputs.counted_loads:
        as_of = load.as_of.replace(tzinfo=None)
        for stream, part in sorted(load.streams.items()):
            counts = (part.received, part.landed, part.quarantined)
            yield (load.source, load.slice_key, stream, load.load_id, as_of, *counts)


def _quarantine(inputs: BuildInputs) -> pa.Table:
    files = [inputs.settings.landing / load.quarantine for load in inputs.counted_loads if load.quarantine]
    return pa.concat_tables([QUARANTINE_SCHEMA.empty_table(), *map(read_quarantine, files)])


def _table(schema: pa.Schema, rows: Iterable[Sequence[object]]) -> pa.Table:
    return pa.Table.from_pylist([dict(zip(schema.names, row, strict=True)) for row in rows], schema=schema)
