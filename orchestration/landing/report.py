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
    unknown_fields: `stream.field` that the contract does not declare -> rows that have it.
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
    unknown_fields: dict[str, int] = field(default_factory=dict)
    is_worth_retrying: bool = False

    @property
    def is_complete(self) -> bool:
        return not self.failed_slices and not self.rejected_loads

    def count(self, load: ledger.Load) -> None:
        """Add a load that counts now: a new one with its rows, or the confirmation of an earlier one."""
        if load.confirms is not None:
            self.unchanged_slices += 1
            return
        self.new_loads += 1
        for stream, brought in load.streams.items():
            self.landed_rows += brought.landed
            self.quarantined_rows += brought.quarantined
            for name, rows in brought.unknown_fields.items():
                path = f"{stream}.{name}"
                self.unknown_fields[path] = self.unknown_fields.get(path, 0) + rows
