"""The registry of metrics, and the marts that publish them, as dbt parsed them."""

import csv
import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
MARTS = ROOT / "dbt_project" / "models" / "marts"
CARDS = {card["metric_id"]: card for card in csv.DictReader((ROOT / "seeds" / "metrics.csv").open(newline=""))}
PUBLISHED = sorted([*MARTS.glob("kpi_*.yml"), *MARTS.glob("dim_*.yml")])
A_PERSON = re.compile(
    r"person|people_key|author|sponsor|reviewer|login|email|account|identifier|user_|employee|manager|assignee|full_name"
)
ALLOWED = {"is_about_people"}
SUFFIXES = ("_lower", "_upper", "_n", "_maturity", "_reason")


def columns(path):
    return [column["name"] for model in yaml.safe_load(path.read_text())["models"] for column in model["columns"]]


@pytest.mark.parametrize("path", PUBLISHED, ids=lambda path: path.stem)
def test_no_published_column_is_about_a_person(path):
    assert [name for name in columns(path) if A_PERSON.search(name) and name not in ALLOWED] == []


@pytest.mark.parametrize("name", ["person_key", "author_login", "sponsor_id", "account"])
def test_the_pattern_finds_columns_about_a_person(name):
    assert A_PERSON.search(name)


@pytest.mark.parametrize("path", PUBLISHED, ids=lambda path: path.stem)
def test_no_published_column_ranks_anybody(path):
    assert [name for name in columns(path) if re.search(r"rank|top_|percentile|leader", name)] == []


@pytest.mark.parametrize("entity", ["team", "service", "organisation"])
def test_a_wide_mart_has_every_metric_of_its_grain_and_no_other(entity):
    names = set(columns(MARTS / f"kpi_{entity}_weeks.yml"))
    offered = {metric for metric, card in CARDS.items() if entity in card["entity_types"].split("|")}
    assert {name for name in names if name in CARDS} == offered
    assert {f"{metric}_reason" for metric in offered} <= names


@pytest.mark.parametrize("entity", ["team", "service", "organisation"])
def test_a_metric_with_an_interval_shows_it(entity):
    names = set(columns(MARTS / f"kpi_{entity}_weeks.yml"))
    bounded = [metric for metric, card in CARDS.items() if metric in names and card["interval_kind"] != "none"]
    assert bounded
    assert {f"{metric}{suffix}" for metric in bounded for suffix in SUFFIXES} <= names


@pytest.mark.parametrize("metric", [metric for metric, card in CARDS.items() if card["kind"] in ("activity", "cost")])
def test_the_counter_metric_of_an_activity_is_an_outcome_or_a_quality(metric):
    assert CARDS[CARDS[metric]["counter_metric"]]["kind"] in ("outcome", "quality")


def test_every_card_is_filled_in():
    optional = {"min_n"}
    assert [
        (m, field) for m, card in CARDS.items() for field in card if not card[field] and field not in optional
    ] == []
