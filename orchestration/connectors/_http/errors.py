"""What a caller meets when a tool does not answer as it should.

Every message names the method, the address without its query, the numbers met, what is kept and what to do.
It never holds a header, a query string (download links carry their signature there) or a secret; the error
of the HTTP library, which holds the request, is never chained to these.
"""

from __future__ import annotations

from orchestration.errors import PermissionDeniedError, RateLimitedError, SourceError, UnreachableError


class UnauthorisedError(PermissionDeniedError):
    """401: the credential is missing, wrong or expired."""


class ForbiddenError(PermissionDeniedError):
    """403 that is no rate limit: the credential lacks a permission."""


class NotFoundError(PermissionDeniedError):
    """404: the thing is not there, or the credential may not know that it is."""


class GoneError(NotFoundError):
    """410: the thing was there, or is switched off."""


class RejectedError(SourceError):
    """Any other 4xx: the request itself is wrong."""


class BrokenAnswerError(SourceError):
    """The answer came and is not usable: cut off, no JSON, too large, or without the expected key."""


class EndlessPagesError(SourceError):
    """The pages repeat themselves, leave the host or do not end."""


__all__ = [
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
