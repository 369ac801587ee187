"""Files of other pipelines, read by DuckDB: CSV, Parquet, DuckDB files, and folders of them, here or in object storage.

Reads:  whatever fsspec opens: paths of this machine, s3://… and other storage whose package is installed.
Yields: the columns that are asked for, in chunks of one length, so that an equal file gives an equal load.
Leaves out: what a column means (mapping). A CSV is read as text, so that landing decides about each row; under a
query its types are guessed from the whole file, because SQL needs them.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import fsspec
import pyarrow as pa
from fsspec.core import OpenFile, url_to_fs

from orchestration.connectors.base import RejectedRecord
from orchestration.connectors.tables.mapping import (
    CHUNK_ROWS,
    ENGINE_CONFIG,
    KEPT,
    Position,
    spelled,
)
from orchestration.errors import PermissionDeniedError, SourceError, UnreachableError, choices
from orchestration.storage.relations import identifier, literal

CSV = (".csv", ".tsv", ".csv.gz", ".tsv.gz")
PARQUET = (".parquet", ".pq")
DUCKDB = (".duckdb", ".ddb", ".db")
DELIMITERS = ",;\t|"
ONE_FILE = "input"
"""What a query calls the file or files of its address."""
TABLES = (
    "select table_schema || '.' || table_name from information_schema.tables where table_catalog = current_database()"
)
REJECTED = "select distinct on (line) line, error_type, csv_line from reject_errors order by line"


def is_storage(address: str) -> bool:
    """Whether fsspec knows the scheme of an address."""
    return address.partition("://")[0].partition("::")[0] in fsspec.available_protocols()


def is_duckdb(address: Path | str) -> bool:
    """Whether an address is that of a DuckDB file."""
    return str(address).lower().endswith(DUCKDB)


def missing_file(address: Path) -> str | None:
    """Why an address of this machine cannot be read, as far as can be said without reading it."""
    storage, path = url_to_fs(str(address))
    return None if storage.isdir(path) or storage.glob(path) else f"no file matches {address}"


@dataclass
class FileRelation:
    """One relation of a DuckDB connection: a file, a table, or a query over them."""

    engine: duckdb.DuckDBPyConnection
    source: str
    place: str
    is_csv: bool = False
    is_ordered: bool = False
    kinds: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        with _explained(self.place):
            rows = self.engine.execute(f"describe select * from {self.source}").fetchall()
        self.kinds = {name: kind for name, kind, *_ in rows}

    @property
    def columns(self) -> list[str]:
        return list(self.kinds)

    def chunks(self, names: Sequence[str], cursor: str | None, start: Position | None) -> Iterator[pa.Table]:
        """The rows from `start` on, and those without a cursor, in an order that depends on their content alone."""
        chosen = ", ".join(map(identifier, names))
        query, values = f"select {chosen} from {self.source}", []
        if cursor is not None and start is not None:
            text = f"try_cast(nullif(trim({identifier(cursor)}), '') as timestamptz)"
            cell = text if self.kinds[cursor] == "VARCHAR" else identifier(cursor)
            query, values = f"{query} where {cell} is null or {cell} >= ?", [start]
        with _explained(self.place):
            reader = self.engine.execute(query if self.is_ordered else f"{query} order by {chosen}", values)
            yield from _of_one_length(reader.to_arrow_reader(CHUNK_ROWS))

    def rejected(self, stream: str, pointer: str) -> Iterator[RejectedRecord]:
        """The lines of a CSV that are not records. SourceError when a quote never closes: the rest is inside it."""
        for number, error, content in self.engine.execute(REJECTED).fetchall():
            if error == "UNQUOTED VALUE" and content.count('"') % 2:
                raise SourceError(f"{self.place}: the quote of line {number} never closes. {KEPT} Export it again.")
            payload = content.encode("utf-8", "surrogateescape")
            yield RejectedRecord(stream, error.lower().replace(" ", "_"), f"{pointer} line {number}", payload)


def _of_one_length(reader: pa.RecordBatchReader) -> Iterator[pa.Table]:
    """DuckDB's batches end where its threads ended; the digest of a load needs one length."""
    held = pa.Table.from_batches([], schema=reader.schema)
    for batch in reader:
        held = pa.concat_tables([held, pa.Table.from_batches([batch])])
        while len(held) >= CHUNK_ROWS:
            yield held.slice(0, CHUNK_ROWS).combine_chunks()
            held = held.slice(CHUNK_ROWS)
    if len(held):
        yield held.combine_chunks()


