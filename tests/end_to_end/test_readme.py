"""README.md is true: the table is what the demo prints, and the query returns rows."""

import re
import sys
from pathlib import Path

import duckdb
import pytest

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text("utf-8")
pytestmark = pytest.mark.slow


def test_the_readme_shows_what_the_demo_prints(sample, monkeypatch):
    """Run `make docs` when this fails."""
    monkeypatch.setattr(sys, "path", [str(ROOT / "scripts"), *sys.path])
    from demo_output import printed

    shown = re.search(r"demo_output\.demo\(.*?-->\n(.*?)\n<!-- \[\[\[end\]\]\] -->", README, re.DOTALL)
    assert shown is not None
    assert shown[1] == printed(sample.company.settings, sample.company.last_partition)


def test_the_query_of_the_readme_answers_with_eight_weeks(sample):
    [query] = re.findall(r'published\.sql\("""(.*?)"""\)', README, re.DOTALL)
    with duckdb.connect(str(sample.publication / "counterpoise.duckdb"), read_only=True) as connection:
        rows = connection.execute(query).fetchall()
    assert len(rows) == 8
    assert all(lower <= rate <= upper for _, rate, lower, upper, *_ in rows if rate is not None)


def test_the_readme_fits_its_promise():
    assert len(README.splitlines()) <= 120
    assert "counterpoise.duckdb" in README.split("## Try it")[0]
