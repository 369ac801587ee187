"""The commit graph of one repository: who descends from whom, without reading a message.

Reads:  commit ids, parents and dates (`git rev-list`).
Gives:  parts of the graph, parents before children, and the walks over them; each visits a commit once.
Leaves out: which parts a run wants (git_history).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from orchestration.connectors.git.git_cli import Git


@dataclass(frozen=True, slots=True)
class Node:
    """A commit in the graph."""

    sha: str
    committed: int
    parents: tuple[str, ...]


def existing(git: Git, shas: Iterable[str]) -> tuple[str, ...]:
    """Those of the commits that the repository still has; a force-push and a clean-up take some away."""
    answers = git.lines("cat-file", "--batch-check=%(objectname) %(objecttype)", stdin=shas)
    return tuple(line.partition(" ")[0] for line in answers if line.endswith(" commit"))


def graph(git: Git, include: Sequence[str], exclude: Sequence[str]) -> dict[str, Node]:
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


def first_parent_chain(nodes: Mapping[str, Node], tip: str | None) -> tuple[list[str], str | None]:
    """The first-parent chain within `nodes`, oldest first, and the commit below it."""
    chain: list[str] = []
    while tip is not None and tip in nodes:
        chain.append(tip)
        parents = nodes[tip].parents
        tip = parents[0] if parents else None
    return chain[::-1], tip


def landed_in(nodes: Mapping[str, Node], chain: Sequence[str]) -> dict[str, str]:
    """For each commit the oldest commit of the chain that reaches it. Each commit is visited once."""
    landed: dict[str, str] = {}
    for sha in chain:
        waiting = [sha]
        while waiting:
            met = waiting.pop()
            if met in nodes and met not in landed:
                landed[met] = sha
                waiting += nodes[met].parents
    return landed


def reached(nodes: Mapping[str, Node], without: Mapping[str, Node], head: str) -> dict[str, Node]:
    """The nodes reachable from `head`, without those that are taken."""
    found: dict[str, Node] = {}
    waiting = [head]
    while waiting:
        met = waiting.pop()
        if met in nodes and met not in without and met not in found:
            found[met] = nodes[met]
            waiting += nodes[met].parents
    return found
