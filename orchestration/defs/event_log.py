"""Dagster's own record of runs, on connections that are kept.

Belongs here: how events reach the SQLite files below `data/dagster`. Does not: which events there are (defs).

Dagster opens and closes its file anew for each of the thousands of statements of a run, forgets every compiled
statement with it, and waits for the disk at each commit: together half a minute and more. A kill loses none of what
is written here; a power cut may cost run history, which no publication needs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from dagster._core.storage.event_log.sqlite import SqliteEventLogStorage
from dagster._core.storage.event_log.sqlite.sqlite_event_log import INDEX_SHARD_NAME
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._serdes import ConfigurableClassData
from sqlalchemy import Connection, Engine, create_engine, event, inspect


class PooledSqliteEventLog(SqliteEventLogStorage):
    """Dagster's SQLite event log with one engine a file in place of one a statement. Named in `dagster.yaml`."""

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]) -> Self:
        return cls(inst_data=inst_data, **config_value)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._db_lock:
            engine = self._engine(shard)
            if shard not in self._initialized_dbs:
                self._initdb(engine)
                self._initialized_dbs.add(shard)
            with engine.begin() as connection:
                yield connection

    def has_table(self, table_name: str) -> bool:
        return inspect(self._engine(INDEX_SHARD_NAME)).has_table(table_name)

    def delete_events(self, run_id: str) -> None:
        """Dagster empties the file of a run and leaves it; here it goes, with what SQLite keeps beside it."""
        super().delete_events(run_id)
        self._engines.pop(run_id).dispose()
        self._initialized_dbs.discard(run_id)
        for ending in ("", "-wal", "-shm"):
            Path(self.path_for_shard(run_id) + ending).unlink(missing_ok=True)

    def dispose(self) -> None:
        super().dispose()
        for engine in self._engines.values():
            engine.dispose()

    @cached_property
    def _engines(self) -> dict[str, Engine]:
        return {}

    def _engine(self, shard: str) -> Engine:
        if shard not in self._engines:
            address = self.conn_string_for_shard(shard)
            engine = create_engine(address, connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS})
            event.listen(engine, "connect", lambda connection, _: connection.execute("pragma synchronous = off"))
            self._engines[shard] = engine
        return self._engines[shard]
