"""What of a repository's history this night reads, and what it remembers for the next one.

Reads:  the refs and the commit graph (ids, parents, dates); no message but the subjects of the default branch.
Gives:  a Plan: which commits to read, where each stands, and the cursor that continues it.
Leaves out: refs that tools make up (pull/N/merge, stash); they are nobody's work.

A night sees each ref where it stood at `as_of`: the newest commit of its first-parent chain that is dated before.
When the default branch no longer continues last night's, everything is read anew under the next
`history_generation`; staging shows the newest generation only.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from orchestration.connectors.git_messages import said
from orchestration.connectors.git_reading import LOG_OPTIONS, Git
from orchestration.connectors.git_refs import Refs
from orchestration.errors import SourceError

CURSOR_VERSION = 1


@dataclass(frozen=True, slots=True)
class Cursor:
    """What one night hands to the next. `settings` is a digest: other settings mean another reading."""

    settings: str
    generation: int = 0
    main: str | None = None
    mainline_commits: int = 0
    tips: tuple[str, ...] = ()
    squashed_heads: tuple[str, ...] = ()
    tags: str | None = None
    notes: str | None = None

    def as_json(self) -> str:
        kept = {name: getattr(self, name) for name in self.__slots__}
        return json.dumps({"version": CURSOR_VERSION, **kept}, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str | None) -> Cursor | None:
        """The cursor, or None when there is none that this version wrote."""
        kept = json.loads(text) if text else {}
        if kept.pop("version", None) != CURSOR_VERSION:
            return None
        listed = {name: tuple(kept[name]) for name in ("tips", "squashed_heads")}
        return cls(**{**kept, **listed})


@dataclass(frozen=True, slots=True)
class Node:
    """A commit in the graph."""

    sha: str
    committed: int
    parents: tuple[str, ...]


@dataclass(slots=True)
class Plan:
    """The commits to read tonight, parents first, and their places on the default branch.

    positions: ordinal from the root along the first-parent chain, 1 for the root.
    landed_in: the commit of that chain that brought a commit in.
    """

    generation: int
    is_whole: bool
    mainline_commits: int = 0
    positions: dict[str, int] = field(default_factory=dict)
    landed_in: dict[str, str] = field(default_factory=dict)
    to_read: list[str] = field(default_factory=list)
    tips: tuple[str, ...] = ()
    squashed_heads: tuple[str, ...] = ()


def plan(git: Git, refs: Refs, last: Cursor | None, settings: str, since: int) -> Plan:
    """Decide between going on where `last` stopped and reading everything anew."""
    if last is not None and last.main is not None and refs.main is None:
        raise SourceError(
            f"{git.repository}: the default branch had {last.mainline_commits} commits and is empty tonight; "
            f"nothing was counted. Check the path, or set default_branch."
        )
    if last is not None and last.settings == settings and (going_on := _continued(git, refs, last)) is not None:
        nodes, chain = going_on
        tonight = Plan(last.generation, is_whole=False, mainline_commits=last.mainline_commits)
        tonight.squashed_heads = existing(git, last.squashed_heads)
        known = (*existing(git, last.tips), *tonight.squashed_heads)
    else:
        nodes = _graph(git, [refs.main] if refs.main else [], [])
        chain, _ = _chain(nodes, refs.main)
        tonight = Plan(0 if last is None else last.generation + 1, is_whole=True)
        known = ()
    _fill(git, tonight, refs, nodes, chain, known, since)
    return tonight


def _continued(git: Git, refs: Refs, last: Cursor) -> tuple[dict[str, Node], list[str]] | None:
    """The new part of the default branch; None when it was rewritten."""
    if refs.main == last.main:
        return {}, []
    below = [last.main] if last.main else []
    if refs.main is None or existing(git, below) != tuple(below):
        return None
    nodes = _graph(git, [refs.main], below)
    chain, stopped_at = _chain(nodes, refs.main)
    return (nodes, chain) if chain and stopped_at == last.main else None


def _fill(
    git: Git, plan: Plan, refs: Refs, nodes: dict[str, Node], chain: list[str], known: Sequence[str], since: int
) -> None:
    plan.positions = {sha: position for position, sha in enumerate(chain, start=plan.mainline_commits + 1)}
    plan.mainline_commits += len(chain)
    plan.landed_in = _landed_in(nodes, chain)
    squashed = _squashed(git, plan, refs, nodes, chain)
    aside = _graph(git, refs.others, [*known, *([refs.main] if refs.main else [])])
    kept = {*aside, *known}.difference(nodes, plan.squashed_heads)
    plan.tips = tuple(sha for sha in refs.others if sha in kept)
    everything = {**squashed, **nodes, **aside}
    plan.to_read = [sha for sha in everything if _date(everything, plan, sha) >= since]


def _date(everything: dict[str, Node], plan: Plan, sha: str) -> int:
    """The later of a commit's own date and that of the commit that landed it."""
    landed = everything.get(plan.landed_in.get(sha, sha))
    return max(everything[sha].committed, landed.committed if landed else 0)


