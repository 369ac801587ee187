"""Fake tools: what each tool's API returns about the sample company at one instant, one module a tool.

Belongs here: the table of tools (this file), their answers, and the server that they share.
Does not: inventing anything. Every answer is cut out of the world at `as_of`; nothing later shows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from orchestration.sample_company.apis.anthropic import Anthropic
from orchestration.sample_company.apis.base import Api
from orchestration.sample_company.apis.copilot import Copilot
from orchestration.sample_company.apis.github import GitHub
from orchestration.sample_company.apis.pagerduty import PagerDuty
from orchestration.sample_company.world.company import World
from orchestration.sample_company.world.model import ORGANISATION

PAGERDUTY_MIN_DAYS = 42
"""The connector reads at least so many days, however young the company is."""


@dataclass(frozen=True)
class FakeTool:
    """One tool: it answers below `/<name>`, and the section `[sources.<source>]` points a connector at it.

    secret: the setting that takes the tool's credential.
    settings: what else the section says about this company.
    """

    name: str
    api: Callable[[World], Api]
    source: str
    secret: str
    settings: Callable[[World], Mapping[str, object]]


_ORGANISATIONS = {"organisations": [ORGANISATION]}

TOOLS = (
    FakeTool("github", GitHub, "github", "token", lambda world: _ORGANISATIONS),
    FakeTool("anthropic", Anthropic, "claude_code", "api_key",
             lambda world: {"log_roots": ["claude_logs"], "history_days": world.days}),
    FakeTool("copilot", Copilot, "copilot", "token", lambda world: {**_ORGANISATIONS, "history_days": world.days}),
    FakeTool("pagerduty", PagerDuty, "pagerduty", "api_key",
             lambda world: {"history_days": max(world.days + 7, PAGERDUTY_MIN_DAYS)}),
)  # fmt: skip
"""A new fake tool is one line here and its module."""
