"""The steps of a run, each callable alone: land, begin, build, check, decide, publish or refuse.

Belongs here: the order of the steps and what each leaves as evidence. Dagster's assets and the command line call
exactly these. Does not: any step's own work.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from orchestration.errors import PublicationBlockedError, WarehouseError
from orchestration.landing.ingest import land_source
from orchestration.partition import DailyPartition, partition_name
from orchestration.publishing import evidence, gate
from orchestration.publishing.policy.terms import Blocker
from orchestration.publishing.publication import Publication, current, publications
from orchestration.publishing.publish import Material, Published, publish
from orchestration.settings import Settings
from orchestration.storage.atomic_files import replace_text
from orchestration.storage.crash_points import crash_point
from orchestration.storage.relations import open_read_only
from orchestration.warehouse.build_record import BuildFolder, BuildRecord, DbtReport, LandingRecord, QualityReport
from orchestration.warehouse.dbt_manifest import read_manifest
from orchestration.warehouse.dbt_runner import DbtOutcome, manifest_path, run_dbt, settings_arguments
from orchestration.warehouse.engines import engine
from orchestration.warehouse.inputs import BuildInputs, collect

log = logging.getLogger("counterpoise")


def land(
    settings: Settings,
    source: str,
    partitions: Sequence[DailyPartition],
    *,
    refetch: bool = False,
    accept_shrink: bool = False,
) -> tuple[LandingRecord, bool]:
    """Land `source` for each run in order. True beside the record: trying again may bring what failed."""
    reports = [
        land_source(
            settings, source, partition, refetch=refetch, accept_shrink=accept_shrink, on_slice=_say_slice(source)
        )
        for partition in partitions
    ]
    record = LandingRecord.of(source, reports)
    BuildFolder(settings.data_folder, partitions[-1].as_of).keep_landing(record)
    log.info("%s", _landing_words(record))
    for sentence in [*record.failed, *record.refused]:
        log.warning("%s", sentence)
    return record, any(report.is_worth_retrying for report in reports)


def unchanged_publication(inputs: BuildInputs) -> Publication | None:
    """The current publication, when it was made from exactly these inputs; None when there is something to do."""
    standing = current(inputs.settings.published)
    same = standing is not None and (standing.as_of, standing.inputs_fingerprint) == (
        inputs.partition.as_of,
        inputs.fingerprint,
    )
    return standing if same else None


def begin(inputs: BuildInputs) -> BuildRecord:
    """Start a build: prepare what dbt reads, and tie warehouse and evidence by one build id."""
    from orchestration.warehouse.duckdb_relations import open_warehouse

    settings = inputs.settings
    engine(settings).prepare(inputs, _previous_values(inputs))
    record = BuildFolder(settings.data_folder, inputs.partition.as_of).start(inputs.partition.as_of, inputs.fingerprint)
    with open_warehouse(inputs) as connection:
        connection.execute(
            "create or replace table run.build as select ? as build_id, cast(? as timestamp) as as_of",
            [record.build_id, record.as_of.replace(tzinfo=None)],
        )
    rows = sum(file.rows for stream in inputs.streams for file in stream.files)
    log.info("inputs: %s landed rows of %s sources are visible", f"{rows:,}", len(inputs.loads))
    crash_point("build.begun")
    return record


def check_landed(inputs: BuildInputs) -> QualityReport:
    """Great Expectations at the first checkpoint."""
    from orchestration.quality import gx, landed

    since = evidence.new_since(inputs, current(inputs.settings.published))
    results = gx.validate(landed.frames(inputs, since))
    return _keep(inputs, QualityReport(build_id=_build_id(inputs), checkpoint="landed", results=results))


def build(inputs: BuildInputs, *, full_refresh: bool = False) -> DbtOutcome:
    """dbt builds and tests everything. The result is kept whatever it says; only a good one counts as built."""
    settings = inputs.settings
    began = time.monotonic()
    outcome = run_dbt(settings, settings_arguments(settings, "build", full_refresh=full_refresh), log.debug)
    BuildFolder(settings.data_folder, inputs.partition.as_of).keep_dbt(
        DbtReport(build_id=_build_id(inputs), outcome=outcome)
    )
    crash_point("build.made")
    if outcome.is_good:
        engine(settings).export_marts(inputs)
        engine(settings).record_built(inputs)
        crash_point("build.recorded")
    kinds, warned = [node.kind for node in outcome.nodes], [node for node in outcome.nodes if node.state == "warned"]
    log.info(
        "dbt: %s models, %s tests, %s warned, %s failed, %.1f s",
        kinds.count("model"),
        sum("test" in kind for kind in kinds),
        len(warned),
        len(outcome.failed),
        time.monotonic() - began,
    )
    for node in warned:
        log.warning("dbt warns: %s, %s rows; it stops nothing", node.name, f"{node.failures or 0:,}")
    return outcome


def check_published(inputs: BuildInputs) -> QualityReport:
    """Great Expectations at the second checkpoint, on exactly the relations that would leave."""
    from orchestration.quality import gx, published

    manifest = read_manifest(manifest_path(inputs.settings))
    with open_read_only(inputs.settings.warehouse) as connection:
        results = gx.validate(published.frames(connection, manifest, inputs.partition.as_of))
    return _keep(inputs, QualityReport(build_id=_build_id(inputs), checkpoint="published", results=results))


def build_and_check(settings: Settings, of: DailyPartition, *, full_refresh: bool = False) -> bool:
    """Everything between landing and publishing, without Dagster. True when nothing stands in the way so far."""
    inputs = collect(settings, of)
    begin(inputs)
    reports = [check_landed(inputs)]
    outcome = build(inputs, full_refresh=full_refresh)
    if outcome.is_good:
        reports.append(check_published(inputs))
    return outcome.is_good and not any(report.is_blocked for report in reports)


def publish_or_block(inputs: BuildInputs) -> Published:
    """The gate's word, and what follows from it. PublicationRefusedError after the refusal is written down."""
    found = evidence.collect(inputs)
    blockers = gate.judge(found)
    if blockers:
        raise PublicationBlockedError(block(inputs, blockers))
    manifest = read_manifest(manifest_path(inputs.settings))
    with open_read_only(inputs.settings.warehouse) as connection:
        versions = connection.execute("select metric_id, definition_version from seeds.metrics").fetchall()
    material = Material(
        warehouse=inputs.settings.warehouse,
        as_of=inputs.partition.as_of,
        build_id=_build_id(inputs),
        marts=manifest.docs(),
        code_version=code_version(inputs),
        inputs_fingerprint=inputs.fingerprint,
        definitions={name: int(version) for name, version in versions},
        sources=found.sources,
        gate=tuple(result.model_dump() for result in gate.results(found)),
    )
    done = publish(material, inputs.settings.published, keep=inputs.settings.schedule.kept_publications)
    blocked_path(inputs).unlink(missing_ok=True)
    log.info("%s", done)
    return done


