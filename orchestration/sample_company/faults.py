"""What may go wrong between a tool and a connector, as answers in the place of the tool's own.

Belongs here: throttles, failures, cut-off answers and refusals. Does not: sending them (server).
"""

from __future__ import annotations

from dataclasses import replace

from orchestration.sample_company.apis.base import Answer


def throttled(retry_after: str = "1") -> Answer:
    return Answer(429, {"message": "slow down"}, headers={"Retry-After": retry_after})


def failing(status: int = 502) -> Answer:
    return Answer(status, text="<html>bad gateway</html>")


def forbidden() -> Answer:
    return Answer(403, {"message": "Resource not accessible"}, headers={"x-ratelimit-remaining": "4999"})


def reset() -> Answer:
    """The connection breaks before any answer."""
    return Answer(is_reset=True)


def cut_off(answer: Answer) -> Answer:
    """A full Content-Length and fewer bytes."""
    return replace(answer, cut=3)
