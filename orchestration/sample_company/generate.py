"""Write the sample company into a directory.

    company/        the company's own files           counterpoise.toml  settings that point at all of it
    exports/        tables that its pipelines export
    claude_logs/    session logs by account           truth.json         what is true, for tests only
    repositories/   bare git repositories             object_ids.json    git object ids that API answers refer to
    otel/           spans of the agent platform

The same seed, people and weeks give the same bytes.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import orjson

from orchestration.errors import CounterpoiseError
from orchestration.sample_company.agent_files import write_agent_files
from orchestration.sample_company.company_files import write_company_files
from orchestration.sample_company.exports import FOLDER, write_exports
from orchestration.sample_company.settings import write_config
from orchestration.sample_company.truth import truth
from orchestration.sample_company.world.company import World, make_world
from orchestration.sample_company.world.logs import write_logs
from orchestration.sample_company.world.repositories import write_repositories

MARKER = "object_ids.json"
FOLDERS = ("company", "claude_logs", "exports", "otel", "repositories")
SORTED = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS


def generate(directory: Path, seed: int = 7, people: int = 60, weeks: int = 26) -> World:
    """Write everything into `directory`, in place of an earlier sample company, and return the world."""
    _clear(directory)
    directory.mkdir(parents=True, exist_ok=True)
    world = make_world(seed, people, weeks)
    write_company_files(world, directory / "company")
    write_exports(world, directory / FOLDER)
    write_logs(world, directory / "claude_logs")
    write_agent_files(world, directory / "otel")
    write_config(world, directory)
    oids = write_repositories(world, directory / "repositories")
    made = {"seed": seed, "people": people, "weeks": weeks, "object_ids": oids}
    (directory / MARKER).write_bytes(orjson.dumps(made, option=orjson.OPT_SORT_KEYS))
    (directory / "truth.json").write_bytes(orjson.dumps(truth(world), option=SORTED))
    return replace(world, directory=directory, oids=oids)


def _clear(directory: Path) -> None:
    """Remove what `generate` wrote; CounterpoiseError for a folder with anything else in it."""
    if not directory.exists() or not any(directory.iterdir()):
        return
    if not (directory / MARKER).is_file():
        raise CounterpoiseError(f"{directory} is not empty and is not a sample company; name an empty folder.")
    for folder in FOLDERS:
        shutil.rmtree(directory / folder, ignore_errors=True)


def load(directory: Path) -> World:
    """The world that `generate` wrote into `directory`."""
    made = orjson.loads((directory / MARKER).read_bytes())
    world = make_world(made["seed"], made["people"], made["weeks"])
    return replace(world, directory=directory, oids=made["object_ids"])
