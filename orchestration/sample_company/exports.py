"""Tables that the company's own pipelines export: seats of AI tools, code quality and test coverage by repository.

Belongs here: files for the source `tables`, and its section of the settings. Nothing in them is told by another tool.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from orchestration.sample_company.world.company import World

Cells = Sequence[object]
FOLDER = "exports"
WEEK = timedelta(days=7)


def write_exports(world: World, root: Path) -> None:
    root.mkdir(parents=True, exist_ok=True)
    _write(root / "seats.csv", "tool holder plan since", _seats(world))
    _write(root / "quality.csv", "repository measured_at lines_of_code bugs", _quality(world))
    _write(root / "coverage.csv", "repository measured_at covered_lines coverable_lines", _coverage(world))


def section() -> dict[str, object]:
    """`[sources.tables]`: which export fills which stream, and what its columns are called here."""
    seats = {"identity_system": "email", "system": "copilot",
             "columns": {"account": "holder", "assigned_at": "since"}}  # fmt: skip
    measured = {"system": "sonarqube", "cursor": "measured_at"}
    inputs = (("seats", seats), ("quality", measured), ("coverage", measured))
    return {"inputs": [{"stream": name, "address": f"{FOLDER}/{name}.csv", **rest} for name, rest in inputs]}


def _write(path: Path, header: str, rows: Iterable[Cells]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header.split())
        writer.writerows(rows)


def _seats(world: World) -> Iterator[Cells]:
    for person in world.people:
        if person.tool == "copilot":
            yield person.tool, person.email, "business", datetime.combine(person.start, time(), UTC).isoformat()


def _measurements(world: World) -> Iterator[tuple[str, str, int]]:
    """Each repository once a week, with how many of its changes had merged by then."""
    for service in world.services:
        merged = sorted(change.merged_at for change in world.changes
                        if change.repository == service.repository and change.merged_at)  # fmt: skip
        at = datetime.combine(world.first_monday, time(6), UTC) + WEEK
        while at <= world.end:
            yield service.repository, at.isoformat(), sum(one < at for one in merged)
            at += WEEK


def _quality(world: World) -> Iterator[Cells]:
    for repository, at, merged in _measurements(world):
        yield repository, at, 20_000 + 40 * merged, merged // 9


def _coverage(world: World) -> Iterator[Cells]:
    for repository, at, merged in _measurements(world):
        yield repository, at, 12_000 + 25 * merged, 16_000 + 32 * merged
