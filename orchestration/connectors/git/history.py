"""Which part of a repository's history a run reads, and the cursor for the next run.

Reads:   the refs, the commit graph, and the subjects of the default branch where pull-request heads are kept.
Returns: a Plan: the commits to read, the place of each on the default branch, and the cursor's parts.
Leaves out: refs that tools create (pull/N/merge, stash), which are nobody's work.

A run reads each ref as of `as_of`: the newest commit of its first-parent chain with an earlier date. When the default
branch no longer continues that of the last run, everything is read again under the next `history_generation`; staging
shows the newest generation only.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from orchestration.connectors.git.commits import LOG_OPTIONS
from orchestration.connectors.git.git_cli import Git
from orchestration.connectors.git.graph import Node, existing, first_parent_chain, graph, landed_in, reached
from orchestration.connectors.git.messages import message_facts
from orchestration.connectors.git.refs import Refs
from orchestration.errors import SourceError

CURSOR_VERSION = 1


@dataclass(frozen=True, slots=True)
class Cursor:
    """The state that one run passes to the next. `settings` is a digest; when it changes, everything is read again."""

    settings: str
    as_of: int
    generation: int = 0
    main: str | None = None
    mainline_commits: int = 0
    tips: tuple[str, ...] = ()
    highest_pull: int = 0
    tags: str | None = None
    notes: str | None = None

    def as_json(self) -> str:
        kept = {name: getattr(self, name) for name in self.__slots__}
        return json.dumps({"version": CURSOR_VERSION, **kept}, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str | None) -> Cursor | None:
        """The cursor; None where there is none, or one of another version."""
        kept = json.loads(text) if text else {}
        if kept.pop("version", None) != CURSOR_VERSION:
            return None
        return cls(**{**kept, "tips": tuple(kept["tips"])})


@dataclass(slots=True)
class Plan:
    """The commits that this run reads, parents first, and their places on the default branch.

    positions: ordinal from the root along the first-parent chain, 1 for the root.
    landed_in: commit -> the commit of that chain that landed it.
    """

    generation: int
    is_whole: bool
    mainline_commits: int = 0
    positions: dict[str, int] = field(default_factory=dict)
    landed_in: dict[str, str] = field(default_factory=dict)
    to_read: list[str] = field(default_factory=list)
    tips: tuple[str, ...] = ()
    nodes: dict[str, Node] = field(default_factory=dict)

    def date(self, sha: str) -> int:
        """The later of a commit's own date and that of the commit that landed it."""
        landed = self.nodes.get(self.landed_in.get(sha, sha))
        return max(self.nodes[sha].committed, landed.committed if landed else 0)


def plan(git: Git, refs: Refs, last: Cursor | None, settings: str, as_of: int, since: int) -> Plan:
    """The plan of this run: from where `last` stopped, or everything again."""
    if last is not None and last.main is not None and refs.main is None:
        raise SourceError(
            f"{git.repository}: the default branch had {last.mainline_commits} commits and is empty now; nothing was "
            "landed. Check `path`, or set `default_branch`."
        )
    if last is not None and last.settings == settings and (continued := _continued(git, refs, last)) is not None:
        planned = Plan(last.generation, is_whole=False, mainline_commits=last.mainline_commits)
        quiet = refs.quiet_pull_tips(last.as_of, last.highest_pull)
        known = [*existing(git, last.tips), *sorted(quiet)]
        _fill(git, planned, refs, *continued, last.main, known)
    else:
        planned = Plan(0 if last is None else last.generation + 1, is_whole=True)
        nodes = graph(git, [refs.main] if refs.main else [], [])
        _fill(git, planned, refs, nodes, first_parent_chain(nodes, refs.main)[0], None, [])
    quiet = refs.quiet_pull_tips(as_of, refs.highest_pull)
    planned.tips = tuple(sha for sha in planned.tips if sha not in quiet)
    planned.to_read = [sha for sha in planned.nodes if planned.date(sha) >= since]
    return planned


def _continued(git: Git, refs: Refs, last: Cursor) -> tuple[dict[str, Node], list[str]] | None:
    """The new part of the default branch and its chain; None when the branch was rewritten."""
    if refs.main == last.main:
        return {}, []
    below = [last.main] if last.main else []
    if refs.main is None or existing(git, below) != tuple(below):
        return None
    nodes = graph(git, [refs.main], below)
    chain, stopped_at = first_parent_chain(nodes, refs.main)
    return (nodes, chain) if chain and stopped_at == last.main else None


def _fill(
    git: Git, plan: Plan, refs: Refs, nodes: dict[str, Node], chain: list[str], below: str | None, known: Sequence[str]
) -> None:
    plan.positions = {sha: position for position, sha in enumerate(chain, start=plan.mainline_commits + 1)}
    plan.mainline_commits += len(chain)
    plan.landed_in = landed_in(nodes, chain)
    squashed = _squashed(git, plan, refs, nodes, chain, below)
    aside = graph(git, refs.others, [*known, *([refs.main] if refs.main else [])])
    kept = {*aside, *known}.difference(nodes)
    plan.tips = tuple(sha for sha in refs.others if sha in kept)
    plan.nodes = {**squashed, **nodes, **aside}


def _squashed(
    git: Git, plan: Plan, refs: Refs, nodes: dict[str, Node], chain: Sequence[str], below: str | None
) -> dict[str, Node]:
    """The commits behind squashed pull requests, where a mirror keeps their heads (refs/pull/N/head).

    Of stacked pull requests each keeps its own commits: those of an earlier squash stay with it.
    """
    single = [sha for sha in chain if len(nodes[sha].parents) == 1] if refs.pulls else []
    heads = [(sha, refs.pulls[number]) for sha, number in _numbers(git, single) if number in refs.pulls]
    if not heads or refs.main is None:
        return {}
    landed_before = git.lines("rev-list", "--first-parent", "--no-merges", below) if below else ()
    earlier = [refs.pulls[number] for _, number in _numbers(git, list(landed_before)) if number in refs.pulls]
    aside = graph(git, [head for _, head in heads], [refs.main, *earlier])
    behind: dict[str, Node] = {}
    for landing, head in heads:
        found = reached(aside, behind, head)
        if all(node.parents for node in found.values()):  # a second root would be another history
            behind |= found
            plan.landed_in |= dict.fromkeys(found, landing)
    return behind


def _numbers(git: Git, shas: Sequence[str]) -> list[tuple[str, int]]:
    """The commits whose subject names a pull request, with its number."""
    if not shas:
        return []
    answer = list(git.fields("log", *LOG_OPTIONS, "--format=%x00%H%x00%s%x00", stdin=shas))
    subjects = zip(answer[1::3], answer[2::3], strict=True)
    numbered = ((sha, message_facts(subject, git.repository).number) for sha, subject in subjects)
    return [(sha, number) for sha, number in numbered if number is not None]
