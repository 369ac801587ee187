"""A whole run over a small sample company: published once, unchanged the second time, blocked when it is broken."""

from __future__ import annotations

import json
import os

import duckdb
import pytest

from orchestration import pipeline
from orchestration.cli.dagster_run import run_partitions
from orchestration.cli.demo import sample_company
from orchestration.errors import PublicationBlockedError
from orchestration.pipeline.run_context import RunContext
from orchestration.publishing.blocked_run import blocked_path
from orchestration.publishing.publication import current_publication, publications
from orchestration.publishing.verify import verify
from tests import parsed_project

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    """Settings and run of a sample company that has been published once."""
    before = dict(os.environ)
    with sample_company(tmp_path_factory.mktemp("demo"), people=24, weeks=6, seed=7) as (settings, of):
        parsed_project.give(settings)
        run_partitions(settings, of.day, of.day)
        yield settings, of
    os.environ.clear()
    os.environ.update(before)


def test_the_run_is_published_with_the_result_of_every_check(company):
    settings, of = company
    publication = verify(settings.published / "current")
    assert publication.as_of == of.as_of
    assert {result["state"] for result in publication.gate} <= {"passed", "warned"}
    assert {"kpi_values", "kpi_team_weeks", "kpi_service_weeks"} <= set(publication.relations)


def test_the_same_run_again_changes_nothing_and_builds_nothing(company):
    settings, of = company
    before, built = current_publication(settings.published), settings.warehouse.stat().st_mtime_ns
    run_partitions(settings, of.day, of.day)
    assert current_publication(settings.published) == before
    assert settings.warehouse.stat().st_mtime_ns == built


def test_a_full_rebuild_has_the_same_content(company):
    settings, of = company
    settings.warehouse.unlink()
    assert pipeline.build_and_check(RunContext(settings, of))
    assert pipeline.publish_or_block(RunContext(settings, of)).outcome == "unchanged"


def test_a_warehouse_changed_after_its_build_is_blocked_and_current_stays(company):
    settings, of = company
    before = current_publication(settings.published)
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.execute("alter table marts.dim_teams add column person_key varchar")
    with pytest.raises(PublicationBlockedError, match="no_person_grain"):
        pipeline.publish_or_block(RunContext(settings, of))
    record = json.loads(blocked_path(settings.published, of.as_of).read_text())
    assert record["current"] == before.publication_id
    assert [found.publication_id for found in publications(settings.published)] == [before.publication_id]
    settings.warehouse.unlink()


def guarded(settings, **guards):
    return settings.model_copy(update={"guards": settings.guards.model_copy(update=guards)})


def test_too_many_rejected_records_stop_the_run_at_the_first_checkpoint(company):
    settings, of = company
    with pytest.raises(PublicationBlockedError, match="quarantine_share failed"):
        run_partitions(guarded(settings, max_quarantine_share=0.0), of.day, of.day)
    record = json.loads(blocked_path(settings.published, of.as_of).read_text())
    assert {blocker["rule"] for blocker in record["blockers"]} == {"quality_landed", "quarantine_share", "step_failed"}


def test_a_step_that_fails_blocks_the_run_in_writing(company, monkeypatch):
    settings, of = company

    def die(*_: object, **__: object) -> None:
        raise MemoryError("out of memory in step 3")

    monkeypatch.setattr("orchestration.pipeline.build", die)
    with pytest.raises(PublicationBlockedError, match="out of memory in step 3"):
        run_partitions(guarded(settings, min_coverage_share=0.01), of.day, of.day)
    assert current_publication(settings.published) is not None
