"""Merged changes, derived from the first-parent chain of the default branch.

Reads:  commits in order: those of a change before the commit that lands it.
Yields: one record per merge commit and per single commit that names a pull request.
Leaves out: merges of the default branch into itself and direct pushes; when a change became ready or was closed
unmerged, which git does not record; branch names, except the prefix of a known agent.

The author of a merged change is the author of its earliest commit; the author of the merge commit is who merged. The
commits behind a squash are known only where a mirror keeps the heads of pull requests; elsewhere
`first_commit_at` and `commits` are null.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from orchestration.connectors._shared.bot_registry import BotRegistry
from orchestration.connectors.git.commits import Commit
from orchestration.connectors.git.messages import MessageFacts, merges_the_default_branch

WEB_COMMITTER = "noreply@github.com"


def instant(seconds: int | str | None) -> str | None:
    """Unix seconds as an ISO time in UTC; anything else stays as it is, so that landing rejects it by its column."""
    try:
        return None if seconds in (None, "") else datetime.fromtimestamp(int(seconds), UTC).isoformat()  # type: ignore[arg-type]
    except (ValueError, OverflowError, OSError):
        return str(seconds)


@dataclass(slots=True)
class LandedCommits:
    """The commits, without merges, that one landing commit brings to the default branch, so far."""

    commits: int = 0
    first_authored: int | None = None
    author_email: str | None = None
    reverts: MessageFacts | None = None

    def add(self, commit: Commit, facts: MessageFacts) -> None:
        if commit.is_merge:
            return
        self.commits += 1
        self.reverts = facts if self.commits == 1 and facts.is_revert else None
        authored = int(commit.authored) if commit.authored.isdigit() else None
        if authored is not None and (self.first_authored is None or authored < self.first_authored):
            self.first_authored, self.author_email = authored, commit.author_email


class Changes:
    """Collects the commits of each landing commit and derives the change from them."""

    def __init__(self, repository: str, default_branch: str, bots: BotRegistry) -> None:
        self._repository = repository
        self._default_branch = default_branch
        self._bots = bots
        self._by_landing: dict[str, LandedCommits] = {}

    def add(self, landing: str, commit: Commit, facts: MessageFacts) -> None:
        """Add a commit that the commit `landing` brings to the default branch."""
        self._by_landing.setdefault(landing, LandedCommits()).add(commit, facts)

    def change_of(self, commit: Commit, facts: MessageFacts) -> dict[str, object] | None:
        """The change that this commit of the default branch lands, if it lands one."""
        landed = self._by_landing.pop(commit.sha, None)
        if commit.is_merge:
            own = merges_the_default_branch(facts.branch, self._default_branch)
            if own and facts.number is None:  # with a number it is a fork's branch of that name
                return None
            return self._record(commit, facts, landed or LandedCommits(), "merge")
        if facts.number is None:
            return None
        return self._record(commit, facts, landed, "squash")

    def _record(
        self, commit: Commit, facts: MessageFacts, landed: LandedCommits | None, method: str
    ) -> dict[str, object]:
        is_merge = method == "merge"
        reverts = facts if facts.is_revert or landed is None else (landed.reverts or facts)
        web = commit.committer_email.casefold() == WEB_COMMITTER
        return {
            "repository": self._repository,
            "sha": commit.sha,
            "pull_request_number": facts.number,
            "method": method,
            "merged_at": instant(commit.committed),
            "first_commit_at": instant(landed.first_authored) if landed else None,
            "commits": landed.commits if landed else None,
            "additions": commit.additions,
            "deletions": commit.deletions,
            "changed_files": commit.changed_files,
            "author_email": (landed.author_email if is_merge and landed else commit.author_email) or None,
            "merger_email": (commit.author_email if is_merge else None if web else commit.committer_email) or None,
            "agent_branch_prefix": self._agent_prefix(facts.branch),
            "reverts_sha": reverts.reverts_sha,
            "reverts_change_number": reverts.reverts_number,
        }

    def _agent_prefix(self, branch: str | None) -> str | None:
        found = self._bots.match("branch_prefix", branch) if branch else ()
        return found[0].pattern if found else None
