"""Random numbers from one seed: each part of the company has its own generator."""

from __future__ import annotations

from random import Random


def stream(seed: int, name: str) -> Random:
    """An independent generator for the part `name`: the draws of one part never change those of another."""
    return Random(f"{seed}:{name}")  # noqa: S311


def poisson(rng: Random, mean: float) -> int:
    """A Poisson draw by counting exponential gaps; the means here are small."""
    count, clock = 0, rng.expovariate(1.0)
    while clock < mean:
        count += 1
        clock += rng.expovariate(1.0)
    return count
