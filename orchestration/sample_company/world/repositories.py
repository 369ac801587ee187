"""The services' bare repositories, written with `git fast-import`.

Each merged change is a branch of its commits and a merge commit on main, dated as it happened; each adds one
file with as many lines as the change has additions, a revert removes that file again. Changes that never merged are
not in it. The same world gives the same object ids, because dates and identities come from the world.
"""

from __future__ import annotations

import subprocess
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO

from orchestration.sample_company.world.calendar import week_of
from orchestration.sample_company.world.company import World
from orchestration.sample_company.world.model import ZONE, Change, Commit, Service

BOT_COMMITTER = "GitHub <noreply@github.com>"
TAGGED = ("build-tools", "payments-api")
TRAILER = "Co-Authored-By: {0} <{1}>"


def write_repositories(world: World, root: Path) -> dict[str, str]:
    """Write `<root>/<service>.git` for each service; return commit key -> object id."""
    oids: dict[str, str] = {}
    for service in world.services:
        path = root / f"{service.service_id}.git"
        subprocess.run(["git", "init", "--quiet", "--bare", "--template=", "--initial-branch=main", str(path)],
                       check=True)  # fmt: skip
        oids |= _import(world, service, path)
    return oids


@dataclass
class _Stream:
    """A fast-import process: commits go in with marks, object ids come out."""

    feed: IO[bytes]
    answers: IO[bytes]
    marks: dict[str, int] = field(default_factory=dict)

    def oid(self, key: str) -> str:
        self.feed.write(b"get-mark :%d\n" % self.marks[key])
        self.feed.flush()
        return self.answers.readline().decode().strip()

    def commit(self, key: str, who: str, committer: str, message: str, parents: Sequence[str], files: str) -> None:
        self.marks[key] = len(self.marks) + 1
        lines = [f"commit refs/heads/main\nmark :{self.marks[key]}\nauthor {who}\ncommitter {committer}\n"]
        lines.append(f"data {len(message.encode())}\n{message}\n")
        lines += [f"{word} :{self.marks[parent]}\n"
                  for word, parent in zip(("from", "merge"), parents, strict=False)]  # fmt: skip
        self.feed.write("".join([*lines, files, "\n"]).encode())


def _import(world: World, service: Service, path: Path) -> dict[str, str]:
    command = ["git", f"--git-dir={path}", "fast-import", "--quiet", "--done"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("git fast-import has no pipes")
        stream = _Stream(process.stdin, process.stdout)
        _history(world, service, stream)
        oids = {key: stream.oid(key) for key in stream.marks}
        stream.feed.write(b"done\n")
        stream.feed.close()
    if process.returncode:
        raise RuntimeError(f"git fast-import ended with {process.returncode} for {path.name}")
    return oids


def _history(world: World, service: Service, stream: _Stream) -> None:
    """Write the branch main from its first commit to its head."""
    founded = world.end - timedelta(weeks=world.weeks + 4)
    founder = _stamp("Acme Setup <setup@acme.example>", founded)
    stream.commit("root", founder, founder, "Begin", (), _file("README.md", f"{service.service_id}\n"))
    merged = sorted((change for change in world.changes
                     if change.repository == service.repository and change.merged_at),
                    key=lambda change: (change.merged_at, change.number))  # fmt: skip
    times, keys = [founded], ["root"]
    by_number = {change.number: change for change in merged}
    for change in merged:
        base = keys[bisect_left(times, change.commits[0].at) - 1] if change.commits[0].at > founded else "root"
        _merge(stream, change, base, keys[-1], by_number, world)
        times.append(change.merged_at or founded)
        keys.append(change.key)
    stream.feed.write(b"reset refs/heads/main\nfrom :%d\n\n" % stream.marks[keys[-1]])
    if service.service_id in TAGGED:
        _tags(stream, list(zip(times, keys, strict=True))[1:])


def _merge(
    stream: _Stream, change: Change, base: str, head: str, by_number: Mapping[int, Change], world: World
) -> None:
    path, text, parent = _path(change), "", base
    if change.reverts is not None:
        parent = base = head
    for commit in change.commits:
        text += "".join(f"{commit.key} {line}\n" for line in range(commit.lines))
        files = _file(path, text)
        if change.reverts is not None:
            files = f"D {_path(by_number[change.reverts])}\n"
        stream.commit(commit.key, _who(commit), _who(commit), _message(stream, change, commit), (parent,), files)
        parent = commit.key
    if change.reverts is None:
        files = _file(path, text)
    merger = next(moment.actor for moment in change.moments if moment.kind == "merged")
    person = next((person for person in world.people if person.account == merger), world.people[0])
    at = change.merged_at or change.created_at
    message = f"Merge pull request #{change.number} from acme/{change.branch}\n\nChange {change.number}"
    stream.commit(change.key, _stamp(f"{person.name} <{person.commit_email}>", at), _stamp(BOT_COMMITTER, at),
                  message, (head, parent), files)  # fmt: skip


def _message(stream: _Stream, change: Change, commit: Commit) -> str:
    if change.reverts is not None:
        original = f"{change.repository}#{change.reverts}"
        return f'Revert "Change {change.reverts}"\n\nThis reverts commit {stream.oid(original)}.\n'
    trailers = "\n".join(TRAILER.format(*helper) for helper in commit.co_authors)
    return f"Work on change {change.number}\n" + (f"\n{trailers}\n" if trailers else "")


def _tags(stream: _Stream, merges: Sequence[tuple[datetime, str]]) -> None:
    """One annotated release tag for the last merge of each week."""
    last = {week_of(at.date()): (at, key) for at, key in merges}
    for number, (at, key) in enumerate(last.values(), start=1):
        message = f"Release {number}"
        stream.feed.write((
            f"tag v1.{number}.0\nfrom :{stream.marks[key]}\n"
            f"tagger {_stamp(BOT_COMMITTER, at + timedelta(minutes=10))}\ndata {len(message)}\n{message}\n"
        ).encode())  # fmt: skip


def _path(change: Change) -> str:
    return f"src/{change.number % 16:x}/change_{change.number}.txt"


def _file(path: str, text: str) -> str:
    return f"M 100644 inline {path}\ndata {len(text.encode())}\n{text}\n"


def _who(commit: Commit) -> str:
    return _stamp(f"{commit.author_name} <{commit.author_email}>", commit.at)


def _stamp(who: str, at: datetime) -> str:
    return f"{who} {int(at.timestamp())} {at.astimezone(ZONE):%z}"
