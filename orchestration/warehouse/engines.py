"""The engine that a run builds on: one module each, with the same three functions.

Belongs here: choosing the module. Does not: DDL. The module is imported when it is asked for, so that nobody needs
Spark who does not build on it.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from orchestration.settings import Settings
from orchestration.warehouse.inputs import BuildInputs


class Engine(Protocol):
    """What a run asks of an engine."""

    def prepare(self, inputs: BuildInputs, previous_values: Path | None = None) -> None:
        """Make every relation that dbt's sources name."""

    def record_built(self, inputs: BuildInputs) -> None:
        """Remember which files the incremental models now hold; called after a whole build."""

    def export_marts(self, inputs: BuildInputs) -> None:
        """See to it that the DuckDB file of the settings holds what the gate reads."""


def engine(settings: Settings) -> Engine:
    return cast(Engine, import_module(f"orchestration.warehouse.{settings.engine}_relations"))
