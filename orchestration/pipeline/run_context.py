"""What one run reads, each file once: settings, contracts, ledger, dbt's manifest, what is published, its build.

Belongs here: reading on first use, for whichever step asks first. The steps of `pipeline` take the context; what they
call (engines, checkpoints, evidence, gate) gets values from it. One context is good for one run under one writer lock.
Does not: writing, judging.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from orchestration.contracts import SourceContract, load_contracts
from orchestration.errors import ContractError, choices
from orchestration.landing import ledger
from orchestration.partition import DailyPartition
from orchestration.publishing import publication
from orchestration.publishing.publication import Publication
from orchestration.settings import Settings
from orchestration.warehouse.build_record import BuildFolder, BuildRecord
from orchestration.warehouse.dbt_manifest import Manifest, read_manifest
from orchestration.warehouse.dbt_runner import manifest_path
from orchestration.warehouse.inputs import BuildInputs


@dataclass(frozen=True)
class RunContext:
    """Everything that the steps of one run share."""

    settings: Settings
    partition: DailyPartition

    @cached_property
    def contracts(self) -> dict[str, SourceContract]:
        """Every declared source, by name."""
        return load_contracts(self.settings.dbt_project / "models" / "staging")

    def contract(self, source: str) -> SourceContract:
        """The contract of one source. ContractError when it is not declared."""
        if source not in self.contracts:
            raise ContractError(
                f"there is no source {source!r}; the sources, the nearest first: {choices(source, self.contracts)}"
            )
        return self.contracts[source]

    @cached_property
    def loads(self) -> dict[str, list[ledger.Load]]:
        """The counted loads that this run may see, by enabled source. Read after landing."""
        sources = [source for source in self.settings.enabled_sources() if source in self.contracts]
        as_of = self.partition.as_of
        return {source: ledger.visible(ledger.read(self.settings.landing, source), as_of) for source in sources}

    @cached_property
    def inputs(self) -> BuildInputs:
        """What the warehouse is built from."""
        return BuildInputs(self.settings, self.partition, self.contracts, self.loads)

    @cached_property
    def manifest(self) -> Manifest:
        """dbt's project as it was parsed last, by the build; empty where dbt never parsed one, and the gate blocks."""
        path = manifest_path(self.settings)
        return read_manifest(path) if path.is_file() else Manifest({}, {}, {})

    @cached_property
    def current(self) -> Publication | None:
        """The current publication as this run found it; None before the first one."""
        return publication.current_publication(self.settings.published)

    @cached_property
    def previous_values(self) -> Path | None:
        """kpi_values of the newest publication before this run: restated means another value than a reader has seen."""
        published = self.settings.published
        earlier = [each for each in publication.publications(published) if each.as_of < self.partition.as_of]
        return published / earlier[-1].publication_id / "parquet" / "kpi_values.parquet" if earlier else None

    @property
    def builds(self) -> BuildFolder:
        """Where the steps of this run write their evidence."""
        return BuildFolder(self.settings.data_folder, self.partition.as_of)

    @property
    def build_record(self) -> BuildRecord | None:
        """The build that was begun last. Read from its folder each time: `pipeline.begin` writes it during the run."""
        return self.builds.build()
