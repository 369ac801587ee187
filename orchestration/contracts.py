"""Stream contracts, read from the dbt sources yml: the one declaration of what lands.

Belongs here: turning `models/staging/<source>/*.yml` into typed contracts and Arrow schemas.
Does not: checking records (landing) or building relations (inputs).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import yaml

from orchestration.errors import ContractError

try:  # the same loader in C, where PyYAML was built with it: these files are read several times a run
    from yaml import CSafeLoader as SafeLoader
except ImportError:
    from yaml import SafeLoader  # type: ignore[assignment]

if TYPE_CHECKING:
    import pyarrow as pa

LoadMode = Literal["upsert", "replace_day", "snapshot"]
LOAD_MODES = ("upsert", "replace_day", "snapshot")
LANDED_COLUMNS = (("_load_id", "string"), ("_as_of", "timestamp"), ("_day", "date"))
"""Columns that landing adds to each row: the load, its run, the day it is filed under."""

SCALAR_TYPES = ("string", "bigint", "double", "boolean", "timestamp", "date")
_DECIMAL = re.compile(r"decimal\((\d+),\s*(\d+)\)")


@dataclass(frozen=True, slots=True)
class Column:
    """One landed column. `identifier` is the namespace of a personal identifier, hashed at the door."""

    name: str
    data_type: str
    required: bool = False
    identifier: str | None = None
    identifier_by: str | None = None

    @property
    def is_personal(self) -> bool:
        return self.identifier is not None or self.identifier_by is not None


@dataclass(frozen=True)
class StreamContract:
    """What one stream promises: columns, natural key, and how loads replace each other."""

    source: str
    stream: str
    load_mode: LoadMode
    key: tuple[str, ...]
    day: str | None
    version: str | None
    columns: tuple[Column, ...]
    keeps_history: bool = False
    """Of a snapshot stream: staging sees every snapshot, to tell since when a record is gone."""

    @cached_property
    def by_name(self) -> dict[str, Column]:
        return {column.name: column for column in self.columns}

    @cached_property
    def arrow_schema(self) -> pa.Schema:
        """The landed schema: the contract's columns, then `_load_id`, `_as_of`, `_day`."""
        import pyarrow as pa

        fields = [pa.field(c.name, arrow_type(c.data_type), nullable=True) for c in self.columns]
        fields += [pa.field(name, arrow_type(data_type)) for name, data_type in LANDED_COLUMNS]
        return pa.schema(fields)


@dataclass(frozen=True)
class SourceContract:
    """All streams of one source, and how late it may speak."""

    source: str
    streams: dict[str, StreamContract]
    lookback_days: int
    freshness_days: int | None

    def stream(self, name: str) -> StreamContract:
        if name not in self.streams:
            raise ContractError(
                f"{self.source}: no stream {name!r} is declared; declared are {', '.join(sorted(self.streams))}"
            )
        return self.streams[name]


def arrow_type(data_type: str) -> pa.DataType:
    """The Arrow type of a contract's `data_type`; ContractError for one we do not know."""
    import pyarrow as pa

    scalars = {
        "string": pa.string(),
        "bigint": pa.int64(),
        "double": pa.float64(),
        "boolean": pa.bool_(),
        "timestamp": pa.timestamp("us"),
        "date": pa.date32(),
    }
    if data_type in scalars:
        return scalars[data_type]
    if match := _DECIMAL.fullmatch(data_type):
        return pa.decimal128(int(match[1]), int(match[2]))
    raise ContractError(f"data_type {data_type!r} is unknown; use {', '.join(SCALAR_TYPES)} or decimal(p,s)")


def load_contracts(staging: Path) -> dict[str, SourceContract]:
    """Read every source declared below `models/staging`, by source name. `run` is prepared, not landed."""
    contracts: dict[str, SourceContract] = {}
    for path in sorted(staging.glob("*/*.yml")):
        for declared in (yaml.load(path.read_text("utf-8"), Loader=SafeLoader) or {}).get("sources", []):
            if declared["name"] == "run":
                continue
            contract = _source_contract(declared, path.name)
            contracts[contract.source] = contract
    return contracts


def _source_contract(declared: dict[str, object], where: str) -> SourceContract:
    name = str(declared["name"])
    meta = _meta(declared)
    if declared.get("schema") != f"landed_{name}":
        raise ContractError(f"{where}: source {name} must have schema landed_{name}")
    tables = declared.get("tables") or []
    assert isinstance(tables, list)
    streams = {str(table["name"]): _stream_contract(name, table, where) for table in tables}
    freshness = meta.get("freshness_days")
    return SourceContract(
        source=name,
        streams=streams,
        lookback_days=int(str(meta.get("lookback_days", 0))),
        freshness_days=None if freshness is None else int(str(freshness)),
    )


def _stream_contract(source: str, table: dict[str, object], where: str) -> StreamContract:
    name, meta = str(table["name"]), _meta(table)
    declared = table.get("columns") or []
    assert isinstance(declared, list)
    columns = tuple(_column(column, f"{where}: {source}.{name}") for column in declared)
    names = {column.name for column in columns}
    key = tuple(_strings(meta.get("key")))
    mode, day, version = meta.get("load_mode"), meta.get("day"), meta.get("version")
    if mode not in LOAD_MODES:
        raise ContractError(f"{where}: {source}.{name}: load_mode is {mode!r}, not one of {LOAD_MODES}")
    mentioned = {*key, *filter(None, [day, version])}
    if not key or not mentioned <= names:
        raise ContractError(
            f"{where}: {source}.{name}: key, day and version must name declared columns; "
            f"undeclared: {sorted(map(str, mentioned - names)) or 'the key is empty'}"
        )
    return StreamContract(
        source=source,
        stream=name,
        load_mode=mode,  # type: ignore[arg-type]  # checked against LOAD_MODES above
        key=key,
        day=None if day is None else str(day),
        version=None if version is None else str(version),
        columns=columns,
        keeps_history=bool(meta.get("history", False)),
    )


def _column(declared: dict[str, object], where: str) -> Column:
    meta = _meta(declared)
    name, data_type = str(declared["name"]), str(declared.get("data_type"))
    if data_type not in SCALAR_TYPES and not _DECIMAL.fullmatch(data_type):
        raise ContractError(f"{where}.{name}: data_type {data_type!r} is unknown")
    identifier, identifier_by = meta.get("identifier"), meta.get("identifier_by")
    return Column(
        name=name,
        data_type=data_type,
        required=bool(meta.get("required", False)),
        identifier=None if identifier is None else str(identifier),
        identifier_by=None if identifier_by is None else str(identifier_by),
    )


def _meta(declared: dict[str, object]) -> dict[str, object]:
    config = declared.get("config") or {}
    assert isinstance(config, dict)
    meta = config.get("meta") or {}
    assert isinstance(meta, dict)
    return meta


def _strings(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else []