def existing(git: Git, shas: Iterable[str]) -> tuple[str, ...]:
    """Those of the commits that the repository still has; a force-push and a clean-up take some away."""
    answers = git.lines("cat-file", "--batch-check=%(objectname) %(objecttype)", stdin=shas)
    return tuple(line.partition(" ")[0] for line in answers if line.endswith(" commit"))


def _graph(git: Git, include: Sequence[str], exclude: Sequence[str]) -> dict[str, Node]:
    """The commits reachable from `include` and not from `exclude`, parents before children."""
    if not include:
        return {}
    asked = [*include, *(f"^{sha}" for sha in exclude)]
    answer = git.lines("rev-list", "--topo-order", "--reverse", "--parents", "--timestamp", "--stdin", stdin=asked)
    nodes: dict[str, Node] = {}
    for line in answer:
        committed, sha, *parents = line.split(" ")
        nodes[sha] = Node(sha, int(committed), tuple(parents))
    return nodes


def _chain(nodes: dict[str, Node], tip: str | None) -> tuple[list[str], str | None]:
    """The first-parent chain within `nodes`, oldest first, and the commit below it."""
    chain: list[str] = []
    while tip in nodes:
        chain.append(tip)
        parents = nodes[tip].parents
        tip = parents[0] if parents else None
    return chain[::-1], tip


def _landed_in(nodes: dict[str, Node], chain: Sequence[str]) -> dict[str, str]:
    """For each commit the oldest commit of the chain that reaches it. Each commit is visited once."""
    landed: dict[str, str] = {}
    for sha in chain:
        waiting = [sha]
        while waiting:
            met = waiting.pop()
            if met in nodes and met not in landed:
                landed[met] = sha
                waiting += nodes[met].parents if met != sha else nodes[met].parents[1:]
    return landed


def _squashed(git: Git, plan: Plan, refs: Refs, nodes: dict[str, Node], chain: Sequence[str]) -> dict[str, Node]:
    """The commits behind squashed pull requests, where a mirror keeps their heads (refs/pull/N/head).

    Of stacked pull requests each keeps its own: what an earlier squash landed stays with that.
    """
    single = [sha for sha in chain if len(nodes[sha].parents) == 1] if refs.pulls else []
    before, behind = plan.squashed_heads, dict[str, Node]()
    for landing, number in _numbers(git, single):
        head = refs.pulls.get(number)
        if head is None or head in nodes or head in plan.squashed_heads:
            continue
        found = _graph(git, [head], [nodes[landing].parents[0], *before])
        if not all(node.parents for node in found.values()):  # a second root would be another history
            continue
        plan.squashed_heads += (head,)
        for sha, node in found.items():
            if sha not in behind and sha not in nodes:
                behind[sha], plan.landed_in[sha] = node, landing
    return behind


def _numbers(git: Git, shas: Sequence[str]) -> list[tuple[str, int]]:
    """The commits whose subject names a pull request, with its number."""
    if not shas:
        return []
    answer = list(git.fields("log", *LOG_OPTIONS, "--format=%x00%H%x00%s%x00", stdin=shas))
    subjects = zip(answer[1::3], answer[2::3], strict=True)
    numbered = ((sha, said(subject, git.repository).number) for sha, subject in subjects)
    return [(sha, number) for sha, number in numbered if number is not None]
