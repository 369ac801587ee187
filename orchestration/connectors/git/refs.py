"""The refs of a repository as of `as_of`.

Reads:   refs/heads, refs/remotes, refs/tags, refs/pull/N/head, refs/merge-requests/N/head, refs/notes/ai, HEAD.
Returns: the tip of the default branch, the other tips, the tags, the heads of pull requests.
Leaves out: branch names, which may hold people's names; only commit ids are passed on.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from orchestration.connectors.git.checks import check_countable
from orchestration.connectors.git.git_cli import Git
from orchestration.errors import SourceError

PLACES = ("refs/heads", "refs/remotes", "refs/tags", "refs/pull", "refs/merge-requests", "refs/notes/ai")
QUIET_SECONDS = 7 * 24 * 3600
"""After this long without a commit a pull request is not read again; its commits are read when it lands."""
USUAL_DEFAULTS = ("main", "master", "trunk")
_PULL = re.compile(r"refs/(?:pull|merge-requests)/(\d{1,12})/head")
_FORMAT = "%00".join(
    f"%({name})"
    for name in (
        "refname", "symref", "objecttype", "objectname", "*objecttype", "*objectname",
        "committerdate:unix", "*committerdate:unix", "taggerdate:unix",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ref:
    """One ref, peeled to its commit. `tagged` is the tagger's date of an annotated tag."""

    name: str
    sha: str
    committed: int | None
    tagged: int | None
    is_annotated: bool

    @property
    def tagged_at(self) -> int | None:
        """When the tag was set: the tagger's date, else the commit's."""
        return self.tagged if self.tagged is not None else self.committed


@dataclass(slots=True)
class Refs:
    """The refs that a run reads. `main` is None when there is no commit before `as_of`.

    pull_tips: tips that only a pull request has, with its number and the tip's date (Unix seconds).
    """

    default_branch: str | None = None
    main: str | None = None
    others: list[str] = field(default_factory=list)
    tags: list[Ref] = field(default_factory=list)
    pulls: dict[int, str] = field(default_factory=dict)
    pull_tips: dict[str, tuple[int, int]] = field(default_factory=dict)
    notes: str | None = None

    @property
    def highest_pull(self) -> int:
        return max(self.pulls, default=0)

    def quiet_pull_tips(self, as_of: int, highest: int) -> set[str]:
        """The tips of pull requests up to number `highest` without a commit in the QUIET_SECONDS before `as_of`.

        A large mirror holds tens of thousands of them; number and date keep them out of the cursor.
        """
        return {
            sha
            for sha, (number, committed) in self.pull_tips.items()
            if number <= highest and committed < as_of - QUIET_SECONDS
        }

    @property
    def tags_digest(self) -> str:
        """Changes when a tag is made, moved or deleted."""
        text = "\n".join(f"{tag.name} {tag.sha} {tag.tagged}" for tag in self.tags)
        return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]


def read_refs(git: Git, default_branch: str | None, as_of: int) -> Refs:
    """The refs as of `as_of` (Unix seconds, exclusive). SourceError for a repository that cannot be counted."""
    check_countable(git)
    found = {ref.name: ref for ref in _listed(git)}
    main = _default_ref(git, found, default_branch)
    positions = _positions(git, list(found.values()), as_of)
    refs = Refs()
    if main is not None:
        refs.default_branch = main.removeprefix("refs/heads/").removeprefix("refs/remotes/origin/")
        refs.main = positions.get(main)
    _sort_into(refs, found, positions, as_of)
    return refs


def _sort_into(refs: Refs, found: Mapping[str, Ref], positions: Mapping[str, str], as_of: int) -> None:
    """Sort the positions into notes, tags, heads of pull requests and other tips."""
    tips, named = dict[str, None](), set[str]()
    for name, sha in positions.items():
        if name.startswith("refs/notes/"):
            refs.notes = sha
            continue
        if name.startswith("refs/tags/") and (found[name].tagged_at or 0) < as_of:
            refs.tags.append(found[name])
        pull = _PULL.fullmatch(name)
        if pull is not None:
            refs.pulls[int(pull[1])] = sha
            refs.pull_tips[sha] = (int(pull[1]), found[name].committed or as_of)
        else:
            named.add(sha)
        tips[sha] = None
    refs.others = [sha for sha in tips if sha != refs.main]
    refs.pull_tips = {sha: tip for sha, tip in refs.pull_tips.items() if sha not in named}


def _positions(git: Git, found: Sequence[Ref], as_of: int) -> dict[str, str]:
    """Ref -> its newest first-parent ancestor dated before `as_of`, if it has one."""
    late = [ref.sha for ref in found if ref.committed is None or ref.committed >= as_of]
    after: dict[str, str | None] = {}
    if late:
        command = ("rev-list", "--first-parent", "--parents", f"--max-age={as_of}", "--stdin")
        for line in git.lines(*command, stdin=late):
            sha, *parents = line.split(" ")
            after[sha] = parents[0] if parents else None
    positions: dict[str, str] = {}
    for ref in found:
        at: str | None = ref.sha
        while at in after:
            at = after[at]
        if at is not None:
            positions[ref.name] = at
    return positions


def _listed(git: Git) -> Iterator[Ref]:
    """Refs that lead to a commit. Symbolic refs are skipped: they name a ref that is listed itself."""
    for line in git.lines("for-each-ref", f"--format={_FORMAT}", *PLACES):
        name, symbolic, kind, sha, peeled_kind, peeled, own_date, peeled_date, tagged = line.split("\0")
        is_synthetic = name.startswith(("refs/pull/", "refs/merge-requests/")) and not _PULL.fullmatch(name)
        if symbolic or is_synthetic:
            continue
        if peeled_kind == "tag":  # a tag of a tag
            peeled = git.text("rev-parse", "--verify", "--quiet", f"{sha}^{{commit}}", accept=(0, 1, 128))
            peeled_kind, peeled_date = ("commit" if peeled else ""), ""
        if kind == "commit" or peeled_kind == "commit":
            date = own_date if kind == "commit" else peeled_date
            yield Ref(name, peeled or sha, _number(date), _number(tagged), kind == "tag")


def _default_ref(git: Git, found: dict[str, Ref], wanted: str | None) -> str | None:
    """The ref of the default branch: as configured, else of the origin, else HEAD of a bare repository."""
    if wanted is not None:
        candidates = [f"refs/remotes/origin/{wanted}", f"refs/heads/{wanted}"]
    else:
        head = git.text("symbolic-ref", "--quiet", "HEAD", accept=(0, 1))
        origin = git.text("symbolic-ref", "--quiet", "refs/remotes/origin/HEAD", accept=(0, 1))
        usual = [f"{place}/{b}" for place in ("refs/remotes/origin", "refs/heads") for b in USUAL_DEFAULTS]
        is_bare = git.text("rev-parse", "--is-bare-repository") == "true"
        candidates = [origin, head, *usual] if is_bare else [origin, *usual, head]
    for candidate in candidates:
        if candidate in found:
            return candidate
    if not found:
        return None
    raise SourceError(
        f"{git.repository}: no default branch was found ({len(found)} refs; looked for "
        f"{', '.join(filter(None, candidates))}); nothing was read. Set `default_branch` for this repository."
    )


def _number(text: str) -> int | None:
    return int(text) if text.isdigit() else None
