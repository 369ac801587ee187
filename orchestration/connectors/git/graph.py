"""The commit graph of one repository, without messages.

Reads:   commit ids, parents and dates (`git rev-list`).
Returns: parts of the graph, parents before children, and walks over them that visit each commit once.
Does not: decide which parts a run reads (`history`).
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
    """The commits that the repository still has; a force-push followed by a clean-up removes some."""
    answers = git.lines("cat-file", "--batch-check=%(objectname) %(objecttype)", stdin=shas)
    return tuple(line.partition(" ")[0] for line in answers if line.endswith(" commit"))


def graph(git: Git, include: Sequence[str], exclude: Sequence[str]) -> dict[str, Node]:
    """The commits reachable from `include` and not from `exclude`, parents before children."""
    if not include:
        return {}
    commits = [*include, *(f"^{sha}" for sha in exclude)]
    answer = git.lines("rev-list", "--topo-order", "--reverse", "--parents", "--timestamp", "--stdin", stdin=commits)
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
        to_visit = [sha]
        while to_visit:
            found = to_visit.pop()
            if found in nodes and found not in landed:
                landed[found] = sha
                to_visit += nodes[found].parents
    return landed


def reached(nodes: Mapping[str, Node], without: Mapping[str, Node], head: str) -> dict[str, Node]:
    """The nodes reachable from `head`, without those in `without`."""
    found: dict[str, Node] = {}
    to_visit = [head]
    while to_visit:
        sha = to_visit.pop()
        if sha in nodes and sha not in without and sha not in found:
            found[sha] = nodes[sha]
            to_visit += nodes[sha].parents
    return found
