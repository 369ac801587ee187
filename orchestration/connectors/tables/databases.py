"""SQL databases, read by dlt's sql_database over SQLAlchemy.

Reads:  one table or one query of a connection, from a position of its cursor column on.
Yields: Arrow tables with the columns that are asked for and no others.
Leaves out: what the address of a connection holds: of an error only the first line is told, without host, user,
database and password.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any

import pyarrow as pa
import sqlalchemy as sa
from dlt.common.libs.pyarrow import PyToArrowConversionException
from dlt.sources.sql_database import TableLoader

from orchestration.connectors.tables.mapping import CHUNK_ROWS, KEPT, Position, is_text, spelled
from orchestration.errors import SourceError, UnreachableError, choices

MIN_HIDDEN = 3
"""A shorter host, user or database name is left in a message, because it is also part of words; a password never."""


class DatabaseRelation:
    """A table or a query of one connection."""

    is_csv = False

    def __init__(self, engine: sa.Engine, connection: str, table: str | None, query: str | None) -> None:
        self._engine, self._connection = engine, connection
        self.place = f"{'the query' if table is None else table} on connection {connection}"
        with self._explained():
            self._source, self.columns = self._of_query(query or "") if table is None else self._of_table(table)

    def chunks(self, names: Sequence[str], cursor: str | None, start: Position | None) -> Iterator[pa.Table]:
        """The rows from `start` on, and those without a cursor, ordered by all columns that are read."""
        cells = [self._source.c[name] for name in names]
        chosen = sa.select(*cells).order_by(*cells)
        if cursor is not None and start is not None:
            cell = self._source.c[cursor]
            chosen = chosen.where(sa.or_(cell.is_(None), cell >= sa.bindparam("start", start)))
        loader = TableLoader(
            self._engine,
            "pyarrow",
            sa.Table("input", sa.MetaData(), *(sa.Column(name, sa.types.NullType()) for name in names)),
            {},
            chunk_size=CHUNK_ROWS,
            query_adapter_callback=lambda query, table: chosen,
        )
        with self._explained(), closing(loader.load_rows()) as chunks:  # closed, the query does not hold its locks
            for chunk in chunks:
                if cursor is not None and is_text(chunk[cursor].type):
                    raise SourceError(
                        f"the cursor {cursor!r} of {self.place} is text, which a database does not compare as time; "
                        f"use a query that casts it, or another column. {KEPT}"
                    )
                yield chunk

    def _of_query(self, query: str) -> tuple[sa.FromClause, list[str]]:
        # a colon is no parameter here, and a last line may be a comment
        text = sa.text(query.strip().rstrip(";").replace(":", r"\:") + "\n")
        names = self._names(text.columns().subquery("input"))
        return text.columns(*map(sa.column, names)).subquery("input"), names

    def _of_table(self, table: str) -> tuple[sa.FromClause, list[str]]:
        schema, _, name = table.rpartition(".")
        inspector = sa.inspect(self._engine)
        tables = [*inspector.get_table_names(schema or None), *inspector.get_view_names(schema or None)]
        if self._engine.dialect.name == "postgresql":
            tables += inspector.get_materialized_view_names(schema or None)
        found = spelled(name, tables)
        if found is None:
            known = choices(table, [f"{schema}.{each}" if schema else each for each in tables])
            raise SourceError(
                f"{table!r} is not a table on connection {self._connection}; its tables, the nearest first: {known}. "
                f"{KEPT}"
            )
        names = self._names(sa.table(found, schema=schema or None))
        return sa.table(found, *map(sa.column, names), schema=schema or None), names

    def _names(self, source: sa.FromClause) -> list[str]:
        with self._engine.connect() as connection:
            return list(connection.execute(sa.select(sa.text("*")).select_from(source).where(sa.false())).keys())

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """A database's errors as one sentence. One about a value is not repeated: the value may be a person's."""
        try:
            yield
        except (sa.exc.SQLAlchemyError, PyToArrowConversionException, OSError) as error:
            match error:
                case PyToArrowConversionException():
                    problem = f"the values of {error.field_name!r} are of several types; use a query that casts it"
                case sa.exc.DataError():
                    problem = "a value does not convert as the query asks"
                case _:
                    problem = _without_address(error, self._engine.url)
            is_down = isinstance(error, sa.exc.OperationalError | OSError)
            kind = UnreachableError if is_down else SourceError
            raise kind(f"{self.place}: {problem}. {KEPT}") from None


def _without_address(error: BaseException, url: sa.URL) -> str:
    """The first line of a database's error, without what the address holds."""
    told = error.orig if isinstance(error, sa.exc.DBAPIError) and error.orig is not None else error
    text = (str(told).strip() or type(told).__name__).splitlines()[0]
    parts = [str(part) for part in (url.username, url.host, url.database, *url.query.values()) if part]
    hidden = [part for part in parts if len(part) >= MIN_HIDDEN] + ([str(url.password)] if url.password else [])
    for part in sorted(hidden, key=len, reverse=True):
        text = text.replace(part, "…")
    return text.rstrip(".")


def _in_utc(connection: Any, record: object) -> None:
    """A query that makes a day of a time cuts it in UTC, whatever the server's zone."""
    connection.execute("set time zone 'UTC'")
    connection.commit()


@contextmanager
def database_relations(
    address: str, connection: str, table: str | None, query: str | None
) -> Iterator[Iterator[DatabaseRelation]]:
    """The one relation; the database is left afterwards."""
    try:
        engine = sa.create_engine(address, poolclass=sa.pool.NullPool, hide_parameters=True)
    except (sa.exc.ArgumentError, ModuleNotFoundError) as error:
        missing = isinstance(error, ModuleNotFoundError | sa.exc.NoSuchModuleError)
        problem = f"its driver is not installed ({error})" if missing else "its address is not one of SQLAlchemy"
        raise SourceError(
            f"connection {connection}: {problem}; an example is postgresql+psycopg://user:password@host/database. "
            f"{KEPT}"
        ) from None
    if engine.dialect.name == "postgresql":
        sa.event.listen(engine, "connect", _in_utc)
    try:
        yield iter([DatabaseRelation(engine, connection, table, query)])
    finally:
        engine.dispose()
