"""The nightly job, and when it runs.

Belongs here: one job over everything, in one process (the warehouse is one file with one writer), and its schedule.
Does not: assets.
"""

from __future__ import annotations

from datetime import UTC, timedelta

import dagster as dg

from orchestration.defs.common import log_step_failure
from orchestration.settings import Settings

JOB = "nightly"


def nightly_job() -> dg.UnresolvedAssetJobDefinition:
    return dg.define_asset_job(
        JOB,
        selection=dg.AssetSelection.all(),
        description="One run: land every source, build and test the warehouse, check, publish.",
        executor_def=dg.in_process_executor,
        hooks={log_step_failure},
    )


def nightly_schedule(settings: Settings, job: dg.UnresolvedAssetJobDefinition) -> dg.ScheduleDefinition:
    """Each tick requests the last whole UTC day, once: a repeated tick has the same run key."""

    @dg.schedule(
        name="every_night",
        job=job,
        cron_schedule=settings.schedule.cron,
        execution_timezone=settings.organisation.zone,
        description="Once a day in the organisation's zone, for the last whole UTC day.",
    )
    def every_night(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        day = (context.scheduled_execution_time.astimezone(UTC) - timedelta(days=1)).date().isoformat()
        return dg.RunRequest(run_key=day, partition_key=day)

    return every_night
