"""The gate fails closed: whatever is missing, of another build, failed or in error blocks the publication."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from orchestration.publishing.evidence import Evidence, SourceFlow, Thresholds
from orchestration.publishing.gate import evaluate, evaluate_unfinished
from orchestration.publishing.policy.terms import Blocker
from orchestration.warehouse.build_record import BuildRecord, CheckResult, DbtReport, LandingRecord, QualityReport
from orchestration.warehouse.dbt_results import DbtOutcome, NodeResult
from tests.publishing.small_warehouse import AS_OF, completeness

MODEL, TEST = "model.counterpoise.kpi_values", "test.counterpoise.grain.1"


def dbt(build_id: str = "b1", status: str = "pass", nodes: tuple[str, ...] = (MODEL, TEST), error: str | None = None):
    results = [NodeResult(unique_id=n, status=status if n == TEST else "success", seconds=0.1) for n in nodes]
    return DbtReport(build_id=build_id, outcome=DbtOutcome(command=["build"], nodes=results, error=error))


def quality(checkpoint: str, state: str = "passed", build_id: str = "b1", subject: str = "git") -> QualityReport:
    result = CheckResult(subject=subject, check="rows", state=state, detail="3 of 10")
    return QualityReport(build_id=build_id, checkpoint=checkpoint, results=[result])


GOOD = Evidence(
    as_of=AS_OF,
    build=BuildRecord(build_id="b1", as_of=AS_OF, inputs_fingerprint="f"),
    warehouse_build=("b1", AS_OF),
    expected_nodes=frozenset({MODEL, TEST}),
    expected_subjects={"landed": frozenset({"git"}), "published": frozenset({"git"})},
    dbt=dbt(),
    quality={"landed": quality("landed"), "published": quality("published")},
    landing={"git": LandingRecord(source="git")},
    flows=(SourceFlow("git", 1000, 20),),
    sources=(completeness(missing=14),),
    policy=(),
    thresholds=Thresholds(max_quarantine_share=0.02, min_coverage_share=0.5),
)
QUALITY = {"landed": quality("landed"), "published": quality("published")}
BREAKS = {
    "no build": ({"build": None}, "build"),
    "warehouse of another build": ({"warehouse_build": ("b0", AS_OF)}, "one_build"),
    "warehouse of another run": ({"warehouse_build": ("b1", AS_OF - timedelta(days=1))}, "one_build"),
    "warehouse without a build": ({"warehouse_build": None}, "one_build"),
    "no dbt results": ({"dbt": None}, "missing_result"),
    "dbt results of another build": ({"dbt": dbt("b0")}, "missing_result"),
    "dbt error": ({"dbt": dbt(error="CompilationError: x")}, "dbt"),
    "failed test": ({"dbt": dbt(status="fail")}, "dbt"),
    "errored test": ({"dbt": dbt(status="error")}, "dbt"),
    "skipped node": ({"dbt": dbt(status="skipped")}, "dbt"),
    "a status nobody knows": ({"dbt": dbt(status="reused?")}, "dbt"),
    "missing node": ({"dbt": dbt(nodes=(MODEL,))}, "missing_result"),
    "no expected nodes": ({"expected_nodes": frozenset()}, "missing_result"),
    "no quality results": ({"quality": {**QUALITY, "landed": None}}, "missing_result"),
    "quality of another build": (
        {"quality": {**QUALITY, "landed": quality("landed", build_id="b0")}},
        "missing_result",
    ),
    "quality failed": ({"quality": {**QUALITY, "published": quality("published", "failed")}}, "quality_published"),
    "quality in error": ({"quality": {**QUALITY, "published": quality("published", "error")}}, "quality_published"),
    "a mart that nobody checked": (
        {"quality": {**QUALITY, "published": quality("published", subject="dim_teams")}},
        "missing_result",
    ),
    "a source that was not landed": ({"landing": {"git": None}}, "landing"),
    "a truncated load": (
        {"landing": {"git": LandingRecord(source="git", rejected_loads=["3 rows"])}},
        "truncated_load",
    ),
    "too many rejected records": ({"flows": (SourceFlow("git", 1000, 21),)}, "quarantine_share"),
    "nothing but rejected records": ({"flows": (SourceFlow("git", 2, 2),)}, "quarantine_share"),
    "too little coverage": (
        {"sources": (completeness(missing=15),)},
        "source_coverage",
    ),
    "policy": ({"policy": (Blocker(rule="no_ranking", finding="x ranks", action="do not"),)}, "no_ranking"),
}


def test_a_whole_good_build_is_published():
    assert evaluate(GOOD) == []


@pytest.mark.parametrize("broken", BREAKS)
def test_the_gate_blocks(broken):
    changes, rule = BREAKS[broken]
    assert [blocker.rule for blocker in evaluate(replace(GOOD, **changes))] == [rule]


def test_a_run_that_failed_is_blocked_by_what_it_found_not_by_what_is_missing():
    died = replace(GOOD, dbt=None, quality={"landed": quality("landed", "failed"), "published": None})
    assert [blocker.rule for blocker in evaluate_unfinished(died)] == ["quality_landed"]


def test_a_warning_does_not_block_a_run():
    warned = {**QUALITY, "landed": quality("landed", "warned")}
    assert evaluate(replace(GOOD, dbt=dbt(status="warn"), quality=warned)) == []


def test_a_blocker_names_the_numbers():
    met = evaluate(replace(GOOD, flows=(SourceFlow("git", 1000, 21),)))[0].finding
    assert met == "git: 21 of 1,000 records rejected (2.1%, allowed 2.0%)"


def test_one_rejected_record_of_a_quiet_day_blocks_no_run():
    assert evaluate(replace(GOOD, flows=(SourceFlow("git", 27, 1),))) == []


def test_of_two_windows_only_the_worse_blocks():
    flows = (SourceFlow("git", 2100, 60), SourceFlow("git", 100, 60))
    found = evaluate(replace(GOOD, flows=flows))
    assert [each.finding for each in found] == ["git: 60 of 100 records rejected (60.0%, allowed 2.0%)"]
