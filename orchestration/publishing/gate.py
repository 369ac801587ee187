"""The gate: decides whether a build is published. Nothing else does, and it fails closed.

Belongs here: evaluating the evidence of one build. A result that is missing, of another build or unreadable blocks the
run; so does an error inside a check. An error inside the gate ends the run before anything is published.
Does not: collecting evidence (evidence), writing publications (publish), the policy's rules (policy).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from orchestration.publishing.evidence import Evidence
from orchestration.publishing.policy.terms import Blocker
from orchestration.warehouse.build_record import BuildRecord, CheckResult, DbtReport
from orchestration.warehouse.dbt_results import NodeResult

MISSING = "missing_result"
"""The rule that every expected result exists."""
SHOWN = 5
"""How many names a blocker lists; the rest it counts."""
MIN_REJECTED = 3
"""Rejected records below which the share is not evaluated: one broken line on a quiet Sunday blocks no run. A source
whose records are all rejected always blocks it."""


def evaluate(evidence: Evidence) -> list[Blocker]:
    """All blockers; empty means publish."""
    build = evidence.build
    if build is None:
        return [Blocker(rule="build", finding="no build of this run is recorded", action="run `counterpoise build`")]
    blockers = [*_one_build(evidence, build), *_landing(evidence), *_dbt(evidence, build)]
    for checkpoint in ("landed", "published"):
        blockers += _quality(evidence, build, checkpoint)
    return [*blockers, *_quarantine(evidence), *_coverage(evidence), *evidence.policy]


def evaluate_unfinished(evidence: Evidence) -> list[Blocker]:
    """The blockers of a build whose run failed before its end, without those for results that are still missing."""
    if evidence.build is None:
        return []
    checkpoints = [
        blocker for checkpoint in ("landed", "published") for blocker in _quality(evidence, evidence.build, checkpoint)
    ]
    steps = [*_landing(evidence), *_dbt(evidence, evidence.build), *checkpoints]
    return [each for each in (*steps, *_quarantine(evidence), *_coverage(evidence)) if each.rule != MISSING]


def results(evidence: Evidence) -> list[CheckResult]:
    """Every check of the build with its state, for the publication's record."""
    nodes = [] if evidence.dbt is None else evidence.dbt.outcome.nodes
    checks = [
        CheckResult(subject="dbt", check=node.name, state=node.state, detail=_rows(node))
        for node in nodes
        if "test" in node.kind
    ]
    for checkpoint in ("landed", "published"):
        report = evidence.quality.get(checkpoint)
        checks += [] if report is None else report.results
    return sorted(checks, key=lambda result: (result.subject, result.check))


def _rows(node: NodeResult) -> str:
    """How many rows failed a test."""
    return "" if node.state == "passed" or node.failures is None else f"{node.failures:,} rows"


def _one_build(evidence: Evidence, build: BuildRecord) -> Iterator[Blocker]:
    """The warehouse file, the record and the run are of one build."""
    if evidence.warehouse_build != (build.build_id, evidence.as_of) or build.as_of != evidence.as_of:
        yield Blocker(
            rule="one_build",
            finding=f"the build record names build {build.build_id} as of {build.as_of:%Y-%m-%d %H:%M}, "
            f"the warehouse names {_build_words(evidence.warehouse_build)}",
            action="build this run again: `counterpoise build`, then `counterpoise publish`",
        )


def _build_words(found: tuple[str, datetime] | None) -> str:
    return "none" if found is None else f"build {found[0]} as of {found[1]:%Y-%m-%d %H:%M}"


def _landing(evidence: Evidence) -> Iterator[Blocker]:
    """Every source was landed, and no load was rejected as truncated."""
    for source, record in evidence.landing.items():
        if record is None:
            yield Blocker(
                rule="landing",
                finding=f"{source} is enabled and was not landed in this run",
                action=f"`counterpoise land {source}`, or `enabled = false` in its section",
            )
        elif record.rejected_loads:
            yield Blocker(
                rule="truncated_load",
                finding=f"{source}: {len(record.rejected_loads)} loads rejected; first: {record.rejected_loads[0]}",
                action=f"check whether {source} really lost rows; then `counterpoise land {source} --accept-shrink`",
            )


