"""GitHub as an App: a token for each organisation, renewed for as long as the run lasts.

Reads:  GET /app/installations and POST /app/installations/{id}/access_tokens, signed with the App's private key (a JWT
        with RS256). A token belongs to one installation, so to one organisation or user, and expires after an hour.
Renews: before the first request, when less than five minutes remain, and when GitHub answers 401 (`_http`).
Leaves out: webhooks and tokens of users. The clock decides how long proofs and tokens are valid, and nothing else.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import orjson
from pydantic import SecretStr

from orchestration.connectors._http import Client, bearer, client
from orchestration.connectors._http.errors import (
    BrokenAnswerError,
    ForbiddenError,
    NotFoundError,
    PermissionDeniedError,
    UnauthorisedError,
)
from orchestration.connectors.base import RetryPolicy
from orchestration.connectors.github.client import HEADERS
from orchestration.connectors.github.graphql import Node

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

Answer = TypeVar("Answer")
BACKDATED_SECONDS = 60
SIGNED_FOR_SECONDS = 9 * 60
"""GitHub allows ten minutes from `iat` to `exp`; `iat` lies in the past because clocks differ."""
RENEWED_BEFORE_SECONDS = 5 * 60
PERMISSIONS = ("metadata", "contents", "pull_requests")
"""Without these, GitHub blanks fields of pull requests; without any other, the request that needs it fails."""


class GitHubApp:
    """An App that is installed in several organisations; `clock` gives seconds since 1970."""

    def __init__(
        self,
        base_url: str,
        app_id: str,
        key: RSAPrivateKey,
        retries: RetryPolicy | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._base_url, self._app_id, self._key, self._retries, self._clock = base_url, app_id, key, retries, clock
        self._clock_error_seconds = 0.0
        self._installations: dict[str, Node] = {}

    def client(self, owner: str) -> Client:
        """A client for what belongs to `owner`, an organisation or user; its first request fetches the token."""
        token = _Token(self, owner)
        return client(self._base_url, {}, self._retries, HEADERS, renew=token.renewed, is_stale=token.is_stale)

    def now(self) -> float:
        """Seconds since 1970, by GitHub's clock once GitHub has rejected ours."""
        return self._clock() + self._clock_error_seconds

    def access_token(self, owner: str) -> tuple[SecretStr, float]:
        """A new token for the installation of `owner`, and when it expires."""
        path = f"app/installations/{self._installation(owner)['id']}/access_tokens"
        try:
            answer = self._as_app(lambda api: api.post_json(path, {}))
        except (ForbiddenError, NotFoundError):
            raise self._denied(owner, "was suspended, removed or blocked from this address", "restore it") from None
        if not isinstance(answer, Mapping) or not answer.get("token") or not answer.get("expires_at"):
            raise BrokenAnswerError(f"github: the token for {owner} is not in the answer; nothing of it was landed.")
        return SecretStr(str(answer["token"])), datetime.fromisoformat(str(answer["expires_at"])).timestamp()

    def _installation(self, owner: str) -> Node:
        """The usable installation of an owner; ForbiddenError says why there is none."""
        if not self._installations:
            self._installations = {_account(row): row for row in self._as_app(_installations)}
        found = self._installations.get(owner.casefold())
        if found is None:
            raise self._denied(owner, f"has {len(self._installations)} installations and none there", "install it")
        if found.get("suspended_at"):
            raise self._denied(owner, f"is suspended there since {found['suspended_at']}", "unsuspend it")
        granted = found.get("permissions") or {}
        if missing := ", ".join(name for name in PERMISSIONS if name not in granted):
            raise self._denied(owner, f"lacks read access to {missing}", "accept these permissions of the App")
        return found

    def _denied(self, owner: str, state: str, change: str) -> ForbiddenError:
        return ForbiddenError(
            f"github: no token for {owner}: the App {self._app_id} {state}; nothing of this slice was landed. Let an "
            f"owner of {owner} {change}, then repeat the run."
        )

    def _as_app(self, ask: Callable[[Client], Answer]) -> Answer:
        """The answer to a request that the App signs; after a 401 once more, with the time of GitHub's answer."""
        rejected: UnauthorisedError | None = None
        for _ in range(2):
            if rejected is not None and rejected.sent_at is not None:
                self._clock_error_seconds = rejected.sent_at.timestamp() - self._clock()
            try:
                return ask(client(self._base_url, bearer(self._proof()), self._retries, HEADERS))
            except UnauthorisedError as error:
                rejected = error
        raise UnauthorisedError(
            f"{rejected} This was the App {self._app_id}: check that app_id and the private key belong to one App, and "
            "that the key was not deleted there."
        )

    def _proof(self) -> SecretStr:
        """A JWT that only the holder of the private key can make."""
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
        from cryptography.hazmat.primitives.hashes import SHA256

        now = int(self.now())
        claims = {"iat": now - BACKDATED_SECONDS, "exp": now + SIGNED_FOR_SECONDS, "iss": self._app_id}
        signed = b".".join(_base64url(orjson.dumps(part)) for part in ({"alg": "RS256", "typ": "JWT"}, claims))
        signature = self._key.sign(signed, PKCS1v15(), SHA256())
        return SecretStr(b".".join((signed, _base64url(signature))).decode())


class _Token:
    """The current token of one owner, in the form in which `_http` renews it."""

    def __init__(self, app: GitHubApp, owner: str) -> None:
        self._app, self._owner, self._expires_at = app, owner, 0.0

    def is_stale(self) -> bool:
        return self._app.now() > self._expires_at - RENEWED_BEFORE_SECONDS

    def renewed(self) -> Mapping[str, SecretStr]:
        token, self._expires_at = self._app.access_token(self._owner)
        return bearer(token)


def private_key(path: Path | None, text: SecretStr | None) -> RSAPrivateKey:
    """The key in a PEM file or a PEM text; PermissionDeniedError without any of its content."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    key: object = None
    try:
        # a scheduler may pass line ends of a variable as \n
        pem = path.read_bytes() if path else (text or SecretStr("")).get_secret_value().replace("\\n", "\n").encode()
        key = load_pem_private_key(pem, password=None)
        problem = "is not an RSA key"
    except OSError as error:
        problem = f"cannot be read ({error.strerror})"
    except (ValueError, TypeError, UnsupportedAlgorithm):
        problem = "is not a private key in PEM form without a password"
    if not isinstance(key, RSAPrivateKey):
        raise PermissionDeniedError(
            f"github: {path or 'app_private_key'} {problem}; nothing was read. Set the .pem file that GitHub made for "
            "the App, with read access for this user."
        )
    return key


def _installations(api: Client) -> list[Node]:
    return [row for page in api.pages("app/installations", {"per_page": 100}) for row in page if isinstance(row, dict)]


def _account(row: Node) -> str:
    return str((row.get("account") or {}).get("login") or "").casefold()


def _base64url(content: bytes) -> bytes:
    return base64.urlsafe_b64encode(content).rstrip(b"=")
