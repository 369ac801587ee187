"""Tables that the company's own pipelines have already loaded: files, DuckDB, and SQL databases.

Reads:  CSV and Parquet files, folders of them and DuckDB files, here or in object storage (`files`); tables and
        queries of any database with an SQLAlchemy driver (`databases`). `layouts` fill several streams at once from
        the tables that a published pipeline makes.
Lands:  one stream an input: changes, reviews, commits, deployments, incidents, tickets, ci_runs, usage_days, sessions,
        seats, costs, quality, coverage, defects, surveys, people.
Leaves out: every column that is not mapped to one of the stream's; it is not even read.

With `cursor`, a run reads what changed since the last one and `lookback_days` before; rows without a cursor are read
every time, and rows at or after the run's as_of are left to the next run. Without it, everything is read every time
and lands again only when something differs. Times without a zone are UTC.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, field_validator, model_validator

from orchestration.connectors.base import Cursors, Item, RetryPolicy, Slice, SourceConfig
from orchestration.connectors.tables import layout_files
from orchestration.connectors.tables.files import FileRelation, file_relations, is_duckdb, is_storage, missing_file
from orchestration.connectors.tables.mapping import Converter, Wanted, as_text, choose, later, position, since
from orchestration.contracts import StreamContract, source_contract
from orchestration.errors import choices
from orchestration.partition import DailyPartition

if TYPE_CHECKING:
    from orchestration.connectors.tables.databases import DatabaseRelation

VARIABLE = "COUNTERPOISE_SOURCES__TABLES__CONNECTIONS__"


def _address(value: object) -> object:
    """A path of this machine as Path, which starts at the settings' folder; anything with :// as it is."""
    return Path(value) if isinstance(value, str) and "://" not in value else value


Address = Annotated[Path | str | None, BeforeValidator(_address)]


