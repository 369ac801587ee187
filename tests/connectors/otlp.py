"""Messages of OTLP as a Collector writes them, and the folder that it writes them to.

Belongs here: the shape of messages (integers as texts, attributes as lists, nanoseconds). Does not: what they mean.
"""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from orchestration.connectors import otel
from orchestration.connectors.base import RejectedRecord, Row
from orchestration.partition import DailyPartition

DAY = date(2026, 11, 17)
Message = dict[str, object]


def nanoseconds(clock: str) -> str:
    """'09:00' is of the 17th; '18T09:00' of another day of November."""
    text = f"2026-11-{clock}" if "T" in clock else f"2026-11-17T{clock}"
    at = datetime.fromisoformat(text).replace(tzinfo=UTC)
    return str((at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1) * 1000)


def listed(attributes: Mapping[str, object]) -> list[Message]:
    return [{"key": name, "value": typed(value)} for name, value in attributes.items()]


def typed(value: object) -> Message:
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int):
        return {"intValue": str(value)}
    if isinstance(value, float):
        return {"doubleValue": value}
    if isinstance(value, list):
        return {"arrayValue": {"values": [typed(each) for each in value]}}
    return {"stringValue": value}


def span(trace: str, name: str, start: str, end: str, parent: str = "", error: bool = False, **more: object) -> Message:
    """A span whose id is its name. Attributes are named with __ for a dot; `links` are ids of traces."""
    links = [{"traceId": linked, "spanId": "0"} for linked in more.pop("links", ())]
    return {
        "traceId": trace, "spanId": name, "parentSpanId": parent, "name": f"SECRET {name}", "kind": 1,
        "startTimeUnixNano": nanoseconds(start), "endTimeUnixNano": nanoseconds(end), "links": links,
        "status": {"code": 2, "message": "SECRET"} if error else {},
        "attributes": listed({key.replace("__", "."): value for key, value in more.items()}),
    }  # fmt: skip


def spans(*found: Message, **resource: object) -> Message:
    scopes = [{"scope": {"name": "relay"}, "spans": list(found)}]
    return {"resourceSpans": [{"resource": resource_of("relay", resource), "scopeSpans": scopes}]}


def event(name: str, clock: str, sequence: int | None = None, **more: object) -> Message:
    own = {"event.name": name, **{key.replace("__", "."): value for key, value in more.items()}}
    if sequence is not None:
        own |= {"event.sequence": sequence, "event.timestamp": f"2026-11-17T{clock}:00.000Z"}
    return {
        "timeUnixNano": nanoseconds(clock),
        "body": {"stringValue": f"claude_code.{name}"},
        "attributes": listed(own),
    }


def logs(*found: Message, **resource: object) -> Message:
    scopes = [{"scope": {"name": "events"}, "logRecords": list(found)}]
    return {"resourceLogs": [{"resource": resource_of("claude-code", resource), "scopeLogs": scopes}]}


def counter(
    name: str, temporality: int, *points: tuple[str, str, float], attributes: Mapping[str, object] | None = None
) -> Message:
    """A counter of Claude Code; points are start, time and value."""
    found = [
        {"startTimeUnixNano": nanoseconds(start), "timeUnixNano": nanoseconds(at), "asDouble": value,
         "attributes": listed(attributes or {})}
        for start, at, value in points
    ]  # fmt: skip
    total = {"aggregationTemporality": temporality, "isMonotonic": True, "dataPoints": found}
    scopes = [{"scope": {"name": "meter"}, "metrics": [{"name": f"claude_code.{name}", "sum": total}]}]
    return {"resourceMetrics": [{"resource": resource_of("claude-code", {}), "scopeMetrics": scopes}]}


def resource_of(service: str, attributes: Mapping[str, object]) -> Message:
    own = {key.replace("__", "."): value for key, value in attributes.items()}
    return {"attributes": listed({"service.name": service, **own})}


class Collector:
    """A folder that a Collector writes, and the runs that read it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.cursors: dict[str, str] = {}

    def write(self, *messages: Message | bytes, name: str = "otel.json", end: bytes = b"\n", changed: int = 24) -> Path:
        """Add lines to a file; it was changed last on the `changed`th of November."""
        path = self.root / name
        lines = [each if isinstance(each, bytes) else json.dumps(each).encode() for each in messages]
        held = path.read_bytes() if path.exists() else b""
        content = b"\n".join(lines) + end
        path.write_bytes(held + (gzip.compress(content) if path.suffix == ".gz" else content))
        self.touch(path, changed)
        return path

    def touch(self, path: Path, changed: int) -> None:
        at = datetime(2026, 11, changed, tzinfo=UTC).timestamp()
        os.utime(path, (at, at))

    def read(self, day: date = DAY, **settings: object) -> list[object]:
        config = otel.Config(paths=[self.root], **settings)
        (slice_,) = otel.slices(config, DailyPartition.of(day), self.cursors)
        items = list(slice_.items())
        self.cursors = {slice_.key: slice_.cursor()}
        return items


def records(items: Iterable[object], stream: str = "spans") -> list[Mapping[str, object]]:
    return [item.record for item in items if isinstance(item, Row) and item.stream == stream]


def rejected(items: Iterable[object]) -> list[tuple[str, str]]:
    return [(item.reason, item.pointer.partition(":")[2]) for item in items if isinstance(item, RejectedRecord)]
