"""The examples of docs/reading-the-marts.md run on a publication as they are printed."""

import re
from pathlib import Path

import duckdb
import pytest

from orchestration.demo import sample_company
from orchestration.job import run_nights

pytestmark = pytest.mark.slow
PAGE = Path(__file__).resolve().parent.parent / "docs" / "reading-the-marts.md"
EXAMPLES = re.findall(r"```(sql|python)\n(.*?)```", PAGE.read_text("utf-8"), flags=re.DOTALL)
SQL = [body for language, body in EXAMPLES if language == "sql"]
PYTHON = [body for language, body in EXAMPLES if language == "python"]


def first_line(text):
    return text.splitlines()[0]


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    """A folder with `data/published`, as the page's examples expect it."""
    place = tmp_path_factory.mktemp("reader")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COUNTERPOISE_CONFIG", "")
        with sample_company(tmp_path_factory.mktemp("demo"), people=24, weeks=6, seed=7) as (settings, night):
            run_nights(settings, night.day, night.day)
            (place / "data").mkdir()
            (place / "data" / "published").symlink_to(settings.published)
            yield place


@pytest.mark.parametrize("query", SQL, ids=first_line)
def test_a_query_of_the_page_is_understood(shelf, query):
    with duckdb.connect(str(shelf / "data/published/current/counterpoise.duckdb"), read_only=True) as connection:
        assert connection.execute(query).description


@pytest.mark.parametrize("program", PYTHON, ids=first_line)
def test_a_program_of_the_page_runs(shelf, program, monkeypatch):
    monkeypatch.chdir(shelf)
    names = {}
    exec(program, names)
    assert not len(names.get("damaged", ()))
    assert all(len(names[name]) for name in ("weeks", "told", "teams") if name in names)
