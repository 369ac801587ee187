"""What the gate evaluates, and collecting it: the reports of the build, the warehouse file, the loads of landing.

Belongs here: putting the evidence together. A warehouse that cannot be queried becomes a blocker.
Does not: evaluating (gate, policy), reading anything but the warehouse (run_context).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.landing.ledger import Load, newest_by_slice
from orchestration.publishing import policy
from orchestration.publishing.policy.terms import Blocker, Outgoing
from orchestration.publishing.publication import Publication, SourceCompleteness
from orchestration.storage.relations import open_read_only
from orchestration.warehouse.build_record import BuildRecord, BuildReports, DbtReport, LandingRecord, QualityReport
from orchestration.warehouse.dbt_manifest import Manifest
from orchestration.warehouse.inputs import BuildInputs

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

COVERAGE_DAYS = 28
"""Days up to the run in which the gate counts what a source delivered."""


@dataclass(frozen=True, slots=True)
class SourceFlow:
    """Records received from a source since the current publication, and how many of them were quarantined."""

    source: str
    received: int
    quarantined: int

    @property
    def share(self) -> float:
        return self.quarantined / self.received if self.received else 0.0


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When a run is blocked (settings, section guards)."""

    max_quarantine_share: float
    min_coverage_share: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that the gate evaluates. None: that evidence is missing."""

    as_of: datetime
    build: BuildRecord | None
    warehouse_build: tuple[str, datetime] | None
    expected_nodes: frozenset[str]
    expected_subjects: Mapping[str, frozenset[str]]
    dbt: DbtReport | None
    quality: Mapping[str, QualityReport | None]
    landing: Mapping[str, LandingRecord | None]
    flows: tuple[SourceFlow, ...]
    sources: tuple[SourceCompleteness, ...]
    policy: tuple[Blocker, ...]
    thresholds: Thresholds


def collect(inputs: BuildInputs, manifest: Manifest, current: Publication | None, reports: BuildReports) -> Evidence:
    """All evidence of the build of this run."""
    warehouse_build, blockers = _warehouse(inputs, manifest, current)
    guards = inputs.settings.guards
    return Evidence(
        as_of=inputs.partition.as_of,
        build=reports.build,
        warehouse_build=warehouse_build,
        expected_nodes=frozenset(manifest.expected),
        expected_subjects={"landed": frozenset(inputs.loads), "published": frozenset(manifest.published)},
        dbt=reports.dbt,
        quality=reports.quality,
        landing=reports.landing,
        flows=tuple(flows(inputs, current)),
        sources=tuple(completeness(inputs)),
        policy=tuple(blockers),
        thresholds=Thresholds(guards.max_quarantine_share, guards.min_coverage_share),
    )


def new_since(inputs: BuildInputs, current: Publication | None) -> date | None:
    """Loads whose `as_of` is on this day or later are new: the current publication's, or this run's if earlier."""
    return None if current is None else min(current.as_of, inputs.partition.as_of).date()


def flows(inputs: BuildInputs, current: Publication | None) -> list[SourceFlow]:
    """Received and quarantined records of each source's newest loads: since the current publication, and after it.

    The first window includes late loads of that publication's own run. The second leaves that run out: the many good
    records of a long first run would hide a bad run after it.
    """
    since = new_since(inputs, current)
    found = []
    for source, loads in sorted(inputs.loads.items()):
        newest = newest_by_slice([load for load in loads if load.confirms is None]).values()
        recent = [load for load in newest if since is None or load.as_of.date() >= since]
        after = [load for load in recent if since is None or load.as_of.date() > since]
        found += [_flow(source, recent)] if since is None else [_flow(source, recent), _flow(source, after)]
    return found


def _flow(source: str, loads: Iterable[Load]) -> SourceFlow:
    parts = [part for load in loads for part in load.streams.values()]
    return SourceFlow(source, sum(part.received for part in parts), sum(part.quarantined for part in parts))


def completeness(inputs: BuildInputs) -> list[SourceCompleteness]:
    """For each source how much of the last weeks has arrived, counted in days of streams."""
    first = inputs.partition.day - timedelta(days=COVERAGE_DAYS - 1)
    found = []
    for source in sorted(inputs.loads):
        days = [each for each in inputs.source_days if each.source == source]
        recent = [each for each in days if each.day >= first]
        delivered = [each.day for each in days if each.status == "delivered"]
        found.append(
            SourceCompleteness(
                source=source,
                expected_stream_days=len(recent),
                missing_stream_days=sum(each.status == "missing" for each in recent),
                last_delivered_day=max(delivered).isoformat() if delivered else None,
            )
        )
    return found


def _warehouse(
    inputs: BuildInputs, manifest: Manifest, current: Publication | None
) -> tuple[tuple[str, datetime] | None, list[Blocker]]:
    """Which build the warehouse file is of, and the policy's blockers. A file that cannot be queried is one."""
    path = inputs.settings.warehouse
    try:
        with open_read_only(path) as connection:
            build = _build_of(connection)
            blockers = policy.evaluate(_outgoing(connection, inputs, manifest, current))
    except Exception as error:
        return None, [_unreadable(path, error)]
    return build, blockers


def _build_of(connection: DuckDBPyConnection) -> tuple[str, datetime] | None:
    row = connection.execute("select build_id, as_of from run.build").fetchone()
    return None if row is None else (row[0], row[1].replace(tzinfo=UTC))


def _outgoing(
    connection: DuckDBPyConnection, inputs: BuildInputs, manifest: Manifest, current: Publication | None
) -> Outgoing:
    return Outgoing(
        connection=connection,
        relations=policy.read_relations(connection, manifest.published),
        registry=policy.read_registry(connection),
        min_group_size=inputs.settings.privacy.min_group_size,
        dominance_share=inputs.settings.privacy.dominance_share,
        current_versions={} if current is None else current.definitions,
    )


def _unreadable(path: Path, error: Exception) -> Blocker:
    first_line = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    return Blocker(
        rule="policy",
        finding=f"{path.name} cannot be queried: {first_line}",
        action="build again; the policy could not be evaluated",
    )
