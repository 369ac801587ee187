"""Write docs/metrics.md from the registry, so that a page and a number never disagree.

Reads:  seeds/metrics.csv, one card a metric.
Writes: docs/metrics.md, the same bytes for the same registry.
Leaves out: thresholds that a company sets (smallest group, dominance); the page names the setting.

    python scripts/write_metric_docs.py
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
REGISTRY = ROOT / "seeds" / "metrics.csv"
PAGE = ROOT / "docs" / "metrics.md"

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

HEAD = """# Metrics

Written by `scripts/write_metric_docs.py` from `seeds/metrics.csv`; change the registry, not this page.

A metric answers one question about a team, a service or the organisation in one ISO week of the company's zone.
Ratios are ratios of sums. Durations are elapsed hours. Nothing here may be used to review, rank or pay a person, and
no figure of a person is published.

## Why a cell is empty

| reason | what it says | what else the cell shows |
|---|---|---|
| `no_denominator` | there was nothing to divide by, or nothing to take a median of | numerator, denominator, n |
| `small_sample` | fewer than the least sample | denominator, n |
| `immature` | the cohort's window is still open | denominator, n |
| `small_group` | fewer people than the smallest group stand behind it | nothing |
| `suppressed` | one person dominates it, it gives a hidden neighbour away, or its counterweight is hidden | nothing |
| `not_covered` | no configured source tells it, or none tells its counterweight | completeness, if any |

The rules are applied in this order: not covered, small group, suppressed, immature, no denominator, small sample.
A group is hidden when at least one and fewer than the smallest number of people stand behind the cell; for use and
cost also when nobody does, because that a whole small team used nothing is a fact about its members. Outcomes of the
whole organisation are not hidden for its size; its use and cost are. Where the organisation's figure is published and
one hidden group, or hidden groups with too few people together, would be left when the others are subtracted, the
smallest visible group is suppressed as well.

A value is `provisional` until its window is over, then `final`; `restated` when a final value was published and
changed later.

"""


def page(cards: Sequence[Card]) -> str:
    """The whole page."""
    names = {card["metric_id"]: card["name"] for card in cards}
    parts = [HEAD.rstrip("\n"), ""]
    for kind, (title, meaning) in KINDS.items():
        parts += [f"## {title}", "", meaning, ""]
        for card in cards:
            if card["kind"] == kind:
                parts += [*section(card, names), ""]
    return "\n".join(parts).rstrip("\n") + "\n"


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


if __name__ == "__main__":
    PAGE.write_text(page(read(REGISTRY)))
