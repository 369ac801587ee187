"""Evidence of AI agents in commits: which product, in which role, and how good the evidence is.

Reads:  a commit's e-mails, author name, message and merged branch; the git-ai notes in refs/notes/ai.
Gives:  one record per commit, signal, product and role, graded as seeds/actor_signatures.csv says.
Leaves out: whatever matched (trailers, texts, branch names, the notes' files, lines, prompts and people). A mere
co-author is never graded A, whoever it is: a trailer can be added by anybody.

No evidence is not "no agent": trailers are optional and squashes lose notes. The share found is a lower bound.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime

from orchestration.connectors._shared.bot_registry import BotRegistry, Signature
from orchestration.connectors.git.git_cli import SHA, Commit, Git
from orchestration.connectors.git.messages import Said

_CO_AUTHOR = re.compile(r"(?im)^[ \t]*co-authored-by:[^<\n]*<([^>\n]+)>")
_UNKNOWN_TOOL = Signature("git_note", "", "exact", "unknown", "other", "agent", "author", "B", None, "")


def evidence_of(commit: Commit, facts: Said, bots: BotRegistry) -> list[dict[str, object]]:
    """The evidence that one commit carries itself, best grade first where a product is met twice."""
    on = _day(commit.committed)
    met: list[tuple[str, Signature]] = []
    for address in {commit.author_email, commit.committer_email}:
        met += [("email", s) for s in bots.match("email", address, on)]
    for address in set(_CO_AUTHOR.findall(commit.message)):
        met += [("trailer_email", s) for s in bots.match("trailer_email", address, on)]
    met += [("text", s) for s in bots.match("text", commit.message, on)]
    met += [("author_name", s) for s in bots.match("author_name", commit.author_name, on)]
    if facts.branch and commit.is_merge:
        met += [("branch_prefix", s) for s in bots.match("branch_prefix", facts.branch, on)]
    return _records(met)


def _records(met: Iterable[tuple[str, Signature]]) -> list[dict[str, object]]:
    best: dict[tuple[str, str, str], str] = {}
    for signal, signature in met:
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
        commit = path.replace("/", "")  # notes of large repositories stand in folders of two digits
        if SHA.fullmatch(commit) and set(note) != {"0"}:
            notes[commit] = note
    return notes


def evidence_of_note(text: str, bots: BotRegistry) -> list[dict[str, object]]:
    """The agents that a git-ai note attests. A note of human lines alone, or one that is broken, attests none."""
    try:
        told = json.loads(text.partition("\n---\n")[2] or text.removeprefix("---\n"))
        kept = [told.get(part) or {} for part in ("sessions", "prompts")]
        tools = {str(entry["agent_id"]["tool"]) for part in kept for entry in part.values()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return []
    return _records(
        ("git_note", signature)
        for tool in sorted(tools)
        for signature in bots.match("git_note", tool) or (_UNKNOWN_TOOL,)
    )


def notes_of(git: Git, notes: dict[str, str], bots: BotRegistry) -> Iterator[tuple[str, dict[str, object]]]:
    """(commit, evidence) for each note; the notes are read in one go."""
    wanted = list(notes.items())
    for (commit, _), text in zip(wanted, git.blobs([note for _, note in wanted]), strict=True):
        for record in evidence_of_note(text, bots):
            yield commit, record
