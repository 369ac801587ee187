"""Evidence of AI agents in commits: the product, its role, and the grade of the evidence.

Reads:  a commit's e-mails, author name, message and merged branch; the git-ai notes in refs/notes/ai.
Yields: one record per commit, signal, product and role, with the grade of seeds/actor_signatures.csv.
Leaves out: the matched text (trailers, messages, branch names; files, lines, prompts and people of notes). A co-author
is never graded A, because anybody can add a trailer.

No evidence does not mean no agent: trailers are optional and squashes lose notes. The share found is a lower bound.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime

from orchestration.connectors._shared.bot_registry import BotRegistry, Signature
from orchestration.connectors._shared.trailers import co_authors
from orchestration.connectors.git.commits import SHA, Commit
from orchestration.connectors.git.git_cli import Git
from orchestration.connectors.git.messages import MessageFacts

_UNKNOWN_TOOL = Signature("git_note", "", "exact", "unknown", "other", "agent", "author", "B", None, "")


def evidence_of(commit: Commit, facts: MessageFacts, bots: BotRegistry) -> list[dict[str, object]]:
    """The evidence in the commit itself; of several matches of a product the best grade counts."""
    on = _day(commit.committed)
    found: list[tuple[str, Signature]] = []
    for address in {commit.author_email, commit.committer_email}:
        found += [("email", s) for s in bots.match("email", address, on)]
    for address in co_authors(commit.message):
        found += [("trailer_email", s) for s in bots.match("trailer_email", address, on)]
    found += [("text", s) for s in bots.match("text", commit.message, on)]
    found += [("author_name", s) for s in bots.match("author_name", commit.author_name, on)]
    if facts.branch and commit.is_merge:
        found += [("branch_prefix", s) for s in bots.match("branch_prefix", facts.branch, on)]
    return _records(found)


def _records(found: Iterable[tuple[str, Signature]]) -> list[dict[str, object]]:
    best: dict[tuple[str, str, str], str] = {}
    for signal, signature in found:
        if signature.actor_kind != "agent":
            continue
        grade = "B" if signal == "trailer_email" and signature.grade == "A" else signature.grade
        key = (signal, signature.product, signature.role)
        best[key] = min(grade, best.get(key, grade))
    return [
        {"signal": signal, "product": product, "role": role, "grade": grade}
        for (signal, product, role), grade in sorted(best.items())
    ]


def _day(committed: int | None) -> date | None:
    try:
        return None if committed is None else datetime.fromtimestamp(committed, UTC).date()
    except (ValueError, OverflowError, OSError):
        return None


def noted_commits(git: Git, tip: str, last: str | None) -> dict[str, str]:
    """Commit -> note, for the notes that are new or changed since `last`; all of them without it."""
    empty_tree = git.text("hash-object", "-t", "tree", "--stdin")
    answer = git.fields("diff-tree", "-r", "-z", "--no-renames", "--no-ext-diff", last or empty_tree, tip)
    notes: dict[str, str] = {}
    for change in answer:
        if not change.startswith(":"):
            continue
        note, path = change.split(" ")[3], next(answer, "")
        commit = path.replace("/", "")  # large repositories keep notes in folders of two digits
        if SHA.fullmatch(commit) and set(note) != {"0"}:
            notes[commit] = note
    return notes


def evidence_of_note(text: str, bots: BotRegistry) -> list[dict[str, object]]:
    """The agents that a git-ai note names; none for a note of human lines only or a malformed one."""
    try:
        note = json.loads(text.partition("\n---\n")[2] or text.removeprefix("---\n"))
        parts = [note.get(part) or {} for part in ("sessions", "prompts")]
        tools = {str(entry["agent_id"]["tool"]) for part in parts for entry in part.values()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return []
    return _records(
        ("git_note", signature)
        for tool in sorted(tools)
        for signature in bots.match("git_note", tool) or (_UNKNOWN_TOOL,)
    )


def notes_of(git: Git, notes: dict[str, str], bots: BotRegistry) -> Iterator[tuple[str, dict[str, object]]]:
    """(commit, evidence) for each note; one git process reads all notes."""
    wanted = list(notes.items())
    for (commit, _), text in zip(wanted, git.blobs([note for _, note in wanted]), strict=True):
        for record in evidence_of_note(text, bots):
            yield commit, record
