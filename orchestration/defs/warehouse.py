"""The warehouse as assets: the inputs of a run, then every dbt model with a check of its data tests.

Belongs here: translating the dbt manifest into asset specs, and results into events. The specs are made here because
dagster-dbt costs more than 3 s of CPU time, twice as much as a run with nothing new. dbt itself runs in this process
(warehouse/dbt_runner.py): a second interpreter costs 10 s.
Does not: SQL, judging.
"""

from collections.abc import Iterator

import dagster as dg

from orchestration.defs.common import WHOLE_RANGE, Event, check_result, daily_partitions, log, run_of, step
from orchestration.defs.landed import landed_key
from orchestration.errors import WarehouseError
from orchestration.quality.landed import CHECKS
from orchestration.settings import Settings
from orchestration.warehouse.build_record import QualityReport
from orchestration.warehouse.dbt_manifest import DataTest, Manifest, Node
from orchestration.warehouse.dbt_results import DbtOutcome, NodeResult
from orchestration.warehouse.inputs import BuildInputs

INPUTS = dg.AssetKey(["run", "inputs"])
WARNING_CHECKS = ("freshness",)
DBT_TESTS = "dbt_tests"
MODELS, SEEDS = "dbt_project/models", "seeds"


def node_key(node: Node) -> dg.AssetKey:
    return dg.AssetKey([node.schema, node.name])


def inputs_asset(settings: Settings, sources: list[str]) -> dg.AssetsDefinition:
    """The inputs of a run, checked at the first checkpoint. No materialisation when nothing is new."""
    checks = [
        dg.AssetCheckSpec(
            f"{source}_{check}",
            asset=INPUTS,
            blocking=check not in WARNING_CHECKS,
            description=f"The landed data of {source}: {check.replace('_', ' ')}.",
        )
        for source in sources
        for check in CHECKS
    ]

    @dg.multi_asset(
        name="inputs",
        specs=[
            dg.AssetSpec(
                INPUTS,
                deps=[landed_key(source) for source in sources],
                group_name="run",
                kinds={"duckdb"},
                skippable=True,
                description="The inputs of the run: views over the landed files that count, coverage, quarantine, "
                "and the days that differ from what the warehouse was last built from.",
            )
        ],
        check_specs=checks,
        partitions_def=daily_partitions(settings),
        backfill_policy=WHOLE_RANGE,
    )
    def prepare_inputs(context: dg.AssetExecutionContext) -> Iterator[Event]:
        from orchestration import pipeline

        with step(settings, context):
            run = run_of(settings, context)
            current = pipeline.unchanged_publication(run)
            if current is not None:
                log.info("nothing changed; %s remains current", current.publication_id)
                yield from (_unchanged_check(spec.name, current.publication_id) for spec in checks)
                return
            pipeline.begin(run)
            report = pipeline.check_landed(run)
            yield from _landed_checks(report)
            if report.is_blocked:
                raise WarehouseError("the landed data failed a blocking check at the checkpoint")
            yield dg.MaterializeResult(asset_key=INPUTS, metadata=_metadata(run.inputs))

    return prepare_inputs


def dbt_assets(settings: Settings, manifest: Manifest, sources: list[str]) -> dg.AssetsDefinition:
    """Every model and seed, built by one call of dbt, each with one check that sums up its data tests."""
    tests = _tests_by_subject(manifest)

    @dg.multi_asset(
        name="dbt",
        specs=[_node_spec(node, manifest, sources) for node in manifest.nodes.values()],
        check_specs=[_tests_spec(manifest.nodes[subject], found) for subject, found in tests.items()],
        partitions_def=daily_partitions(settings),
        backfill_policy=WHOLE_RANGE,
    )
    def build_warehouse(context: dg.AssetExecutionContext) -> Iterator[Event]:
        from orchestration import pipeline

        with step(settings, context):
            outcome = pipeline.build(run_of(settings, context))
            yield from dbt_events(outcome, manifest)
            if not outcome.is_good:
                raise WarehouseError(outcome.error or f"{len(outcome.failed)} nodes of dbt failed")

    return build_warehouse


