"""A small stream of each load mode, and a landing in a temporary folder."""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from orchestration.connectors._shared.identifiers import normalise
from orchestration.connectors.base import Item, Row, Slice
from orchestration.contracts import Column, SourceContract, StreamContract
from orchestration.landing import Landing, LoadReport, Pseudonymiser, land_slices
from orchestration.partition import DailyPartition

COLUMNS = (
    Column(name="id", data_type="string", required=True),
    Column(name="used_at", data_type="timestamp", required=True),
    Column(name="email", data_type="string", identifier="email"),
    Column(name="tokens", data_type="bigint"),
)


def stream(name: str, mode: str, day: str | None) -> StreamContract:
    return StreamContract(source="toy", stream=name, load_mode=mode, key=("id",), day=day, columns=COLUMNS)


CONTRACT = SourceContract(
    source="toy",
    streams={
        "events": stream("events", "upsert", "used_at"),
        "days": stream("days", "replace_day", "used_at"),
        "seats": stream("seats", "snapshot", None),
    },
    freshness_days=None,
)


def event(number: int, tokens: object = 1, at: str = "2026-11-14T10:00:00Z", **more: object) -> dict[str, object]:
    return {"id": str(number), "usedAt": at, "email": f"person{number}@acme.example", "tokens": tokens, **more}


def slice_(key: str, records: Iterable[dict[str, object]], day: date | None = None, stream: str = "events") -> Slice:
    def items() -> Iterable[Item]:
        return [Row(stream, record, f"toy:{n}") for n, record in enumerate(records)]

    return Slice(key, (stream,), items, cursor="c1", day=day)


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    return Landing(tmp_path / "landing", Pseudonymiser(b"a public key for tests", normalise, {"copilot"}.__contains__))


@pytest.fixture
def land(landing: Landing) -> Callable[..., LoadReport]:
    def run(*slices: Slice, day: date = date(2026, 11, 15), **options: bool) -> LoadReport:
        return land_slices(landing, CONTRACT, DailyPartition.of(day), slices, **options)

    return run


AS_OF = datetime(2026, 11, 16, tzinfo=UTC)
