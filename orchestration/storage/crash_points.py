"""Named points at which a test may kill this process, to prove that a kill there does no harm.

Belongs here: the one hook and the list of its points. Nothing else may read COUNTERPOISE_CRASH_POINT.
Does not: handling failures; a killed process cleans up nothing, the next start does.
"""

from __future__ import annotations

import os
import signal

from orchestration.environment import variables

VARIABLE = "COUNTERPOISE_CRASH_POINT"

LANDING_POINTS = ("land.files_named", "land.load_counted")
BUILD_POINTS = ("build.begun", "build.made", "build.recorded")
PUBLISH_POINTS = (
    "publish.draft_created",
    "publish.database_written",
    "publish.parquet_written",
    "publish.record_written",
    "publish.synced",
    "publish.verified",
    "publish.renamed",
    "publish.pointer_drafted",
    "publish.pointer_switched",
    "publish.pruned",
)
"""The steps of a load, a build and a publication; the process is killed when the named step is done."""


def crash_point(point: str) -> None:
    """Kill this process, without any cleaning up, when the environment names `point`; else do nothing."""
    if variables().get(VARIABLE) == point:
        os.kill(os.getpid(), signal.SIGKILL)
