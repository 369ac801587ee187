"""Dagster's SQLite event log with one connection a file in place of a new one for each statement.

Belongs here: how events reach the files below `data/dagster`. Does not: which events there are (defs).

A run plans some 300 events. For each of them Dagster's own storage opens its file, compiles its statements and waits
for the disk, which takes longer than everything else in a run with nothing new. Only public methods of the storage are
overridden, and it reads these files without this module. With `synchronous = off` a killed process loses nothing; a
power cut may cost run history, which no publication needs.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Self

from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._serdes import ConfigurableClassData
from sqlalchemy import Connection, Engine, create_engine, event, inspect

INDEX = "index"
"""The file of the events of all runs; each run has another file of its own."""
BUSY_TIMEOUT_SECONDS = 60


class PooledSqliteEventLog(SqliteEventLogStorage):
    """Dagster's SQLite event log on connections that are kept. `dagster.yaml` names this class."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines: dict[str, Engine] = {}
        self._lock = threading.RLock()
        super().__init__(base_dir, inst_data)

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]) -> Self:
        return cls(inst_data=inst_data, **config_value)

    def run_connection(self, run_id: str | None = None) -> Any:
        assert run_id is not None
        return self._kept_connection(run_id)

    def index_connection(self) -> AbstractContextManager[Connection]:
        return self._kept_connection(INDEX)

    def has_table(self, table_name: str) -> bool:
        with self.index_connection() as connection:
            return inspect(connection).has_table(table_name)

    def delete_events(self, run_id: str) -> None:
        """Remove the file of a run, which Dagster would only empty, and what SQLite keeps beside it."""
        super().delete_events(run_id)
        self._engines.pop(run_id).dispose()
        for ending in ("", "-wal", "-shm"):
            Path(self.path_for_shard(run_id) + ending).unlink(missing_ok=True)

    def dispose(self) -> None:
        super().dispose()
        for engine in self._engines.values():
            engine.dispose()

    @contextmanager
    def _kept_connection(self, shard: str) -> Iterator[Connection]:
        with self._lock, self._engine(shard).begin() as connection:
            yield connection

    def _engine(self, shard: str) -> Engine:
        if shard not in self._engines:
            self._create_tables(shard)
            timeout = {"timeout": BUSY_TIMEOUT_SECONDS}
            engine = create_engine(self.conn_string_for_shard(shard), connect_args=timeout)
            event.listen(engine, "connect", lambda connection, _: connection.execute("pragma synchronous = off"))
            self._engines[shard] = engine
        return self._engines[shard]

    def _create_tables(self, shard: str) -> None:
        """Dagster creates the tables of a file when it first connects."""
        with super().index_connection() if shard == INDEX else super().run_connection(shard):
            pass
