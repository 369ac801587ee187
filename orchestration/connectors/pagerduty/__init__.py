"""PagerDuty: incidents, what happened to them, and accounts.

Reads:  GET /incidents (weeks of `created_at`, and all that are unresolved), GET /incidents/{id} (those that were
        unresolved in the last run and no longer are), GET /log_entries, /users. A read-only key is enough.
Lands:  `incidents`, `log_entries`, `users`.
Lookback: `since` filters by creation, so a week of incidents is read again until `lookback_days` after its end, because
        causes and priorities come late. The log is append-only; a week of it is read again for one day.
Leaves out: titles, descriptions, bodies, notes, names, assignments and targets of notifications (free text and people;
        no metric reads them), and log entries of type notify (who was paged). Of the texts only an explicit root cause
        lands (`causes`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Any

from pydantic import Field, SecretStr

from orchestration.connectors._http import client
from orchestration.connectors._http.errors import NotFoundError
from orchestration.connectors.base import Cursors, Item, RetryPolicy, Row, Slice, SourceConfig
from orchestration.connectors.pagerduty.causes import CAUSE_FIELDS, IMPACT_FIELDS
from orchestration.connectors.pagerduty.pages import listed, whole_window
from orchestration.connectors.pagerduty.records import incident, log_entry
from orchestration.partition import DailyPartition

ACCEPT = "application/vnd.pagerduty+json;version=2"
WINDOW = timedelta(days=7)
LOG_OVERLAP = timedelta(days=1)
UNRESOLVED = ("triggered", "acknowledged")
FIRST_MONDAY = date(1970, 1, 5)


class Config(SourceConfig):
    """`[sources.pagerduty]`; the key comes from the environment."""

    api_key: SecretStr = Field(description="A read-only REST key.")
    base_url: str = Field("https://api.pagerduty.com", description="Depends on the service region.")
    lookback_days: int = Field(35, ge=35, description="Days for which a week of incidents is read again after its end.")
    history_days: int = Field(371, ge=42, description="Days that the first run reads.")
    team_ids: tuple[str, ...] = Field((), description="PagerDuty teams to read; empty reads all.")
    read_bodies: bool = Field(True, description="Whether bodies are searched for `root cause: …`.")
    cause_fields: tuple[str, ...] = Field(CAUSE_FIELDS, description="Custom fields that name a root cause.")
    impact_fields: tuple[str, ...] = Field(IMPACT_FIELDS, description="Custom fields with the start of the impact.")


def slices(
    config: Config, partition: DailyPartition, cursors: Cursors, retries: RetryPolicy | None = None
) -> Iterator[Slice]:
    """The slices of one run: users, open incidents, then the weeks that may still change."""
    pagerduty = _PagerDuty(config, retries)
    yield Slice("users", ("users",), pagerduty.users)
    yield _unresolved(pagerduty, cursors)
    for start, end in _weeks(partition, config.history_days):
        for stream, overlap, items in (
            ("incidents", timedelta(days=config.lookback_days), pagerduty.incidents),
            ("log_entries", LOG_OVERLAP, pagerduty.log_entries),
        ):
            key = f"{stream}/{start:%Y-%m-%d}"
            if not _is_settled(cursors.get(key), end, overlap):
                read = partial(items, start, min(end, partition.as_of))
                yield Slice(key, (stream,), read, cursor=partition.as_of.isoformat())


def _weeks(partition: DailyPartition, history_days: int) -> Iterator[tuple[datetime, datetime]]:
    """Calendar weeks from Monday, so that a key names the same window in every run."""
    oldest = (partition.as_of - timedelta(days=history_days)).date()
    monday = FIRST_MONDAY + (oldest - FIRST_MONDAY) // WINDOW * WINDOW
    start = datetime.combine(monday, time(), UTC)
    while start < partition.as_of:
        yield start, start + WINDOW
        start += WINDOW


def _is_settled(cursor: str | None, end: datetime, overlap: timedelta) -> bool:
    return cursor is not None and datetime.fromisoformat(cursor) >= end + overlap


def _unresolved(pagerduty: _PagerDuty, cursors: Cursors) -> Slice:
    """All open incidents of any age, and those that were open in the last run and no longer are."""
    key = "incidents/unresolved"
    before = set(json.loads(cursors.get(key, "[]")))
    now: set[str] = set()

    def items() -> Iterator[Item]:
        now.clear()
        for found in pagerduty.unresolved():
            now.add(str(found.get("id")))
            yield pagerduty.incident_row(found)
        for gone in sorted(before - now):
            yield from pagerduty.one_incident(gone)

    return Slice(key, ("incidents",), items, cursor=lambda: json.dumps(sorted(now)))


class _PagerDuty:
    """The requests of one run and the rows that their answers become."""

    def __init__(self, config: Config, retries: RetryPolicy | None) -> None:
        key = SecretStr(f"Token token={config.api_key.get_secret_value()}")
        self._client = client(config.base_url, {"Authorization": key}, retries, {"Accept": ACCEPT})
        self._config = config
        self._scope = {"team_ids[]": list(config.team_ids)} if config.team_ids else {}
        self._include = {"include[]": ["body"]} if config.read_bodies else {}
        self._incidents = {**self._scope, **self._include, "sort_by": "created_at:asc", "time_zone": "UTC"}

    def get(self, path: str, params: Mapping[str, object]) -> Mapping[str, Any]:
        answer = self._client.get_json(path, params)
        return answer if isinstance(answer, Mapping) else {}

    def incidents(self, start: datetime, end: datetime) -> Iterator[Item]:
        for found in whole_window(self.get, "incidents", self._incidents, start, end):
            yield self.incident_row(found)

    def unresolved(self) -> Iterator[Mapping[str, Any]]:
        params = {**self._incidents, "date_range": "all", "statuses[]": list(UNRESOLVED)}
        return listed(self.get, "incidents", params)

    def one_incident(self, incident_id: str) -> Iterator[Item]:
        """The incident, or nothing when it was deleted: its last landed version remains."""
        try:
            answer = self.get(f"incidents/{incident_id}", self._include)
        except NotFoundError:
            return
        yield self.incident_row(answer.get("incident") or {})

    def incident_row(self, found: Mapping[str, Any]) -> Row:
        record = incident(found, self._config.cause_fields, self._config.impact_fields)
        return Row("incidents", record, f"incidents/{found.get('id')}")

    def log_entries(self, start: datetime, end: datetime) -> Iterator[Item]:
        for found in whole_window(self.get, "log_entries", {**self._scope, "is_overview": "false"}, start, end):
            if found.get("type") != "notify_log_entry":
                yield Row("log_entries", log_entry(found, self._config.cause_fields), f"log_entries/{found.get('id')}")

    def users(self) -> Iterator[Item]:
        for number, found in enumerate(listed(self.get, "users", self._scope), start=1):
            # a user's id is an identifier, so the pointer counts instead
            yield Row("users", found, f"users#{number}")
