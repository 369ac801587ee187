"""The files of a publication: one DuckDB database and one Parquet file a mart, with the same rows.

Belongs here: how the copies are written. The database has the oldest storage version, holds tables only (a view
would contain the name of the warehouse), and has the manifest's descriptions as comments.
Does not: checksums, names, pointers (publish).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.publishing.publication import DATABASE, Publication
from orchestration.storage.relations import (
    STORAGE_VERSION,
    RelationContent,
    RelationDocs,
    identifier,
    literal,
    outgoing,
)

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

PUBLICATION_COLUMNS = {
    "publication_id": ("varchar", "Name of this publication: the run and a number within it."),
    "as_of": ("timestamp", "Exclusive end, in UTC, of the data in this publication."),
    "code_version": ("varchar", "Version of the code, models and seeds that made it."),
    "inputs_fingerprint": ("varchar", "Digest of all inputs: loads, code, settings, as_of."),
    "content_hash": ("varchar", "Digest of all other published relations, whatever the order of their rows."),
    "definition_versions": ("varchar", "JSON: metric id to the version of its definition."),
    "source_completeness": (
        "varchar",
        "JSON: expected and missing stream-days of each source, last delivered day.",
    ),
    "checks_passed": ("bigint", "Checks of this build that passed."),
    "checks_warned": ("bigint", "Checks that warned; a warning never blocks a publication."),
}
"""The one row that names the publication which a query reads."""


def write_database(target: Path, warehouse: Path, marts: Mapping[str, RelationDocs], record: Publication) -> None:
    """Copy the marts into a new database file and close it, so that no write-ahead log stays beside it."""
    import duckdb

    with duckdb.connect() as connection:
        connection.execute(f"attach {literal(warehouse)} as warehouse (read_only)")
        connection.execute(f"attach {literal(target)} as publication (storage_version '{STORAGE_VERSION}')")
        connection.execute("create schema publication.marts")
        for name, docs in sorted(marts.items()):
            place = f"publication.marts.{identifier(name)}"
            select = outgoing(connection, f"warehouse.marts.{identifier(name)}")
            connection.execute(f"create table {place} as {select}")
            comment(connection, place, docs)
        _write_publication_row(connection, record)
        connection.execute("checkpoint publication")
        connection.execute("detach publication")
        connection.execute("detach warehouse")


def write_parquet(folder: Path, contents: Mapping[str, RelationContent]) -> None:
    """One zstd Parquet file a relation, read back from the database just written."""
    import duckdb

    (folder / "parquet").mkdir()
    with duckdb.connect(str(folder / DATABASE), read_only=True) as connection:
        for name in [*sorted(contents), "publication"]:
            target = folder / "parquet" / f"{name}.parquet"
            select = f"select * from marts.{identifier(name)} order by all"  # names from the catalogue
            connection.execute(f"copy ({select}) to {literal(target)} (format parquet, compression zstd)")


def comment(connection: DuckDBPyConnection, place: str, docs: RelationDocs) -> None:
    """Put descriptions on a table and its columns."""
    connection.execute(f"comment on table {place} is {literal(docs.description)}")
    for column, description in docs.columns.items():
        connection.execute(f"comment on column {place}.{identifier(column)} is {literal(description)}")


def _write_publication_row(connection: DuckDBPyConnection, record: Publication) -> None:
    place = "publication.marts.publication"
    columns = ", ".join(f"{name} {kind}" for name, (kind, _) in PUBLICATION_COLUMNS.items())
    connection.execute(f"create table {place} ({columns})")
    states = [str(result.get("state")) for result in record.gate]
    row = [
        record.publication_id,
        record.as_of.replace(tzinfo=None),
        record.code_version,
        record.inputs_fingerprint,
        record.content_hash,
        json.dumps(record.definitions, sort_keys=True),
        json.dumps([source.model_dump() for source in record.sources], sort_keys=True),
        states.count("passed"),
        states.count("warned"),
    ]
    connection.execute(f"insert into {place} values ({', '.join('?' * len(row))})", row)  # our own table
    docs = {name: description for name, (_, description) in PUBLICATION_COLUMNS.items()}
    comment(connection, place, RelationDocs("One row: the publication that these marts belong to.", docs))
