"""The engine that a run builds on: one module each, with the same three functions.

Belongs here: choosing the module. Does not: DDL. The module is imported on use, so that only who builds on Spark needs
Spark.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from orchestration.settings import Settings
from orchestration.warehouse.inputs import BuildInputs


class Engine(Protocol):
    """What a run needs from an engine."""

    def prepare(self, inputs: BuildInputs, previous_values: Path | None = None) -> None:
        """Make every relation that dbt's sources name. `previous_values`: see `run_tables`."""

    def record_built(self, inputs: BuildInputs) -> None:
        """Record which files the incremental models now contain; called after a whole build."""

    def export_marts(self, inputs: BuildInputs) -> None:
        """Bring the relations that the gate reads into the DuckDB file of the settings."""


def engine(settings: Settings) -> Engine:
    return cast(Engine, import_module(f"orchestration.warehouse.{settings.engine}_relations"))
