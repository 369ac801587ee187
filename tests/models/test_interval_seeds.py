"""The tables of exact intervals are what their script computes and what the literature prints."""

import csv

import pytest

from scripts import make_interval_seeds as script


def seed(name):
    with (script.SEEDS / name).open(newline="") as file:
        return [tuple(float(value) if value else None for value in row) for row in list(csv.reader(file))[1:]]


def test_the_committed_tables_are_what_the_script_computes():
    assert seed("median_intervals.csv") == [tuple(row) for row in script.median_rows()]
    assert seed("poisson_intervals.csv") == [tuple(row) for row in script.poisson_rows()]


@pytest.mark.parametrize(
    ("n", "ranks"),
    [(5, (None, None)), (6, (1, 6)), (9, (2, 8)), (15, (4, 12)), (20, (6, 15)), (50, (18, 33)), (100, (40, 61))],
)
def test_ranks_of_a_median_are_those_that_books_print(n, ranks):
    assert script.median_interval(n) == ranks


@pytest.mark.parametrize(("events", "bounds"), [(0, (0, 3.69)), (1, (0.025, 5.57)), (10, (4.80, 18.39))])
def test_bounds_of_a_count_are_those_that_books_print(events, bounds):
    assert script.poisson_interval(events) == pytest.approx(bounds, abs=0.006)
