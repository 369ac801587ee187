"""PagerDuty: incidents, what happened to them, services and accounts.

Reads:  GET /incidents (weeks of `created_at`, and all that are unresolved), GET /incidents/{id} (those that
        were unresolved last run and are no longer), GET /log_entries, /services, /users. Read-only key.
Lands:  `incidents`, `log_entries`, `services`, `users`, each record as sent but for what is left out.
Again:  `since` filters on creation, so a week of incidents is read again until 35 days after its end (causes
        and priorities come late); the log is append-only and is read again for one day.
Leaves out: titles, descriptions, bodies, notes, names, assignments, targets of notifications (free text, people;
        no metric reads them) and log entries of type notify (whom a pager woke is nobody's business here).
        From the dropped words only an explicit root cause is kept (`causes`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from pydantic import Field, SecretStr

from orchestration.connectors import _http
from orchestration.connectors._http.errors import NotFoundError
from orchestration.connectors.base import Cursors, Item, RetryPolicy, Row, Slice, SourceConfig
from orchestration.connectors.pagerduty.causes import CAUSE_FIELDS, IMPACT_FIELDS
from orchestration.connectors.pagerduty.pages import Get, listed, whole_window
from orchestration.connectors.pagerduty.records import incident, log_entry, service, user
from orchestration.partition import DailyPartition

ACCEPT = "application/vnd.pagerduty+json;version=2"
WINDOW = timedelta(days=7)
INCIDENT_OVERLAP = timedelta(days=35)
LOG_OVERLAP = timedelta(days=1)
UNRESOLVED = ("triggered", "acknowledged")
FIRST_MONDAY = date(1970, 1, 5)


class Config(SourceConfig):
    """Section `pagerduty` of the company's settings; the key comes from the environment."""

    api_key: SecretStr = Field(description="A read-only REST key.")
    base_url: str = Field(default="https://api.pagerduty.com", description="Another for accounts of another region.")
    history_days: int = Field(default=371, ge=42, description="How far back the first run reads.")
    team_ids: tuple[str, ...] = Field(default=(), description="PagerDuty teams to read; empty is all.")
    read_bodies: bool = Field(default=True, description="Ask for bodies, to find `root cause: …` in them.")
    cause_fields: tuple[str, ...] = Field(default=CAUSE_FIELDS, description="Fields that name a root cause.")
    impact_fields: tuple[str, ...] = Field(default=IMPACT_FIELDS, description="Fields with the first harm.")


def slices(
    config: Config, partition: DailyPartition, cursors: Cursors, retries: RetryPolicy | None = None
) -> Iterator[Slice]:
    """The slices of one run: services, users, open incidents, then the weeks that may still change."""
    get = _get(config, retries)
    scope: Mapping[str, object] = {"team_ids[]": list(config.team_ids)} if config.team_ids else {}
    yield Slice("services", ("services",), lambda: _directory(get, "services", scope, service))
    yield Slice("users", ("users",), lambda: _directory(get, "users", scope, user))
    yield _unresolved(config, get, scope, partition, cursors)
    for start, end in _weeks(partition, config.history_days):
        for stream, overlap, items in (
            ("incidents", INCIDENT_OVERLAP, _incidents),
            ("log_entries", LOG_OVERLAP, _log_entries),
        ):
            key = f"{stream}/{start:%Y-%m-%d}"
            if not _is_settled(cursors.get(key), end, overlap):
                read = _bound(items, config, get, scope, start, min(end, partition.as_of))
                yield Slice(key, (stream,), read, cursor=partition.as_of.isoformat())


def _get(config: Config, retries: RetryPolicy | None) -> Get:
    # the client is made at the first request, so that listing the slices of a run opens nothing
    made: list[_http.Client] = []

    def get(path: str, params: Mapping[str, object]) -> Mapping[str, Any]:
        if not made:
            key = SecretStr(f"Token token={config.api_key.get_secret_value()}")
            made.append(_http.client(config.base_url, {"Authorization": key}, retries, {"Accept": ACCEPT}))
        answer = made[0].get_json(path, params)
        return answer if isinstance(answer, Mapping) else {}

    return get


def _weeks(partition: DailyPartition, history_days: int) -> Iterator[tuple[datetime, datetime]]:
    """Whole weeks from Monday, fixed in the calendar: every run means the same window by the same key."""
    oldest = (partition.as_of - timedelta(days=history_days)).date()
    monday = FIRST_MONDAY + (oldest - FIRST_MONDAY) // WINDOW * WINDOW
    start = datetime.combine(monday, time(), UTC)
    while start < partition.as_of:
        yield start, start + WINDOW
        start += WINDOW


def _is_settled(cursor: str | None, end: datetime, overlap: timedelta) -> bool:
    return cursor is not None and datetime.fromisoformat(cursor) >= end + overlap


Window = Callable[[Config, Get, Mapping[str, object], datetime, datetime], Iterator[Item]]


def _bound(
    items: Window, config: Config, get: Get, scope: Mapping[str, object], start: datetime, end: datetime
) -> Callable[[], Iterator[Item]]:
    return lambda: items(config, get, scope, start, end)


def _incidents(config: Config, get: Get, scope: Mapping[str, object], start: datetime, end: datetime) -> Iterator[Item]:
    for found in whole_window(get, "incidents", _incident_params(config, scope), start, end):
        yield _incident_row(config, found)


def _incident_params(config: Config, scope: Mapping[str, object]) -> Mapping[str, object]:
    bodies = {"include[]": ["body"]} if config.read_bodies else {}
    return {**scope, **bodies, "sort_by": "created_at:asc", "time_zone": "UTC"}


def _log_entries(
    config: Config, get: Get, scope: Mapping[str, object], start: datetime, end: datetime
) -> Iterator[Item]:
    for found in whole_window(get, "log_entries", {**scope, "is_overview": "false"}, start, end):
        if found.get("type") != "notify_log_entry":
            yield Row("log_entries", log_entry(found, config.cause_fields), f"log_entries/{found.get('id')}")


def _unresolved(
    config: Config, get: Get, scope: Mapping[str, object], partition: DailyPartition, cursors: Cursors
) -> Slice:
    """All that are open, of any age, and those that were open last run, which no list tells of."""
    key = "incidents/unresolved"
    before = set(json.loads(cursors.get(key, "[]")))
    now: set[str] = set()

    def items() -> Iterator[Item]:
        now.clear()
        asked = {**_incident_params(config, scope), "date_range": "all", "statuses[]": list(UNRESOLVED)}
        for found in listed(get, "incidents", asked):
            now.add(str(found.get("id")))
            yield _incident_row(config, found)
        for gone in sorted(before - now):
            try:
                answer = get(f"incidents/{gone}", {"include[]": ["body"]} if config.read_bodies else {})
            except NotFoundError:
                continue  # deleted, or merged away with its service: its last landed version stands
            yield _incident_row(config, answer.get("incident") or {})

    return Slice(key, ("incidents",), items, cursor=lambda: json.dumps(sorted(now)))


def _incident_row(config: Config, found: Mapping[str, Any]) -> Row:
    record = incident(found, config.cause_fields, config.impact_fields)
    return Row("incidents", record, f"incidents/{found.get('id')}")


def _directory(
    get: Get,
    stream: str,
    scope: Mapping[str, object],
    record: Callable[[Mapping[str, Any]], dict[str, object]],
) -> Iterator[Item]:
    for number, found in enumerate(listed(get, stream, scope), start=1):
        # a user's id is an identifier, so the pointer counts instead
        yield Row(stream, record(found), f"{stream}#{number}")
