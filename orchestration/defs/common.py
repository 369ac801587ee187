"""What the assets share: partitions, the lock of a step, and how a step fails.

Belongs here: small helpers over Dagster's context. Does not: assets.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING

import dagster as dg

from orchestration.errors import BusyError, CounterpoiseError, PublicationBlockedError
from orchestration.partition import DailyPartition
from orchestration.pipeline.run_context import RunContext
from orchestration.settings import Settings
from orchestration.storage.writer_lock import writer_lock

if TYPE_CHECKING:
    from orchestration.warehouse.build_record import CheckResult

Event = dg.MaterializeResult[None] | dg.AssetCheckResult
WHOLE_RANGE = dg.BackfillPolicy.single_run()
"""A backfill over a range is one run: its days land in order, then one build and one publication as of its end."""
log = logging.getLogger("counterpoise")


def daily_partitions(settings: Settings) -> dg.DailyPartitionsDefinition:
    """One partition a UTC day; its run sees everything up to the end of that day."""
    return dg.DailyPartitionsDefinition(start_date=settings.schedule.start_date.isoformat(), timezone="UTC")


def partitions_of(context: dg.AssetExecutionContext) -> list[DailyPartition]:
    """The partitions of this run, oldest first."""
    return [DailyPartition.of(date.fromisoformat(key)) for key in sorted(context.partition_keys)]


def run_of(settings: Settings, context: dg.AssetExecutionContext) -> RunContext:
    """The context of this run: that of its newest partition."""
    return RunContext(settings, partitions_of(context)[-1])


@contextmanager
def step(settings: Settings, context: dg.AssetExecutionContext) -> Iterator[None]:
    """One step under the writer lock. When it fails, the record of the blocked run is written before Dagster learns."""
    from orchestration import pipeline

    try:
        with writer_lock(settings.data_folder, f"step {context.op.name}"):
            yield
    except (dg.RetryRequested, dg.Failure):
        raise
    except (BusyError, PublicationBlockedError) as error:
        raise dg.Failure(description=str(error), allow_retries=False) from error
    except CounterpoiseError as error:
        reason = pipeline.block_unfinished(run_of(settings, context), error)
        raise dg.Failure(description=reason, allow_retries=False) from error
    except Exception as error:
        log.exception("step %s failed with an unexpected error", context.op.name)
        reason = pipeline.block_unfinished(run_of(settings, context), error)
        raise dg.Failure(description=reason, allow_retries=False) from error


def check_result(key: dg.AssetKey, name: str, found: CheckResult, *, is_blocking: bool) -> dg.AssetCheckResult:
    """A check of a quality checkpoint as a result of an asset check."""
    return dg.AssetCheckResult(
        asset_key=key,
        check_name=name,
        passed=found.state == "passed",
        severity=dg.AssetCheckSeverity.ERROR if is_blocking else dg.AssetCheckSeverity.WARN,
        description=found.detail or None,
        metadata={"state": found.state},
    )


@dg.failure_hook
def log_step_failure(context: dg.HookContext) -> None:
    """One line for the operator whenever a step fails."""
    log.error("step %s failed: %s", context.op.name, context.op_exception)
