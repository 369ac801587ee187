"""A bench for one connector: the real connector and the real landing against a fake tool that is changed on purpose.

Belongs here: one run of one source into a folder of its own, and what that run left behind.
Does not: expectations (the tests beside it).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from orchestration.connectors.base import RetryPolicy
from orchestration.contracts import LANDED_COLUMNS, SourceContract, source_contract
from orchestration.landing import LoadReport
from orchestration.landing.ingest import land_source
from orchestration.partition import DailyPartition
from orchestration.sample_company import World, settings_overrides
from orchestration.sample_company.apis.base import Answer, FakeTool, Request
from orchestration.sample_company.server import Addresses
from orchestration.settings import load_settings

CANARY = "canary-sings"
HISTORY_DAYS = {"history_days": 7}
CONTROLS = {"next_page", "endcursor", "cursor", "download_links", "next", "next_page_token", "link", "self"}
"""Keys that steer the reading and hold no content."""
Rows = dict[str, list[dict[str, object]]]


class KilledError(BaseException):
    """The process ends here, whatever anybody catches."""


def quiet(**changes: Any) -> RetryPolicy:
    return RetryPolicy(**{"sleep": lambda seconds: None, "jitter": lambda: 1.0, "read_seconds": 5.0, **changes})


@dataclass
class Bench:
    """One source, a folder for its landing, and the fake tool (None for sources that read files)."""

    source: str
    world: World
    addresses: Addresses
    folder: Path
    tool: FakeTool | None = None
    directory: Path | None = None

    @cached_property
    def contract(self) -> SourceContract:
        return source_contract(self.source)

    @property
    def last_day(self) -> date:
        return DailyPartition(self.world.end).day

    def land(self, day: date | None = None, retries: RetryPolicy | None = None, **options: Any) -> LoadReport:
        """One run of the source, at the end of `day`."""
        partition = DailyPartition.of(day or self.last_day)
        self.addresses.as_of = partition.as_of
        directory = self.directory or self.world.directory
        assert directory is not None
        config = directory / "counterpoise.toml"
        variables = settings_overrides(directory, self.addresses)
        settings = load_settings(config, variables, data=self.folder)
        return land_source(settings, self.contract, partition, retries=retries or quiet(), **options)

    def rows(self) -> Rows:
        """Every landed row by stream, in order, without what landing adds."""
        added = [name for name, _ in LANDED_COLUMNS]
        found: Rows = {stream: [] for stream in self.contract.streams}
        for path in sorted((self.folder / "landing" / self.source).rglob("*.parquet")):
            table = pq.read_table(path).drop_columns(added)
            found[path.relative_to(self.folder / "landing" / self.source).parts[0]] += table.to_pylist()
        return {stream: sorted(rows, key=repr) for stream, rows in found.items()}

    def quarantined(self) -> list[dict[str, object]]:
        paths = sorted((self.folder / "landing" / "_quarantine").rglob("*.parquet"))
        return [row for path in paths for row in pq.read_table(path).to_pylist()]

    def written(self) -> Iterator[tuple[Path, bytes]]:
        """Every file below the folder, tables as their text, because their columns are compressed."""
        for path in sorted(self.folder.rglob("*")):
            if path.suffix == ".parquet":
                yield path, repr(pq.read_table(path).to_pydict()).encode()
            elif path.is_file():
                yield path, path.read_bytes()

    def fault(self, number: int, fault: Callable[[Answer], Answer]) -> None:
        """Let request `number` (from 1) meet a fault in the place of its answer."""

        def answering(request: Request, answer: Answer) -> Answer:
            return fault(answer) if len(self.addresses.log) == number else answer

        self.addresses.log.clear()
        self.addresses.answering = answering

    def change(self, changed: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
        """Rebuild every object in every answer by `changed`; children come first."""
        self.addresses.answering = lambda request, answer: _rebuilt(answer, changed)


def _rebuilt(answer: Answer, changed: Callable[[dict[str, Any]], dict[str, Any]]) -> Answer:
    if answer.text is not None and answer.text.startswith("{"):
        import json

        lines = [json.dumps(walk(json.loads(line), changed)) for line in answer.text.splitlines()]
        return replace(answer, text="".join(f"{line}\n" for line in lines))
    return replace(answer, value=walk(answer.value, changed)) if answer.status < 300 else answer


def walk(value: object, changed: Callable[[dict[str, Any]], dict[str, Any]]) -> Any:
    if isinstance(value, Mapping):
        return changed({name: walk(inner, changed) for name, inner in value.items()})
    if isinstance(value, list | tuple):
        return [walk(inner, changed) for inner in value]
    return value
