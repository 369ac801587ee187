"""What one load counted of a stream, and what must hold of it before the load may count.

Belongs here: received = landed + quarantined, and the guard against truncated sets.
Does not: rows themselves (load).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container
from dataclasses import dataclass, field
from itertools import islice

from orchestration.contracts import StreamContract
from orchestration.errors import LandingError, TruncatedLoadError
from orchestration.landing.ledger import LandedFile, StreamLoad

MAX_UNKNOWN_FIELDS = 500
"""So many undeclared fields that are new in a load are kept in the manifest, the most frequent ones."""


@dataclass
class Tally:
    """Records of one stream in one load; `unknown_fields` counts rows by undeclared field."""

    received: int = 0
    landed: int = 0
    quarantined: int = 0
    unknown_fields: Counter[str] = field(default_factory=Counter)

    def check_balance(self, contract: StreamContract, slice_key: str) -> None:
        """LandingError when a received record was neither landed nor quarantined."""
        if self.received != self.landed + self.quarantined:
            raise LandingError(
                f"{contract.source}.{contract.stream}: received {self.received} records but landed {self.landed} "
                f"and quarantined {self.quarantined}; nothing of slice {slice_key} was kept."
            )

    def check_size(
        self, contract: StreamContract, slice_key: str, held: StreamLoad, min_share: float, min_guarded_rows: int
    ) -> None:
        """TruncatedLoadError when a whole set is to be replaced by one that is far smaller."""
        is_whole_set = contract.load_mode in ("snapshot", "replace_day")
        if is_whole_set and held.landed >= min_guarded_rows and self.landed < held.landed * min_share:
            raise TruncatedLoadError(
                f"{contract.source}.{contract.stream}: slice {slice_key} brought {self.landed} rows where "
                f"{held.landed} are held; the held rows stay. If the source really lost rows, land it again with "
                f"--accept-shrink."
            )

    def stream_load(self, files: list[LandedFile], known: Container[str]) -> StreamLoad:
        """The manifest's entry; of undeclared fields only those that are not `known` from earlier loads."""
        new = {name: rows for name, rows in self.unknown_fields.most_common() if name not in known}
        return StreamLoad(
            received=self.received,
            landed=self.landed,
            quarantined=self.quarantined,
            files=files,
            unknown_fields=dict(islice(new.items(), MAX_UNKNOWN_FIELDS)),
        )
