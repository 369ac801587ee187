"""Facts from titles, bodies and messages of pull requests and commits, which land instead of the texts."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from orchestration.connectors._shared.bot_registry import BotRegistry, Signature
from orchestration.connectors._shared.trailers import co_authors
from orchestration.connectors.git.messages import message_facts

_REVERT_BRANCH = re.compile(r"(?:\A|/)revert-(\d{1,9})-")
_HOTFIX = re.compile(r"(?i)(?:\A|[/_.-])hot-?fix(?:\Z|[/_.-])")
NO_EVIDENCE: dict[str, object] = {"agent_product": None, "ai_evidence_grade": None, "ai_evidence_signal": None}
MAX_LABEL_CHARACTERS = 4096


def reverted(title: str, body: str, branch: str, repository: str) -> dict[str, object]:
    """The pull request of this repository or the commit that a pull request reverts, as it states; None for neither."""
    facts = message_facts(f"{title}\n\n{body}", repository)
    found = _REVERT_BRANCH.search(branch)
    return {
        "reverts_number": facts.reverts_number or (int(found[1]) if found else None),
        "reverts_sha": facts.reverts_sha,
    }


def reverted_sha(message: str, repository: str) -> str | None:
    return message_facts(message, repository).reverts_sha


def is_hotfix(name: str | None) -> bool | None:
    """Whether the name of a branch or tag holds hotfix; None without a name."""
    return None if not name else bool(_HOTFIX.search(name))


def label_names(names: Iterable[str]) -> str | None:
    """`|bug|hotfix|`: sorted, between bars, so that an exact name can be found; None without labels."""
    kept = sorted({" ".join(name.replace("|", "/").lower().split()) for name in names})
    text = "|".join(["", *kept, ""])
    return text[:MAX_LABEL_CHARACTERS].rpartition("|")[0] + "|" if kept else None


def pull_request_evidence(bots: BotRegistry, text: str, branch: str, on: date) -> dict[str, object]:
    return _best(
        [
            *(("text", found) for found in bots.match("text", text, on)),
            *(("branch_prefix", found) for found in bots.match("branch_prefix", branch, on)),
        ]
    )


def commit_evidence(
    bots: BotRegistry, message: str, email: str | None, database_id: object, on: date
) -> dict[str, object]:
    """Evidence in the author's account and address, trailers and text; a trailer is never an A: anybody can add one."""
    matches = [("text", found) for found in bots.match("text", message, on)]
    matches += [("email", found) for found in bots.match("email", email or "", on)]
    matches += [("github_id", found) for found in bots.match("github_id", str(database_id or ""), on)]
    for address in co_authors(message):
        matches += [("trailer_email", found) for found in bots.match("trailer_email", address, on)]
    return _best(matches)


def _best(matches: Iterable[tuple[str, Signature]]) -> dict[str, object]:
    ranked = sorted(
        ("B" if signal == "trailer_email" and found.grade == "A" else found.grade, signal, found.product)
        for signal, found in matches
        if found.actor_kind == "agent" and found.role == "author"
    )
    if not ranked:
        return NO_EVIDENCE
    grade, signal, product = ranked[0]
    return {"agent_product": product, "ai_evidence_grade": grade, "ai_evidence_signal": signal}
