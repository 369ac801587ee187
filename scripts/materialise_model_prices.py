"""Write the list prices of models into seeds/model_prices.csv, dated and never overwritten.

Reads:  the price data bundled with the package genai-prices (install it apart: a run does not
        need it), and the seed as it is.
Writes: the seed, with a new row for each price that was not known. A row that is there is never changed or
        removed: when a vendor changes a price, the new one starts on the day it was checked, so a past week
        keeps its cost whatever is installed.
Leaves out: models that do not read and write text, prices by batch or priority tier, and rates above a
        prompt-size tier: usage is known by day, not by request, so only the base rate can be applied
        (tier_above_tokens is the prompt size above which it is not exact).

    python scripts/materialise_model_prices.py --checked-on 2026-11-21
"""

from __future__ import annotations

import argparse
import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass, fields, replace
from datetime import date
from decimal import Decimal
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Any

SEED = Path(__file__).resolve().parents[1] / "seeds" / "model_prices.csv"
SINCE_RELEASE = "2020-01-01"
FAMILIES = {
    "anthropic": re.compile(r"claude-(?!2|v1|3-haiku|3-opus|3-sonnet)"),
    "openai": re.compile(r"gpt-(4o|4o-mini|4\.1.*|5.*|6.*)$|o[134](-mini|-pro)?$|codex-mini$"),
    "google": re.compile(r"gemini-(2\.5|[34])"),
}
NOT_TEXT = re.compile(r"audio|image|tts|live|realtime|transcribe|search|embedding|robotics|omni|cyber|rosalind|banana")
CLASSES = {
    "uncached_input": "input_mtok",
    "cache_read": "cache_read_mtok",
    "cache_write": "cache_write_mtok",
    "cache_write_1h": "cache_write_1h_mtok",
    "output": "output_mtok",
}


@dataclass(frozen=True, order=True)
class Price:
    """One row of the seed."""

    provider: str
    model: str
    token_class: str
    valid_from_date: str
    usd_per_million_tokens: str
    tier_above_tokens: str
    source: str
    checked_on: str


def merged(held: Iterable[Price], offered: Iterable[Price]) -> list[Price]:
    """Every held row as it is, plus the offered prices that differ."""
    rows = list(held)
    for price in sorted(offered):
        if _is_same_price(_in_force(rows, price), price):
            continue
        if any(_key(row) == _key(price) for row in rows):
            price = replace(price, valid_from_date=price.checked_on)
            if _is_same_price(_in_force(rows, price), price):
                continue
        rows.append(price)
    twice = [key for key, times in Counter(map(_key, rows)).items() if times > 1]
    if twice:
        raise SystemExit(f"{twice[0]} would have two prices; the seed keeps its {len(rows)} rows.")
    return sorted(rows)


def _key(price: Price) -> tuple[str, str, str]:
    return price.model, price.token_class, price.valid_from_date


def _in_force(rows: Iterable[Price], price: Price) -> Price | None:
    """The row that prices this model and class on the day the offered price starts."""
    same = (row for row in rows if _key(row)[:2] == _key(price)[:2])
    earlier = (row for row in same if row.valid_from_date <= price.valid_from_date)
    return max(earlier, key=lambda row: row.valid_from_date, default=None)


def _is_same_price(held: Price | None, offered: Price) -> bool:
    return held is not None and _usd(held) == _usd(offered)


def _usd(price: Price) -> Decimal:
    return Decimal(price.usd_per_million_tokens)


def offered_prices(data: ModuleType, checked_on: date, source: str) -> Iterator[Price]:
    """The base rates of the package, one row a model, class and start date."""
    for provider, model in _text_models(data):
        name = model.id.removesuffix("-latest")
        for start, rates in _dated(model.prices):
            for token_class, attribute in CLASSES.items():
                rate = getattr(rates, attribute)
                if rate is not None:
                    usd, tier = _base_and_tier(rate)
                    yield Price(provider, name, token_class, start, usd, tier, source, checked_on.isoformat())


def _text_models(data: ModuleType) -> Iterator[tuple[str, Any]]:
    for provider in data.providers:
        family = FAMILIES.get(provider.id)
        for model in provider.models:
            if family and family.match(model.id) and not NOT_TEXT.search(model.id):
                yield provider.id, model


def _dated(prices: object) -> Iterator[tuple[str, object]]:
    """Prices without a start date hold since the model's release; other conditions are left out."""
    for entry in prices if isinstance(prices, list) else [prices]:
        constraint = getattr(entry, "constraint", None)
        start = getattr(constraint, "start_date", None)
        if constraint is None or start is not None:
            yield (start.isoformat() if start else SINCE_RELEASE), getattr(entry, "prices", entry)


def _base_and_tier(rate: object) -> tuple[str, str]:
    tiers = getattr(rate, "tiers", None)
    base = getattr(rate, "base", rate)
    return f"{Decimal(str(base)):.6f}", str(min(tier.start for tier in tiers)) if tiers else ""


def read(seed: Path) -> list[Price]:
    """The rows of the seed, none when it does not exist yet."""
    if not seed.exists():
        return []
    with seed.open(newline="") as file:
        return [Price(**row) for row in csv.DictReader(file)]


def write(seed: Path, rows: Iterable[Price]) -> None:
    """Write the seed whole."""
    draft = seed.with_suffix(".draft")
    with draft.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(field.name for field in fields(Price))
        writer.writerows(astuple(row) for row in rows)
    draft.replace(seed)


def main() -> None:
    """Merge the package's prices into the seed and print what is new."""
    parser = argparse.ArgumentParser(description="Write model prices into the seed.")
    parser.add_argument("--checked-on", type=date.fromisoformat, required=True, help="the day of this check")
    checked_on = parser.parse_args().checked_on
    held = read(SEED)
    source = f"genai-prices {version('genai-prices')}"
    rows = merged(held, offered_prices(import_module("genai_prices.data"), checked_on, source))
    write(SEED, rows)
    for price in sorted(set(rows) - set(held)):
        print(f"new: {price.model} {price.token_class} {_usd(price)} from {price.valid_from_date}")
    print(f"{len(held)} prices kept, {len(rows) - len(held)} added")


if __name__ == "__main__":
    main()
