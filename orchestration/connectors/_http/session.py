"""The session under dlt's REST client: every request of every connector passes through `send`.

It follows redirects itself and only for GET, removes credentials where the origin changes, reads the whole answer
within a size limit and a deadline, treats cut-off JSON as a failure, and retries transient failures. Connectors
only read, so a POST (GraphQL) is retried as safely as a GET. Importing this module imports `requests`, so the
package does it only when a client is made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import IO, Any
from urllib.parse import urljoin

import orjson
import requests
from requests import PreparedRequest, Response

from orchestration.connectors._http.credentials import Credentials
from orchestration.connectors._http.errors import BrokenAnswerError, RejectedError, UnreachableError
from orchestration.connectors._http.responses import WholeResponse, chunks
from orchestration.connectors._http.retries import RetryPolicy, TransientError, call_with_retries
from orchestration.connectors._http.statuses import raise_for_status
from orchestration.connectors._http.urls import origin, redacted_url

MAX_REDIRECTS = 5
ERROR_BYTES = 64 * 1024
MESSAGE_CHARACTERS = 200
Judge = Callable[[object, Mapping[str, str]], None]


class GuardedSession(requests.Session):
    """A session whose `send` returns a complete, checked answer or raises a `SourceError`."""

    def __init__(self, retries: RetryPolicy, credentials: Credentials) -> None:
        super().__init__()
        self.retries = retries
        self.credentials = credentials

    def get_redirect_target(self, resp: Response) -> str | None:
        """None: `_followed` follows redirects, so that the library never sends a header again."""
        return None

    def send(self, request: PreparedRequest, **kwargs: Any) -> Response:
        """As `requests`, plus `attempts`, `judge` (checks a parsed answer) and `spool` (file for the body)."""
        attempts: int | None = kwargs.pop("attempts", None)
        judge: Judge | None = kwargs.pop("judge", None)
        spool: IO[bytes] | None = kwargs.pop("spool", None)
        kwargs.update(
            stream=True,
            allow_redirects=False,
            timeout=(self.retries.connect_seconds, self.retries.read_seconds),
        )
        what = redacted_url(request.method, request.url)

        def attempt() -> Response:
            with self._accepted(request, what, kwargs) as answer:
                return self._spooled(answer, spool) if spool is not None else self._whole(answer, judge)

        return call_with_retries(self.retries, what, attempt, attempts)

    def _accepted(self, request: PreparedRequest, what: str, kwargs: dict[str, Any]) -> Response:
        answer = self._followed(request, kwargs)
        if answer.status_code == 401 and self.credentials.signed(request) and self.credentials.renewed():
            answer = self._followed(self.credentials(request), kwargs)
        left = answer.headers.get("x-ratelimit-remaining") or answer.headers.get("ratelimit-remaining") or ""
        if left.isdigit():
            self.retries.counters.rate_limit_left = int(left)
        if answer.status_code >= 400:
            with answer:
                raise_for_status(answer.status_code, answer.headers, self._message(answer), what)
        return answer

    def _followed(self, request: PreparedRequest, kwargs: dict[str, Any]) -> Response:
        for _ in range(MAX_REDIRECTS + 1):
            answer = self._sent(request, kwargs)
            if not (answer.is_redirect or answer.is_permanent_redirect):
                return answer
            answer.close()
            request = self._redirected(request, answer)
        raise UnreachableError(
            f"{redacted_url(request.method, request.url)}: more than {MAX_REDIRECTS} redirects; nothing of this slice "
            "was landed. Check base_url."
        )

    def _redirected(self, request: PreparedRequest, answer: Response) -> PreparedRequest:
        target = urljoin(request.url or "", answer.headers["location"])
        here, there = origin(request.url or ""), origin(target)
        safe = there[0] == "https" or (there[0] == "http" and here[0] == "http")
        if request.method != "GET" or not safe:
            raise RejectedError(
                f"{redacted_url(request.method, request.url)}: {answer.status_code} to {redacted_url('GET', target)} "
                "is not followed: only GET is redirected, and never from https to http. Nothing of this slice was "
                "landed. Set the new address as base_url."
            )
        following = request.copy()
        following.url = target
        following.headers.pop("Cookie", None)
        return self.credentials(following) if self.credentials.signed(request) else following

    def _sent(self, request: PreparedRequest, kwargs: dict[str, Any]) -> Response:
        self.retries.counters.calls += 1
        try:
            return super().send(request, **kwargs)
        except requests.exceptions.SSLError:
            final = "the certificate is not trusted; set REQUESTS_CA_BUNDLE to the file of your authority"
        except (requests.exceptions.Timeout, requests.exceptions.ConnectionError) as error:
            kind = type(error).__name__
            final = ""
        except requests.exceptions.RequestException as error:
            final = f"the request could not be sent ({type(error).__name__})"
        if final:
            raise UnreachableError(f"{redacted_url(request.method, request.url)}: {final}.")
        raise TransientError(f"no answer ({kind})")

    def _whole(self, answer: Response, judge: Judge | None) -> Response:
        """The answer with its body read and parsed; no content is read as null."""
        body = b"".join(chunks(answer, self.retries, self.retries.max_answer_bytes)) or b"null"
        try:
            parsed: object = orjson.loads(body)
        except orjson.JSONDecodeError:
            parsed, body = None, b""
        if not body:
            kind = answer.headers.get("content-type", "no content type").partition(";")[0]
            raise TransientError(f"{answer.status_code} without complete JSON ({kind})", error=BrokenAnswerError)
        if judge is not None:
            judge(parsed, answer.headers)
        return WholeResponse(answer, body, parsed)

    def _spooled(self, answer: Response, spool: IO[bytes]) -> Response:
        spool.seek(0)
        spool.truncate()
        for chunk in chunks(answer, self.retries, self.retries.max_download_bytes):
            spool.write(chunk)
        spool.seek(0)
        return answer

    def _message(self, answer: Response) -> str:
        """The error message in the tool's answer: short, on one line and without our secrets."""
        try:
            body = orjson.loads(next(answer.iter_content(ERROR_BYTES), b""))
        except (requests.exceptions.RequestException, orjson.JSONDecodeError):
            return ""
        found = body.get("message") or body.get("error") if isinstance(body, dict) else None
        found = found.get("message") if isinstance(found, dict) else found
        text = " ".join(str(found or "").split())
        return self.credentials.redact(text)[:MESSAGE_CHARACTERS]
