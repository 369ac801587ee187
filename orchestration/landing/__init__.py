"""Landing: what a connector yields becomes typed Parquet, and a slice lands whole or not at all.

Belongs here: contract checks (rows, tables), pseudonyms, files (writer, quarantine), the steps of a load (load), the
manifest (ledger), and a source's slices in a run (slices, ingest). Does not: knowledge of any one source.
"""

from orchestration.landing.load import Landing
from orchestration.landing.pseudonyms import Pseudonymiser, check_key
from orchestration.landing.report import LoadReport
from orchestration.landing.slices import MAX_UNANSWERED_SLICES, cursors, land_slices

__all__ = [
    "MAX_UNANSWERED_SLICES",
    "Landing",
    "LoadReport",
    "Pseudonymiser",
    "check_key",
    "cursors",
    "land_slices",
]
