"""A run killed anywhere leaves the old publication or the new one, and running it again ends where it would."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from dataclasses import dataclass

import pytest

from orchestration.publishing.publication import publications
from orchestration.storage.crash_points import BUILD_POINTS, LANDING_POINTS, VARIABLE
from tests.end_to_end.companies import Company, drafts, hashes, landed, published_now, started

pytestmark = pytest.mark.slow
STEPS = (
    *(("nightly", point) for point in LANDING_POINTS),
    *(("build", point) for point in BUILD_POINTS if point != "build.recorded"),
)
"""After `build.recorded` the run is as before it publishes, and is killed there anyway."""
LEFT_BEHIND = {"publish.parquet_written": False, "publish.renamed": False, "publish.pointer_switched": True}
"""Where publishing leaves a draft, a publication that is not current yet, and a current one not yet reported. True: the
new one is current. `tests/publishing/test_publish.py` kills a publisher at every point."""


@dataclass(frozen=True)
class Undisturbed:
    """What the run makes when nobody kills it, and how long that takes."""

    seconds: float
    content: dict[str, str]
    landed: dict[str, tuple[str, ...]]


@pytest.fixture(scope="module")
def company(small: Company) -> Company:
    """Two days after its publication: the run to be killed is the last one."""
    small.at(small.last_partition)
    return small


@pytest.fixture(scope="module")
def before(company: Company) -> str:
    found = published_now(company.settings)
    assert found is not None
    return found.publication_id


@pytest.fixture(scope="module")
def undisturbed(company: Company) -> Undisturbed:
    apart = company.beside("undisturbed")
    began = time.monotonic()
    assert run(apart, "nightly") == 0
    seconds = time.monotonic() - began
    return Undisturbed(seconds, hashes(published_now(apart.settings)), landed(apart.settings, apart.world.end))


def start(company: Company, verb: str, point: str | None = None) -> subprocess.Popen[bytes]:
    return started(company, verb, "--day", str(company.last_partition.day), **{VARIABLE: point or ""})


def run(company: Company, verb: str, point: str | None = None) -> int:
    process = start(company, verb, point)
    process.communicate(timeout=600)
    return process.returncode


def run_and_kill(company: Company, seconds: float) -> None:
    """Start the run and kill it with all its children after so many seconds."""
    process = start(company, "nightly")
    try:
        process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate(timeout=60)


@pytest.fixture(scope="module")
def battered(company: Company, before: str, undisturbed: Undisturbed) -> Company:
    """A run killed at steps of landing and building, at a time that chance chose, and before it publishes."""
    apart = company.beside("battered")
    for verb, point in STEPS:
        assert run(apart, verb, point) == -signal.SIGKILL, point
        assert published_now(apart.settings).publication_id == before
    run_and_kill(apart, random.Random(7).uniform(0.2, 0.8) * undisturbed.seconds)
    assert run(apart, "nightly", "publish.draft_created") == -signal.SIGKILL
    assert published_now(apart.settings).publication_id == before
    return apart


def test_a_run_killed_at_each_step_counts_the_same_loads_once(battered, undisturbed):
    assert len(drafts(battered.settings)) == 1
    assert landed(battered.settings, battered.world.end) == undisturbed.landed


@pytest.mark.parametrize("point", LEFT_BEHIND)
def test_a_run_killed_while_publishing_ends_where_it_would(battered, before, undisturbed, point):
    apart = battered.beside(point)
    assert run(apart, "publish", point) == -signal.SIGKILL
    found = published_now(apart.settings)
    assert (hashes(found) == undisturbed.content) if LEFT_BEHIND[point] else (found.publication_id == before)
    assert run(apart, "publish") == 0
    assert hashes(published_now(apart.settings)) == undisturbed.content
    assert (drafts(apart.settings), len(publications(apart.settings.published))) == ([], 2)
