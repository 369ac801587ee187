"""One small company for all tests of this folder: 44 people and eight weeks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import requests

from orchestration.sample_company import World, generate, serve
from orchestration.sample_company.server import Addresses

Get = Callable[..., Any]


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return generate(tmp_path_factory.mktemp("sample"), seed=7, people=44, weeks=8)


@pytest.fixture(scope="session")
def directory(world: World) -> Path:
    return world.directory


@pytest.fixture
def addresses(world: World) -> Iterator[Addresses]:
    with serve(world) as found:
        yield found


@pytest.fixture
def get() -> Get:
    def ask(url: str, **params: str | int) -> requests.Response:
        headers: Mapping[str, str] = {"Authorization": "Token token=x", "x-api-key": "x"}
        return requests.get(url, params=params, headers=headers, timeout=10)

    return ask


@pytest.fixture
def graphql(addresses: Addresses) -> Callable[..., dict[str, Any]]:
    def ask(query: str, **variables: str | int) -> dict[str, Any]:
        body = {"query": query, "variables": variables}
        headers = {"Authorization": "Bearer x"}
        answer: dict[str, Any] = requests.post(
            f"{addresses.of('github')}/graphql", json=body, headers=headers, timeout=10
        ).json()
        return answer

    return ask
