"""Renew every part of a page that a command produces, and say which one is stale.

Reads:  README.md and docs/*.md for parts between `<!-- generated: <writer> <argument> -->` and `<!-- end -->`; the
        writers of `page_parts`; the whole page of `write_metric_docs`.
Writes: the same pages. The same code, settings and seeds give the same bytes.
Leaves out: prose. With `--fast` also what a whole run has to run for (the README's table).

    python scripts/write_docs.py            renew everything
    python scripts/write_docs.py --check    change nothing, name the stale pages, end with 1 if there is one
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

import page_parts  # noqa: E402
import write_metric_docs  # noqa: E402

PART = re.compile(r"(<!-- generated: (?P<call>[^>]+?) -->\n).*?(<!-- end -->)", re.DOTALL)


class UnknownPartError(Exception):
    """A page asks for a part that nothing writes."""


def pages(root: Path) -> Iterator[Path]:
    """Every page that may hold a generated part."""
    yield from (path for path in (root / "README.md", *sorted((root / "docs").glob("*.md"))) if path.is_file())


def renewed(text: str, *, is_fast: bool) -> str:
    """The page with every part written anew; with `is_fast` the slow parts stay as they are."""
    return PART.sub(partial(_part, is_fast=is_fast), text)


def _part(found: re.Match[str], *, is_fast: bool) -> str:
    name, *arguments = found["call"].split()
    if name not in page_parts.WRITERS:
        raise UnknownPartError(f"no part is called {name!r}; known are {', '.join(sorted(page_parts.WRITERS))}")
    if is_fast and name in page_parts.SLOW:
        return found[0]
    return f"{found[1]}{page_parts.WRITERS[name](*arguments).strip()}\n{found[3]}"


def contents(root: Path, *, is_fast: bool) -> dict[Path, str]:
    """Each page with what it ought to say."""
    told = {path: renewed(path.read_text("utf-8"), is_fast=is_fast) for path in pages(root)}
    return {**told, write_metric_docs.PAGE: write_metric_docs.page(write_metric_docs.read(write_metric_docs.REGISTRY))}


def main() -> int:
    """0 when every page is current (or was written), 1 when `--check` found a stale one."""
    options = argparse.ArgumentParser(description="Renew what commands produce in README.md and docs/.")
    options.add_argument("--check", action="store_true", help="change nothing; name the stale pages")
    options.add_argument("--fast", action="store_true", help="leave parts alone that need a whole run")
    chosen = options.parse_args()
    stale = 0
    for path, told in contents(ROOT, is_fast=chosen.fast).items():
        if path.is_file() and path.read_text("utf-8") == told:
            continue
        stale += 1
        print(f"{path.relative_to(ROOT)} {'is stale; run `make docs`' if chosen.check else 'was renewed'}")
        if not chosen.check:
            path.write_text(told, "utf-8")
    return 1 if chosen.check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
