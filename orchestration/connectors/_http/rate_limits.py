"""Rate limits: which answers are one, and how long the tool asks to wait.

The tool's own `date` header is the clock: a pause is the difference of two of its times, so that a wrong clock on
this machine changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

Headers = Mapping[str, str]
LIMIT_WORDS = ("rate limit", "abuse detection", "too many requests")


def is_rate_limit(status: int, headers: Headers, message: str) -> bool:
    """429, and a 403 whose headers or message mean a limit."""
    if status == 429:
        return True
    is_used_up = headers.get("x-ratelimit-remaining", "").strip() == "0"
    return status == 403 and ("retry-after" in headers or is_used_up or mentions_rate_limit(message))


def mentions_rate_limit(message: str) -> bool:
    return any(word in message.lower() for word in LIMIT_WORDS)


def retry_after_seconds(headers: Headers) -> float | None:
    """The pause that the tool asks for; None where it names none."""
    value = headers.get("retry-after", "").strip()
    if value.isdigit():
        return float(value)
    if value and (until := _parsed(value)) is not None:
        return _seconds_until(headers, until)
    reset = headers.get("x-ratelimit-reset", "").strip()
    if headers.get("x-ratelimit-remaining", "").strip() == "0" and reset.isdigit():
        return _seconds_until(headers, datetime.fromtimestamp(int(reset), UTC))
    relative = headers.get("ratelimit-reset", "").strip()
    return float(relative) if relative.isdigit() else None


def sent_at(headers: Headers) -> datetime | None:
    """When the tool sent the answer, by its own clock."""
    return _parsed(headers.get("date", ""))


def _seconds_until(headers: Headers, until: datetime) -> float | None:
    sent = sent_at(headers)
    return None if sent is None else max(0.0, (until - sent).total_seconds())


def _parsed(http_date: str) -> datetime | None:
    try:
        read = parsedate_to_datetime(http_date)
    except ValueError:
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)
