"""Pseudonyms: personal identifiers become keyed hashes before anything is written.

Belongs here: hashing an identifier (HMAC-SHA-256) and the check that a landing folder has only one key.
Does not: how a system spells its identifiers (connectors/_shared/identifiers), which columns identify a person
(the stream contracts), or joining identities (dbt). Bots and agents stay readable, because they are not people.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from orchestration.errors import SettingsError
from orchestration.storage.atomic_files import replace_text

PREFIX = "p_"
"""Every pseudonym starts with it; a landed identifier without it is the readable name of a bot."""
MIN_KEY_BYTES = 16

Normalise = Callable[[str, str], tuple[str, str]]
"""(namespace, identifier) -> the namespace and spelling that are hashed."""


class Pseudonymiser:
    """Turns identifiers into pseudonyms with one secret key; equal identifiers give equal pseudonyms.

    normalise: under which namespace and spelling identifiers are equal.
    is_bot: whether a spelling names a bot or an agent; it stays readable.
    """

    def __init__(self, key: bytes, normalise: Normalise, is_bot: Callable[[str], bool]) -> None:
        if len(key) < MIN_KEY_BYTES:
            raise ValueError(f"the pseudonym key needs at least {MIN_KEY_BYTES} bytes")
        self._key, self._normalise, self._is_bot = key, normalise, is_bot
        self.pseudonym = lru_cache(maxsize=200_000)(self._pseudonym)

    def _pseudonym(self, namespace: str, value: str) -> str | None:
        """`p_` and 26 characters, the readable name of a bot, or None for an empty identifier."""
        if not value.strip():
            return None
        space, spelling = self._normalise(namespace, value)
        if self._is_bot(spelling):
            return spelling
        digest = hmac.new(self._key, f"{space}:{spelling}".encode(), hashlib.sha256).digest()
        return PREFIX + base64.b32encode(digest).decode().lower()[:26]

    def fingerprint(self) -> str:
        """Differs from key to key and does not reveal the key."""
        return hmac.new(self._key, b"counterpoise key fingerprint", hashlib.sha256).hexdigest()[:16]


def check_key(folder: Path, pseudonymiser: Pseudonymiser) -> None:
    """SettingsError when the folder was written with another key; the first use stores the key's fingerprint."""
    path, fingerprint = folder / "_key_fingerprint", pseudonymiser.fingerprint()
    if not path.exists():
        replace_text(path, fingerprint)
    elif path.read_text("utf-8") != fingerprint:
        raise SettingsError(
            f"the landing folder was written with another pseudonym key (fingerprint {path.read_text('utf-8')}, "
            f"configured {fingerprint}); nothing was landed. Restore the key, or land everything again in a new folder."
        )
