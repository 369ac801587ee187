"""The interface of a connector: a module that reads one source as slices of items.

Belongs here: the types that connectors and landing share.
Does not: reading a source (one module each), checking or writing records (landing).

A connector module defines `Config(SourceConfig)` and
`slices(config, partition, cursors, retries=None) -> Iterator[Slice]`. It may define
`problems(config) -> Iterator[str]`: what is missing, as far as can be said without calling the source.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Protocol

from pydantic import BaseModel, ConfigDict, Field

from orchestration.connectors._http.retries import RetryPolicy as RetryPolicy
from orchestration.partition import DailyPartition

if TYPE_CHECKING:
    import pyarrow as pa

Record = Mapping[str, object]
"""One record as the source sent it: JSON-like, with nested objects but without child lists."""

Cursors = Mapping[str, str]
"""Slice key -> cursor of its newest load before this run."""


@dataclass(frozen=True, slots=True)
class Row:
    """One record of a stream. `pointer` is its place (endpoint and id, or file digest and line), never a name."""

    stream: str
    record: Record
    pointer: str


@dataclass(frozen=True, slots=True)
class Batch:
    """Many records at once, for large volumes: an Arrow table whose columns are named as they land."""

    stream: str
    table: pa.Table
    pointers: pa.Array | None = None


@dataclass(frozen=True, slots=True)
class RejectedRecord:
    """Input that is not a record, such as a broken line. Landing keeps its digest, never its content."""

    stream: str
    reason: str
    pointer: str
    payload: bytes


Item = Row | Batch | RejectedRecord


def built_row(stream: str, pointer: str, sent: object, build: Callable[[], Record]) -> Row | RejectedRecord:
    """The row that `build` makes of a record as sent; a rejected record where that has not the expected shape."""
    try:
        return Row(stream, build(), pointer)
    except (KeyError, TypeError, ValueError, AttributeError):
        return RejectedRecord(stream, "malformed", pointer, repr(sent).encode())


@dataclass(frozen=True, slots=True)
class Slice:
    """The unit of reading: it lands whole or not at all.

    key: unique within the source, such as "pull_requests/acme/app" or "user_days/2026-11-17".
    streams: the streams that it fills; an empty answer lands as zero rows, so that it differs from a failure.
    items: called only when the slice must be read; when it raises, nothing of the slice lands.
    cursor: stored with the load; the next run finds it in `cursors[key]`. A function when it is known only
        after the last item.
    day: for replace_day streams, the day whose rows this slice replaces.
    """

    key: str
    streams: tuple[str, ...]
    items: Callable[[], Iterable[Item]]
    cursor: str | Callable[[], str | None] | None = None
    day: date | None = None


class SourceConfig(BaseModel):
    """The settings that every source has in counterpoise.toml.

    A source that corrects days adds `lookback_days`: its default says for how long, and `ge` forbids less than that.
    """

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    enabled: bool = Field(True, description="Whether runs read this source; landed data stays.")


class Connector(Protocol):
    """What a connector module defines."""

    Config: type[SourceConfig]

    def slices(
        self, config: Any, partition: DailyPartition, cursors: Cursors, retries: RetryPolicy | None = None
    ) -> Iterator[Slice]: ...
