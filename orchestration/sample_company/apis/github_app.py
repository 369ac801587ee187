"""GitHub's side of an App: its installations, the proofs that it accepts, and the tokens that it gives.

A fake has no clock of its own: a token lasts an hour from the time in the App's proof. A test may set `public_key` and
`now`, so that signature and times of a proof are checked as GitHub does, and change `installations` and `valid`.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from orchestration.sample_company.apis.base import NOT_FOUND, Answer, Request, linked_page, stamp

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

TOKEN_PREFIX = "ghs_"  # noqa: S105  # GitHub's mark of an installation's token
BACKDATED_SECONDS, LONGEST_PROOF_SECONDS, TOKEN_SECONDS = 60, 600, 3600
PERMISSIONS = dict.fromkeys(("metadata", "contents", "pull_requests", "issues", "deployments", "members"), "read")


class FakeApp:
    """One App with an installation in each account. `valid`: token -> its account; `proofs`: the claims it accepted."""

    def __init__(
        self,
        accounts: Sequence[str],
        public_key: RSAPublicKey | None = None,
        now: Callable[[], float] | None = None,
    ) -> None:
        self.public_key, self.now = public_key, now
        self.installations: list[dict[str, object]] = [
            {"id": number, "account": {"login": name, "id": 990_000 + number, "type": "Organization"},
             "permissions": PERMISSIONS, "repository_selection": "all", "suspended_at": None}
            for number, name in enumerate(accounts, start=501)
        ]  # fmt: skip
        self.valid: dict[str, str] = {}
        self.proofs: list[dict[str, int]] = []

    def accepts(self, authorization: str) -> bool:
        """Whether a request with this header may be answered; tokens of other kinds are not its business."""
        token = authorization.partition(" ")[2]
        return bool(token) and (not token.startswith(TOKEN_PREFIX) or token in self.valid)

    def answer(self, request: Request) -> Answer:
        claims = self._claims(request.headers.get("authorization", "").partition(" ")[2])
        if problem := self._problem(claims):
            return Answer(401, {"message": problem})
        self.proofs.append(claims)
        match request.method, request.path.strip("/").split("/"):
            case "GET", ["app", "installations"]:
                return linked_page(request, self.installations)
            case "POST", ["app", "installations", number, "access_tokens"]:
                return self._token(number, claims["iat"] + BACKDATED_SECONDS + TOKEN_SECONDS)
        return NOT_FOUND

    def _token(self, number: str, expires_at: int) -> Answer:
        found = next((row for row in self.installations if str(row["id"]) == number), None)
        if found is None:
            return NOT_FOUND
        if found["suspended_at"]:
            return Answer(403, {"message": "This installation has been suspended"})
        token = f"{TOKEN_PREFIX}{number}secret{len(self.proofs)}"
        account = found["account"]
        self.valid[token] = str(account["login"]) if isinstance(account, dict) else ""
        expiry = stamp(datetime.fromtimestamp(expires_at, UTC))
        return Answer(201, {"token": token, "expires_at": expiry, "permissions": found["permissions"]})

    def _claims(self, proof: str) -> dict[str, int]:
        """The claims of a JWT; empty where it is none, or where its signature is another's."""
        signed, _, signature = proof.rpartition(".")
        try:
            header, claims = (json.loads(_bytes(part)) for part in signed.split("."))
            is_signed = header["alg"] == "RS256" and self._is_signed(signed.encode(), _bytes(signature))
        except (ValueError, KeyError, TypeError):
            return {}
        return dict(claims) if is_signed else {}

    def _is_signed(self, signed: bytes, signature: bytes) -> bool:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
        from cryptography.hazmat.primitives.hashes import SHA256

        try:
            if self.public_key is not None:
                self.public_key.verify(signature, signed, PKCS1v15(), SHA256())
        except InvalidSignature:
            return False
        return True

    def _problem(self, claims: dict[str, int]) -> str:
        """GitHub's message about a proof that it does not accept; empty for a good one."""
        if not {"iat", "exp", "iss"} <= set(claims):
            return "A JSON web token could not be decoded"
        now = claims["iat"] if self.now is None else self.now()
        if claims["iat"] > now:
            return "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued"
        if not now < claims["exp"] <= now + LONGEST_PROOF_SECONDS:
            return "'Expiration time' claim ('exp') is too far in the future"
        return ""


def _bytes(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
