"""DuckDB files and relations: how a mart is read, copied and hashed, whichever thread wrote its rows first.

Belongs here: quoting, opening a file read-only, and the select by which every relation is copied and hashed.
Does not: which relations are published (policy) or where the copies are (publish).

Doubles are rounded to twelve significant digits: the digits after them depend on the order in which threads add, and
the same run must have the same content.
"""

from __future__ import annotations

import fcntl
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    import duckdb

FLOATING = ("DOUBLE", "FLOAT")
STORAGE_VERSION = "v1.0.0"
"""The storage version that every DuckDB client since 1.0 can open."""


class RelationContent(BaseModel):
    """The content of a relation in numbers: rows, columns with types, and a hash that does not depend on row order."""

    model_config = ConfigDict(frozen=True)

    rows: int
    columns: dict[str, str]
    content_hash: str


@dataclass(frozen=True, slots=True)
class RelationDocs:
    """The descriptions of a relation and its columns in the dbt manifest; the copy has them as comments."""

    description: str
    columns: dict[str, str]


def identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def literal(value: str | Path) -> str:
    return "'" + str(value).replace("'", "''") + "'"


def open_read_only(path: Path) -> duckdb.DuckDBPyConnection:
    """A connection through which the file cannot be changed."""
    import duckdb

    return duckdb.connect(str(path), read_only=True)


def is_open_elsewhere(path: Path) -> bool:
    """Whether another process has the DuckDB file open. DuckDB locks an open file, and its error has no code for that.

    Only for a file that this process has not open: looking at the lock would release ours.
    """
    with path.open("r+b") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):  # POSIX allows either
            return True
    return False


def columns_of(connection: duckdb.DuckDBPyConnection, qualified: str) -> dict[str, str]:
    """Column names and DuckDB types, in order."""
    return {row[0]: row[1] for row in connection.execute(f"describe {qualified}").fetchall()}


def outgoing(connection: duckdb.DuckDBPyConnection, qualified: str) -> str:
    """The select by which `qualified` is copied: all columns, doubles rounded, rows in a fixed order."""
    parts = [
        f"cast(format('{{:.12g}}', {identifier(name)}) as {kind}) as {identifier(name)}"
        if kind in FLOATING
        else identifier(name)
        for name, kind in columns_of(connection, qualified).items()
    ]
    return f"select {', '.join(parts)} from {qualified} order by all"  # names from the catalogue


def content_of(connection: duckdb.DuckDBPyConnection, qualified: str) -> RelationContent:
    """Rows, columns and hash of the copy that `outgoing` would make."""
    columns = columns_of(connection, qualified)
    cells = ", ".join(f"coalesce(cast({identifier(name)} as varchar), chr(30))" for name in columns)
    query = f"""
        with outgoing as ({outgoing(connection, qualified)}),
        hashed as (select md5(concat_ws(chr(31), {cells})) as row_hash from outgoing)
        select count(*), coalesce(md5(string_agg(row_hash, '' order by row_hash)), 'empty') from hashed
    """  # names from the catalogue
    found = connection.execute(query).fetchone()
    assert found is not None
    return RelationContent(rows=found[0], columns=columns, content_hash=found[1])
