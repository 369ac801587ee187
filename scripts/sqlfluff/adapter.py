"""A stand-in for dbt's `adapter` while SQLFluff renders a model: a dispatched macro shows as a call of its name.

Belongs here: enough for the linter to see one expression. Does not: any engine's SQL (dbt_project/macros).
"""

from __future__ import annotations

from collections.abc import Callable


def dispatch(macro_name: str, macro_namespace: str | None = None) -> Callable[..., str]:
    """A function that renders `name(arguments)` in place of the engine's own SQL."""

    def rendered(*arguments: object, **named: object) -> str:
        return f"{macro_name}({', '.join(map(str, (*arguments, *named.values())))})"

    return rendered
