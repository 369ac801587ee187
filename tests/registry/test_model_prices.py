"""The price seed: dated, never overwritten."""

import importlib.util
from dataclasses import replace
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SPEC = importlib.util.spec_from_file_location("prices", ROOT / "scripts" / "materialise_model_prices.py")
prices = importlib.util.module_from_spec(SPEC)
__import__("sys").modules["prices"] = prices
SPEC.loader.exec_module(prices)

SOL = prices.Price("openai", "sol", "output", "2020-01-01", "30.000000", "", "package 1", "2026-01-01")


def test_the_same_price_again_adds_nothing():
    assert prices.merged([SOL], [replace(SOL, source="package 2", checked_on="2026-02-01")]) == [SOL]


def test_a_price_that_changed_without_a_date_starts_on_the_day_of_the_check():
    cheaper = replace(SOL, usd_per_million_tokens="20.000000", checked_on="2026-02-01")
    assert prices.merged([SOL], [cheaper]) == [SOL, replace(cheaper, valid_from_date="2026-02-01")]


def test_a_second_check_of_the_changed_price_adds_nothing():
    cheaper = replace(SOL, usd_per_million_tokens="20.000000", checked_on="2026-02-01")
    held = prices.merged([SOL], [cheaper])
    assert prices.merged(held, [replace(cheaper, checked_on="2026-03-01")]) == held


def test_a_dated_price_starts_on_its_date_and_leaves_the_old_one():
    dated = replace(SOL, usd_per_million_tokens="20.000000", valid_from_date="2026-08-21")
    assert prices.merged([SOL], [SOL, dated]) == [SOL, dated]


def test_two_prices_of_one_class_and_day_are_an_error():
    with pytest.raises(SystemExit, match="would have two prices; the seed keeps its"):
        prices.merged([SOL, SOL], [])


def test_the_seed_is_sorted_and_holds_each_class_once_a_day():
    rows = prices.read(prices.SEED)
    assert rows == sorted(rows)
    assert prices.merged(rows, rows) == rows


@pytest.mark.parametrize(
    ("model", "token_class", "usd"),
    [
        ("claude-opus-5", "output", "25.000000"),
        ("claude-opus-5", "cache_read", "0.500000"),
        ("gpt-5", "output", "10.000000"),
    ],
)
def test_known_list_prices_are_in_usd_a_million_tokens(model, token_class, usd):
    held = [
        row.usd_per_million_tokens
        for row in prices.read(prices.SEED)
        if (row.model, row.token_class) == (model, token_class)
    ]
    assert held == [usd]
