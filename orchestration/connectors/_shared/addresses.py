"""E-mail addresses that name an account of a tool.

Belongs here: reading GitHub's noreply addresses. Does not: deciding whose account it is, or hashing it.
"""

from __future__ import annotations

import re

_NOREPLY = re.compile(r"(?:(\d+)\+)?([^@+]+)@users\.noreply\.github\.com")


def noreply_account(address: str) -> tuple[str | None, str] | None:
    """Account number and login (in lower case) of a GitHub noreply address; None for any other address.

    GitHub writes `12345+login@users.noreply.github.com`; addresses from before 2017 lack the number.
    """
    match = _NOREPLY.fullmatch(address.strip().casefold())
    return (match[1], match[2]) if match else None
