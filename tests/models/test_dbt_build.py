"""dbt's own tests: every unit test, and every model, data test and contract where nothing has landed yet."""

from datetime import UTC, datetime

import pytest

from orchestration.partition import DailyPartition
from orchestration.pipeline.run_context import RunContext
from orchestration.settings import Organisation, Settings
from orchestration.warehouse.dbt_results import DbtOutcome
from orchestration.warehouse.dbt_runner import dbt_arguments, dbt_state, run_dbt
from orchestration.warehouse.duckdb_relations import prepare
from tests import parsed_project


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> DbtOutcome:
    settings = Settings(data=tmp_path_factory.mktemp("empty"), organisation=Organisation(name="acme"))
    parsed_project.give(settings)
    prepare(RunContext(settings, DailyPartition(datetime(2026, 11, 16, tzinfo=UTC))).inputs)
    arguments = dbt_arguments("build", project=settings.dbt_project, state=dbt_state(settings), target="duckdb")
    return run_dbt(settings, arguments)


@pytest.mark.parametrize("kind", ["seed", "model", "unit_test", "test"])
def test_dbt_builds_and_tests_everything_on_an_empty_landing(outcome, kind):
    assert outcome.error is None
    found = [node for node in outcome.nodes if node.kind == kind]
    assert found
    assert [(node.name, node.message) for node in found if node.state != "passed"] == []
