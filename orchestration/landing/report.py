"""What one run landed of one source, in rows, loads and slices.

Belongs here: counting. Does not: what becomes of the counts (warehouse/build_record, pipeline).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from orchestration.landing import ledger


@dataclass
class LoadReport:
    """Counts of one source in one run. A unit ends each name.

    failed_slices, rejected_loads: one message each.
    unanswered_slices: how many slices in a row got no answer, up to now.
    new_fields: `stream.field` that the contract does not declare and no earlier load had -> rows that have it. Nothing
        is new in the first run of a stream.
    known_streams: streams with earlier loads.
    """

    source: str
    landed_rows: int = 0
    quarantined_rows: int = 0
    new_loads: int = 0
    unchanged_slices: int = 0
    already_counted_slices: int = 0
    unanswered_slices: int = 0
    failed_slices: list[str] = field(default_factory=list)
    rejected_loads: list[str] = field(default_factory=list)
    new_fields: dict[str, int] = field(default_factory=dict)
    known_streams: frozenset[str] = frozenset()
    is_worth_retrying: bool = False

    @property
    def is_complete(self) -> bool:
        return not self.failed_slices and not self.rejected_loads

    def count(self, load: ledger.Load) -> None:
        """Add a load that counts now: a new one with its rows, or the confirmation of an earlier one."""
        for stream in self.known_streams & set(load.streams):
            for name, rows in load.streams[stream].unknown_fields.items():
                self.new_fields[f"{stream}.{name}"] = rows
        if load.confirms is not None:
            self.unchanged_slices += 1
            return
        self.new_loads += 1
        for brought in load.streams.values():
            self.landed_rows += brought.landed
            self.quarantined_rows += brought.quarantined
