"""dbt's own commands work in dbt_project/, and a run goes on after them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from orchestration import pipeline
from orchestration.pipeline.run_context import RunContext
from orchestration.settings import PROJECT
from tests.end_to_end.companies import Company, hashes, publish, published_now

DBT = Path(sys.executable).with_name("dbt")


def test_without_a_variable_dbt_opens_the_warehouse_of_the_demo():
    profiles = yaml.safe_load((PROJECT / "dbt_project" / "profiles.yml").read_text("utf-8"))
    default = profiles["counterpoise"]["outputs"]["duckdb"]["path"].split(" or ")[1].strip("'} ")
    assert (PROJECT / "dbt_project" / default).resolve() == PROJECT / "data/demo/data/warehouse/warehouse.duckdb"


@pytest.fixture(scope="module")
def played(small) -> Company:
    return small.beside("dbt-by-hand")


def dbt(company: Company, *words: str) -> str:
    """dbt as somebody calls it in dbt_project/, in a copy of the project so that no test writes into it."""
    project = company.settings.data / "code" / "dbt_project"
    if not project.is_dir():
        shutil.copytree(PROJECT / "dbt_project", project, ignore=shutil.ignore_patterns("target", "logs"))
        shutil.copytree(PROJECT / "seeds", project.parent / "seeds")
    variables = {**os.environ, "COUNTERPOISE_WAREHOUSE": str(company.settings.warehouse)}
    done = subprocess.run([DBT, *words], cwd=project, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]
    return done.stdout


@pytest.mark.slow
def test_dbts_commands_succeed_on_a_warehouse_and_the_same_figures_are_published_after(played):
    before = hashes(published_now(played.settings))
    dbt(played, "build")
    assert "Done. PASS=3" in dbt(played, "test", "--select", "dim_teams")
    assert "metric_id" in dbt(played, "show", "--select", "kpi_values", "--limit", "3")
    dbt(played, "docs", "generate")
    partition = played.partition_before_end(2)
    assert pipeline.unchanged_publication(RunContext(played.settings, partition)) is not None
    publish(played, partition)
    assert hashes(published_now(played.settings)) == before
