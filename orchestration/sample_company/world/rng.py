"""Chance from one seed number: each part of the company draws from a source of its own."""

from __future__ import annotations

from random import Random


def stream(seed: int, name: str) -> Random:
    """An independent source of chance for each part of the company: one part's draws never move another's."""
    return Random(f"{seed}:{name}")  # noqa: S311


def poisson(rng: Random, mean: float) -> int:
    """A Poisson draw by counting exponential gaps; the means here are small."""
    count, clock = 0, rng.expovariate(1.0)
    while clock < mean:
        count += 1
        clock += rng.expovariate(1.0)
    return count
