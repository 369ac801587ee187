"""The one family of errors. Each message says what was met, the numbers, what was kept, and what to do."""

from __future__ import annotations


class CounterpoiseError(Exception):
    """Base of every error that this project raises on purpose; its text is written for the operator."""


class SettingsError(CounterpoiseError):
    """A setting or a secret is missing or does not make sense."""


class ContractError(CounterpoiseError):
    """A stream's declaration in the dbt sources yml is missing or contradicts itself."""


class SourceError(CounterpoiseError):
    """A source could not be read whole; nothing of the slice in hand was counted."""


class PermissionDeniedError(SourceError):
    """The source knows us and says no (401, 403, 404): trying again does not help."""


class UnreachableError(SourceError):
    """The network or the server failed at every try."""


class RateLimitedError(SourceError):
    """The source asked for more patience than the run has; the next run goes on where this one stopped."""


class LandingError(CounterpoiseError):
    """Landing could not keep its promise (write whole or not at all, lose nothing)."""


class TruncatedLoadError(LandingError):
    """A load holds far fewer rows than the one it would replace; the old one stays."""


class BusyError(CounterpoiseError):
    """Another writer holds the data directory."""


class WarehouseError(CounterpoiseError):
    """dbt or the warehouse file failed."""


class PublicationBlockedError(CounterpoiseError):
    """The gate said no; the last good publication stays."""
