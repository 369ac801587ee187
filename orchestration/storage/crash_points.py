"""Named points at which a test may kill this process, to prove that dying there is harmless.

Belongs here: the one hook and the list of its points. Nothing else may read COUNTERPOISE_FAULT.
Does not: any handling of failures; a killed process handles nothing, the next start does.
"""

from __future__ import annotations

import os
import signal

VARIABLE = "COUNTERPOISE_FAULT"

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
"""The steps of a load, a build and a publication, each named when it is done."""


def reached(point: str) -> None:
    """Say that `point` is reached; the process dies here when the environment names this point."""
    if os.environ.get(VARIABLE) == point:
        os.kill(os.getpid(), signal.SIGKILL)
