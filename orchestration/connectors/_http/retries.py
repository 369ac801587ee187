"""When a request is tried again, and how long it waits first.

Passing failures (connection, 5xx, a cut-off answer) wait with exponential backoff and full jitter, and end
after `attempts` tries. Rate limits wait as long as the tool asks, and end when the run's budget of waiting is
used up. The tool's own `date` header is the clock: a pause is the difference of two of its instants, so a wrong
clock on this machine changes nothing. Sleep and jitter are arguments: a test neither waits nor guesses.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import NoReturn, TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception_type

from orchestration.connectors._http.errors import (
    ForbiddenError,
    GoneError,
    NotFoundError,
    RateLimitedError,
    RejectedError,
    SourceError,
    UnauthorisedError,
    UnreachableError,
)

Answer = TypeVar("Answer")
Headers = Mapping[str, str]
LIMIT_WORDS = ("rate limit", "abuse detection", "too many requests")
KEPT = "Everything that already landed is kept; run the same run again"
_FINAL: dict[int, tuple[type[SourceError], str]] = {
    401: (UnauthorisedError, "The credential is wrong or expired; set a valid one"),
    403: (ForbiddenError, "The credential lacks a permission for this"),
    404: (NotFoundError, "It does not exist, or the credential may not see it"),
    410: (GoneError, "It is gone or switched off"),
}


@dataclass
class Counters:
    """What the calls of one run cost."""

    calls: int = 0
    retries: int = 0
    waited_seconds: float = 0.0
    rate_limit_left: int | None = None


@dataclass(frozen=True)
class RetryPolicy:
    """How a run reaches its tools: limits, patience, and the seams through which tests enter."""

    sleep: Callable[[float], None] = time.sleep
    jitter: Callable[[], float] = random.random
    monotonic: Callable[[], float] = time.monotonic
    connect_seconds: float = 10.0
    read_seconds: float = 60.0
    answer_seconds: float = 900.0
    attempts: int = 6
    backoff_seconds: float = 1.0
    backoff_cap_seconds: float = 60.0
    limit_floor_seconds: float = 60.0
    wait_budget_seconds: float = 3900.0
    max_answer_bytes: int = 64 * 2**20
    max_download_bytes: int = 8 * 2**30
    max_pages: int = 10_000
    counters: Counters = field(default_factory=Counters)


class TransientError(Exception):
    """A failure that another try may heal; never leaves the HTTP layer."""

    def __init__(
        self,
        reason: str,
        *,
        limited: bool = False,
        headers: Headers | None = None,
        error: type[SourceError] = UnreachableError,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.limited = limited
        self.headers = headers or {}
        self.error = error


def call_with_retries(
    retries: RetryPolicy, what: str, attempt: Callable[[], Answer], attempts: int | None = None
) -> Answer:
    """The answer of the first attempt that succeeds; `what` names the request in errors."""
    pacing = _Pacing(retries, what, attempts or retries.attempts)
    retrying = Retrying(
        retry=retry_if_exception_type(TransientError),
        wait=pacing.pause_seconds,
        stop=pacing.is_over,
        before_sleep=pacing.count,
        sleep=retries.sleep,
        retry_error_callback=pacing.give_up,
    )
    return retrying(attempt)


@dataclass
class _Pacing:
    """The pauses of one request, and when there is no further attempt."""

    retries: RetryPolicy
    what: str
    allowed: int
    failures: int = 0
    limits: int = 0

    def pause_seconds(self, state: RetryCallState) -> float:
        """The pause before the next attempt. Rate limits are counted apart: they do not use up attempts."""
        failure = _failure(state)
        if failure.limited:
            self.limits += 1
            return _limit_pause(self.retries, failure.headers, self.limits - 1)
        self.failures += 1
        return _failure_pause(self.retries, failure.headers, self.failures)

    def is_over(self, state: RetryCallState) -> bool:
        left = self.retries.wait_budget_seconds - self.retries.counters.waited_seconds
        return self._is_out_of_attempts(_failure(state)) or state.upcoming_sleep > left

    def count(self, state: RetryCallState) -> None:
        self.retries.counters.retries += 1
        self.retries.counters.waited_seconds += state.upcoming_sleep

    def give_up(self, state: RetryCallState) -> NoReturn:
        """tenacity calls this outside of any handler, so that the error is not chained to the request."""
        failure = _failure(state)
        if self._is_out_of_attempts(failure):
            raise failure.error(f"{self.what}: {failure.reason}, at {self.failures} of {self.allowed} tries. {KEPT}.")
        raise _budget_exhausted(self.retries, self.what, failure, state.upcoming_sleep)

    def _is_out_of_attempts(self, failure: TransientError) -> bool:
        return not failure.limited and self.failures >= self.allowed


def _failure(state: RetryCallState) -> TransientError:
    failure = state.outcome.exception() if state.outcome else None
    assert isinstance(failure, TransientError)
    return failure


def raise_for_status(status: int, headers: Headers, message: str, what: str) -> None:
    """Return for an answer below 400; raise what the status means otherwise."""
    if status < 400:
        return
    said = f": {message}" if message else ""
    if _is_limit(status, headers, message):
        raise TransientError(f"{status} rate limit{said}", limited=True, headers=headers)
    if status == 408 or status >= 500:
        raise TransientError(f"{status}{said}", headers=headers)
    error, meaning = _FINAL.get(status, (RejectedError, "The request was refused as it stands"))
    raise error(f"{what}: {status}{said}. {meaning}. {KEPT}.")


def retry_after_seconds(headers: Headers) -> float | None:
    """The pause in seconds that the tool asks for; None where it names none."""
    asked = headers.get("retry-after", "").strip()
    if asked.isdigit():
        return float(asked)
    if asked and (until := _instant(asked)) is not None:
        return _until(headers, until)
    reset = headers.get("x-ratelimit-reset", "").strip()
    if headers.get("x-ratelimit-remaining", "").strip() == "0" and reset.isdigit():
        return _until(headers, datetime.fromtimestamp(int(reset), UTC))
    relative = headers.get("ratelimit-reset", "").strip()
    return float(relative) if relative.isdigit() else None


def _limit_pause(retries: RetryPolicy, headers: Headers, number: int) -> float:
    """As asked, at least a second; else doubling from the floor, with up to a quarter of chance on top."""
    asked = retry_after_seconds(headers)
    if asked is not None:
        return max(1.0, asked)
    return retries.limit_floor_seconds * 2.0 ** min(number, 10) * (1 + retries.jitter() / 4)


def _failure_pause(retries: RetryPolicy, headers: Headers, number: int) -> float:
    asked = retry_after_seconds(headers)
    if asked is not None:
        return asked
    longest = min(retries.backoff_cap_seconds, retries.backoff_seconds * 2.0 ** min(number - 1, 10))
    return retries.jitter() * longest


def _budget_exhausted(retries: RetryPolicy, what: str, failure: TransientError, pause: float) -> SourceError:
    sent = _instant(failure.headers.get("date", ""))
    when = f"after {sent + timedelta(seconds=pause):%Y-%m-%dT%H:%M:%SZ}" if sent else f"in {pause:,.0f} s"
    kind = RateLimitedError if failure.limited else failure.error
    return kind(
        f"{what}: {failure.reason}. It asks for {pause:,.0f} s; this run has waited "
        f"{retries.counters.waited_seconds:,.0f} of at most {retries.wait_budget_seconds:,.0f} s. "
        f"{KEPT} {when}."
    )


def _is_limit(status: int, headers: Headers, message: str) -> bool:
    if status == 429:
        return True
    says_so = any(word in message.lower() for word in LIMIT_WORDS)
    used_up = headers.get("x-ratelimit-remaining", "").strip() == "0"
    return status == 403 and ("retry-after" in headers or used_up or says_so)


def _until(headers: Headers, until: datetime) -> float | None:
    sent = _instant(headers.get("date", ""))
    return None if sent is None else max(0.0, (until - sent).total_seconds())


def _instant(http_date: str) -> datetime | None:
    try:
        read = parsedate_to_datetime(http_date)
    except ValueError:
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)
