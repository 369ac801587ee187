"""Messages of OTLP in JSON, as records: spans, log records and points of sums.

Reads:  one message, with its resource and scope. Integers of 64 bits come as texts or numbers, times in nanoseconds,
        attributes as lists of typed pairs; absent fields have their default.
Gives:  each record as sent, with its attributes as fields, those of its resource below `resource`, and what `meaning`
        derives. Lists stay lists, which do not land.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

import orjson

from orchestration.connectors.otel import meaning

if TYPE_CHECKING:
    from orchestration.connectors.otel import Config

Fields = Mapping[str, object]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LAST_NANOSECOND = 4_102_444_800 * 10**9
"""The end of the year 2099; a time beyond it is none."""
CLAUDE_CODE = "claude_code."
EVENTS = ("api_request", "api_error", "user_prompt", "tool_decision", "tool_result", "subagent_completed")
TEMPORALITY = {1: "delta", 2: "cumulative"}


class MalformedMessage(Exception):  # noqa: N818  # a verdict on a line, not an error of ours
    """A line is no message of OTLP; its text is the reason code."""


class Found(NamedTuple):
    """A record and when it happened; None where it does not say."""

    stream: str
    record: Fields
    at: datetime | None


def found_in(message: object, config: Config) -> Iterator[Found]:
    """The records of one message that are of an agent's work. Raises MalformedMessage."""
    if not isinstance(message, dict) or not message.keys() & {"resourceSpans", "resourceLogs", "resourceMetrics"}:
        raise MalformedMessage("not_otlp")
    for resource, scope in _scopes(message, "Spans"):
        for span in _objects(scope, "spans"):
            yield from _span(span, resource, config)
    for resource, scope in _scopes(message, "Logs"):
        for log in _objects(scope, "logRecords"):
            yield from _event(log, resource, config)
    for resource, scope in _scopes(message, "Metrics"):
        for metric in _objects(scope, "metrics"):
            yield from _points(metric, resource, config)


def attributes(listed: object) -> dict[str, object]:
    """Name -> value. Of a repeated name the first counts."""
    values: dict[str, object] = {}
    for pair in listed if isinstance(listed, list) else ():
        if isinstance(pair, dict) and isinstance(pair.get("key"), str) and isinstance(pair.get("value"), dict):
            values.setdefault(pair["key"], _value(pair["value"]))
    return values


def _value(typed: Fields) -> object:
    for kind, value in typed.items():
        if kind == "kvlistValue":
            return attributes(value.get("values")) if isinstance(value, dict) else None
        if kind == "arrayValue":
            return []
        return value
    return None


def _span(span: Fields, resource: Fields, config: Config) -> Iterator[Found]:
    own = attributes(span.get("attributes"))
    role = meaning.role(own, span.get("name"))
    if role is None:
        return
    ended_at = instant(span.get("endTimeUnixNano"))
    derived = {
        "resource": resource,
        "role": role,
        "started_at": instant(span.get("startTimeUnixNano")),
        "ended_at": ended_at,
        "linked_trace_id": next((link.get("traceId") for link in _objects(span, "links")), None),
        **meaning.people(own, resource, config),
        **meaning.trigger(own, resource, config),
        **meaning.permission(own, config, role),
    }
    yield Found("spans", {**own, **span, **derived}, ended_at)


def _event(log: Fields, resource: Fields, config: Config) -> Iterator[Found]:
    own = attributes(log.get("attributes"))
    body = log.get("body")
    texts = (log.get("eventName"), own.get("event.name"), body.get("stringValue") if isinstance(body, dict) else None)
    names = [text for text in texts if isinstance(text, str) and text]
    name = names[0].removeprefix(CLAUDE_CODE) if names else ""
    is_claude_code = resource.get("service.name") == "claude-code" or any(n.startswith(CLAUDE_CODE) for n in names)
    if name not in EVENTS or not is_claude_code:
        return
    at = _stated_instant(own.get("event.timestamp")) or instant(log.get("timeUnixNano"))
    at = at or instant(log.get("observedTimeUnixNano"))
    session, sequence = own.get("session.id"), own.get("event.sequence")
    key = f"{session}/{sequence}/{at}" if session and sequence is not None else _digest(resource, log)
    derived = {"resource": resource, "event_name": name, "event_id": key, "occurred_at": at}
    yield Found("events", {**own, **log, **derived, **meaning.people(own, resource, config)}, at)


def _points(metric: Fields, resource: Fields, config: Config) -> Iterator[Found]:
    name, total = metric.get("name"), metric.get("sum")
    if not isinstance(name, str) or not name.startswith(CLAUDE_CODE) or not isinstance(total, dict):
        return
    temporality = TEMPORALITY.get(total.get("aggregationTemporality", 0))
    for point in _objects(total, "dataPoints"):
        own = attributes(point.get("attributes"))
        at = instant(point.get("timeUnixNano"))
        derived = {
            "resource": resource,
            "metric": name.removeprefix(CLAUDE_CODE),
            "temporality": temporality,
            "series": _digest(resource, name, temporality, own),
            "value": point.get("asInt", point.get("asDouble")),
            "started_at": instant(point.get("startTimeUnixNano")),
            "occurred_at": at,
        }
        yield Found("metric_points", {**own, **point, **derived, **meaning.people(own, resource, config)}, at)


def instant(nanoseconds: object) -> datetime | None:
    """A time of OTLP to the microsecond. 0 means unknown."""
    if not isinstance(nanoseconds, int | str) or isinstance(nanoseconds, bool):
        return None
    try:
        count = int(nanoseconds)
    except ValueError:
        return None
    return EPOCH + timedelta(microseconds=count // 1000) if 0 < count < LAST_NANOSECOND else None


def _stated_instant(text: object) -> datetime | None:
    """When a client says that it happened: the record's own time is when it was sent, which may be seconds later."""
    try:
        stated = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return stated.astimezone(UTC) if stated is not None and stated.tzinfo else None


def _digest(*parts: object) -> str:
    """What equal records share. It lands as a keyed hash, because attributes may name people."""
    return hashlib.sha256(orjson.dumps(parts, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _scopes(message: Fields, kind: str) -> Iterator[tuple[Fields, Fields]]:
    """Each scope of the message with the attributes of its resource."""
    for part in _objects(message, f"resource{kind}"):
        resource = part.get("resource")
        shared = attributes(resource.get("attributes")) if isinstance(resource, dict) else {}
        for scope in _objects(part, f"scope{kind}"):
            yield shared, scope


def _objects(parent: Fields, name: str) -> Iterator[Fields]:
    listed = parent.get(name) or ()
    if not isinstance(listed, list | tuple) or not all(isinstance(each, dict) for each in listed):
        raise MalformedMessage("not_otlp")
    yield from listed
