"""Canaries in the files that sources read: a text in every place that no contract declares.

Belongs here: one function for each source without a fake tool. It changes a copy of the sample company's files.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

from tests.contract_tests.bench import CANARY


def salt_company_files(directory: Path) -> None:
    _salt_columns(directory / "company")


def salt_exports(directory: Path) -> None:
    _salt_columns(directory / "exports")


def _salt_columns(folder: Path) -> None:
    """A column that nobody declared, in each file."""
    for path in folder.glob("*.csv"):
        lines = path.read_text("utf-8").splitlines()
        path.write_text("\n".join([f"{lines[0]},comment", *(f"{line},{CANARY}" for line in lines[1:])]) + "\n", "utf-8")


def salt_claude_logs(directory: Path) -> None:
    """A field in each line, and as the text of what was said."""
    for path in (directory / "claude_logs").rglob("*.jsonl"):
        salted = []
        for line in path.read_text("utf-8").splitlines():
            try:
                record = json.loads(line)
            except json.JSONDecodeError:
                salted.append(line)
                continue
            record["canary"] = CANARY
            if isinstance(record.get("message"), dict):
                record["message"]["content"] = [{"type": "text", "text": CANARY}]
            salted.append(json.dumps(record))
        path.write_text("\n".join(salted) + "\n", "utf-8")


def salt_git(directory: Path) -> None:
    """A commit on the default branch with the canary as its author's name, message, file name and content."""
    for repository in (directory / "repositories").glob("*.git"):
        who = {f"GIT_{role}_{what}": value for role in ("AUTHOR", "COMMITTER")
               for what, value in (("NAME", CANARY), ("EMAIL", "sung@acme.example"),
                                   ("DATE", "2026-05-20T10:00:00Z"))}  # fmt: skip

        def git(*arguments: str, given: str = "", repository: Path = repository, who: dict[str, str] = who) -> str:
            found = subprocess.run(["git", "-C", str(repository), *arguments], input=given, text=True, check=True,
                                   capture_output=True, env={**os.environ, **who})  # fmt: skip
            return found.stdout.strip()

        blob = git("hash-object", "-w", "--stdin", given=CANARY)
        tree = git("mktree", given=f"100644 blob {blob}\t{CANARY}.txt\n")
        commit = git("commit-tree", tree, "-p", "HEAD", "-m", f"{CANARY}\n\nThe body says {CANARY}")
        git("update-ref", "HEAD", commit)


def salt_otel(directory: Path) -> None:
    """An attribute in each span, event and point, with the time of the file as it was."""
    for path in (directory / "otel").rglob("*.json*"):
        before = path.stat()
        lines = [json.dumps(_with_attribute(json.loads(line))) for line in path.read_text("utf-8").splitlines()]
        path.write_text("\n".join(lines) + "\n", "utf-8")
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def _with_attribute(value: object) -> object:
    if isinstance(value, list):
        return [_with_attribute(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    found = {name: _with_attribute(inner) for name, inner in value.items()}
    if isinstance(value.get("attributes"), list):
        found["attributes"] = [*value["attributes"], {"key": "canary", "value": {"stringValue": CANARY}}]
    return found


SALTERS: dict[str, Callable[[Path], None]] = {
    "company_files": salt_company_files,
    "claude_code": salt_claude_logs,
    "git": salt_git,
    "otel": salt_otel,
    "tables": salt_exports,
}
"""Source -> what puts canaries into its files. A source with a fake tool needs none."""