def _dbt(evidence: Evidence, build: BuildRecord) -> Iterator[Blocker]:
    """dbt ran to its end, in this build, and every node of the project has a good result."""
    report = evidence.dbt
    if report is None or report.build_id != build.build_id:
        yield Blocker(
            rule=MISSING, finding="dbt has no results for this build", action="run `counterpoise build` again"
        )
        return
    if report.outcome.error is not None:
        yield Blocker(rule="dbt", finding=report.outcome.error, action="correct it and run `counterpoise build` again")
    for node in report.outcome.failed[:SHOWN]:
        failures = "" if node.failures is None else f" ({node.failures} failing rows)"
        yield Blocker(
            rule="dbt",
            finding=f"{node.kind} {node.name}: {node.status}{failures}; {_first_line(node.message)}",
            action="see the test's description in its yml; correct the model or its input",
        )
    if len(report.outcome.failed) > SHOWN:
        more = len(report.outcome.failed) - SHOWN
        yield Blocker(rule="dbt", finding=f"and {more} more nodes failed", action="the first ones often cause the rest")
    yield from _nodes_without_result(evidence, report)


def _nodes_without_result(evidence: Evidence, report: DbtReport) -> Iterator[Blocker]:
    missing = sorted(evidence.expected_nodes - {node.unique_id for node in report.outcome.nodes})
    if missing or not evidence.expected_nodes:
        yield Blocker(
            rule=MISSING,
            finding=f"{len(missing)} of {len(evidence.expected_nodes)} nodes have no result: {_some(missing)}",
            action="build the whole project, without --select",
        )


def _quality(evidence: Evidence, build: BuildRecord, checkpoint: str) -> Iterator[Blocker]:
    """Great Expectations checked every subject at this checkpoint, in this build, and found nothing blocking."""
    report = evidence.quality.get(checkpoint)
    if report is None or report.build_id != build.build_id:
        yield Blocker(
            rule=MISSING,
            finding=f"no checks of this build at the checkpoint {checkpoint}",
            action="run `counterpoise build` again",
        )
        return
    for result in report.results:
        if result.state in ("failed", "error"):
            what = "could not run" if result.state == "error" else "failed"
            yield Blocker(
                rule=f"quality_{checkpoint}",
                finding=f"{result.subject}: {result.check} {what}; {result.detail}",
                action="if it could not run, correct the check; if it failed, the data changed: look at its source",
            )
    missing = sorted(evidence.expected_subjects[checkpoint] - {result.subject for result in report.results})
    if missing:
        yield Blocker(
            rule=MISSING,
            finding=f"no checks of {_some(missing)} at the checkpoint {checkpoint}",
            action="run `counterpoise build` again",
        )


def _quarantine(evidence: Evidence) -> Iterator[Blocker]:
    limit = evidence.thresholds.max_quarantine_share
    beyond = [
        flow
        for flow in evidence.flows
        if flow.share > limit and (flow.quarantined >= MIN_REJECTED or flow.quarantined == flow.received)
    ]
    for flow in {flow.source: flow for flow in sorted(beyond, key=lambda flow: flow.share)}.values():
        yield Blocker(
            rule="quarantine_share",
            finding=f"{flow.source}: {flow.quarantined:,} of {flow.received:,} records rejected "
            f"({flow.share:.1%}, allowed {limit:.1%})",
            action="`select reason, count(*) from run.quarantine group by all` in the warehouse names the reasons",
        )


def _coverage(evidence: Evidence) -> Iterator[Blocker]:
    floor = evidence.thresholds.min_coverage_share
    for source in evidence.sources:
        if source.coverage < floor:
            yield Blocker(
                rule="source_coverage",
                finding=f"{source.source}: {source.missing_stream_days} of {source.expected_stream_days} stream-days "
                f"are missing ({source.coverage:.0%} were delivered, at least {floor:.0%} are needed); "
                f"last delivered day: {source.last_delivered_day or 'none'}",
                action=f"`counterpoise doctor` names what {source.source} lacks; then backfill the missing days",
            )


def _some(names: list[str]) -> str:
    shown = ", ".join(names[:SHOWN])
    return shown if len(names) <= SHOWN else f"{shown} and {len(names) - SHOWN} more"


def _first_line(message: str | None) -> str:
    return (message or "no message").strip().splitlines()[0]
