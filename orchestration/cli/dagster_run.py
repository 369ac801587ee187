"""Running the nightly job in this process, on a Dagster instance that lives in the data folder.

Belongs here: the instance (telemetry and newsletter off, one run at a time) and one call of the job. Does not: the job
(defs).
"""

from __future__ import annotations

import json
import logging
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.environment import variables_set
from orchestration.errors import PublicationBlockedError, WarehouseError
from orchestration.partition import DailyPartition
from orchestration.publishing.blocked_run import blocked_path
from orchestration.settings import TELEMETRY_OFF, Settings
from orchestration.storage.atomic_files import replace_text

if TYPE_CHECKING:
    import dagster as dg

INSTANCE = """\
telemetry: {enabled: false}
nux: {enabled: false}
concurrency: {runs: {max_concurrent_runs: 1}}
python_logs: {managed_python_loggers: [counterpoise], python_log_level: INFO}
event_log_storage:
  module: orchestration.defs.event_log
  class: PooledSqliteEventLog
  config: {base_dir: %s}
"""


def dagster_home(settings: Settings) -> Path:
    """The folder of Dagster's storage, with a current `dagster.yaml`."""
    home = settings.data_folder / "dagster"
    home.mkdir(parents=True, exist_ok=True)
    path, content = home / "dagster.yaml", INSTANCE % json.dumps(str(home / "history" / "runs"))
    if not path.is_file() or path.read_text("utf-8") != content:
        replace_text(path, content)
    return home


def dagster_environment(settings: Settings) -> dict[str, str]:
    return {**TELEMETRY_OFF, "DAGSTER_HOME": str(dagster_home(settings))}


def run_partitions(settings: Settings, first: date, last: date) -> None:
    """Run the nightly job for the days `first` to `last` as one run.

    PublicationBlockedError when a step wrote down why the run is blocked, WarehouseError when the run failed earlier.
    """
    with variables_set(dagster_environment(settings)):
        _run(settings, first, last)


def _run(settings: Settings, first: date, last: date) -> None:
    blocked = blocked_path(settings.published, DailyPartition.of(last).as_of)
    blocked.unlink(missing_ok=True)
    logging.getLogger("dagster").setLevel(logging.CRITICAL)
    import dagster as dg

    from orchestration.definitions import build_definitions
    from orchestration.defs.schedule import JOB

    job = build_definitions(settings).resolve_job_def(JOB)
    with dg.DagsterInstance.get() as instance:
        _forget_old_runs(instance, settings.schedule.kept_publications)
        result = job.execute_in_process(
            instance=instance,
            tags={
                "dagster/asset_partition_range_start": first.isoformat(),
                "dagster/asset_partition_range_end": last.isoformat(),
            },
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            raise_on_error=False,
        )
    if not result.success:
        raise (PublicationBlockedError if blocked.is_file() else WarehouseError)(_reason(result))


def _forget_old_runs(instance: dg.DagsterInstance, keep: int) -> None:
    """Keep Dagster's storage from growing; publications carry what must be kept."""
    for run in instance.get_runs()[keep:]:
        instance.delete_run(run.run_id)


def _reason(result: dg.ExecuteInProcessResult) -> str:
    """The description of the first step that failed."""
    for event in result.all_events:
        if event.is_step_failure:
            data = event.step_failure_data
            own = data.user_failure_data
            return str(own.description if own and own.description else data.error_display_string)
    return "the run failed before its first step; see its record in `data/dagster` (`counterpoise dev`)"
