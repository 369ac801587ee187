"""Reading the body of a response within a size limit and a deadline."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import requests
from requests import Response

from orchestration.connectors._http.errors import BrokenAnswerError
from orchestration.connectors._http.retries import RetryPolicy, TransientError
from orchestration.connectors._http.urls import redacted_url

CHUNK_BYTES = 64 * 1024


class WholeResponse(Response):
    """A response whose body was read to its end and parsed once; its connection is already closed."""

    def __init__(self, streamed: Response, body: bytes, parsed: object) -> None:
        super().__init__()
        self.status_code, self.reason = streamed.status_code, streamed.reason
        self.url, self.request = streamed.url, streamed.request
        self.headers, self.encoding = streamed.headers, streamed.encoding
        self.raw = io.BytesIO(body)
        self._parsed = parsed

    def json(self, **_: Any) -> object:
        """The parsed body."""
        return self._parsed


def chunks(response: Response, retries: RetryPolicy, max_bytes: int) -> Iterator[bytes]:
    """The body in chunks. TransientError when it breaks off or is too slow, BrokenAnswerError when it is too large."""
    total, end = 0, retries.monotonic() + retries.answer_seconds
    received = response.iter_content(CHUNK_BYTES)
    while chunk := _next(received):
        total += len(chunk)
        if total > max_bytes:
            raise BrokenAnswerError(
                f"{redacted_url(response.request.method, response.url)}: the answer holds more than {max_bytes:,} "
                "bytes; nothing of this slice was landed."
            )
        if retries.monotonic() > end:
            raise TransientError(f"the answer was not complete after {retries.answer_seconds:g} s")
        yield chunk


def _next(received: Iterator[bytes]) -> bytes:
    try:
        return next(received, b"")
    except requests.exceptions.RequestException as error:
        kind = type(error).__name__
    raise TransientError(f"the answer broke off ({kind})", error=BrokenAnswerError)
