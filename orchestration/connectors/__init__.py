"""The connectors, one module a source. The registry names them without importing them."""

from __future__ import annotations

from importlib import import_module
from typing import cast

from orchestration.connectors.base import Connector
from orchestration.errors import SettingsError

SOURCES = ("git", "github", "claude_code", "copilot", "pagerduty", "company_files")
"""Every source that can be connected, in the order in which a run reads them."""


def connector(source: str) -> Connector:
    """The module that reads `source`; SettingsError with the known names for an unknown one."""
    if source not in SOURCES:
        raise SettingsError(f"no source is called {source!r}; known are {', '.join(SOURCES)}")
    return cast(Connector, import_module(f"orchestration.connectors.{source}"))
