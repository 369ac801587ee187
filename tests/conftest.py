"""How a test run is dealt out to its workers, and what they share."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest
from xdist.scheduler import LoadFileScheduling

from tests import parsed_project

HALF_A_YEAR = ("test_readme.py", "test_sample_privacy.py", "test_sample_truth.py")
"""These look at one run of the whole sample company; one worker plays it for all of them."""


class ByFile(LoadFileScheduling):
    """A file stays on one worker, and so do the files of HALF_A_YEAR together."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return "half a year" if PurePosixPath(file).name in HALF_A_YEAR else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> ByFile:
    return ByFile(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest begin first, so that no worker waits for another at the end."""
    items.sort(key=_place)


def _place(item: pytest.Item) -> int:
    return next((place for place, mark in enumerate(("spark", "slow")) if item.get_closest_marker(mark)), 2)


@pytest.fixture(scope="session", autouse=True)
def _parsed_once(tmp_path_factory: pytest.TempPathFactory) -> None:
    parsed_project.share_in(tmp_path_factory)
