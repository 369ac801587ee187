"""The command line ends with the exit code it documents and prints the reason."""

from __future__ import annotations

import json
import time
from io import StringIO

import pytest
from rich.console import Console
from typer.main import get_command
from typer.testing import CliRunner

from orchestration import __version__
from orchestration.cli import app, doctor, report, running, session, team_table
from orchestration.cli.team_table import Cell, TeamWeek, cell_text, legend
from orchestration.errors import PublicationBlockedError, WarehouseError
from orchestration.partition import DailyPartition
from orchestration.settings import load_settings
from tests.publishing.small_warehouse import AS_OF, DOCS, make_warehouse, material
from tests.storage.test_writer_lock import start_owner

runner = CliRunner()


@pytest.fixture(autouse=True)
def company(tmp_path, monkeypatch):
    (tmp_path / "counterpoise.toml").write_text('[organisation]\nname = "acme"\n[sources.git]\n')
    monkeypatch.setenv("COUNTERPOISE_CONFIG", str(tmp_path / "counterpoise.toml"))
    monkeypatch.setenv("COUNTERPOISE_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("COUNTERPOISE_PSEUDONYM_KEY", "a key of sixteen bytes and more")
    for module in (app, running):
        monkeypatch.setattr(module, "out", Console(width=200))
    for module in (app, running, session):
        monkeypatch.setattr(module, "err", Console(stderr=True, width=200))
    return load_settings()


def test_a_second_start_ends_at_once_with_code_4(company):
    owner = start_owner(company.data_folder)
    began = time.monotonic()
    done = runner.invoke(app.app, ["nightly", "--day", "2026-11-15"])
    assert (done.exit_code, time.monotonic() - began < 5) == (4, True)
    assert f"held by process {owner.pid}" in done.stderr
    owner.communicate("")


def test_a_setting_that_makes_no_sense_ends_with_code_5_and_its_place(tmp_path):
    (tmp_path / "counterpoise.toml").write_text('[organisation]\nzone = "Mars/Olympus"\n')
    done = runner.invoke(app.app, ["status"])
    assert done.exit_code == 5
    assert "organisation.zone" in done.stderr


def test_the_doctor_names_a_missing_key_and_ends_with_code_5(monkeypatch):
    monkeypatch.delenv("COUNTERPOISE_PSEUDONYM_KEY")
    done = runner.invoke(app.app, ["doctor"])
    assert done.exit_code == 5
    assert "COUNTERPOISE_PSEUDONYM_KEY is missing" in " ".join(done.stdout.replace("│", " ").split())


def test_the_doctor_looks_for_java_where_the_engine_is_spark(monkeypatch, tmp_path):
    monkeypatch.setenv("COUNTERPOISE_ENGINE", "spark")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    monkeypatch.setattr(doctor, "find_spec", lambda name: object())
    engine = {found.subject: found for found in doctor.examine(load_settings())}["engine"]
    assert (engine.state, "scripts/install-system-packages.sh" in engine.detail) == ("missing", True)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "java").touch(mode=0o755)
    assert {found.subject: found.state for found in doctor.examine(load_settings())}["engine"] == "ok"


def test_the_doctor_notices_that_landing_was_written_with_another_key(company, monkeypatch):
    from orchestration.landing.ingest import open_landing

    open_landing(company)
    assert runner.invoke(app.app, ["doctor"]).exit_code == 0
    monkeypatch.setenv("COUNTERPOISE_PSEUDONYM_KEY", "another key of sixteen bytes")
    done = runner.invoke(app.app, ["doctor"])
    assert done.exit_code == 5
    assert "written with another pseudonym key" in " ".join(done.stdout.replace("│", " ").split())


def test_secrets_come_from_a_file_beside_the_settings_unless_the_environment_has_them(tmp_path, monkeypatch):
    monkeypatch.delenv("COUNTERPOISE_PSEUDONYM_KEY")
    (tmp_path / ".env").write_text("COUNTERPOISE_PSEUDONYM_KEY=from the file, long enough\nCOUNTERPOISE_ENGINE=\n")
    assert load_settings().checked_pseudonym_key() == b"from the file, long enough"
    monkeypatch.setenv("COUNTERPOISE_PSEUDONYM_KEY", "from the environment, long enough")
    assert load_settings().checked_pseudonym_key() == b"from the environment, long enough"
    assert load_settings().engine == "duckdb"


def test_an_unknown_source_ends_with_code_5():
    assert runner.invoke(app.app, ["land", "sourceforge", "--day", "2026-11-15"]).exit_code == 5


def test_wrong_usage_ends_with_code_2():
    assert runner.invoke(app.app, ["nightly", "--day", "yesterday"]).exit_code == 2


def test_a_step_that_fails_ends_with_code_1(monkeypatch):
    def fail(*_: object) -> None:
        raise WarehouseError("no file, 0 rows; nothing was changed")

    monkeypatch.setattr("orchestration.cli.dagster_run.run_partitions", fail)
    done = runner.invoke(app.app, ["nightly", "--day", "2026-11-15"])
    assert (done.exit_code, done.stdout) == (1, "")
    assert "no file, 0 rows; nothing was changed" in done.stderr


