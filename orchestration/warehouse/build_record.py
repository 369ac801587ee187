"""The evidence of a build: what was landed, dbt's results, the results of the two quality checkpoints.

Belongs here: the files of `data/builds/<run>/`, written by the steps of a run and read by the gate. They and the
warehouse file have the same build id, so that the gate never evaluates one build by another's results.
Does not: evaluating.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeVar

from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from orchestration.partition import partition_name
from orchestration.storage.atomic_files import replace_text
from orchestration.warehouse.dbt_results import DbtOutcome

if TYPE_CHECKING:
    from orchestration.landing import LoadReport

Checkpoint = Literal["landed", "published"]
SHOWN_FIELDS = 5
State = Literal["passed", "warned", "failed", "error"]
Report = TypeVar("Report", bound=BaseModel)


class BuildRecord(BaseModel):
    """Which build this is. The warehouse holds the same row in `run.build`."""

    model_config = ConfigDict(frozen=True)

    build_id: str
    as_of: datetime
    inputs_fingerprint: str


class CheckResult(BaseModel):
    """One check at a checkpoint. `detail` holds numbers and names of columns, never a value of a row."""

    model_config = ConfigDict(frozen=True)

    subject: str
    check: str
    state: State
    detail: str = ""


class QualityReport(BaseModel):
    """All checks of one checkpoint."""

    model_config = ConfigDict(frozen=True)

    build_id: str
    checkpoint: Checkpoint
    results: list[CheckResult]

    @property
    def is_blocked(self) -> bool:
        """Whether a blocking check failed, or a check could not run."""
        return any(result.state in ("failed", "error") for result in self.results)

    def __str__(self) -> str:
        states = [result.state for result in self.results]
        counts = f"{states.count('warned')} warned, {states.count('failed')} failed, {states.count('error')} in error"
        return f"checkpoint {self.checkpoint}: {len(states)} checks, {counts}"


class DbtReport(BaseModel):
    """dbt's results in this build."""

    model_config = ConfigDict(frozen=True)

    build_id: str
    outcome: DbtOutcome


class LandingRecord(BaseModel):
    """What a run landed of a source, as far as the gate needs it. The lists hold one sentence each.

    Records of an older version are read by the fields' earlier names, so that no rejected load is overlooked.
    """

    model_config = ConfigDict(frozen=True)

    source: str
    landed_rows: int = Field(0, validation_alias=AliasChoices("landed_rows", "landed"))
    quarantined_rows: int = Field(0, validation_alias=AliasChoices("quarantined_rows", "quarantined"))
    unchanged_slices: int = Field(0, validation_alias=AliasChoices("unchanged_slices", "unchanged"))
    failed_slices: list[str] = Field([], validation_alias=AliasChoices("failed_slices", "failed"))
    rejected_loads: list[str] = Field([], validation_alias=AliasChoices("rejected_loads", "refused"))
    new_fields: list[str] = Field([], description="`stream.field` of undeclared fields that no earlier run had met.")

    @classmethod
    def of(cls, source: str, reports: list[LoadReport]) -> LandingRecord:
        """One record of the reports of several runs."""
        return cls(
            source=source,
            landed_rows=sum(report.landed_rows for report in reports),
            quarantined_rows=sum(report.quarantined_rows for report in reports),
            unchanged_slices=sum(report.unchanged_slices + report.already_counted_slices for report in reports),
            failed_slices=[sentence for report in reports for sentence in report.failed_slices],
            rejected_loads=[sentence for report in reports for sentence in report.rejected_loads],
            new_fields=sorted({name for report in reports for name in report.new_fields}),
        )

    def __str__(self) -> str:
        words = f"landed {self.source}: {self.landed_rows:,} rows"
        if self.quarantined_rows:
            words += f", {self.quarantined_rows:,} quarantined"
        if self.unchanged_slices:
            words += f", {self.unchanged_slices:,} slices unchanged"
        if self.new_fields:
            shown = ", ".join(self.new_fields[:SHOWN_FIELDS]) + (", …" if len(self.new_fields) > SHOWN_FIELDS else "")
            words += f", {len(self.new_fields):,} new fields not declared ({shown})"
        return words


@dataclass(frozen=True, slots=True)
class BuildReports:
    """What the steps of one run have reported so far. None: that report is missing."""

    build: BuildRecord | None
    dbt: DbtReport | None
    quality: Mapping[str, QualityReport | None]
    landing: Mapping[str, LandingRecord | None]


class BuildFolder:
    """The evidence of one run."""

    def __init__(self, data_folder: Path, as_of: datetime) -> None:
        self.path = data_folder / "builds" / partition_name(as_of)

    def start(self, as_of: datetime, inputs_fingerprint: str) -> BuildRecord:
        """Begin a build: the results of the one before no longer count."""
        for name in ("build", "dbt", "quality-landed", "quality-published"):
            (self.path / f"{name}.json").unlink(missing_ok=True)
        record = BuildRecord(build_id=uuid.uuid4().hex, as_of=as_of, inputs_fingerprint=inputs_fingerprint)
        self._write("build", record)
        return record

    def build(self) -> BuildRecord | None:
        return self._read("build", BuildRecord)

    def keep_landing(self, record: LandingRecord) -> None:
        self._write(f"landed-{record.source}", record)

    def landing(self, source: str) -> LandingRecord | None:
        return self._read(f"landed-{source}", LandingRecord)

    def keep_dbt(self, report: DbtReport) -> None:
        self._write("dbt", report)

    def dbt(self) -> DbtReport | None:
        return self._read("dbt", DbtReport)

    def keep_quality(self, report: QualityReport) -> None:
        self._write(f"quality-{report.checkpoint}", report)

    def quality(self, checkpoint: Checkpoint) -> QualityReport | None:
        return self._read(f"quality-{checkpoint}", QualityReport)

    def reports(self, sources: Iterable[str]) -> BuildReports:
        """Every report, with the landing of these sources."""
        return BuildReports(
            build=self.build(),
            dbt=self.dbt(),
            quality={"landed": self.quality("landed"), "published": self.quality("published")},
            landing={source: self.landing(source) for source in sources},
        )

    def _write(self, name: str, report: BaseModel) -> None:
        replace_text(self.path / f"{name}.json", report.model_dump_json(indent=2) + "\n")

    def _read(self, name: str, kind: type[Report]) -> Report | None:
        path = self.path / f"{name}.json"
        return kind.model_validate_json(path.read_bytes()) if path.is_file() else None
