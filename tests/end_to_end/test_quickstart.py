"""`counterpoise try`: a newcomer's own repositories, by git alone, become a publication without a token in it."""

from __future__ import annotations

import os
import tomllib
from datetime import date

import duckdb
import pytest
from typer.testing import CliRunner

from orchestration.cli.app import app
from orchestration.cli.quickstart import default_folder, newest_commit_day, quickstart, repository_names
from orchestration.cli.repository_tables import OutcomeWeeks, notes, services_table
from orchestration.cli.team_table import Cell
from orchestration.errors import SettingsError, SourceError
from orchestration.publishing.verify import verify
from tests.connectors.repositories import Repository

SMALL_GROUP = Cell(None, None, None, "small_group", "changes")


@pytest.fixture(autouse=True)
def unchanged_environment():
    before = own_variables()
    yield
    assert own_variables() == before


def own_variables():
    """The environment without what pytest itself changes."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}


@pytest.fixture(scope="module")
def busy(tmp_path_factory):
    """Six people who each merge one branch in the week of 7 September; a release at its end."""
    repository = Repository(tmp_path_factory.mktemp("busy") / "app")
    repository.commit("begin", "08-31 09:00")
    for number in range(6):
        by = f"P{number} <p{number}@corp.example>"
        repository.branch(f"topic{number}", "main")
        repository.commit("work", f"09-08 {10 + number}:00", by=by)
        repository.to("main")
        repository.merge(f"topic{number}", f"Merge pull request #{number + 1}", f"09-09 {10 + number}:00", by=by)
    repository.git("tag", "--annotate", "v1.0.0", "--message", "one", at="09-11 10:00")
    repository.commit("last", "09-21 23:59")
    return repository.path


def test_the_run_ends_with_the_day_of_the_newest_commit(busy, tmp_path):
    settings, partition = quickstart([busy], tmp_path / "quickstart", weeks=4)
    assert (partition.day, settings.schedule.start_date) == (date(2026, 9, 21), date(2026, 8, 31))
    assert settings.enabled_sources() == ["git"]


def test_variables_of_another_installation_are_ignored(busy, tmp_path, monkeypatch):
    monkeypatch.setenv("COUNTERPOISE_SOURCES__GITHUB__TOKEN", "of another one")
    monkeypatch.setenv("COUNTERPOISE_DATA", str(tmp_path / "elsewhere"))
    settings, _ = quickstart([busy], tmp_path / "quickstart", weeks=4)
    assert (settings.enabled_sources(), settings.data_folder) == (["git"], tmp_path / "quickstart" / "data")


def test_the_key_is_made_once_and_for_its_owner_alone(busy, tmp_path):
    keys = [quickstart([busy], tmp_path / "quickstart", weeks=4)[0].checked_pseudonym_key() for _ in range(2)]
    assert (len(keys[0]), keys[0] == keys[1]) == (64, True)
    assert (tmp_path / "quickstart" / ".env").stat().st_mode & 0o077 == 0


def test_the_written_settings_name_the_repositories(busy, tmp_path):
    quickstart([busy], tmp_path / "quickstart", weeks=4)
    written = tomllib.loads((tmp_path / "quickstart" / "counterpoise.toml").read_text("utf-8"))
    assert written["sources"]["git"]["repositories"] == [{"path": str(busy), "name": "app"}]


def test_repositories_of_one_name_are_distinguished_by_their_folders(tmp_path):
    one, other = tmp_path / "one" / "app.git", tmp_path / "other" / "app"
    assert repository_names([one, other]) == {"one/app": one, "other/app": other}
    assert repository_names([other / ".git"]) == {"app": other / ".git"}
    with pytest.raises(SettingsError, match="listed twice"):
        repository_names([one, one])


def test_a_folder_without_a_commit_is_an_error(tmp_path):
    with pytest.raises(SourceError, match="is not a folder"):
        newest_commit_day(tmp_path / "missing", "missing")
    with pytest.raises(SourceError, match="no commit was found"):
        newest_commit_day(Repository(tmp_path / "empty").path, "empty")
    done = CliRunner().invoke(app, ["try", str(tmp_path / "missing"), "--folder", str(tmp_path / "quickstart")])
    assert (done.exit_code, (tmp_path / "quickstart").exists()) == (1, False)


def test_the_default_folder_does_not_depend_on_the_order(tmp_path):
    one, other = tmp_path / "one", tmp_path / "other"
    assert default_folder([one, other]) == default_folder([other, one]) != default_folder([one])


def test_a_repository_is_shown_in_its_newest_week_with_a_merge():
    zero = Cell(0.0, None, None, None, "changes")
    weeks = {date(2026, 9, 7): {"merged_changes": SMALL_GROUP}, date(2026, 9, 14): {"merged_changes": zero}}
    table = services_table(OutcomeWeeks(services={"app": weeks, "idle": {date(2026, 9, 14): weeks[date(2026, 9, 14)]}}))
    assert list(table.columns[1].cells) == ["2026-09-07", "none"]
    assert list(table.columns[2].cells) == ["[dim]group too small[/]", "0"]


def test_the_notes_explain_only_the_reasons_in_the_table():
    found = OutcomeWeeks(services={"app": {date(2026, 9, 7): {"merged_changes": SMALL_GROUP}}})
    assert [note.split(":")[0] for note in notes(found)] == ["group too small"]
    found.uncovered = {"cost": ["AI usage cost"], "outcome": ["Merge rate"], "quality": ["Review coverage"]}
    assert list(notes(found))[1:] == [
        "not covered by any source: Merge rate; Review coverage",
        "AI usage: not covered by any source, so there is no figure of tokens or costs",
    ]


@pytest.fixture(scope="module")
def published(busy, tmp_path_factory):
    """What the command printed, and where it published."""
    folder = tmp_path_factory.mktemp("quickstart")
    done = CliRunner().invoke(app, ["try", str(busy), "--folder", str(folder), "--weeks", "4"])
    assert done.exit_code == 0, done.stderr
    return done.stdout, folder / "data" / "published" / "current"


@pytest.mark.slow
def test_git_alone_is_published_with_outcomes_and_without_any_token(published):
    assert verify(published[1]).as_of.date() == date(2026, 9, 22)
    with duckdb.connect(str(published[1] / "counterpoise.duckdb"), read_only=True) as connection:
        usage = connection.execute(
            """
            select distinct reason, value is null, numerator is null, denominator is null
            from marts.kpi_values
            where metric_id like '%_tokens' or metric_id like '%cost%' or metric_id like 'active_%'
            """
        ).fetchall()
        merged = connection.execute(
            """
            select entity_type, value from marts.kpi_values
            where metric_id = 'merged_changes' and week_start_date = date '2026-09-07' and entity_type != 'team'
            order by 1
            """
        ).fetchall()
    assert usage == [("not_covered", True, True, True)]
    assert merged == [("organisation", 6.0), ("service", 6.0)]


@pytest.mark.slow
def test_git_alone_ends_with_repositories_where_no_team_has_a_figure(published, busy):
    week = next(line for line in published[0].splitlines() if line.startswith(" 2026-09-07"))
    assert ("6  " in week, "24.0 h" in week) == (True, True)
    assert "AI usage: not covered by any source" in published[0]
    assert sorted(path.name for path in busy.iterdir() if not path.name.startswith("file")) == [".git"]
