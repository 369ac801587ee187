"""Credentials that belong to one origin, and how addresses and secrets may appear in a message."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from pydantic import SecretStr
from requests import PreparedRequest
from requests.auth import AuthBase

from orchestration.connectors._http.errors import RejectedError

Renew = Callable[[], Mapping[str, SecretStr]]


def origin(url: str) -> tuple[str, str, int]:
    """Scheme, host and port: the unit to which credentials are bound."""
    parts = urlsplit(url)
    scheme = parts.scheme.lower()
    return scheme, (parts.hostname or "").lower(), parts.port or (443 if scheme == "https" else 80)


def redacted_url(method: str | None, url: str | None) -> str:
    """A request as messages may show it: without query, fragment and user part."""
    parts = urlsplit(url or "")
    port = f":{parts.port}" if parts.port else ""
    return f"{method or 'GET'} {parts.scheme}://{parts.hostname}{port}{parts.path}"


class Unsigned(AuthBase):
    """No credential at all, not even one that a netrc file would add."""

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        return request


class Credentials(AuthBase):
    """Secret headers for one origin; any other origin gets none."""

    def __init__(self, base_url: str, headers: Mapping[str, SecretStr], renew: Renew | None = None) -> None:
        self._origin = origin(base_url)
        self._headers = _checked(headers)
        self._renew = renew

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        belongs = origin(request.url or "") == self._origin
        for name, secret in self._headers.items():
            request.headers.pop(name, None)
            if belongs:
                request.headers[name] = secret.get_secret_value()
        return request

    def signed(self, request: PreparedRequest) -> bool:
        return any(name in request.headers for name in self._headers)

    def renewed(self) -> bool:
        """Ask for a new credential; False if nobody can give one."""
        if self._renew is None:
            return False
        self._headers = _checked(self._renew())
        return True

    def redact(self, text: str) -> str:
        """The text without the secrets, should a tool repeat one in its answer."""
        for secret in self._headers.values():
            value = secret.get_secret_value()
            text = text.replace(value, "***").replace(value.rpartition(" ")[2], "***")
        return text


def _checked(headers: Mapping[str, SecretStr]) -> dict[str, SecretStr]:
    for name, secret in headers.items():
        value = secret.get_secret_value()
        if not value or not value.isascii() or not value.isprintable() or value != value.strip():
            raise RejectedError(
                f"The secret for header {name} is empty or holds line ends or other characters that no header "
                "may hold. Set it again."
            )
    return dict(headers)
