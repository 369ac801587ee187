"""The records of one repository, stream by stream.

Reads:  the commits of the run's plan, the tags, the notes.
Yields: (stream, record, id of the git object); the caller adds the repository's name.
Leaves out: lines of merge commits in `commits`: they belong to the merged commits and to `changes`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from orchestration.connectors._shared.bot_registry import BotRegistry
from orchestration.connectors.git.changes import Changes, instant
from orchestration.connectors.git.commits import Commit, commit_dates, read_commits
from orchestration.connectors.git.evidence import evidence_of, noted_commits, notes_of
from orchestration.connectors.git.git_cli import Git
from orchestration.connectors.git.graph import existing
from orchestration.connectors.git.history import Plan
from orchestration.connectors.git.messages import MessageFacts, message_facts
from orchestration.connectors.git.refs import Ref, Refs

Found = tuple[str, dict[str, object], str]

_NUMBERS = r"(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)"
_SEMVER = re.compile(rf"v?{_NUMBERS}(-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?")
_PACKAGE_SEMVER = re.compile(rf".+[@/_-]v?{_NUMBERS}(-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?")
_UNFINISHED = re.compile(
    r"(?i)(?:\d|[.\-_])(?:a|alpha|b|beta|c|rc|pre|preview|dev|snapshot|nightly|canary)[.\-_]?\d*\Z"
)


def commit_records(git: Git, refs: Refs, plan: Plan, bots: BotRegistry) -> Iterator[Found]:
    """Commits, their parents, their evidence of agents, and the changes that they land."""
    changes = Changes(git.repository, refs.default_branch or "", bots)
    for commit in read_commits(git, plan.to_read):
        facts = message_facts(commit.message, git.repository)
        position, landed_in = plan.positions.get(commit.sha), plan.landed_in.get(commit.sha)
        places = {"mainline_position": position, "landed_in_sha": landed_in}
        yield "commits", {**_commit(commit, facts), **places}, commit.sha
        yield from _parents(commit)
        for found in evidence_of(commit, facts, bots):
            yield "evidence", {"sha": commit.sha, "committed_at": instant(commit.committed), **found}, commit.sha
        if position is None and landed_in is not None:
            changes.add(landed_in, commit, facts)
        change = changes.change_of(commit, facts) if position is not None else None
        if change is not None:
            yield "changes", {**change, "mainline_position": position}, commit.sha


def _commit(commit: Commit, facts: MessageFacts) -> dict[str, object]:
    return {
        "sha": commit.sha,
        "authored_at": instant(commit.authored),
        "committed_at": instant(commit.committed),
        "author_email": commit.author_email or None,
        "committer_email": commit.committer_email or None,
        "parents": len(commit.parents),
        "first_parent_sha": commit.parents[0] if commit.parents else None,
        "is_merge": commit.is_merge,
        "additions": None if commit.is_merge else commit.additions,
        "deletions": None if commit.is_merge else commit.deletions,
        "changed_files": None if commit.is_merge else commit.changed_files,
        "pull_request_number": facts.number,
        "reverts_sha": facts.reverts_sha,
        "reverts_change_number": facts.reverts_number,
    }


def _parents(commit: Commit) -> Iterator[Found]:
    for position, parent in enumerate(commit.parents, start=1):
        edge = {"sha": commit.sha, "parent_sha": parent, "position": position}
        yield "commit_parents", {**edge, "committed_at": instant(commit.committed)}, commit.sha


def tag_records(refs: Refs, since: int) -> Iterator[Found]:
    """All tags, so that the newest set holds no tag that was moved or deleted."""
    for tag in refs.tags:
        if (tag.tagged_at or 0) >= since:
            yield "tags", _tag(tag), tag.sha


def _tag(tag: Ref) -> dict[str, object]:
    name = tag.name.removeprefix("refs/tags/")
    return {
        "name": name,
        "sha": tag.sha,
        "tagged_at": instant(tag.tagged_at),
        "is_annotated": tag.is_annotated,
        "is_semver": is_semver(name),
        "is_prerelease": is_prerelease(name),
    }


def is_semver(name: str) -> bool:
    """Whether the tag is a semantic version: v1.2.3, 1.2.3-rc.1, or of a package (app@1.2.3, app/v1.2.3)."""
    return bool(_SEMVER.fullmatch(name) or _PACKAGE_SEMVER.fullmatch(name))


def is_prerelease(name: str) -> bool:
    """Whether the tag's name marks a prerelease (1.2.3-anything, 1.2.0rc1, nightly)."""
    found = _SEMVER.fullmatch(name) or _PACKAGE_SEMVER.fullmatch(name)
    return bool(found[1]) if found else bool(_UNFINISHED.search(f".{name}"))


def note_records(git: Git, tip: str, last: str | None, within: range, bots: BotRegistry) -> Iterator[Found]:
    """Evidence in git-ai notes that are new since `last`, for commits dated in `within` (Unix seconds)."""
    known = last if last and existing(git, [last]) else None
    notes = noted_commits(git, tip, known)
    dates = {sha: date for sha, date in commit_dates(git, existing(git, notes)).items() if date in within}
    for sha, found in notes_of(git, {sha: notes[sha] for sha in dates}, bots):
        yield "evidence", {"sha": sha, "committed_at": instant(dates[sha]), **found}, sha
