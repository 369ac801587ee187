"""The registry of connectors: each module or package here is a source, imported only when it is read."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import cast

from orchestration.connectors.base import Connector
from orchestration.errors import SettingsError, choices

SOURCES = tuple(found.name for found in iter_modules(__path__) if found.name != "base" and found.name[0] != "_")
"""Every known source: the modules beside this one, by name. A run reads them in this order."""


def connector(source: str) -> Connector:
    """The module that reads `source`; SettingsError for an unknown one."""
    if source not in SOURCES:
        raise SettingsError(
            f"there is no source {source!r}; the sources, the nearest first: {choices(source, SOURCES)}"
        )
    return cast(Connector, import_module(f"orchestration.connectors.{source}"))
