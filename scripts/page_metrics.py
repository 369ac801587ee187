"""The cards of docs/metrics.md, from the registry, so that page and figures always agree.

Reads:  seeds/metrics.csv, one card a metric.
Returns: Markdown, the same for the same registry.
Leaves out: thresholds that a company sets (minimum group size, dominance); the page names the setting.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
REGISTRY = ROOT / "seeds" / "metrics.csv"

Card = Mapping[str, str]

KINDS = {
    "outcome": ("Outcomes", "What the work led to."),
    "quality": ("Quality", "What an outcome may have cost in quality."),
    "activity": ("Activity", "How much was done. Published only beside its counter-metric."),
    "cost": ("Cost", "What it cost. Published only beside its counter-metric."),
}
INTERVALS = {
    "wilson": "Wilson, 95 %",
    "poisson": "exact Poisson, 95 %",
    "order_statistic": "order statistics, 95 %",
    "none": "none",
}
SETTINGS = {
    "wilson": "the company's min_rate_n",
    "order_statistic": "the company's min_median_n",
}
EVERYBODY = "every reader"
DIRECTIONS = {"up": "higher is better", "down": "lower is better", "none": "neither is better"}


def cards() -> str:
    """Every card of the registry, kind by kind."""
    registered = read(REGISTRY)
    names = {card["metric_id"]: card["name"] for card in registered}
    parts: list[str] = []
    for kind, (title, meaning) in KINDS.items():
        parts += [f"## {title}", "", meaning, ""]
        for card in registered:
            if card["kind"] == kind:
                parts += [*section(card, names), ""]
    return "\n".join(parts).rstrip("\n")


def section(card: Card, names: Mapping[str, str]) -> list[str]:
    """One metric's card."""
    counter = card["counter_metric"]
    return [
        f"### {card['metric_id']}",
        "",
        f"{card['name']}. {card['question']}",
        "",
        f"- Formula ({card['unit']}; {DIRECTIONS[card['direction']]}): {card['definition']}",
        f"- How it can be gamed: {card['gamed_by']} Guard: {card['guard']}",
        f"- Counter-metric: [`{counter}`](#{counter}), {names[counter].lower()}.",
        f"- Shown to: {_audience(card)}. For: {card['allowed_use']} Not for: {card['forbidden_use']}",
        f"- {_listed(card['entity_types']).capitalize()} by week. Interval: {INTERVALS[card['interval_kind']]}; "
        f"{_minimum(card)}. {_final(card).capitalize()}. Owner: {card['owner']}. "
        f"Version {card['definition_version']}, card {card['source']}.",
    ]


def _listed(entity_types: str) -> str:
    return ", ".join(entity_types.split("|"))


def _minimum(card: Card) -> str:
    minimum = card["min_n"] or SETTINGS.get(card["interval_kind"])
    return f"minimum sample: {minimum}" if minimum else "no minimum sample"


def _final(card: Card) -> str:
    days = int(card["maturity_days"])
    when = f"final {days} days after the week" if days else "final when the week is over"
    return f"{when}; not shown before" if card["when_immature"] == "withhold" else f"{when}; provisional before"


def _audience(card: Card) -> str:
    if card["is_about_people"] != "true":
        return EVERYBODY
    if card["kind"] in ("activity", "cost"):
        return f"{EVERYBODY}, for groups of at least the minimum size and without a dominant person"
    return f"{EVERYBODY}; teams and services only from the minimum group size on"


def read(registry: Path) -> list[dict[str, str]]:
    """The registry's cards in their order."""
    with registry.open(newline="") as file:
        return list(csv.DictReader(file))
