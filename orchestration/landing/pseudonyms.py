"""Pseudonyms at the door: personal identifiers become keyed hashes before anything is written.

Belongs here: normalising an identifier within its namespace and hashing it (HMAC-SHA-256).
Does not: deciding which columns identify a person (the stream contracts do), or joining identities (dbt does).
Known bots and agents stay readable, because they are not people.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from orchestration.errors import SettingsError
from orchestration.storage.atomic_files import replace_text

PREFIX = "p_"
"""Every pseudonym starts with it; a landed identifier without it is the readable name of a bot."""

_NOREPLY = re.compile(r"^(?:(\d+)\+)?([^@+]+)@users\.noreply\.github\.com$")


def normalise(namespace: str, value: str) -> tuple[str, str]:
    """The namespace and spelling under which equal identifiers are equal.

    E-mails are case-folded and lose their plus-tag; a GitHub noreply address is really an account id (or, in
    its older form, a login); a `github` system entry is an id when numeric and a login otherwise.
    """
    folded = value.strip().casefold()
    if namespace in ("email", "git_email", "claude", "ai_vendor") and "@" in folded:
        if match := _NOREPLY.match(folded):
            account, login = match.groups()
            bot = login.endswith("[bot]")
            return ("github_id", account) if account and not bot else ("github_login", login)
        local, _, domain = folded.partition("@")
        return "email", f"{local.partition('+')[0] or local}@{domain}"
    if namespace == "github":
        return ("github_id" if folded.isdigit() else "github_login"), folded
    if namespace == "pagerduty":
        return "pagerduty_user", folded
    return namespace, folded


class Pseudonymiser:
    """Turns identifiers into pseudonyms with one secret key; equal identifiers give equal pseudonyms."""

    def __init__(self, key: bytes, is_known_bot: Callable[[str], bool]) -> None:
        if len(key) < 16:
            raise ValueError("the pseudonym key needs at least 16 bytes")
        self._key = key
        self._is_known_bot = is_known_bot
        self.pseudonym = lru_cache(maxsize=200_000)(self._pseudonym)

    def _pseudonym(self, namespace: str, value: str) -> str | None:
        """`p_` and 26 characters, the readable name of a known bot, or None for an empty identifier."""
        if not value.strip():
            return None
        space, spelled = normalise(namespace, value)
        if spelled.endswith("[bot]") or self._is_known_bot(spelled):
            return spelled
        digest = hmac.new(self._key, f"{space}:{spelled}".encode(), hashlib.sha256).digest()
        return PREFIX + base64.b32encode(digest).decode().lower()[:26]

    def fingerprint(self) -> str:
        """Tells one key from another without revealing it."""
        return hmac.new(self._key, b"counterpoise key fingerprint", hashlib.sha256).hexdigest()[:16]


def check_key(folder: Path, pseudonymiser: Pseudonymiser) -> None:
    """Refuse to mix pseudonyms of two keys in one landing folder; the first use writes the fingerprint down."""
    path, fingerprint = folder / "_key_fingerprint", pseudonymiser.fingerprint()
    if not path.exists():
        replace_text(path, fingerprint)
    elif path.read_text("utf-8") != fingerprint:
        raise SettingsError(
            f"the landing folder was written with another pseudonym key (fingerprint {path.read_text('utf-8')}, "
            f"configured {fingerprint}); nothing was landed. Restore the key, or land everything again in a new folder."
        )