def _node_spec(node: Node, manifest: Manifest, sources: list[str]) -> dg.AssetSpec:
    return dg.AssetSpec(
        node_key(node),
        deps=sorted(set(_dependencies(node, manifest, sources)), key=str),
        group_name=node.schema,
        kinds={"dbt", "csv" if node.kind == "seed" else "duckdb"},
        description=node.description or f"{node.kind} {node.name}",
        metadata={
            "materialized": node.materialized,
            "published": node.is_published,
            "declared_in": f"{SEEDS if node.kind == 'seed' else MODELS}/{'/'.join((*node.folder, node.name))}"
            f"{'.csv' if node.kind == 'seed' else '.sql'}",
            **({"dagster/column_schema": _columns(node)} if node.columns else {}),
        },
    )


def _columns(node: Node) -> dg.TableSchema:
    """The documented columns, in the order of their declaration."""
    types = node.column_types
    return dg.TableSchema(
        [
            dg.TableColumn(name, type=types.get(name) or "unknown", description=text or None)
            for name, text in node.columns.items()
        ]
    )


def _dependencies(node: Node, manifest: Manifest, sources: list[str]) -> Iterator[dg.AssetKey]:
    for parent in node.parents:
        if parent in manifest.nodes:
            yield node_key(manifest.nodes[parent])
        elif parent in manifest.sources:
            source, _ = manifest.sources[parent]
            yield landed_key(source) if source in sources else INPUTS


def _tests_by_subject(manifest: Manifest) -> dict[str, list[DataTest]]:
    """The data tests of each node that has any, by the node's id."""
    found: dict[str, list[DataTest]] = {}
    for test in manifest.tests.values():
        if test.subject in manifest.nodes:
            found.setdefault(str(test.subject), []).append(test)
    return found


def _tests_spec(node: Node, tests: list[DataTest]) -> dg.AssetCheckSpec:
    """One check for all data tests of a node: half as many events a run, and one line a model to read."""
    return dg.AssetCheckSpec(
        DBT_TESTS,
        asset=node_key(node),
        blocking=any(test.is_blocking for test in tests),
        description="; ".join(sorted(test.description or test.name for test in tests)),
    )


def dbt_events(outcome: DbtOutcome, manifest: Manifest) -> Iterator[Event]:
    """Materialisations of what was built, then the checks. A node that failed has no materialisation."""
    results = {result.unique_id: result for result in outcome.nodes}
    for result in outcome.nodes:
        node = manifest.nodes.get(result.unique_id)
        if node is not None and result.state != "failed":
            rows = {} if result.rows is None else {"dagster/row_count": result.rows}
            yield dg.MaterializeResult(asset_key=node_key(node), metadata={"seconds": result.seconds, **rows})
    for subject, tests in _tests_by_subject(manifest).items():
        done = [(test, results[test.unique_id]) for test in tests if test.unique_id in results]
        if done:
            yield _tests_result(manifest.nodes[subject], done)


def _tests_result(node: Node, done: list[tuple[DataTest, NodeResult]]) -> dg.AssetCheckResult:
    """Passed when every data test of the node passed; an error when one failed that stops a publication."""
    failed = [(test, result) for test, result in done if result.state != "passed"]
    is_error = any(test.is_blocking for test, _ in failed)
    return dg.AssetCheckResult(
        asset_key=node_key(node),
        check_name=DBT_TESTS,
        passed=not failed,
        severity=dg.AssetCheckSeverity.ERROR if is_error else dg.AssetCheckSeverity.WARN,
        description="; ".join(f"{test.name}: {result.message or result.status}" for test, result in failed) or None,
        metadata={
            "tests": len(done),
            "failed_tests": len(failed),
            "failing_rows": sum(result.failures or 0 for _, result in failed),
        },
    )


def _landed_checks(report: QualityReport) -> Iterator[dg.AssetCheckResult]:
    for found in report.results:
        name = f"{found.subject}_{found.check}"
        yield check_result(INPUTS, name, found, is_blocking=found.check not in WARNING_CHECKS)


def _unchanged_check(name: str, publication_id: str) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(asset_key=INPUTS, check_name=name, passed=True, metadata={"checked_in": publication_id})


def _metadata(inputs: BuildInputs) -> dict[str, int | str]:
    newest = {
        source: max(
            (each.day for each in inputs.source_days if each.source == source and each.status != "missing"),
            default=None,
        )
        for source in inputs.loads
    }
    return {
        "as_of": inputs.partition.as_of.isoformat(),
        "inputs_fingerprint": inputs.fingerprint,
        "loads": len(inputs.counted_loads),
        "dagster/row_count": sum(file.rows for stream in inputs.streams for file in stream.files),
        **{f"freshness_{source}": "never" if day is None else day.isoformat() for source, day in newest.items()},
    }
