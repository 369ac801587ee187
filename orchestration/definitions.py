"""The one code location: sources, warehouse, publication, job and schedule wired together.

Belongs here: the wiring and nothing else. Nothing is loaded at import; Dagster calls `defs`.
"""

from __future__ import annotations

import dagster as dg

from orchestration.contracts import load_contracts
from orchestration.defs.landed import landed_asset
from orchestration.defs.publication import publication_asset
from orchestration.defs.schedule import nightly_job, nightly_schedule
from orchestration.defs.warehouse import dbt_assets, inputs_asset
from orchestration.settings import Settings, load_settings
from orchestration.warehouse.dbt_manifest import read_manifest
from orchestration.warehouse.dbt_runner import current_manifest


def build_definitions(settings: Settings) -> dg.Definitions:
    """All assets, the job and the schedule, from the settings and the parsed dbt project."""
    contracts = load_contracts(settings.dbt_project / "models" / "staging")
    sources = [source for source in settings.enabled_sources() if source in contracts]
    manifest = read_manifest(current_manifest(settings))
    job = nightly_job()
    return dg.Definitions(
        assets=[
            *(landed_asset(settings, contracts[source]) for source in sources),
            inputs_asset(settings, sources),
            dbt_assets(settings, manifest, sources),
            publication_asset(settings, manifest),
        ],
        jobs=[job],
        schedules=[nightly_schedule(settings, job)],
        executor=dg.in_process_executor,
    )


@dg.definitions
def defs() -> dg.Definitions:
    """What `dagster dev -m orchestration.definitions` loads."""
    return build_definitions(load_settings())
