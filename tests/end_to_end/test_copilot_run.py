"""A run over Copilot reports that others made up: counted as reported, and where they disagree, that is published."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest

from orchestration.cli.dagster_run import run_partitions
from orchestration.partition import DailyPartition
from orchestration.publishing.verify import verify
from orchestration.settings import load_settings
from tests.end_to_end.companies import ask

ANSWERS = Path(__file__).parents[1] / "payloads" / "copilot"
SETTINGS = """
[organisation]
name = "octo"
[schedule]
start_date = 2026-03-29
[guards]
max_quarantine_share = 1.0
[sources.copilot]
reports_dir = "{reports}"
"""
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def partition(tmp_path_factory):
    folder, before = tmp_path_factory.mktemp("copilot"), dict(os.environ)
    (folder / "counterpoise.toml").write_text(SETTINGS.format(reports=ANSWERS))
    os.environ["COUNTERPOISE_CONFIG"] = str(folder / "counterpoise.toml")
    os.environ["COUNTERPOISE_PSEUDONYM_KEY"] = "a key for tests only"
    settings = load_settings()
    run_partitions(settings, date(2026, 4, 25), date(2026, 4, 25))
    yield settings
    os.environ.clear()
    os.environ.update(before)


def test_107_user_days_of_8_users_and_4_seats_of_2_people_are_in_the_warehouse(partition):
    users = "count(*), count(distinct account), sum(prompts), sum(generations), sum(acceptances)"
    assert ask(partition.warehouse, f"select {users} from staging.stg_copilot__user_days") == [
        (107, 8, 2987, 4987, 3630)
    ]
    assert ask(partition.warehouse, "select count(*), sum(grants) from staging.stg_copilot__seats") == [(2, 4)]


def test_the_22_days_on_which_the_reports_disagree_are_published(partition):
    publication = verify(partition.published / "current")
    assert publication.as_of == DailyPartition.of(date(2026, 4, 25)).as_of
    warned = {each["check"]: each for each in publication.gate if each["state"] == "warned"}
    assert warned["copilot_users_agree_with_their_organisation"]["detail"] == "22 rows"


def test_without_changes_no_figure_of_use_is_published(partition):
    shown = "select count(value) from marts.kpi_values where metric_id like '%tokens' or metric_id like '%cost%'"
    assert ask(partition.published / "current" / "counterpoise.duckdb", shown) == [(0,)]
