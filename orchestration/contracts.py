"""Stream contracts, read from the dbt sources yml: the one declaration of what lands.

Belongs here: turning `models/staging/<source>/*.yml` into typed contracts and Arrow schemas.
Does not: checking records (landing) or building relations (warehouse).
"""

from __future__ import annotations

import re
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

import yaml
from pydantic import AfterValidator, AliasPath, BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails, PydanticCustomError

from orchestration.errors import ContractError

try:  # the same loader in C, where PyYAML was built with it: these files are read several times a run
    from yaml import CSafeLoader as SafeLoader
except ImportError:
    from yaml import SafeLoader  # type: ignore[assignment]  # the same interface

if TYPE_CHECKING:
    import pyarrow as pa

STAGING = Path(__file__).resolve().parent.parent / "dbt_project" / "models" / "staging"
"""Where the contracts of this project stand, in one folder a source."""

LANDED_COLUMNS = (("_load_id", "string"), ("_as_of", "timestamp"), ("_day", "date"))
"""Columns that landing adds to each row: the load, its run, the day it is filed under."""

_ARROW_NAMES = {"string": "string", "bigint": "int64", "double": "float64", "boolean": "bool",
                "timestamp": "timestamp[us]", "date": "date32"}  # fmt: skip
_DECIMAL = re.compile(r"decimal\((\d+),\s*(\d+)\)")


def _known_type(data_type: str) -> str:
    if data_type not in _ARROW_NAMES and not _DECIMAL.fullmatch(data_type):
        raise PydanticCustomError("data_type", f"use {', '.join(_ARROW_NAMES)} or decimal(p,s)")
    return data_type


def _meta(name: str) -> AliasPath:
    return AliasPath("config", "meta", name)


class _Declared(BaseModel):
    """A part of the yml. Python code may build it by field names, too."""

    model_config = ConfigDict(frozen=True, validate_by_name=True, validate_by_alias=True)


class Column(_Declared):
    """One landed column.

    identifier: the namespace of a personal identifier; landing hashes the value.
    identifier_by: the column that names this namespace row by row.
    """

    name: str
    data_type: Annotated[str, AfterValidator(_known_type)]
    required: bool = Field(False, validation_alias=_meta("required"))
    identifier: str | None = Field(None, validation_alias=_meta("identifier"))
    identifier_by: str | None = Field(None, validation_alias=_meta("identifier_by"))

    @property
    def is_personal(self) -> bool:
        return self.identifier is not None or self.identifier_by is not None


class StreamContract(_Declared):
    """What one stream promises: columns, natural key, and how loads replace each other.

    keeps_history: of a snapshot stream; staging reads every snapshot, so that it knows since when a record is gone.
    """

    source: str
    stream: str = Field(validation_alias="name")
    load_mode: Literal["upsert", "replace_day", "snapshot"] = Field(validation_alias=_meta("load_mode"))
    key: tuple[str, ...] = Field(min_length=1, validation_alias=_meta("key"))
    day: str | None = Field(None, validation_alias=_meta("day"))
    version: str | None = Field(None, validation_alias=_meta("version"))
    columns: tuple[Column, ...] = ()
    keeps_history: bool = Field(False, validation_alias=_meta("history"))

    @model_validator(mode="after")
    def _names_declared_columns(self) -> Self:
        mentioned = {*self.key, *filter(None, (self.day, self.version))}
        if undeclared := sorted(mentioned - {column.name for column in self.columns}):
            message = f"key, day and version must name declared columns; undeclared: {', '.join(undeclared)}"
            raise PydanticCustomError("undeclared", message)
        return self

    @cached_property
    def by_name(self) -> dict[str, Column]:
        return {column.name: column for column in self.columns}

    @cached_property
    def arrow_schema(self) -> pa.Schema:
        """The landed schema: the contract's columns, then `_load_id`, `_as_of`, `_day`."""
        import pyarrow as pa

        columns = [*((column.name, column.data_type) for column in self.columns), *LANDED_COLUMNS]
        return pa.schema([(name, arrow_type(data_type)) for name, data_type in columns])


class SourceContract(_Declared):
    """All streams of one source, and how fresh it must be.

    fills_by_choice: a company chooses which streams the source fills; one that never landed is not missing.
    """

    source: str = Field(validation_alias="name")
    streams: dict[str, StreamContract]
    freshness_days: int | None = Field(None, validation_alias=_meta("freshness_days"))
    fills_by_choice: bool = Field(False, validation_alias=_meta("fills_by_choice"))

    def stream(self, name: str) -> StreamContract:
        if name not in self.streams:
            declared = ", ".join(sorted(self.streams))
            raise ContractError(f"{self.source}: no stream {name!r} is declared; declared are {declared}")
        return self.streams[name]


def arrow_type(data_type: str) -> pa.DataType:
    """The Arrow type of a contract's `data_type`; ContractError for an unknown one."""
    import pyarrow as pa

    if data_type in _ARROW_NAMES:
        return pa.type_for_alias(_ARROW_NAMES[data_type])
    if match := _DECIMAL.fullmatch(data_type):
        return pa.decimal128(int(match[1]), int(match[2]))
    raise ContractError(f"data_type {data_type!r} is unknown; use {', '.join(_ARROW_NAMES)} or decimal(p,s)")


@cache
def source_contract(source: str) -> SourceContract:
    """The contract of one source of this project; ContractError where no file declares it."""
    found = load_contracts(STAGING, source)
    if source not in found:
        raise ContractError(f"no file in {STAGING.name}/{source} declares the source {source!r}")
    return found[source]


def load_contracts(staging: Path, folder: str = "*") -> dict[str, SourceContract]:
    """Read every source declared below `models/staging`, by source name. `run` is prepared, not landed."""
    contracts: dict[str, SourceContract] = {}
    for path in sorted(staging.glob(f"{folder}/*.yml")):
        for declared in (yaml.load(path.read_text("utf-8"), Loader=SafeLoader) or {}).get("sources", []):
            if declared["name"] != "run":
                contracts[declared["name"]] = _source_contract(declared, path.name)
    return contracts


def _source_contract(declared: dict[str, Any], file: str) -> SourceContract:
    name = declared["name"]
    if declared.get("schema") != f"landed_{name}":
        raise ContractError(f"{file}: source {name} must have schema landed_{name}")
    streams = {table["name"]: {**table, "source": name} for table in declared.get("tables") or []}
    try:
        return SourceContract.model_validate({**declared, "streams": streams})
    except ValidationError as error:
        sentences = [f"{name}{_sentence(streams, detail)}" for detail in error.errors()]
        raise ContractError(f"{file}: {'; '.join(sentences)}") from None


def _sentence(streams: dict[str, Any], detail: ErrorDetails) -> str:
    """`.stream.column: field is value: what is wrong`, from the location that pydantic reports."""
    match detail["loc"]:
        case "streams", stream, "columns", int(index), *field:
            place = f".{stream}.{streams[str(stream)]['columns'][index].get('name', f'column {index + 1}')}"
        case "streams", stream, *field:
            place = f".{stream}"
        case field:
            place = ""
    value = f" {field[-1]} is {'missing' if detail['type'] == 'missing' else repr(detail['input'])}:" if field else ""
    return f"{place}:{value} {detail['msg']}"
