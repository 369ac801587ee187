"""Facts from a commit message, which land instead of the text.

Reads:   the message of one commit, as GitHub, GitLab, Bitbucket, Azure Repos and git itself write it.
Returns: the number of the pull request, the head branch of a merge (never landed), what is reverted.
Leaves out: references to issues ("fixes #12"), which do not name a change.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_MERGED_NUMBER = (
    re.compile(r"\AMerge pull request #(\d+) "),  # GitHub
    re.compile(r"\AMerged in .* \(pull request #(\d+)\)"),  # Bitbucket
    re.compile(r"\AMerged PR (\d+): "),  # Azure Repos
    re.compile(r"(?m)^See merge request \S*!(\d+)[ \t]*$"),  # GitLab
)
_TRAILING_NUMBER = re.compile(r"\((?:#|pull request #)(\d+)\)[ \t]*\Z")
_BRANCH = (
    re.compile(r"\AMerge pull request #\d+ from [^/\s]+/(\S+)"),
    re.compile(r"\AMerged in (\S+) \(pull request #\d+\)"),
    re.compile(r"\AMerge (?:remote-tracking )?branch '([^'\n]+)'"),
)
_REVERTED_SHA = re.compile(r"(?m)^[ \t]*This reverts commit ([0-9a-f]{7,64})\b")
_REVERTED_NUMBER = re.compile(
    r"(?im)^[ \t]*(?:this )?reverts (?:pull request |merge request )?([\w.-]+/[\w./-]+)?[#!](\d+)\b"
)
_REVERT_TITLE = re.compile(r'\ARevert "(.*)"')
_REVERT_BRANCH = re.compile(r"(?:\A|/)revert-(\d+)-")


@dataclass(frozen=True, slots=True)
class MessageFacts:
    """The facts of one message; None for what it does not hold."""

    number: int | None
    branch: str | None
    reverts_sha: str | None
    reverts_number: int | None

    @property
    def is_revert(self) -> bool:
        return self.reverts_sha is not None or self.reverts_number is not None


def message_facts(message: str, repository: str) -> MessageFacts:
    """Read one message. With `repository`, reverts of changes in other repositories are left out."""
    subject = message.lstrip("\n").partition("\n")[0].rstrip("\r")
    branch = _first(_BRANCH, subject)
    reverted = _REVERTED_SHA.search(message)
    return MessageFacts(
        number=_number(message, subject),
        branch=branch,
        reverts_sha=reverted[1] if reverted else None,
        reverts_number=_reverted_number(message, subject, branch, repository),
    )


def merges_the_default_branch(branch: str | None, default_branch: str) -> bool:
    """Whether a merge only updates the default branch from its remote, which is not a change."""
    return branch is not None and branch in (default_branch, f"origin/{default_branch}", f"upstream/{default_branch}")


def _number(message: str, subject: str) -> int | None:
    found = _TRAILING_NUMBER.search(subject)
    named = _first(_MERGED_NUMBER, message.lstrip("\n")) or (found[1] if found else None)
    return _plausible(named)


def _reverted_number(message: str, subject: str, branch: str | None, repository: str) -> int | None:
    for other, number in _REVERTED_NUMBER.findall(message):
        if not other or other.rpartition("/")[2].casefold() == repository.rpartition("/")[2].casefold():
            return _plausible(number)
    if title := _REVERT_TITLE.match(subject):
        found = _TRAILING_NUMBER.search(title[1])
        if found:
            return _plausible(found[1])
    found = _REVERT_BRANCH.search(branch or "")
    return _plausible(found[1]) if found else None


def _first(expressions: tuple[re.Pattern[str], ...], text: str) -> str | None:
    return next((found[1] for expression in expressions if (found := expression.search(text))), None)


def _plausible(number: str | None) -> int | None:
    """The number, unless it is too long to be one, such as a hundred digits in a hostile title."""
    return int(number) if number and len(number) <= 12 else None
