"""The cards of docs/metrics.md, from the registry, so that the page and the numbers never disagree.

Reads:  seeds/metrics.csv, one card a metric.
Gives:  Markdown, the same for the same registry.
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
    "outcome": ("Outcomes", "What the work came to."),
    "quality": ("Quality", "What an outcome may have cost."),
    "activity": ("Activity", "How much was done. Published only beside its counter-metric, never alone."),
    "cost": ("Cost", "What it took. Published only beside its counter-metric, never alone."),
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
EVERYBODY = "everybody who reads the publication"
DIRECTIONS = {"up": "more is better", "down": "less is better", "none": "neither way is better"}


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
        f"- What moves it falsely: {card['gamed_by']} Guard: {card['guard']}",
        f"- Counter-metric: [`{counter}`](#{counter}), {names[counter].lower()}.",
        f"- Who may see it: {_audience(card)}. For: {card['allowed_use']} Not for: {card['forbidden_use']}",
        f"- {_listed(card['entity_types']).capitalize()} by week. Interval: {INTERVALS[card['interval_kind']]}; "
        f"{_least(card)}. {_final(card).capitalize()}. Owner: {card['owner']}. "
        f"Version {card['definition_version']}, after {card['source']}.",
    ]


def _listed(entity_types: str) -> str:
    return ", ".join(entity_types.split("|"))


def _least(card: Card) -> str:
    least = card["min_n"] or SETTINGS.get(card["interval_kind"])
    return f"least sample: {least}" if least else "no least sample"


def _final(card: Card) -> str:
    days = int(card["maturity_days"])
    when = f"final {days} days after the week" if days else "final when the week is over"
    return f"{when}; withheld before" if card["when_immature"] == "withhold" else f"{when}; provisional before"


def _audience(card: Card) -> str:
    if card["is_about_people"] != "true":
        return EVERYBODY
    if card["kind"] in ("activity", "cost"):
        return f"{EVERYBODY}, for groups of at least the smallest size and without a dominant person"
    return f"{EVERYBODY}; teams and services only from the smallest group on"


def read(registry: Path) -> list[dict[str, str]]:
    """The registry's cards in their order."""
    with registry.open(newline="") as file:
        return list(csv.DictReader(file))
