"""The one family of errors. Each message states what was found, the numbers, what was kept, and what to do."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

MAX_LISTED = 20
"""A message lists so many choices."""


def choices(wanted: str, known: Iterable[str]) -> str:
    """The names that exist, the nearest first."""
    names = sorted(known)
    by_folded = {name.casefold(): name for name in names}
    near = [by_folded[name] for name in difflib.get_close_matches(wanted.casefold(), by_folded, n=3, cutoff=0.5)]
    listed = [*near, *(name for name in names if name not in near)]
    more = f" and {len(listed) - MAX_LISTED} more" if len(listed) > MAX_LISTED else ""
    return (", ".join(listed[:MAX_LISTED]) or "none") + more


class CounterpoiseError(Exception):
    """Base of every error that this project raises on purpose; its text is written for the operator."""


class SettingsError(CounterpoiseError):
    """A setting or a secret is missing or does not make sense."""


class ContractError(CounterpoiseError):
    """A stream's declaration in the dbt sources yml is missing or contradicts itself."""


class SourceError(CounterpoiseError):
    """A source could not be read whole; nothing of the slice being read was counted."""


class PermissionDeniedError(SourceError):
    """The source denies access (401, 403, 404); a retry does not help."""


class UnreachableError(SourceError):
    """The network or the server failed at every attempt."""


class RateLimitedError(SourceError):
    """The rate limit outlasts the retry budget; the next run continues where this one stopped."""


class LandingError(CounterpoiseError):
    """Landing could not write a load whole, or records are unaccounted for."""


class TruncatedLoadError(LandingError):
    """A load has far fewer rows than the one it would replace; the old one is kept."""


class BusyError(CounterpoiseError):
    """Another writer holds the data directory."""


class WarehouseError(CounterpoiseError):
    """dbt or the warehouse file failed."""


class PublicationBlockedError(CounterpoiseError):
    """The gate blocked the run; the last good publication remains current."""
