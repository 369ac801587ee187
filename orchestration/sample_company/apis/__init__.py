"""Fake tools: what each tool's API returns about the sample company at one instant, one module a tool.

Belongs here: the tools (each module that ends in `TOOL = FakeTool(...)` is one).
Does not: inventing anything. Every answer is cut out of the world at `as_of`; nothing later shows.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from orchestration.sample_company.apis.base import FakeTool


def _tools() -> tuple[FakeTool, ...]:
    modules = (import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__))
    return tuple(module.TOOL for module in modules if hasattr(module, "TOOL"))


TOOLS = _tools()
"""All fake tools, by the names of their modules."""
