"""How systems spell the identifiers of people, so that equal accounts get equal pseudonyms.

Belongs here: namespace and spelling of an identifier, and which spellings name a bot by themselves.
Does not: hashing (landing/pseudonyms) or the list of known bots (bot_registry).
"""

from __future__ import annotations

from orchestration.connectors import SOURCES
from orchestration.connectors._shared.addresses import noreply_account

ADDRESS_NAMESPACES = ("email", "git_email", "claude", "ai_vendor", *SOURCES)


def normalise(namespace: str, value: str) -> tuple[str, str]:
    """The namespace and spelling under which equal identifiers are equal.

    An e-mail is one, whichever source tells it. E-mails are case-folded and lose their plus-tag; a GitHub noreply
    address is really an account id (or, in its older form, a login); a `github` system entry is an id when numeric and
    a login otherwise.
    """
    folded = value.strip().casefold()
    if namespace in ADDRESS_NAMESPACES and "@" in folded:
        return _address(folded)
    if namespace == "github":
        return ("github_id" if folded.isdigit() else "github_login"), folded
    if namespace == "pagerduty":
        return "pagerduty_user", folded
    return namespace, folded


def is_app_login(spelling: str) -> bool:
    """Whether GitHub gave this login to an app: only apps get the suffix."""
    return spelling.endswith("[bot]")


def _address(folded: str) -> tuple[str, str]:
    if noreply := noreply_account(folded):
        account, login = noreply
        return ("github_id", account) if account and not is_app_login(login) else ("github_login", login)
    local, _, domain = folded.partition("@")
    return "email", f"{local.partition('+')[0] or local}@{domain}"
