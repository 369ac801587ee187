"""PagerDuty's classic paging: limit and offset, `more`, and an end at 10,000.

Beyond `offset + limit = 10,000` the API answers with an error, so a window that holds more is cut in half
until its parts fit; nothing of a window is given before it was read whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from orchestration.errors import SourceError

Get = Callable[[str, Mapping[str, object]], Mapping[str, Any]]
"""Path and parameters to the parsed answer."""

PAGE_SIZE = 100
DEEPEST = 10_000
SHORTEST = timedelta(minutes=1)


class TooDeepError(SourceError):
    """A listing is longer than the API is willing to page."""


def listed(get: Get, name: str, params: Mapping[str, object]) -> Iterator[Mapping[str, Any]]:
    """Every record of a listing, page by page; TooDeepError where the API would end it early."""
    offset = 0
    while True:
        page = get(name, {**params, "limit": PAGE_SIZE, "offset": offset})
        records = page.get(name)
        if not isinstance(records, list):
            raise SourceError(
                f"pagerduty: GET /{name} answered without a list {name!r} at offset {offset:,}; nothing of "
                "this slice was counted. Run the run again; if it stays so, the API has changed."
            )
        yield from records
        if not page.get("more"):
            return
        # an answer may hold fewer than were asked for: the next page begins after what came
        offset += len(records) or PAGE_SIZE
        if offset + PAGE_SIZE > DEEPEST:
            raise TooDeepError(
                f"pagerduty: GET /{name} holds more than the {DEEPEST:,} records that the API pages; nothing "
                "of this slice was counted. Narrow it with team_ids, or resolve what is long over."
            )


def whole_window(
    get: Get, name: str, params: Mapping[str, object], start: datetime, end: datetime
) -> Iterator[Mapping[str, Any]]:
    """The records created in [start, end), cut into halves as long as a part is too long to page."""
    asked = {**params, "since": _utc(start), "until": _utc(end), "time_zone": "UTC"}
    try:
        found = list(listed(get, name, asked))
    except TooDeepError:
        if end - start <= SHORTEST:
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
    """The API does not say which ends are inclusive; a time that cannot be read is landing's to refuse."""
    try:
        created = datetime.fromisoformat(str(record.get("created_at")))
    except ValueError:
        return True
    return start <= (created if created.tzinfo else created.replace(tzinfo=UTC)) < end


def _utc(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
