"""What is expected of what landed: volume, required columns, ranges, freshness and balance, a source at a time.

Belongs here: profiles of the run's files (counted by DuckDB, so that no row about a person reaches a dataframe) and
what is expected of them. Does not: checking single records; landing does, and quarantines them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from typing import TYPE_CHECKING

from orchestration.contracts import Column, StreamContract
from orchestration.landing.ledger import Load
from orchestration.quality.gx import Expected, Frame, between
from orchestration.storage.relations import identifier, literal
from orchestration.warehouse.inputs import BuildInputs, VisibleStream

if TYPE_CHECKING:
    import pandas as pd
    from duckdb import DuckDBPyConnection

NUMBERS = ("bigint", "double")
QUANTITY_ENDINGS = ("tokens", "count", "requests", "sessions", "prompts", "seats", "seconds", "hours", "additions")
VOLUME_WEEKS = 4
MIN_JUDGED_ROWS = 100
"""Rows below which a share is not judged: of a stream's week for its volume, of its new records for the rejected."""
MIN_RATIO, MAX_RATIO = 0.1, 10.0
"""2026-11: a week at a tenth or at ten times the usual one is an outage or a doubled delivery, not behaviour (R16)."""


@dataclass(frozen=True)
class StreamProfile:
    """Numbers of one stream; None where there is too little to judge, or no freshness is promised."""

    source: str
    stream: str
    weekly_ratio: float | None
    days_behind: float | None
    received: int
    unaccounted: int
    quarantine_share: float | None


def frames(inputs: BuildInputs, since: date | None) -> Iterator[Frame]:
    """The frames of every enabled source. `since`: loads of this run and later are new; None takes all."""
    import duckdb
    import pandas as pd

    with duckdb.connect() as connection:
        for source in inputs.loads:
            streams = [stream for stream in inputs.streams if stream.contract.source == source]
            profiles = [_profile(inputs, stream, since) for stream in streams]
            table = pd.DataFrame([vars(profile) for profile in profiles])
            yield Frame(source, table, _of_streams(inputs, source, len(streams)), ("stream",))
            yield Frame(source, _columns(connection, inputs, streams, since), _OF_COLUMNS, ("stream", "column"))


def _of_streams(inputs: BuildInputs, source: str, streams: int) -> tuple[Expected, ...]:
    freshness = inputs.contracts[source].freshness_days
    max_share = inputs.settings.guards.max_quarantine_share
    return (
        Expected("every_declared_stream_is_profiled", "ExpectTableRowCountToEqual", {"value": streams}),
        Expected("received_is_landed_plus_quarantined", *between("unaccounted", 0, 0)),
        Expected("quarantine_share", *between("quarantine_share", 0, max_share)),
        Expected("weekly_volume", *between("weekly_ratio", MIN_RATIO, MAX_RATIO)),
        Expected("freshness", *between("days_behind", None, freshness or 0), is_blocking=False),
    )


_OF_COLUMNS = (
    Expected("required_columns_are_never_null", *between("missing", 0, 0)),
    Expected("quantities_are_not_negative", *between("lowest", 0, None)),
)

CHECKS = (
    *("every_declared_stream_is_profiled", "received_is_landed_plus_quarantined", "quarantine_share"),
    *("weekly_volume", "freshness"),
    *(expected.name for expected in _OF_COLUMNS),
)
"""The names of all expectations of a source, for announcing them before they run."""


def _profile(inputs: BuildInputs, stream: VisibleStream, since: date | None) -> StreamProfile:
    contract = stream.contract
    loads = [
        load
        for load in inputs.loads[contract.source]
        if contract.stream in load.streams and load.confirms is None and (since is None or load.as_of.date() >= since)
    ]
    after = [load for load in loads if since is not None and load.as_of.date() > since]
    received, quarantined, landed = _sums(contract, loads)
    return StreamProfile(
        source=contract.source,
        stream=contract.stream,
        weekly_ratio=_weekly_ratio(stream, inputs.partition.day),
        days_behind=_days_behind(inputs, contract),
        received=received,
        unaccounted=received - quarantined - landed,
        quarantine_share=max(filter(None, (_share(contract, loads), _share(contract, after))), default=None),
    )


def _sums(contract: StreamContract, loads: list[Load]) -> tuple[int, int, int]:
    """Received, quarantined and landed of one stream."""
    parts = [load.streams[contract.stream] for load in loads]
    return sum(p.received for p in parts), sum(p.quarantined for p in parts), sum(p.landed for p in parts)


def _share(contract: StreamContract, loads: list[Load]) -> float | None:
    """Quarantined of received. Each window is judged alone, so that a long first run cannot hide a bad run after it."""
    received, quarantined, _ = _sums(contract, loads)
    return quarantined / received if received >= MIN_JUDGED_ROWS else None


def _weekly_ratio(stream: VisibleStream, last: date) -> float | None:
    """Rows of the last seven days against the median of the weeks before; None where there is too little to judge."""
    if stream.contract.day is None:
        return None
    weeks = [0] * (VOLUME_WEEKS + 1)
    for file in stream.files:
        week = (last - file.day).days // 7
        if 0 <= week <= VOLUME_WEEKS:
            weeks[week] += file.rows
    usual = median(weeks[1:])
    return None if min(weeks[1:]) == 0 or usual < MIN_JUDGED_ROWS else weeks[0] / usual


def _days_behind(inputs: BuildInputs, contract: StreamContract) -> float | None:
    if inputs.contracts[contract.source].freshness_days is None:
        return None
    days = [
        each.day
        for each in inputs.source_days
        if (each.source, each.stream) == (contract.source, contract.stream) and each.status != "missing"
    ]
    newest = max(days, default=inputs.settings.schedule.start_date - timedelta(days=1))
    return float((inputs.partition.day - newest).days)


def _columns(
    connection: DuckDBPyConnection, inputs: BuildInputs, streams: list[VisibleStream], since: date | None
) -> pd.DataFrame:
    """For each column that is required or a quantity: how many of the new rows lack it, and its lowest value."""
    import pandas as pd

    found = []
    for stream in streams:
        new = {
            file.path
            for load in inputs.loads[stream.contract.source]
            if since is None or load.as_of.date() >= since
            for part in load.streams.values()
            for file in part.files
        }
        paths = [inputs.settings.landing / file.path for file in stream.files if file.path in new and file.rows]
        judged = [column for column in stream.contract.columns if column.required or _is_quantity(column)]
        if paths and judged:
            facts = ", ".join(_facts(column) for column in judged)
            files = ", ".join(literal(path) for path in paths)
            query = f"select {facts} from read_parquet([{files}], union_by_name = true, hive_partitioning = false)"
            values = connection.execute(query).fetchone() or ()
            pairs = zip(values[::2], values[1::2], strict=True)
            found += [(stream.contract.stream, c.name, *pair) for c, pair in zip(judged, pairs, strict=True)]
    return pd.DataFrame(found, columns=["stream", "column", "missing", "lowest"]).astype({"lowest": "float64"})


def _facts(column: Column) -> str:
    """Two expressions: rows that lack a required column, and the lowest value of a quantity."""
    name = identifier(column.name)
    missing = f"count(*) - count({name})" if column.required else "0"
    lowest = f"cast(min({name}) as double)" if _is_quantity(column) else "cast(null as double)"
    return f"{missing}, {lowest}"


def _is_quantity(column: Column) -> bool:
    is_number = column.data_type in NUMBERS or column.data_type.startswith("decimal")
    return is_number and column.name.endswith(QUANTITY_ENDINGS)
