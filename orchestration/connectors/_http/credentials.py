"""Credentials bound to one origin, and kept out of messages.

Belongs here: which request carries a secret. Does not: reading secrets from the environment (settings).
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping

from pydantic import SecretStr
from requests import PreparedRequest
from requests.auth import AuthBase

from orchestration.connectors._http.errors import RejectedError
from orchestration.connectors._http.urls import origin

Renew = Callable[[], Mapping[str, SecretStr]]
IsStale = Callable[[], bool]


class Unsigned(AuthBase):
    """No credential, not even one from a netrc file."""

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        return request


class Credentials(AuthBase):
    """Secret headers that are sent to one origin only; renewed on a 401, and before a request when they are stale."""

    def __init__(
        self,
        base_url: str,
        headers: Mapping[str, SecretStr],
        renew: Renew | None = None,
        is_stale: IsStale = lambda: False,
    ) -> None:
        self._origin = origin(base_url)
        self._headers = _checked(headers)
        self._renew = renew
        self._is_stale = is_stale

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        belongs = origin(request.url or "") == self._origin
        if belongs and self._is_stale():
            self.renewed()
        for name, secret in self._headers.items():
            request.headers.pop(name, None)
            if belongs:
                request.headers[name] = secret.get_secret_value()
        return request

    def signed(self, request: PreparedRequest) -> bool:
        """Whether the request carries a secret header."""
        return any(name in request.headers for name in self._headers)

    def renewed(self) -> bool:
        """Replace the credential by a new one; False where no renewal is configured."""
        if self._renew is None:
            return False
        self._headers = _checked(self._renew())
        return True

    def redact(self, text: str) -> str:
        """The text without the secrets: a tool may repeat one in its answer."""
        for secret in self._headers.values():
            value = secret.get_secret_value()
            for part in (value, value.rpartition(" ")[2], *_basic_pair(value)):
                text = text.replace(part, "***")
        return text


def _basic_pair(header: str) -> list[str]:
    """User name and password of a Basic header, as far as they are not empty: one of them is the secret."""
    scheme, _, pair = header.partition(" ")
    plain = base64.b64decode(pair).decode("utf-8", "ignore") if scheme == "Basic" else ""
    return [part for part in plain.split(":", 1) if part]


def _checked(headers: Mapping[str, SecretStr]) -> dict[str, SecretStr]:
    for name, secret in headers.items():
        value = secret.get_secret_value()
        if not value or not value.isascii() or not value.isprintable() or value != value.strip():
            raise RejectedError(
                f"The secret for header {name} is empty or holds line ends or other characters that a header "
                "must not hold; nothing was read. Set it again."
            )
    return dict(headers)