def block(inputs: BuildInputs, blockers: Sequence[Blocker]) -> str:
    """Write down why this run is not published, and say it in a sentence."""
    standing = current(inputs.settings.published)
    stands = "nothing is published yet" if standing is None else f"{standing.publication_id} stands"
    told = {
        "as_of": inputs.partition.as_of.isoformat(),
        "stands": None if standing is None else standing.publication_id,
        "refusals": [blocker.model_dump() for blocker in blockers],
    }
    replace_text(blocked_path(inputs), json.dumps(told, indent=2) + "\n")
    count = f"{len(blockers)} {'reason' if len(blockers) == 1 else 'reasons'}"
    first = blockers[0]
    return f"{inputs.partition.name} is not published, for {count}; {stands}. First: {first.rule}: {first.met}"


def block_unfinished(inputs: BuildInputs, error: BaseException) -> str:
    """A step died: what the evidence so far says, and the error itself where that says nothing."""
    first_line = (str(error).strip() or type(error).__name__).splitlines()[0]
    own = Blocker(rule="step_failed", met=first_line, advice="see data/logs; correct it and run the run again")
    found = gate.judge_unfinished(evidence.collect(inputs))
    return block(inputs, [*found, own] if isinstance(error, WarehouseError) else [own, *found])


def blocked_path(inputs: BuildInputs) -> Path:
    return inputs.settings.published / "refused" / f"{partition_name(inputs.partition.as_of)}.json"


def code_version(inputs: BuildInputs) -> str:
    from orchestration import __version__

    return f"{__version__}+{inputs.code_fingerprint}"


def _previous_values(inputs: BuildInputs) -> Path | None:
    """The figures of the newest publication before this run: restated means another value than a reader has seen."""
    earlier = [found for found in publications(inputs.settings.published) if found.as_of < inputs.partition.as_of]
    if not earlier:
        return None
    return inputs.settings.published / earlier[-1].publication_id / "parquet" / "kpi_values.parquet"


def _build_id(inputs: BuildInputs) -> str:
    record = BuildFolder(inputs.settings.data_folder, inputs.partition.as_of).build()
    if record is None:
        raise WarehouseError(f"no build of {inputs.partition.name} was begun; run `counterpoise build`")
    return record.build_id


def _keep(inputs: BuildInputs, report: QualityReport) -> QualityReport:
    BuildFolder(inputs.settings.data_folder, inputs.partition.as_of).keep_quality(report)
    states = [result.state for result in report.results]
    log.info(
        "quality of what is %s: %s expectations, %s warned, %s failed, %s in error",
        report.checkpoint,
        len(states),
        states.count("warned"),
        states.count("failed"),
        states.count("error"),
    )
    return report


def _say_slice(source: str) -> Callable[[str, str], None]:
    def say(key: str, outcome: str) -> None:
        log.debug("%s %s: %s", source, key, outcome)

    return say


def _landing_words(record: LandingRecord) -> str:
    words = f"landed {record.source}: {record.landed:,} rows"
    if record.quarantined:
        words += f", {record.quarantined:,} refused"
    if record.unchanged:
        words += f", {record.unchanged:,} slices unchanged"
    return words
