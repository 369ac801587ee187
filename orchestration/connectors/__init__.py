"""The registry of connectors: one module or package for each source, imported only when it is read."""

from __future__ import annotations

from importlib import import_module
from typing import cast

from orchestration.connectors.base import Connector
from orchestration.errors import SettingsError

SOURCES = ("git", "github", "claude_code", "copilot", "cursor", "otel", "pagerduty", "jira", "company_files", "tables")
"""Every known source, in the order in which a run reads them."""


def connector(source: str) -> Connector:
    """The module that reads `source`; SettingsError for an unknown one."""
    if source not in SOURCES:
        raise SettingsError(f"unknown source {source!r}; known are {', '.join(SOURCES)}")
    return cast(Connector, import_module(f"orchestration.connectors.{source}"))