@contextmanager
def file_relations(
    address: Path | str, table: str | None, query: str | None, storage_options: Mapping[str, Any]
) -> Iterator[Iterator[FileRelation]]:
    """The relations of an address: one for each CSV, one for all else."""
    with TemporaryDirectory() as spill:
        place = _Place(address, storage_options, spill)
        try:
            yield place.relations(table, query)
        finally:
            place.engine.close()


class _Place:
    """One address: its storage, and a DuckDB that reads it."""

    def __init__(self, address: Path | str, options: Mapping[str, Any], spill: str) -> None:
        self._is_local = isinstance(address, Path)
        self._name = address.name if isinstance(address, Path) else address
        fresh = {} if self._is_local else {**options, "skip_instance_cache": True, "use_listings_cache": False}
        try:
            self._storage, self._path = url_to_fs(str(address), **fresh)
        except ImportError as error:
            raise SourceError(f"{self._name}: {_first_line(error)}. {KEPT}") from None
        self.engine = duckdb.connect(config={**ENGINE_CONFIG, "temp_directory": spill})
        self.engine.execute("set TimeZone = 'UTC'")
        if not self._is_local:
            self.engine.register_filesystem(self._storage)

    def relations(self, table: str | None, query: str | None) -> Iterator[FileRelation]:
        if is_duckdb(self._path):
            self._attach()
            yield self._inside(table, query)
        elif self._answer(self._storage.isdir, self._path):
            for file in self._files(f"{self._path.rstrip('/')}/*"):
                self._view(PurePosixPath(file).name.partition(".")[0], [file])
            yield self._inside(table, query)
        elif table is not None:
            raise SourceError(
                f"{self._name} is not a folder or a DuckDB file, so it has no table {table!r}. {KEPT} Leave table out, "
                f"or name a folder."
            )
        elif query is not None:
            self._view(ONE_FILE, self._files(self._path))
            yield self._inside(None, query)
        else:
            yield from self._whole(self._files(self._path))

    def _whole(self, files: list[str]) -> Iterator[FileRelation]:
        if not files[0].lower().endswith(CSV):
            yield FileRelation(self.engine, _parquet(files), self._name, is_ordered=True)
            return
        for file in files:
            self.engine.execute("drop table if exists reject_errors; drop table if exists reject_scans")
            name = PurePosixPath(file).name
            yield FileRelation(self.engine, self._text(file), name, is_csv=True, is_ordered=True)

    def _inside(self, table: str | None, query: str | None) -> FileRelation:
        if query is not None:
            source = f"({query.strip().rstrip(';')}\n) as input"
            return FileRelation(self.engine, source, f"the query on {self._name}")
        names = [name for (name,) in self.engine.execute(TABLES).fetchall()]
        if table is None:
            raise SourceError(
                f"{self._name} holds tables, and neither table nor query is set; its tables: {choices('', names)}. "
                f"{KEPT}"
            )
        found = spelled(table, names) or spelled(f"main.{table}", names)
        if found is None:
            raise SourceError(
                f"{table!r} is not a table of {self._name}; its tables, the nearest first: {choices(table, names)}. "
                f"{KEPT}"
            )
        schema, _, name = found.partition(".")
        return FileRelation(self.engine, f"{identifier(schema)}.{identifier(name)}", f"{table} of {self._name}")

    def _attach(self) -> None:
        if not self._is_local:
            raise SourceError(
                f"{self._name}: a DuckDB file is read from this machine only. {KEPT} Copy it here, or export its "
                f"tables to Parquet."
            )
        for file in self._files(self._path):
            with _explained(self._name):
                self.engine.execute(f"attach {literal(file)} as attached_place (read_only)")
                self.engine.execute("use attached_place")

    def _view(self, name: str, files: list[str]) -> None:
        source = self._typed(files) if files[0].lower().endswith(CSV) else _parquet(files)
        with _explained(self._name):
            self.engine.execute(f"create view {identifier(name)} as select * from {source}")

    def _files(self, pattern: str) -> list[str]:
        """The files of a path or pattern that can be read, in the order of their names."""
        paths = self._answer(self._storage.glob, pattern)
        known = sorted(path for path in paths if path.lower().endswith((*CSV, *PARQUET, *DUCKDB)))
        if not known:
            kinds = ", ".join((*CSV, *PARQUET, *DUCKDB))
            raise SourceError(f"tables: {self._name}: {len(paths)} files match, none of which ends in {kinds}. {KEPT}")
        return known if self._is_local else [self._storage.unstrip_protocol(path) for path in known]

    def _answer(self, ask: Callable[[str], Any], path: str) -> Any:
        """What the storage answers. Its errors are those of many packages, so all others mean that it did not."""
        try:
            return ask(path)
        except PermissionError as error:
            raise PermissionDeniedError(f"{self._name}: {_first_line(error)}. {KEPT}") from None
        except Exception as error:
            raise UnreachableError(f"{self._name}: {_first_line(error)}. {KEPT}") from None

    def _typed(self, files: list[str]) -> str:
        """CSV files under a query."""
        dialect = _dialect(self._header(files[0])[0])
        return f"read_csv({_listed(files)}, {dialect}, sample_size = -1, union_by_name = true)"

    def _text(self, file: str) -> str:
        """A CSV as text, in a dialect that its header fixes: were it guessed, one bad row could change it."""
        mark, header = self._header(file)
        columns = ", ".join(f"{literal(column)}: 'VARCHAR'" for column in header)
        options = f"{_dialect(mark)}, comment = '', auto_detect = false, columns = {{{columns}}}, store_rejects = true"
        return f"read_csv({literal(file)}, {options})"

    def _header(self, file: str) -> tuple[str, list[str]]:
        """The delimiter and the names of the columns."""
        line = self._answer(self._first_line_of, file)
        mark = max(DELIMITERS, key=line.count)
        header = [column.strip() for column in next(csv.reader([line], delimiter=mark), [])]
        if not all(header) or not header or len(set(header)) < len(header):
            raise SourceError(
                f"{PurePosixPath(file).name}: its first line has to name every column once; found {len(header)} names, "
                f"{len(set(header) - {''})} of them different. {KEPT}"
            )
        return mark, header

    def _first_line_of(self, file: str) -> str:
        path = self._storage._strip_protocol(file)
        packed = "gzip" if path.lower().endswith(".gz") else None
        with OpenFile(self._storage, path, "rt", packed, encoding="utf-8-sig", errors="replace") as content:
            return str(content.readline())


def _dialect(mark: str) -> str:
    return f"header = true, delim = {literal(mark)}, quote = '\"', escape = '\"'"


def _parquet(files: list[str]) -> str:
    return f"read_parquet({_listed(files)}, union_by_name = true)"


def _listed(files: list[str]) -> str:
    return f"[{', '.join(map(literal, files))}]"


@contextmanager
def _explained(place: str) -> Iterator[None]:
    """DuckDB's errors as one sentence. One about a value is not repeated: the value may be a person's."""
    try:
        yield
    except duckdb.ConversionException:
        raise SourceError(f"{place}: a value does not convert as the query asks. {KEPT} Use try_cast.") from None
    except duckdb.Error as error:
        raise SourceError(f"{place}: {_first_line(error)}. {KEPT}") from None


def _first_line(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")
