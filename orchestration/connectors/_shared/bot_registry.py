"""The registry of known bots and AI agents: their accounts, and the signatures that agents leave.

Reads:    seeds/actor_signatures.csv; dbt reads the same file as a seed.
Provides: matching for connectors (evidence of agents) and for landing (names of bots stay readable).
Leaves out: display names. Claude, Devin, Jules and Cody are names of people too, so an account is recognised by its
number, its login or its e-mail. The grade of a match is part of the list.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from orchestration.connectors._shared.addresses import noreply_account
from orchestration.errors import SettingsError

DEFAULT_PATH = Path(__file__).resolve().parents[3] / "seeds" / "actor_signatures.csv"
COLUMNS = (
    "signal", "pattern", "match_type", "actor_name", "product", "actor_kind", "role", "grade", "valid_from", "source",
)  # fmt: skip
ALLOWED = {
    "signal": {
        "login", "github_id", "email", "trailer_email", "text", "author_name", "branch_prefix", "git_note",
    },
    "match_type": {"exact", "prefix", "regex"},
    "actor_kind": {"agent", "bot"},
    "role": {"author", "reviewer"},
    "grade": {"A", "B", "C"},
}  # fmt: skip
IDENTITY_SIGNALS = ("login", "github_id", "email", "trailer_email")
ADDRESS_SIGNALS = ("email", "trailer_email")


@dataclass(frozen=True, slots=True)
class Signature:
    """One row of the list: a `pattern` found in `signal` is evidence of `product` in `role`, of this `grade`."""

    signal: str
    pattern: str
    match_type: str
    actor_name: str
    product: str
    actor_kind: str
    role: str
    grade: str
    valid_from: date | None
    source: str


class BotRegistry:
    """The whole list, indexed. Matching ignores case, except in regular expressions, which state it themselves."""

    def __init__(self, listed: Iterable[Signature], digest: str) -> None:
        self.all = tuple(listed)
        self.digest = digest
        self._exact: dict[tuple[str, str], list[Signature]] = {}
        self._others: dict[str, list[tuple[Signature, re.Pattern[str]]]] = {}
        for signature in self.all:
            if signature.match_type == "exact":
                self._exact.setdefault((signature.signal, signature.pattern.casefold()), []).append(signature)
            else:
                self._others.setdefault(signature.signal, []).append((signature, _expression(signature)))

    def match(self, signal: str, value: str, on: date | None = None) -> tuple[Signature, ...]:
        """All signatures that match `value` as `signal`; with `on`, only those that were valid on that day.

        An e-mail is also tried as GitHub's noreply address: by account number, then by a login ending in [bot].
        """
        found = list(self._exact.get((signal, value.strip().casefold()), ()))
        found += [signature for signature, expression in self._others.get(signal, ()) if expression.search(value)]
        if signal in ADDRESS_SIGNALS and not found:
            found = self._by_noreply(value)
        return tuple(s for s in found if on is None or s.valid_from is None or s.valid_from <= on)

    def is_known_bot(self, identifier: str, namespace: str | None = None) -> bool:
        """Whether a login, account number or e-mail belongs to a listed bot or agent.

        In a `namespace` other than github_id a bare number never matches: it may be a person's number in another
        system.
        """
        folded = identifier.strip().casefold()
        if folded.isdigit() and namespace not in (None, "github_id"):
            return False
        if any((signal, folded) in self._exact for signal in IDENTITY_SIGNALS):
            return True
        return bool(self._by_noreply(folded))

    def _by_noreply(self, address: str) -> list[Signature]:
        named = noreply_account(address)
        if named is None:
            return []
        account, login = named
        found = self._exact.get(("github_id", account)) if account else None
        if found is None and login.endswith("[bot]"):  # GitHub gives such a login to apps only
            found = self._exact.get(("login", login))
        return list(found or ())


@lru_cache(maxsize=8)
def load_bot_registry(path: Path = DEFAULT_PATH) -> BotRegistry:
    """Read the list; SettingsError names the line of an invalid row."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SettingsError(
            f"the list of bots and agents cannot be read: {path} ({error.strerror}). Without it, bots cannot be told "
            "from people, so nothing was read. Restore the file from the repository."
        ) from None
    reader = csv.DictReader(content.decode("utf-8").splitlines())
    if tuple(reader.fieldnames or ()) != COLUMNS:
        raise SettingsError(f"{path.name}: the columns are {reader.fieldnames}, expected {list(COLUMNS)}")
    listed = [_signature(row, f"{path.name}:{number}") for number, row in enumerate(reader, start=2)]
    return BotRegistry(listed, hashlib.sha256(content).hexdigest())


def _signature(row: dict[str, str], where: str) -> Signature:
    for column, allowed in ALLOWED.items():
        if row[column] not in allowed:
            raise SettingsError(f"{where}: {column} is {row[column]!r}, not one of {sorted(allowed)}")
    if not row["pattern"] or not row["product"]:
        raise SettingsError(f"{where}: pattern and product must not be empty")
    try:
        since = date.fromisoformat(row["valid_from"]) if row["valid_from"] else None
        signature = Signature(**{**row, "valid_from": since})  # type: ignore[arg-type]  # the columns are checked
        _expression(signature)
    except (ValueError, TypeError, re.error) as error:
        raise SettingsError(f"{where}: invalid: {error}") from None
    return signature


def _expression(signature: Signature) -> re.Pattern[str]:
    if signature.match_type == "regex":
        return re.compile(signature.pattern)
    anchored = rf"\A{re.escape(signature.pattern)}"
    return re.compile(anchored if signature.match_type == "prefix" else rf"{anchored}\Z", re.IGNORECASE)
