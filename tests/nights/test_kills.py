"""A night killed anywhere leaves the old publication or the new one, and running it again ends where it would."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from orchestration.faults import BUILD_POINTS, LANDING_POINTS, PUBLISH_POINTS, VARIABLE
from orchestration.publication import publications
from orchestration.settings import PROJECT
from tests.nights.companies import Company, drafts, hashes, landed, play, playing, standing

pytestmark = pytest.mark.slow
KILLS = 8


@dataclass(frozen=True)
class Undisturbed:
    """What the night makes when nobody kills it, and how long that takes."""

    seconds: float
    content: dict[str, str]
    landed: dict[str, tuple[str, ...]]


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """A small company whose last night but one is published; its tools already tell of the last day."""
    with playing(tmp_path_factory.mktemp("kills"), people=20, weeks=3) as found:
        play(found, found.night_before_end(1))
        found.at(found.last_night)
        yield found


@pytest.fixture(scope="module")
def before(company: Company) -> str:
    found = standing(company.settings)
    assert found is not None
    return found.publication_id


@pytest.fixture(scope="module")
def undisturbed(company: Company) -> Undisturbed:
    apart = beside(company, "undisturbed")
    began = time.monotonic()
    assert run(apart, "nightly") == 0
    seconds = time.monotonic() - began
    return Undisturbed(seconds, hashes(standing(apart.settings)), landed(apart.settings, apart.world.end))


def beside(company: Company, name: str, origin: Path | None = None) -> Company:
    """The company with a copy of its data folder, or of another one."""
    data = company.settings.data.with_name(name)
    shutil.copytree(origin or company.settings.data, data, symlinks=True)
    return company.moved(data)


def start(company: Company, verb: str, fault: str | None = None) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "orchestration.cli", verb, "--day", str(company.last_night.day)]
    variables = {**os.environ, **company.environment, "PYTHONPATH": str(PROJECT), VARIABLE: fault or ""}
    quiet = subprocess.DEVNULL
    return subprocess.Popen(command, cwd=PROJECT, env=variables, stdout=quiet, stderr=quiet, start_new_session=True)


def run(company: Company, verb: str, fault: str | None = None) -> int:
    return start(company, verb, fault).wait(timeout=600)


def run_and_kill(company: Company, seconds: float) -> None:
    """Start the night and kill it with all its children after so many seconds."""
    process = start(company, "nightly")
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=60)


def test_a_night_killed_at_each_step_of_landing_and_building_ends_where_it_would(company, before, undisturbed):
    apart = beside(company, "steps")
    for point in (*LANDING_POINTS, *BUILD_POINTS, "publish.draft_created"):
        assert run(apart, "nightly", point) == -signal.SIGKILL, point
        assert standing(apart.settings).publication_id == before
    assert len(drafts(apart.settings)) == 1
    assert run(apart, "nightly") == 0
    assert hashes(standing(apart.settings)) == undisturbed.content
    assert landed(apart.settings, apart.world.end) == undisturbed.landed
    assert drafts(apart.settings) == []


@pytest.fixture(scope="module")
def built(company: Company) -> Path:
    """A data folder in which the last night is built and judged and not published."""
    apart = beside(company, "built")
    assert run(apart, "nightly", "publish.draft_created") == -signal.SIGKILL
    return apart.settings.data


@pytest.mark.parametrize("point", PUBLISH_POINTS)
def test_a_night_killed_while_publishing_leaves_the_old_or_the_new(company, before, undisturbed, built, point):
    apart = beside(company, point, built)
    assert run(apart, "publish", point) == -signal.SIGKILL
    found = standing(apart.settings)
    is_new = PUBLISH_POINTS.index(point) >= PUBLISH_POINTS.index("publish.pointer_switched")
    assert (hashes(found) == undisturbed.content) if is_new else (found.publication_id == before)
    assert run(apart, "publish") == 0
    assert hashes(standing(apart.settings)) == undisturbed.content
    assert (drafts(apart.settings), len(publications(apart.settings.published))) == ([], 2)


def test_a_night_killed_again_and_again_at_any_time_ends_where_it_would(company, before, undisturbed):
    chance, apart = random.Random(7), beside(company, "any_time")
    for _ in range(KILLS):
        run_and_kill(apart, chance.uniform(0.5, undisturbed.seconds))
        found = standing(apart.settings)
        assert found.publication_id == before or hashes(found) == undisturbed.content
    assert run(apart, "nightly") == 0
    assert hashes(standing(apart.settings)) == undisturbed.content
    assert landed(apart.settings, apart.world.end) == undisturbed.landed
    assert drafts(apart.settings) == []
