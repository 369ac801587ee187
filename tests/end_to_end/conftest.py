"""The sample company after one whole run, made once for all tests of this folder."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.companies import Company, ask, play, playing, run_job


@dataclass(frozen=True)
class SampleRun:
    """What one run made of the company, and what is true of it."""

    company: Company

    @property
    def warehouse(self) -> Path:
        return self.company.settings.warehouse

    @property
    def publication(self) -> Path:
        return (self.company.settings.published / "current").resolve()

    @cached_property
    def truth(self) -> dict[str, Any]:
        return json.loads((self.company.world.directory / "truth.json").read_bytes())

    def ask(self, query: str, *parameters: object) -> list[tuple[object, ...]]:
        return ask(self.warehouse, query, *parameters)


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SampleRun]:
    """Seed 7, 60 people, 26 weeks: what `counterpoise demo` shows."""
    with playing(tmp_path_factory.mktemp("sample"), people=60, weeks=26) as company:
        run_job(company, company.last_partition)
        yield SampleRun(company)


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """A small company, published two runs before its end. Tests play on beside it, in copies of its data."""
    with playing(tmp_path_factory.mktemp("small"), people=20, weeks=3) as company:
        play(company, company.partition_before_end(2))
        company.at(company.last_partition)
        yield company
