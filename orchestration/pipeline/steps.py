"""The steps of a run, each callable alone: land, begin, build, check, publish or block.

Belongs here: the order of the steps and what each writes as evidence. Dagster's assets and the command line call
exactly these. Each takes the run's context and hands values on. Does not: any step's own work.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from functools import partial

from orchestration import __version__
from orchestration.errors import PublicationBlockedError, WarehouseError
from orchestration.landing.ingest import land_source
from orchestration.partition import DailyPartition
from orchestration.pipeline.run_context import RunContext
from orchestration.publishing import evidence, gate
from orchestration.publishing.blocked_run import blocked_path, write_blocked_run
from orchestration.publishing.policy.terms import Blocker
from orchestration.publishing.publication import Publication
from orchestration.publishing.publish import Material, Published, publish
from orchestration.storage.crash_points import crash_point
from orchestration.storage.relations import open_read_only
from orchestration.warehouse.build_record import BuildRecord, DbtReport, LandingRecord, QualityReport
from orchestration.warehouse.dbt_results import DbtOutcome
from orchestration.warehouse.dbt_runner import run_dbt, settings_arguments
from orchestration.warehouse.engines import engine

log = logging.getLogger("counterpoise")


def land(
    context: RunContext,
    source: str,
    earlier: Sequence[DailyPartition] = (),
    *,
    refetch: bool = False,
    accept_shrink: bool = False,
) -> tuple[LandingRecord, bool]:
    """Land `source` for `earlier` days in order, then for the run. True beside the record: a retry may help."""
    land_day = partial(
        land_source,
        context.settings,
        context.contract(source),
        refetch=refetch,
        accept_shrink=accept_shrink,
        on_slice=_log_slice(source),
    )
    reports = [land_day(day) for day in (*earlier, context.partition)]
    record = LandingRecord.of(source, reports)
    context.builds.keep_landing(record)
    log.info("%s", record)
    for sentence in [*record.failed_slices, *record.rejected_loads]:
        log.warning("%s", sentence)
    return record, any(report.is_worth_retrying for report in reports)


def unchanged_publication(context: RunContext) -> Publication | None:
    """The current publication, when it was made from exactly these inputs; None when there is something to do."""
    found, wanted = context.current, (context.partition.as_of, context.inputs.fingerprint)
    return found if found is not None and (found.as_of, found.inputs_fingerprint) == wanted else None


def begin(context: RunContext) -> BuildRecord:
    """Start a build: prepare what dbt reads, and tie warehouse and evidence by one build id."""
    from orchestration.warehouse.duckdb_relations import open_warehouse

    inputs = context.inputs
    engine(context.settings).prepare(inputs, context.previous_values)
    record = context.builds.start(context.partition.as_of, inputs.fingerprint)
    with open_warehouse(inputs) as connection:
        connection.execute(
            "create or replace table run.build as select ? as build_id, cast(? as timestamp) as as_of",
            [record.build_id, record.as_of.replace(tzinfo=None)],
        )
    rows = sum(file.rows for stream in inputs.streams for file in stream.files)
    log.info("inputs: %s landed rows of %s sources are visible", f"{rows:,}", len(inputs.loads))
    crash_point("build.begun")
    return record


def check_landed(context: RunContext) -> QualityReport:
    """Great Expectations at the first checkpoint."""
    from orchestration.quality import gx, landed

    since = evidence.new_since(context.inputs, context.current)
    results = gx.validate(landed.frames(context.inputs, since))
    return _keep(context, QualityReport(build_id=_build_id(context), checkpoint="landed", results=results))


def build(context: RunContext, *, full_refresh: bool = False) -> DbtOutcome:
    """dbt builds and tests everything. Its results are kept in any case; only good ones count as built."""
    settings = context.settings
    began = time.monotonic()
    outcome = run_dbt(settings, settings_arguments(settings, "build", full_refresh=full_refresh), log.debug)
    context.builds.keep_dbt(DbtReport(build_id=_build_id(context), outcome=outcome))
    crash_point("build.made")
    if outcome.is_good:
        engine(settings).export_marts(context.inputs)
        engine(settings).record_built(context.inputs)
        crash_point("build.recorded")
    _log_build(outcome, time.monotonic() - began)
    return outcome


def _log_build(outcome: DbtOutcome, seconds: float) -> None:
    log.info("%s, %.1f s", outcome, seconds)
    for node in outcome.warned:
        log.warning("dbt warns: %s, %s rows; a warning blocks nothing", node.name, f"{node.failures or 0:,}")


def check_published(context: RunContext) -> QualityReport:
    """Great Expectations at the second checkpoint, on exactly the relations that would be published."""
    from orchestration.quality import gx, published

    with open_read_only(context.settings.warehouse) as connection:
        results = gx.validate(published.frames(connection, context.manifest, context.partition.as_of))
    return _keep(context, QualityReport(build_id=_build_id(context), checkpoint="published", results=results))


def build_and_check(context: RunContext, *, full_refresh: bool = False) -> bool:
    """Everything between landing and publishing, without Dagster. True when nothing blocks the publication so far."""
    begin(context)
    reports = [check_landed(context)]
    outcome = build(context, full_refresh=full_refresh)
    if outcome.is_good:
        reports.append(check_published(context))
    return outcome.is_good and not any(report.is_blocked for report in reports)


def publish_or_block(context: RunContext) -> Published:
    """Publish if the gate finds no blocker. PublicationBlockedError after the blocked run is written down."""
    found = _evidence(context)
    blockers = gate.evaluate(found)
    if blockers:
        raise PublicationBlockedError(block(context, blockers))
    settings = context.settings
    done = publish(_material(context, found), settings.published, keep=settings.schedule.kept_publications)
    blocked_path(settings.published, context.partition.as_of).unlink(missing_ok=True)
    log.info("%s", done)
    return done


def _evidence(context: RunContext) -> evidence.Evidence:
    reports = context.builds.reports(context.inputs.loads)
    return evidence.collect(context.inputs, context.manifest, context.current, reports)


def _material(context: RunContext, found: evidence.Evidence) -> Material:
    with open_read_only(context.settings.warehouse) as connection:
        versions = connection.execute("select metric_id, definition_version from seeds.metrics").fetchall()
    return Material(
        warehouse=context.settings.warehouse,
        as_of=context.partition.as_of,
        build_id=_build_id(context),
        marts=context.manifest.docs(),
        code_version=f"{__version__}+{context.inputs.code_fingerprint}",
        inputs_fingerprint=context.inputs.fingerprint,
        definitions={name: int(version) for name, version in versions},
        sources=found.sources,
        gate=tuple(result.model_dump() for result in gate.results(found)),
    )


def block(context: RunContext, blockers: Sequence[Blocker]) -> str:
    """Write down why this run is not published. Returns the same in a sentence."""
    current = None if context.current is None else context.current.publication_id
    write_blocked_run(context.settings.published, context.partition.as_of, current, blockers)
    readers = "nothing is published yet" if current is None else f"{current} remains current"
    count = f"{len(blockers)} {'reason' if len(blockers) == 1 else 'reasons'}"
    first = blockers[0]
    return f"{context.partition.name} is not published, for {count}; {readers}. First: {first.rule}: {first.finding}"


def block_unfinished(context: RunContext, error: BaseException) -> str:
    """Block a run whose step failed, with the blockers of the evidence so far and the error itself."""
    first_line = (str(error).strip() or type(error).__name__).splitlines()[0]
    own = Blocker(
        rule="step_failed", finding=first_line, action="see data/logs; correct the cause and start the run again"
    )
    found = gate.evaluate_unfinished(_evidence(context))
    return block(context, [*found, own] if isinstance(error, WarehouseError) else [own, *found])


def _build_id(context: RunContext) -> str:
    record = context.build_record
    if record is None:
        raise WarehouseError(f"no build of {context.partition.name} was begun; run `counterpoise build`")
    return record.build_id


def _keep(context: RunContext, report: QualityReport) -> QualityReport:
    context.builds.keep_quality(report)
    log.info("%s", report)
    return report


def _log_slice(source: str) -> Callable[[str, str], None]:
    return partial(log.debug, "%s %s: %s", source)
