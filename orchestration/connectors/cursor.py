"""Cursor: members, daily usage, usage events and spend of a team.

Reads:  GET /teams/members, POST /teams/spend, and by UTC day POST /teams/daily-usage-data and
        /teams/filtered-usage-events. A key of the Admin API is enough.
Lands:  `daily_usage` and `usage_events` (each day as a whole), `members` and `spend` (all in each run).
Leaves out: names (people), audit logs, the Analytics API (the same use in other cuts), and lines of code in commits.

Tokens and cost are in events alone, prompts and accepted results in daily usage alone. Data is aggregated by the hour
and changes for about three days: each run reads the last `lookback_days` again. The API allows 20 requests a minute
(429 beyond it), so a long first run waits.
"""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from itertools import count
from typing import Any

from pydantic import Field, SecretStr

from orchestration.connectors._http import PageGuard, client
from orchestration.connectors._http.errors import BrokenAnswerError
from orchestration.connectors._shared.windows import days_to_read
from orchestration.connectors.base import Cursors, Item, RetryPolicy, Row, Slice, SourceConfig, built_row
from orchestration.partition import DailyPartition

MEMBERS, SPEND = "/teams/members", "/teams/spend"
DAILY, EVENTS = "/teams/daily-usage-data", "/teams/filtered-usage-events"
PAGE_SIZE = 500
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Object = Mapping[str, Any]


class Config(SourceConfig):
    """`[sources.cursor]`; the key comes from the environment."""

    api_key: SecretStr = Field(description="A key of the Admin API.")
    base_url: str = Field("https://api.cursor.com", description="Address of the Admin API.")
    lookback_days: int = Field(7, ge=3, description="Days that each run reads again.")
    history_days: int = Field(90, ge=1, description="Days that the first run reads.")


def slices(
    config: Config, partition: DailyPartition, cursors: Cursors, retries: RetryPolicy | None = None
) -> Iterator[Slice]:
    """Members and spend as they are now, then each day of usage and of events."""
    team = _Team(config, retries)
    yield Slice("members", ("members",), team.members)
    yield Slice("spend", ("spend",), team.spend)
    reads = {"daily_usage": team.daily_usage, "usage_events": team.usage_events}
    days = days_to_read(
        partition, cursors, tuple(reads), lookback_days=config.lookback_days, history_days=config.history_days
    )
    for stream, day in days:
        yield Slice(f"{stream}/{day}", (stream,), partial(reads[stream], day), cursor="read", day=day)


class _Team:
    """The requests of one run and the rows that their answers become."""

    def __init__(self, config: Config, retries: RetryPolicy | None) -> None:
        pair = base64.b64encode(f"{config.api_key.get_secret_value()}:".encode()).decode()
        self._client = client(config.base_url, {"Authorization": SecretStr(f"Basic {pair}")}, retries)

    def members(self) -> Iterator[Item]:
        for number, found in enumerate(_listed(self._client.get_json(MEMBERS), MEMBERS, "teamMembers"), start=1):
            yield built_row("members", f"{MEMBERS}#{number}", found, partial(dict, found))

    def spend(self) -> Iterator[Item]:
        for answer, number, found in self._records(SPEND, "teamMemberSpend", {}):
            build = partial(_spent, found, answer.get("subscriptionCycleStart"))
            yield built_row("spend", f"{SPEND}#{number}", found, build)

    def daily_usage(self, day: date) -> Iterator[Item]:
        for _, number, found in self._records(DAILY, "data", _range(day)):
            row = built_row("daily_usage", f"{DAILY}?day={day}#{number}", found, partial(_used, found))
            yield from _of_day(row, day)

    def usage_events(self, day: date) -> Iterator[Item]:
        """BrokenAnswerError where events that came in meanwhile moved the pages, so that some are lost or doubled."""
        seen: Counter[str] = Counter()
        number, announced = 0, None
        for answer, number, found in self._records(EVENTS, "usageEvents", _range(day)):
            announced = answer.get("totalUsageEventsCount")
            row = built_row("usage_events", f"{EVENTS}?day={day}#{number}", found, partial(_event, found, seen))
            yield from _of_day(row, day)
        if announced is not None and announced != number:
            raise BrokenAnswerError(
                f"cursor: POST {EVENTS} announced {announced:,} events of {day} and sent {number:,}; nothing of this "
                "slice was landed. Repeat the run."
            )

    def _records(self, path: str, name: str, asked: Object) -> Iterator[tuple[Object, int, Any]]:
        """(answer, number from 1, record) of each record of a listing; pages are numbered in the body."""
        guard, numbers = PageGuard(f"POST {path}", self._client.retries.max_pages), count(1)
        for page in count(1):
            guard.check(page)
            answer: Any = self._client.post_json(path, {**asked, "page": page, "pageSize": PAGE_SIZE})
            for found in _listed(answer, path, name):
                yield answer, next(numbers), found
            # spend tells how many pages there are, the others whether one follows
            more = (answer.get("pagination") or {}).get("hasNextPage") or page < (answer.get("totalPages") or 0)
            if not more:
                return


def _listed(answer: object, path: str, name: str) -> list[Any]:
    found = answer.get(name) if isinstance(answer, Mapping) else None
    if not isinstance(found, list):
        raise BrokenAnswerError(f"cursor: {path} answered without a list {name!r}; nothing of this slice was landed.")
    return found


def _range(day: date) -> Object:
    """The day in epoch milliseconds. Whether the end belongs to it is not documented: see `_of_day`."""
    start = datetime.combine(day, time(), UTC)
    first = (start - EPOCH) // timedelta(milliseconds=1)
    return {"startDate": first, "endDate": first + 86_400_000}


def _of_day(row: Item, day: date) -> Iterator[Item]:
    if not isinstance(row, Row) or row.record["usage_date"] == str(day):
        yield row


def _spent(found: Object, cycle_start: object) -> Object:
    return {**found, "cycle_started_at": None if cycle_start is None else _at(cycle_start).isoformat()}


def _used(found: Object) -> Object:
    return {**found, "usage_date": str(_at(found["date"]).date())}


def _event(found: Object, seen: Counter[str]) -> Object:
    """An event has no id: its time and its number among the events of that millisecond stand for one."""
    occurred_at = _at(found["timestamp"]).isoformat()
    seen[occurred_at] += 1
    return {**found, "occurred_at": occurred_at, "usage_date": occurred_at[:10], "event_number": seen[occurred_at]}


def _at(epoch: object) -> datetime:
    """The instant of epoch milliseconds, which are a number or a text."""
    try:
        return EPOCH + timedelta(milliseconds=int(str(epoch)))
    except OverflowError as error:
        raise ValueError(str(error)) from None