class _Place(BaseModel):
    """Where tables are: an address that anybody may read, or the name of a connection that holds a secret."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    address: Address = Field(None, description="A file, several (`*`), a folder, or a DuckDB file; also s3://….")
    connection: str | None = Field(None, description="A name under `connections`, instead of an address.")

    @model_validator(mode="after")
    def _is_one_place(self) -> Self:
        if (self.address is None) == (self.connection is None):
            raise ValueError("set address or connection, and not both")
        if isinstance(self.address, str) and (urlsplit(self.address).password or not is_storage(self.address)):
            raise ValueError(
                f"the address is that of a database or holds a password; set it as {VARIABLE}<NAME> and write "
                f'connection = "<name>"'
            )
        return self

    @property
    def place(self) -> str:
        return str(self.address) if self.connection is None else self.connection


class Input(_Place):
    """One table of one place, which fills one stream."""

    stream: str = Field(description="The stream that it fills.")
    table: str | None = Field(None, description="A table of a database, a folder or a DuckDB file: schema.name.")
    query: str | None = Field(None, description="SQL instead of a table; the files of an address are called input.")
    system: str | None = Field(None, description="The tool that the rows are about, such as github.")
    identity_system: str | None = Field(None, description="Namespace of the people, such as github_login or email.")
    cursor: str | None = Field(None, description="Their column that tells what is new: a time, a day or a number.")
    deleted: str | None = Field(None, description="Their column that marks deleted rows: a flag, or a time.")
    columns: Mapping[str, str] = Field({}, description="ours = theirs; a column of the same name needs no line.")
    constants: Mapping[str, str] = Field({}, description="ours = a value for every row.")

    @model_validator(mode="after")
    def _is_known(self) -> Self:
        contract = source_contract("tables").streams.get(self.stream)
        if contract is None:
            known = choices(self.stream, source_contract("tables").streams)
            raise ValueError(f"there is no stream {self.stream!r}; the streams, the nearest first: {known}")
        if self.table is not None and self.query is not None:
            raise ValueError("table and query are both set; keep one of them")
        if self.connection is not None and self.table is None and self.query is None:
            raise ValueError(f"connection {self.connection} needs table or query")
        for ours in (*self.columns, *self.constants):
            if ours not in contract.by_name:
                known = choices(ours, contract.by_name)
                raise ValueError(f"{self.stream} has no column {ours!r}; its columns, the nearest first: {known}")
        if twice := sorted({*self.columns} & {*self.constants}):
            raise ValueError(f"{', '.join(twice)} is under columns and under constants; keep one of them")
        if self.deleted is not None and "is_deleted" in {*self.columns, *self.constants}:
            raise ValueError("deleted and is_deleted are both set; keep deleted")
        return self

    @property
    def wanted(self) -> Wanted:
        of_all = {"system": self.system, "identity_system": self.identity_system}
        open_names = set(source_contract("tables").stream(self.stream).by_name) - {*self.columns, *self.constants}
        given = {ours: value for ours, value in of_all.items() if value is not None and ours in open_names}
        return Wanted(self.columns, {**given, **self.constants}, self.cursor, self.deleted)

    @property
    def key(self) -> str:
        """The same as long as the same is read: another query or mapping is another table, read from its beginning."""
        told = self.model_dump(mode="json", exclude={"stream"}, exclude_defaults=True)
        digest = hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:10]
        name = self.table or ("query" if self.query else self.place.replace("\\", "/").rstrip("/").rpartition("/")[2])
        return f"{self.stream}/{re.sub(r'[^A-Za-z0-9_.]+', '_', name)}-{digest}"


class LayoutUse(_Place):
    """The tables of one published pipeline, which fill several streams."""

    layout: str = Field(description="Its name, such as fivetran_github.")
    schema_name: str = Field(
        "main", validation_alias="schema", description="The schema of its tables; a folder has none."
    )
    streams: tuple[str, ...] = Field((), description="The streams to fill; empty fills all of the layout.")

    @model_validator(mode="after")
    def _is_known(self) -> Self:
        known = layout_files.layout_names(layout_files.FOLDER)
        if self.layout not in known:
            raise ValueError(
                f"there is no layout {self.layout!r}; the layouts, the nearest first: {choices(self.layout, known)}"
            )
        streams = layout_files.load_layout(layout_files.FOLDER, self.layout).streams
        for stream in self.streams:
            if stream not in streams:
                raise ValueError(
                    f"layout {self.layout} has no stream {stream!r}; its streams, the nearest first: "
                    f"{choices(stream, streams)}"
                )
        if self.connection is not None and "schema_name" not in self.model_fields_set:
            raise ValueError(f"connection {self.connection} needs the schema that holds the tables of {self.layout}")
        layout_files.filled("", self.schema_name)
        return self

    def inputs(self) -> Iterator[Input]:
        layout = layout_files.load_layout(layout_files.FOLDER, self.layout)
        is_folder = self.address is not None and not is_duckdb(self.address)
        schema = "main" if is_folder else self.schema_name
        for name, stream in layout.streams.items():
            if not self.streams or name in self.streams:
                system = layout.system if stream.system is None else stream.system
                space = layout.identity_system if stream.identity_system is None else stream.identity_system
                yield Input(
                    stream=name,
                    address=self.address,
                    connection=self.connection,
                    query=layout_files.filled(stream.query, schema),
                    system=system or None,
                    identity_system=space or None,
                    cursor=stream.cursor,
                    deleted=stream.deleted,
                )


class Config(SourceConfig):
    """`[sources.tables]`: inputs, layouts or both."""

    model_config = ConfigDict(hide_input_in_errors=True)

    inputs: tuple[Input, ...] = Field((), description="One table for each table that fills a stream.")
    layouts: tuple[LayoutUse, ...] = Field((), description="One table for each ready-made mapping.")
    connections: Mapping[str, SecretStr] = Field(
        {},
        examples=["warehouse"],
        description="Addresses of databases by name, one variable each: two underscores and the name follow.",
    )
    storage_options: Mapping[str, SecretStr | bool] = Field(
        {}, description="What fsspec needs to open the storage, such as endpoint_url. Keys: the usual AWS_* variables."
    )
    lookback_days: int = Field(2, ge=0, description="Days before the last cursor that each run reads again.")

    @field_validator("connections")
    @classmethod
    def _lower(cls, connections: Mapping[str, SecretStr]) -> Mapping[str, SecretStr]:
        return {name.lower(): address for name, address in connections.items()}

    @model_validator(mode="after")
    def _reads_something(self) -> Self:
        if not self.enabled:
            return self
        if not self.inputs and not self.layouts:
            raise ValueError("nothing to read: set inputs or layouts")
        for place in (*self.inputs, *self.layouts):
            if place.connection is not None and place.connection.lower() not in self.connections:
                raise ValueError(
                    f"connection {place.connection!r} has no address; set {VARIABLE}{place.connection.upper()}. Set "
                    f"are, the nearest first: {choices(place.connection, self.connections)}"
                )
        keys = [each.key for each in self.all_inputs()]
        if twice := sorted({key for key in keys if keys.count(key) > 1}):
            raise ValueError(f"{', '.join(twice)}: two inputs are the same; keep one of them")
        return self

    def all_inputs(self) -> list[Input]:
        """The inputs, and those of the layouts."""
        return [*self.inputs, *(each for layout in self.layouts for each in layout.inputs())]


def slices(
    config: Config, partition: DailyPartition, cursors: Cursors, retries: RetryPolicy | None = None
) -> Iterator[Slice]:
    """One slice an input."""
    for number, each in enumerate(config.all_inputs(), start=1):
        reader = _Reader(config, each, number, partition.as_of, cursors.get(each.key))
        yield Slice(each.key, (each.stream,), reader.items, reader.cursor if each.cursor else None)


def problems(config: Config) -> Iterator[str]:
    """What can be said of the inputs without reading them: files of this machine that are not there."""
    for place in (*config.inputs, *config.layouts):
        if isinstance(place.address, Path) and (problem := missing_file(place.address)):
            yield problem


class _Reader:
    """Reads one input once: its items, and afterwards the cursor with which the next run continues."""

    def __init__(self, config: Config, source: Input, number: int, as_of: datetime, last: str | None) -> None:
        self._config, self._input, self._number, self._as_of, self._last = config, source, number, as_of, last
        self._latest = position(last)

    def items(self) -> Iterator[Item]:
        self._latest = position(self._last)
        contract = source_contract("tables").stream(self._input.stream)
        with self._relations() as relations:
            for file, relation in enumerate(relations, start=1):
                pointer = f"input {self._number} file {file}" if relation.is_csv else f"input {self._number}"
                yield from self._relation(relation, contract, pointer)

    def cursor(self) -> str | None:
        """The largest value that was read, or the last one where nothing is new."""
        return as_text(self._latest)

    def _relations(self) -> AbstractContextManager[Iterator[FileRelation | DatabaseRelation]]:
        source = self._input
        if source.connection is not None:
            from orchestration.connectors.tables.databases import database_relations

            address = self._config.connections[source.connection.lower()].get_secret_value()
            return database_relations(address, source.connection, source.table, source.query)
        assert source.address is not None
        options = {
            name: value.get_secret_value() if isinstance(value, SecretStr) else value
            for name, value in self._config.storage_options.items()
        }
        return file_relations(source.address, source.table, source.query, options)

    def _relation(
        self, relation: FileRelation | DatabaseRelation, contract: StreamContract, pointer: str
    ) -> Iterator[Item]:
        chosen = choose(contract, self._input.wanted, relation.place, relation.columns)
        converter = Converter(contract, chosen, relation.place, pointer, self._as_of)
        start = None if chosen.cursor is None else since(self._last, self._config.lookback_days)
        for chunk in relation.chunks(chosen.theirs, chosen.cursor, start):
            yield converter.batch(chunk)
        if isinstance(relation, FileRelation) and relation.is_csv:
            yield from relation.rejected(contract.stream, pointer)
        self._latest = later(self._latest, converter.latest)