def test_a_blocked_run_ends_with_code_3_and_its_reasons(company, monkeypatch):
    def block(*_: object) -> None:
        found = {"rule": "quarantine_share", "finding": "git: 30 of 1,000 rejected", "action": "see [run.quarantine]"}
        record = {"as_of": "2026-11-16", "current": "2026-11-15-1", "blockers": [found]}
        (company.published / "blocked").mkdir(parents=True)
        (company.published / "blocked" / "2026-11-16.json").write_text(json.dumps(record))
        raise PublicationBlockedError("blocked")

    monkeypatch.setattr("orchestration.cli.dagster_run.run_partitions", block)
    done = runner.invoke(app.app, ["nightly", "--day", "2026-11-15"])
    assert (done.exit_code, done.stdout) == (3, "")
    assert "2026-11-15-1 remains current" in done.stderr
    assert "found: git: 30 of 1,000 rejected\n  fix:   see [run.quarantine]" in done.stderr
    for name in ("explain-block", "explain-refusal"):
        assert "quarantine_share" in runner.invoke(app.app, [name]).stdout
    assert "explain-refusal" not in runner.invoke(app.app, ["--help"]).stdout


def test_a_day_without_a_block_has_nothing_to_explain():
    assert runner.invoke(app.app, ["explain-block", "--day", "2026-11-15"]).stderr.strip() == (
        "the run of 2026-11-15 is not blocked"
    )


def test_the_version_is_printed():
    assert runner.invoke(app.app, ["--version"]).stdout == f"counterpoise {__version__}\n"


def test_the_help_says_what_counterpoise_is():
    assert "Counterpoise: a batch data warehouse" in runner.invoke(app.app, ["--help"]).stdout


@pytest.mark.parametrize("name", sorted(get_command(app.app).commands))
def test_every_command_and_every_argument_has_help(name):
    command = get_command(app.app).commands[name]
    assert command.help
    assert [each.name for each in command.params if each.name != "help" and not each.help] == []


def test_publish_without_a_build_is_blocked_with_a_record(company):
    done = runner.invoke(app.app, ["publish", "--day", "2026-11-15"])
    assert done.exit_code == 3
    assert "no build of this run is recorded" in done.stderr
    assert (company.published / "blocked" / "2026-11-16.json").is_file()


def test_status_before_the_first_run():
    done = runner.invoke(app.app, ["status"])
    assert (done.exit_code, done.stdout) == (0, "nothing is published yet\nwriter:  nobody\n")


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (Cell(0.712, 0.58, 0.8249, None, "ratio"), "71% (58–82)"),
        (Cell(21.44, 12.0, 33.06, None, "hours"), "21.4 h (12.0–33.1)"),
        (Cell(1234.4, None, None, None, "usd"), "$1,234"),
        (Cell(1_250_000, None, None, None, "tokens"), "1.2 M"),
        (Cell(999, None, None, None, "tokens"), "999"),
        (Cell(0.0, 0.0, 3.7, None, "incidents"), "0.0 (0.0–3.7)"),
        (Cell(None, None, None, "small_group", "tokens"), "[dim]group too small[/]"),
        (Cell(None, None, None, "a reason of tomorrow", "tokens"), "[dim]a reason of tomorrow[/]"),
        (None, "[dim]no figure[/]"),
    ],
)
def test_a_cell_shows_its_interval_or_the_reason_for_none(cell, text):
    assert cell_text(cell) == text


def test_a_run_ends_with_the_latest_final_week_and_the_path(company, tmp_path):
    import duckdb

    from orchestration.publishing.publish import publish
    from orchestration.storage.relations import RelationDocs

    warehouse = make_warehouse(tmp_path / "w.duckdb")
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create table marts.dim_metrics as select metric_id, 'ratio' as unit from seeds.metrics")
        connection.execute("update marts.kpi_values set maturity = 'provisional' where week_start_date = '2026-11-09'")
    docs = DOCS | {"dim_metrics": RelationDocs("One row per metric.", {})}
    done = publish(material(warehouse, marts=docs), company.published, keep=3)
    out = Console(file=StringIO(), width=200)
    report.run(company, DailyPartition(AS_OF), out)
    printed = out.file.getvalue()
    assert "Week from 2026-11-02 (final)" in printed
    assert [line.split()[0] for line in printed.splitlines() if "80%" in line] == ["blue", "red"]
    assert f"published: {done.path}" in printed
    assert team_table.read_team_week(done.path).is_final


def test_only_the_reasons_of_the_shown_cells_are_explained():
    cells = {"merge_rate": Cell(0.7, 0.5, 0.8, None, "ratio"), "cost_usd": Cell(None, None, None, "suppressed", "usd")}
    assert [line.split(":")[0] for line in legend(TeamWeek(None, False, {"red": cells}))] == ["suppressed"]
