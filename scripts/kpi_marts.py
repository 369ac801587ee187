"""The columns of the wide KPI marts, written from the registry of metrics.

Belongs here: one yml line a column, for the cog blocks in `dbt_project/models/marts/kpi_*_weeks.yml`; the macro
`kpi_columns` makes the SQL of the same lines. A metric that is registered for an entity gets its columns by
`make docs`.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path

REGISTRY = Path(__file__).resolve().parents[1] / "seeds" / "metrics.csv"
UNITS = {
    "ratio": "fraction from 0 to 1",
    "hours": "elapsed hours",
    "usd": "US dollars",
    "usd per change": "US dollars per change",
    "tokens": "tokens",
}
"""How the registry's units are worded in a description; other units are words already."""


def column_lines(entity_type: str) -> str:
    """The yml lines of all metrics that the registry has for `entity_type`, in the order of the registry."""
    with REGISTRY.open(encoding="utf-8", newline="") as file:
        metrics = [row for row in csv.DictReader(file) if entity_type in row["entity_types"].split("|")]
    return "\n".join(line for metric in metrics for line in _lines(metric))


def _lines(metric: dict[str, str]) -> Iterator[str]:
    name, label = metric["metric_id"], metric["name"]
    unit = UNITS.get(metric["unit"], metric["unit"])
    yield _line(
        name, name, "value", "double", f"{label} ({unit}), card {metric['source']}; null where {name}_reason is set."
    )
    if metric["interval_kind"] != "none":
        yield _line(f"{name}_lower", name, "lower", "double", f"{label}: lower bound of the 95 % interval ({unit}).")
        yield _line(f"{name}_upper", name, "upper", "double", f"{label}: upper bound of the 95 % interval ({unit}).")
        yield _line(f"{name}_n", name, "n", "bigint", f"{label}: sample size; null where it could disclose people.")
    maturity = "provisional, final, or restated after it was final."
    yield _line(f"{name}_maturity", name, "maturity", "string", f"{label}: {maturity}")
    yield _line(f"{name}_reason", name, "reason", "string", f"{label}: why the value is null; null where it is shown.")


def _line(column: str, metric: str, part: str, data_type: str, description: str) -> str:
    meta = f"config: {{meta: {{metric: {metric}, part: {part}}}}}"
    return f"      - {{name: {column}, data_type: {data_type}, {meta}, description: {json.dumps(description)}}}"
