"""The context of a run reads each thing once, on first use, and what the run itself writes each time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orchestration.errors import ContractError
from orchestration.partition import DailyPartition
from orchestration.pipeline import run_context
from orchestration.pipeline.run_context import RunContext
from orchestration.publishing.publish import publish
from orchestration.settings import load_settings
from tests.publishing.small_warehouse import AS_OF, make_warehouse, material


@pytest.fixture
def context(tmp_path):
    settings = load_settings(data=tmp_path).model_copy(update={"sources": {"git": {}}})
    return RunContext(settings, DailyPartition(AS_OF))


def test_contracts_and_ledger_are_read_once(context, monkeypatch):
    reads = []
    for module, name in ((run_context, "load_contracts"), (run_context.ledger, "read")):
        real = getattr(module, name)
        monkeypatch.setattr(module, name, lambda *a, real=real, name=name: reads.append(name) or real(*a))
    for _ in range(2):
        assert (context.inputs.fingerprint, list(context.loads)) == (context.inputs.fingerprint, ["git"])
        assert context.contract("git").source == "git"
    assert reads == ["load_contracts", "read"]


def test_a_source_without_a_contract_is_an_error(context):
    with pytest.raises(ContractError, match=r"there is no source 'sourceforge'; the sources, the nearest first: "):
        context.contract("sourceforge")


def test_a_project_that_was_never_parsed_has_no_nodes(context):
    assert (context.manifest.expected, context.manifest.published) == (set(), {})


def test_the_current_publication_is_the_one_that_the_run_found(context, tmp_path):
    warehouse = make_warehouse(tmp_path / "warehouse.duckdb")
    assert context.current is None
    done = publish(material(warehouse), context.settings.published, keep=3)
    assert context.current is None
    assert RunContext(context.settings, context.partition).current == done.publication


def test_previous_values_are_those_of_the_newest_earlier_run(context, tmp_path):
    warehouse = make_warehouse(tmp_path / "warehouse.duckdb")
    for days in (-2, -1, 0, 1):
        publish(material(warehouse, as_of=AS_OF + timedelta(days=days)), context.settings.published, keep=9)
    assert context.previous_values.is_file()
    assert context.previous_values.relative_to(context.settings.published).parts[0] == "2026-11-15-1"


def test_a_build_that_begins_during_the_run_is_seen(context):
    assert context.build_record is None
    record = context.builds.start(AS_OF, "inputs")
    assert context.build_record == record
