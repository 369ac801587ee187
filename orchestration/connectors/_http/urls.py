"""Addresses: their origin, and how they appear in messages."""

from __future__ import annotations

from urllib.parse import urlsplit


def origin(url: str) -> tuple[str, str, int]:
    """Scheme, host and port: the unit to which credentials are bound."""
    parts = urlsplit(url)
    scheme = parts.scheme.lower()
    return scheme, (parts.hostname or "").lower(), parts.port or (443 if scheme == "https" else 80)


def redacted_url(method: str | None, url: str | None) -> str:
    """Method and address for messages: without query, fragment and user part, which may hold secrets."""
    parts = urlsplit(url or "")
    port = f":{parts.port}" if parts.port else ""
    return f"{method or 'GET'} {parts.scheme}://{parts.hostname}{port}{parts.path}"
