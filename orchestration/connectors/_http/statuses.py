"""What an HTTP status means: usable, worth another attempt, or final."""

from __future__ import annotations

from orchestration.connectors._http.errors import (
    LANDED_IS_KEPT,
    ForbiddenError,
    GoneError,
    NotFoundError,
    RejectedError,
    SourceError,
    UnauthorisedError,
)
from orchestration.connectors._http.rate_limits import Headers, is_rate_limit, sent_at
from orchestration.connectors._http.retries import TransientError

_FINAL: dict[int, tuple[type[SourceError], str]] = {
    401: (UnauthorisedError, "The credential is wrong or expired; set a valid one"),
    403: (ForbiddenError, "The credential lacks a permission for this request"),
    404: (NotFoundError, "It does not exist, or the credential has no access to it"),
    410: (GoneError, "It was deleted or is switched off"),
}


def raise_for_status(status: int, headers: Headers, message: str, what: str) -> None:
    """Return for an answer below 400; else raise TransientError, or the error of the status."""
    if status < 400:
        return
    detail = f": {message}" if message else ""
    if is_rate_limit(status, headers, message):
        raise TransientError(f"{status} rate limit{detail}", limited=True, headers=headers)
    if status == 408 or status >= 500:
        raise TransientError(f"{status}{detail}", headers=headers)
    error, meaning = _FINAL.get(status, (RejectedError, "The tool rejected the request"))
    failure = error(f"{what}: {status}{detail}. {meaning}. {LANDED_IS_KEPT}.")
    if isinstance(failure, UnauthorisedError):
        failure.sent_at = sent_at(headers)
    raise failure
