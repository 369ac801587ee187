"""One small company for all contract tests, and a bench for each source of the registry."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestration.connectors import SOURCES
from orchestration.sample_company import World, generate, serve
from orchestration.sample_company.apis import TOOLS
from orchestration.sample_company.apis.base import FakeTool
from tests.contract_tests.bench import Bench, Rows, quiet

TOOL_OF = {tool.source: tool for tool in TOOLS}
LARGE = ("claude_code", "git", "github", "jira")
"""Sources with so many rows that their tests are left out of `make check`."""


def marked(source: str) -> list[pytest.MarkDecorator]:
    return [pytest.mark.slow] if source in LARGE else []


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return generate(tmp_path_factory.mktemp("contract"), seed=11, people=24, weeks=3)


@pytest.fixture(params=[pytest.param(tool, id=tool.source, marks=marked(tool.source)) for tool in TOOLS])
def bench(request: pytest.FixtureRequest, world: World, tmp_path: Path) -> Iterator[Bench]:
    """Each source that asks a tool."""
    tool: FakeTool = request.param
    with serve(world) as addresses:
        yield Bench(tool.source, world, addresses, tmp_path / "data", tool)


@pytest.fixture(params=[pytest.param(source, marks=marked(source)) for source in SOURCES])
def any_bench(request: pytest.FixtureRequest, world: World, tmp_path: Path) -> Iterator[Bench]:
    """Each source, those that read files too."""
    with serve(world) as addresses:
        yield Bench(request.param, world, addresses, tmp_path / "data", TOOL_OF.get(request.param))


@pytest.fixture(scope="session")
def baseline(world: World, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Rows]:
    """What an undisturbed run of the last day lands, by source; read on first use."""
    return Baseline(world, tmp_path_factory)


class Baseline(dict[str, Rows]):
    def __init__(self, world: World, folders: pytest.TempPathFactory) -> None:
        super().__init__()
        self._world, self._folders = world, folders

    def __missing__(self, source: str) -> Rows:
        with serve(self._world) as addresses:
            bench = Bench(source, self._world, addresses, self._folders.mktemp(source))
            report = bench.land(retries=quiet())
            assert report.is_complete, report.failed_slices
            self[source] = bench.rows()
        return self[source]
