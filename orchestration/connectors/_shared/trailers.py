"""Trailers of commit messages.

Belongs here: reading them. Does not: deciding whose address one is, or what it proves.
"""

from __future__ import annotations

import re

_CO_AUTHOR = re.compile(r"(?im)^[ \t]*co-authored-by:[^<\n]*<([^>\n]+)>")


def co_authors(message: str) -> list[str]:
    """The addresses of the Co-authored-by trailers, each once, in their order."""
    return list(dict.fromkeys(address.strip() for address in _CO_AUTHOR.findall(message)))
