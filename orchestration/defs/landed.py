"""One asset a source: the landing of its slices.

Belongs here: landing a source for the partitions of a run, and when to retry. A source that does not answer is recorded
as failed and the run continues: its days are missing, completeness falls, and the gate checks the minimum.
Does not: reading sources (connectors), writing files (landing).
"""

from collections.abc import Iterator

import dagster as dg

from orchestration.contracts import SourceContract
from orchestration.defs.common import WHOLE_RANGE, Event, daily_partitions, partitions_of, run_of, step
from orchestration.settings import Settings
from orchestration.warehouse.build_record import LandingRecord

RETRIES = 2
RETRY_SECONDS = 15
COMPLETE = "complete"


def landed_key(source: str) -> dg.AssetKey:
    return dg.AssetKey(["landed", source])


def landed_asset(settings: Settings, contract: SourceContract) -> dg.AssetsDefinition:
    """The asset of one source, with the check that every slice was delivered."""
    source = contract.source
    streams = ", ".join(sorted(contract.streams))

    @dg.multi_asset(
        name=f"land_{source}",
        specs=[
            dg.AssetSpec(
                landed_key(source),
                group_name="landed",
                kinds={"python", "parquet"},
                description=f"Typed Parquet of {source}, pseudonymised, one folder a day. Streams: {streams}.",
                metadata={"streams": len(contract.streams)},
            )
        ],
        check_specs=[
            dg.AssetCheckSpec(COMPLETE, asset=landed_key(source), description="Every slice of the run was delivered.")
        ],
        partitions_def=daily_partitions(settings),
        backfill_policy=WHOLE_RANGE,
    )
    def land_source(context: dg.AssetExecutionContext) -> Iterator[Event]:
        from orchestration import pipeline

        with step(settings, context):
            record, is_worth_retrying = pipeline.land(run_of(settings, context), source, partitions_of(context)[:-1])
            if is_worth_retrying and context.retry_number < RETRIES:
                wait = RETRY_SECONDS * (context.retry_number + 1)
                raise dg.RetryRequested(max_retries=RETRIES, seconds_to_wait=wait)
        yield dg.MaterializeResult(asset_key=landed_key(source), metadata=_metadata(record))
        yield dg.AssetCheckResult(
            asset_key=landed_key(source),
            check_name=COMPLETE,
            passed=not record.failed_slices and not record.rejected_loads,
            severity=dg.AssetCheckSeverity.WARN,
            description="; ".join([*record.failed_slices, *record.rejected_loads]) or None,
        )

    return land_source


def _metadata(record: LandingRecord) -> dict[str, int | str]:
    return {
        "dagster/row_count": record.landed_rows,
        "quarantined_rows": record.quarantined_rows,
        "unchanged_slices": record.unchanged_slices,
        "failed_slices": len(record.failed_slices),
        "rejected_loads": len(record.rejected_loads),
        "new_fields": ", ".join(record.new_fields) or "none",
    }
