"""Many records at once against their contract: the columnar path that volume takes.

Belongs here: casting, required values, day bounds and pseudonyms over Arrow tables.
Does not: single records (rows), files (writer). A table that does not cast goes through the row path.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from orchestration.contracts import Column, StreamContract, arrow_type
from orchestration.landing.pseudonyms import Pseudonymiser


@dataclass(frozen=True)
class Bounds:
    """The days that a record may be filed under: the epoch up to two days after the run (clocks differ)."""

    first: date
    last: date


def to_contract(contract: StreamContract, table: pa.Table) -> pa.Table:
    """The contract's columns in its types; a missing column is all null. Raises pa.ArrowInvalid."""
    columns = []
    for column in contract.columns:
        wanted = arrow_type(column.data_type)
        if column.name in table.column_names:
            values = table[column.name]
            if pa.types.is_dictionary(values.type):
                values = values.cast(values.type.value_type)
            if pa.types.is_timestamp(values.type) and values.type.tz is not None:
                values = values.cast(pa.timestamp("us", tz="UTC")).cast(pa.timestamp("us"))
            columns.append(values.cast(wanted))
        else:
            columns.append(pa.chunked_array([pa.nulls(len(table), wanted)]))
    return pa.table(columns, names=[column.name for column in contract.columns])


def rejections(contract: StreamContract, table: pa.Table, bounds: Bounds) -> pa.ChunkedArray:
    """Per row the reason why it cannot land, or null. The first reason counts."""
    reason = pa.chunked_array([pa.nulls(len(table), pa.string())])
    for column in contract.columns:
        if column.required and table[column.name].null_count:
            missing = pc.and_(pc.is_null(table[column.name]), pc.is_null(reason))
            reason = pc.if_else(missing, pa.scalar(f"missing:{column.name}"), reason)
    if contract.day is not None:
        day = table[contract.day].cast(pa.date32())
        outside = pc.or_(pc.less(day, pa.scalar(bounds.first)), pc.greater(day, pa.scalar(bounds.last)))
        outside = pc.and_(pc.fill_null(outside, False), pc.is_null(reason))
        reason = pc.if_else(outside, pa.scalar(f"day_out_of_range:{contract.day}"), reason)
    return reason


def pseudonymise(contract: StreamContract, table: pa.Table, pseudonymiser: Pseudonymiser) -> pa.Table:
    """Replace every personal identifier; each distinct value is hashed once."""
    for column in contract.columns:
        if column.is_personal:
            position = table.column_names.index(column.name)
            table = table.set_column(position, column.name, _pseudonyms(column, table, pseudonymiser))
    return table


def _pseudonyms(column: Column, table: pa.Table, pseudonymiser: Pseudonymiser) -> pa.ChunkedArray:
    values = table[column.name]
    if column.identifier is not None:
        return _hashed(column.identifier, values, pseudonymiser)
    assert column.identifier_by is not None
    spaces = pc.fill_null(table[column.identifier_by], "None")
    hashed = pa.chunked_array([pa.nulls(len(values), pa.string())])
    for space in pc.unique(spaces).to_pylist():
        named = pc.equal(spaces, space)
        own = pc.if_else(named, values, pa.scalar(None, pa.string()))
        hashed = pc.if_else(named, _hashed(space, own, pseudonymiser), hashed)
    return hashed


def _hashed(namespace: str, values: pa.ChunkedArray, pseudonymiser: Pseudonymiser) -> pa.ChunkedArray:
    distinct = pc.drop_null(pc.unique(values))
    hashed = pa.array([pseudonymiser.pseudonym(namespace, value) for value in distinct.to_pylist()], pa.string())
    return pc.take(hashed, pc.index_in(values, value_set=distinct))


def stamp(contract: StreamContract, table: pa.Table, load_id: str, as_of: pa.Scalar, filed: date) -> pa.Table:
    """Add `_load_id`, `_as_of` and `_day` (the record's own day, or `filed` where the contract names none)."""
    rows = len(table)
    if contract.day is None:
        day = pa.repeat(pa.scalar(filed, pa.date32()), rows)
    else:
        day = pc.fill_null(table[contract.day].cast(pa.date32()), pa.scalar(filed))
    columns: Sequence[pa.Array] = [
        *table.columns,
        pa.repeat(pa.scalar(load_id), rows),
        pa.repeat(as_of, rows),
        day,
    ]
    return pa.table(columns, schema=contract.arrow_schema)
