"""The record of a blocked run: `published/blocked/<run>.json`, which says why a run was not published.

Belongs here: its place, its keys, writing it. Does not: the reasons (gate, policy) or showing them (cli).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from orchestration.partition import partition_name
from orchestration.publishing.policy.terms import Blocker
from orchestration.storage.atomic_files import replace_text

BLOCKED = "blocked"


def blocked_path(published: Path, as_of: datetime) -> Path:
    """Where the record of a run is; it is removed when the run is published."""
    return published / BLOCKED / f"{partition_name(as_of)}.json"


def write_blocked_run(published: Path, as_of: datetime, current: str | None, blockers: Sequence[Blocker]) -> None:
    """Write the record. `current`: the id of the publication that readers keep."""
    record = {
        "as_of": as_of.isoformat(),
        "current": current,
        "blockers": [blocker.model_dump() for blocker in blockers],
    }
    replace_text(blocked_path(published, as_of), json.dumps(record, indent=2) + "\n")
