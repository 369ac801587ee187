"""A stand-in for dbt's own macros while SQLFluff renders a model: `dbt.dateadd(...)` shows as a call of its name."""

from __future__ import annotations

from collections.abc import Callable


def __getattr__(macro_name: str) -> Callable[..., str]:
    if macro_name.startswith("__"):
        raise AttributeError(macro_name)

    def rendered(*arguments: object, **named: object) -> str:
        return f"{macro_name}({', '.join(map(str, (*arguments, *named.values())))})"

    return rendered
