"""Settings for git repositories on this machine: no account, no other source, up to the newest commit.

Belongs here: writing those settings into a folder of their own, which `counterpoise nightly` can use later. Variables
of the environment are ignored, since they may belong to another installation. Does not: the run.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from orchestration.connectors.git.git_cli import Git
from orchestration.connectors.git.refs import read_refs
from orchestration.errors import SettingsError, SourceError
from orchestration.partition import DailyPartition
from orchestration.settings import Settings, load_settings
from orchestration.storage.atomic_files import replace_text

ANY_TIME = 1 << 40
"""Unix seconds later than any date of a commit in git."""


def quickstart(paths: Sequence[Path], folder: Path, weeks: int) -> tuple[Settings, DailyPartition]:
    """Settings in `folder` that read `paths` with git, and the partition of the day of the newest commit."""
    repositories = repository_names([path.expanduser().resolve() for path in paths])
    partition = DailyPartition.of(max(newest_commit_day(path, name) for name, path in repositories.items()))
    folder.mkdir(parents=True, exist_ok=True)
    start = partition.day - timedelta(days=partition.day.weekday() + 7 * (weeks - 1))
    replace_text(folder / "counterpoise.toml", settings_text(repositories, start))
    _make_key(folder / ".env")
    return load_settings(config=folder / "counterpoise.toml", variables={}), partition


def default_folder(paths: Sequence[Path]) -> Path:
    """One folder for each set of repositories, in none of them; the same set gives the same folder, in any order."""
    addresses = "\n".join(sorted(str(path.expanduser().resolve()) for path in paths))
    return Path.home() / ".cache" / "counterpoise" / hashlib.sha256(addresses.encode()).hexdigest()[:12]


def repository_names(paths: Sequence[Path]) -> dict[str, Path]:
    """Name -> path: the shortest ends of the paths that are all different."""
    if len(set(paths)) < len(paths):
        raise SettingsError(f"a repository is listed twice in {', '.join(map(str, paths))}; list each once")
    tails = [(path.parent if path.name == ".git" else path).parts for path in paths]
    for length in range(1, max(map(len, tails)) + 1):
        names = ["/".join(tail[-length:]).removesuffix(".git") for tail in tails]
        if len(set(names)) == len(names):
            return dict(zip(names, paths, strict=True))
    raise SettingsError(f"the repositories {', '.join(map(str, paths))} have no different names")


def newest_commit_day(path: Path, name: str) -> date:
    """The UTC day of the newest commit on the default branch. SourceError when there is none."""
    if not path.is_dir():
        raise SourceError(f"{name}: {path} is not a folder; nothing was read. Give the folder of a git repository.")
    git = Git(path, name)
    main = read_refs(git, None, ANY_TIME).main
    if main is None:
        raise SourceError(f"{name}: no commit was found in {path}; nothing was read.")
    return datetime.fromtimestamp(int(git.text("log", "-1", "--format=%ct", main)), UTC).date()


def settings_text(repositories: dict[str, Path], start: date) -> str:
    """A `counterpoise.toml` that reads these repositories and nothing else."""
    sections = [
        f"[[sources.git.repositories]]\npath = {json.dumps(str(path))}\nname = {json.dumps(name)}\n"
        for name, path in repositories.items()
    ]
    head = f"# Git alone; docs/sources.md describes the other sources.\n\n[schedule]\nstart_date = {start}\n"
    return "\n".join([head, *sections])


def _make_key(path: Path) -> None:
    """Make the pseudonym key of this folder, once."""
    if not path.is_file():
        path.touch(mode=0o600)
        replace_text(path, f"COUNTERPOISE_PSEUDONYM_KEY={secrets.token_hex(32)}\n")
        path.chmod(0o600)
