"""The errors of the HTTP layer, by what they mean for the caller.

Every message names the method and the address without its query, the numbers, what is kept and what to do.
It never holds a header, a query string (the signature of a download link) or a secret. The HTTP library's own
error holds the request and is never chained.
"""

from __future__ import annotations

from datetime import datetime

from orchestration.errors import PermissionDeniedError, RateLimitedError, SourceError, UnreachableError

LANDED_IS_KEPT = "Everything that already landed is kept; repeat the run"


class UnauthorisedError(PermissionDeniedError):
    """401: the credential is missing, wrong or expired. `sent_at`: when, by the tool's own clock."""

    sent_at: datetime | None = None


class ForbiddenError(PermissionDeniedError):
    """403 that is not a rate limit: the credential lacks a permission."""


class NotFoundError(PermissionDeniedError):
    """404: it does not exist, or the credential has no access to it."""


class GoneError(NotFoundError):
    """410: it was deleted or is switched off."""


class RejectedError(SourceError):
    """Any other 4xx: the request itself is wrong."""


class BrokenAnswerError(SourceError):
    """The answer is not usable: cut off, not JSON, too large, or without the expected key."""


class EndlessPagesError(SourceError):
    """The pages repeat themselves, leave the host or do not end."""


__all__ = [
    "LANDED_IS_KEPT",
    "BrokenAnswerError",
    "EndlessPagesError",
    "ForbiddenError",
    "GoneError",
    "NotFoundError",
    "PermissionDeniedError",
    "RateLimitedError",
    "RejectedError",
    "SourceError",
    "UnauthorisedError",
    "UnreachableError",
]
