"""PagerDuty's pagination: limit and offset, `more`, and a maximum of 10,000 records.

Beyond `offset + limit = 10,000` the API answers with an error, so a window with more records is halved until its parts
fit. No record of a part is yielded before the part was read whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from orchestration.connectors._http.errors import EndlessPagesError
from orchestration.errors import SourceError

Get = Callable[[str, Mapping[str, object]], Mapping[str, Any]]
"""Path and parameters to the parsed answer."""

PAGE_SIZE = 100
MAX_RECORDS = 10_000
MIN_WINDOW = timedelta(minutes=1)


class TooDeepError(SourceError):
    """A listing holds more records than the API can page."""


def listed(get: Get, name: str, params: Mapping[str, object]) -> Iterator[Mapping[str, Any]]:
    """Every record of a listing, page by page; TooDeepError where the API would cut it off."""
    offset = 0
    seen: set[object] = set()
    while True:
        page = get(name, {**params, "limit": PAGE_SIZE, "offset": offset})
        records = page.get(name)
        if not isinstance(records, list):
            raise SourceError(
                f"pagerduty: GET /{name} answered without a list {name!r} at offset {offset:,}; nothing of this slice "
                "was landed. Repeat the run; if the error remains, the API has changed."
            )
        ids = {record.get("id") for record in records if isinstance(record, Mapping)}
        if ids and ids <= seen:
            raise EndlessPagesError(
                f"pagerduty: GET /{name} repeats its records at offset {offset:,}; nothing of this slice was landed."
            )
        seen |= ids
        yield from records
        if not page.get("more"):
            return
        # a page may hold fewer records than requested: the next one begins after those received
        offset += len(records) or PAGE_SIZE
        if offset + PAGE_SIZE > MAX_RECORDS:
            raise TooDeepError(
                f"pagerduty: GET /{name} holds more than the {MAX_RECORDS:,} records that the API can page; nothing of "
                "this slice was landed. Narrow it with team_ids, or resolve incidents that are over."
            )


def whole_window(
    get: Get, name: str, params: Mapping[str, object], start: datetime, end: datetime
) -> Iterator[Mapping[str, Any]]:
    """The records created in [start, end); a window with too many records to page is halved."""
    query = {**params, "since": _utc(start), "until": _utc(end), "time_zone": "UTC"}
    try:
        found = list(listed(get, name, query))
    except TooDeepError:
        if end - start <= MIN_WINDOW:
            raise
        found = None
    if found is not None:
        yield from (record for record in found if _is_within(record, start, end))
        return
    middle = start + (end - start) / 2
    middle -= timedelta(seconds=middle.second, microseconds=middle.microsecond)
    yield from whole_window(get, name, params, start, middle)
    yield from whole_window(get, name, params, middle, end)


def _is_within(record: Mapping[str, Any], start: datetime, end: datetime) -> bool:
    """Filters, because the API does not document which end is inclusive. Landing rejects an invalid time."""
    try:
        created = datetime.fromisoformat(str(record.get("created_at")))
    except ValueError:
        return True
    return start <= (created if created.tzinfo else created.replace(tzinfo=UTC)) < end


def _utc(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
