"""docs/from-your-own-tables.md is true: its files and commands, in a new folder, end in the figure that it shows."""

import re
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from orchestration.cli.app import app
from orchestration.settings import load_settings

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "from-your-own-tables.md").read_text("utf-8")
FIRST_HALF = PAGE.split("## A bad row")[0]
pytestmark = pytest.mark.slow


def blocks(kind):
    return re.findall(rf"^```{kind}\n(.*?)^```", FIRST_HALF, re.DOTALL | re.MULTILINE)


def test_ten_minutes_end_in_the_figure_of_the_page(tmp_path, monkeypatch):
    (tmp_path / "exports").mkdir()
    [export], [settings], [query] = blocks("csv"), blocks("toml"), blocks("python")
    (tmp_path / "exports" / "pull_requests.csv").write_text(export)
    (tmp_path / "counterpoise.toml").write_text(settings)
    (tmp_path / ".env").write_text("COUNTERPOISE_PSEUDONYM_KEY=" + "k" * 64)
    monkeypatch.chdir(tmp_path)
    [command] = re.findall(r"^counterpoise (nightly .*)$", FIRST_HALF, re.MULTILINE)
    run = CliRunner().invoke(app, command.split())
    assert run.exit_code == 0, run.output
    [shown] = re.findall(r"^```\n(landed tables.*?)^```", FIRST_HALF, re.DOTALL | re.MULTILINE)
    assert set(shown.splitlines()) <= set(run.output.splitlines())
    with duckdb.connect("data/published/current/counterpoise.duckdb", read_only=True) as published:
        [text] = re.findall(r'published\.sql\("""(.*?)"""\)', query, re.DOTALL)
        [table] = re.findall(r"^```\n(┌.*?)^```", FIRST_HALF, re.DOTALL | re.MULTILINE)
        assert str(published.sql(text)).strip() == table.strip()


def test_the_other_settings_of_the_page_are_settings(tmp_path):
    """Each example of an input or a layout by itself."""
    whole = [each for each in re.findall(r"^```toml\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE) if "[[" in each]
    assert len(whole) == 3
    variables = {"COUNTERPOISE_SOURCES__TABLES__CONNECTIONS__WAREHOUSE": "sqlite://"}
    for number, settings in enumerate(whole):
        path = tmp_path / f"{number}.toml"
        path.write_text(settings)
        load_settings(path, variables).source_config("tables")
