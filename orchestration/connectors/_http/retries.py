"""When a request is sent again, and how long it waits before.

Transient failures (connection, 5xx, a cut-off answer) wait with exponential backoff and full jitter and end after
`attempts`. Rate limits wait as long as the tool asks and end when the retry budget of the run is used up.
`sleep` and `jitter` are arguments, so that a test does not wait and knows its pauses.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import NoReturn, TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception_type

from orchestration.connectors._http.errors import LANDED_IS_KEPT, RateLimitedError, SourceError, UnreachableError
from orchestration.connectors._http.rate_limits import Headers, retry_after_seconds, sent_at

Answer = TypeVar("Answer")
MAX_DOUBLINGS = 10


@dataclass
class Counters:
    """What the requests of one run cost."""

    calls: int = 0
    retries: int = 0
    waited_seconds: float = 0.0
    rate_limit_left: int | None = None


@dataclass(frozen=True)
class RetryPolicy:
    """Timeouts, attempts, the retry budget and the size limits of all requests of a run."""

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
    """A failure that may not occur again; never leaves the HTTP layer. `error` is raised when attempts end."""

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
            return self._limit_pause(failure.headers)
        self.failures += 1
        return self._failure_pause(failure.headers)

    def is_over(self, state: RetryCallState) -> bool:
        left = self.retries.wait_budget_seconds - self.retries.counters.waited_seconds
        return self._is_out_of_attempts(_failure(state)) or state.upcoming_sleep > left

    def count(self, state: RetryCallState) -> None:
        self.retries.counters.retries += 1
        self.retries.counters.waited_seconds += state.upcoming_sleep

    def give_up(self, state: RetryCallState) -> NoReturn:
        """Raise; tenacity calls this outside of any handler, so that the request is not chained to the error."""
        failure = _failure(state)
        if self._is_out_of_attempts(failure):
            tries = f"{self.failures} of {self.allowed} tries"
            raise failure.error(f"{self.what}: {failure.reason}, at {tries}. {LANDED_IS_KEPT}.")
        raise self._budget_exhausted(failure, state.upcoming_sleep)

    def _is_out_of_attempts(self, failure: TransientError) -> bool:
        return not failure.limited and self.failures >= self.allowed

    def _limit_pause(self, headers: Headers) -> float:
        """As the tool asks, at least a second; else doubling from the floor, plus up to a quarter by chance."""
        requested = retry_after_seconds(headers)
        if requested is not None:
            return max(1.0, requested)
        doublings = min(self.limits - 1, MAX_DOUBLINGS)
        return self.retries.limit_floor_seconds * 2.0**doublings * (1 + self.retries.jitter() / 4)

    def _failure_pause(self, headers: Headers) -> float:
        requested = retry_after_seconds(headers)
        if requested is not None:
            return requested
        doublings = min(self.failures - 1, MAX_DOUBLINGS)
        longest = min(self.retries.backoff_cap_seconds, self.retries.backoff_seconds * 2.0**doublings)
        return self.retries.jitter() * longest

    def _budget_exhausted(self, failure: TransientError, pause: float) -> SourceError:
        sent = sent_at(failure.headers)
        when = f"after {sent + timedelta(seconds=pause):%Y-%m-%dT%H:%M:%SZ}" if sent else f"in {pause:,.0f} s"
        error = RateLimitedError if failure.limited else failure.error
        return error(
            f"{self.what}: {failure.reason}. The next attempt would wait {pause:,.0f} s; this run has waited "
            f"{self.retries.counters.waited_seconds:,.0f} of at most {self.retries.wait_budget_seconds:,.0f} s (its "
            f"retry budget). {LANDED_IS_KEPT} {when}."
        )


def _failure(state: RetryCallState) -> TransientError:
    failure = state.outcome.exception() if state.outcome else None
    assert isinstance(failure, TransientError)
    return failure
