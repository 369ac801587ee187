"""The environment of this process: read here, and set only for as long as a library needs it.

Belongs here: the one use of `os.environ` that everything else goes through. Does not: what a variable means (settings).
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager


def variables() -> dict[str, str]:
    """A copy of the environment, by name."""
    return dict(os.environ)


@contextmanager
def variables_set(values: Mapping[str, str]) -> Iterator[None]:
    """Set `values` while the block runs, for libraries that are configured through the environment alone."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
