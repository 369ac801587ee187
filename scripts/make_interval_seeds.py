"""Compute the two tables of exact intervals that the KPI models join.

Reads:  nothing; both tables are mathematics.
Writes: seeds/median_intervals.csv: for a median of n values the ranks (lower, upper) of the order statistics that
        bound it with at least 95 % confidence, whatever the distribution; seeds/poisson_intervals.csv: for a count
        of events the exact 95 % bounds of its Poisson mean.
Leaves out: n above 100 and counts above 200, where the models use the normal approximation.

    python scripts/make_interval_seeds.py
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from scipy.stats import binom, chi2

SEEDS = Path(__file__).resolve().parents[1] / "seeds"
CONFIDENCE = 0.95
LARGEST_N = 100
MOST_EVENTS = 200

Row = Sequence[int | float | None]


def median_interval(n: int) -> tuple[int | None, int | None]:
    """The largest l with P(l <= Bin(n, 1/2) <= n - l) >= 95 %, as the ranks (l, n - l + 1); none below n = 6."""
    ranks = range(n // 2, 0, -1)
    lower = next((rank for rank in ranks if 1 - 2 * float(binom.cdf(rank - 1, n, 0.5)) >= CONFIDENCE), None)
    return (None, None) if lower is None else (lower, n - lower + 1)


def poisson_interval(events: int) -> tuple[float, float]:
    """Garwood's exact bounds of the mean; the lower bound of no event is 0."""
    beyond = (1 - CONFIDENCE) / 2
    lower = float(chi2.ppf(beyond, 2 * events)) / 2 if events else 0.0
    return round(lower, 6), round(float(chi2.ppf(1 - beyond, 2 * events + 2)) / 2, 6)


def median_rows() -> list[Row]:
    return [(n, *median_interval(n)) for n in range(1, LARGEST_N + 1)]


def poisson_rows() -> list[Row]:
    return [(events, *poisson_interval(events)) for events in range(MOST_EVENTS + 1)]


def write(path: Path, header: Sequence[str], rows: Iterable[Row]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


if __name__ == "__main__":
    write(SEEDS / "median_intervals.csv", ("n", "lower_rank", "upper_rank"), median_rows())
    write(SEEDS / "poisson_intervals.csv", ("events", "lower", "upper"), poisson_rows())
