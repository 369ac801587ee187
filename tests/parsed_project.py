"""The parsed dbt project, made once for all workers of a test run.

Belongs here: reading it, and copying it to a data folder that would otherwise parse the project itself, ten seconds
each. Does not: tests of parsing (test_dbt_runner); `tests/end_to_end/test_quickstart.py` starts from nothing.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from pathlib import Path

import pytest

from orchestration.settings import Settings, load_settings
from orchestration.warehouse.dbt_manifest import Manifest, read_manifest
from orchestration.warehouse.dbt_runner import current_manifest, manifest_path

_shared: list[Path] = []


def share_in(factory: pytest.TempPathFactory) -> None:
    """Workers of one run have folders of their own below a common one."""
    own = factory.getbasetemp()
    _shared[:] = [own.parent if "PYTEST_XDIST_WORKER" in os.environ else own]


def give(settings: Settings) -> None:
    """Let a new data folder begin with the parsed project. Spark's differs and is left to be made."""
    shutil.copytree(_path(settings).parent, manifest_path(settings).parent)


def manifest() -> Manifest:
    """The models and tests of the project."""
    return read_manifest(_path(load_settings()))


def _path(settings: Settings) -> Path:
    """The manifest in the shared folder, parsed by whoever comes first."""
    (folder,) = _shared
    made = settings.model_copy(update={"data": folder / "parsed", "engine": "duckdb"})
    with (folder / "parsed.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return current_manifest(made)
