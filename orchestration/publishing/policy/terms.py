"""What the policy's rules share: a blocker, a registered metric, the relations to publish.

Belongs here: small records. Does not: any rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

CELL_KEY = ("entity_type", "entity_id", "week_start_date")
"""What two figures have in common that are read side by side."""


class Blocker(BaseModel):
    """Why a run is not published: the rule, what was found with its numbers, and what to do."""

    model_config = ConfigDict(frozen=True)

    rule: str
    finding: str
    action: str


@dataclass(frozen=True, slots=True)
class Metric:
    """One row of the registry, as far as the policy needs it."""

    kind: str
    counter_metric: str | None
    version: int
    is_about_people: bool

    @property
    def is_use(self) -> bool:
        return self.kind in ("activity", "cost")


@dataclass(frozen=True, slots=True)
class Outgoing:
    """The relations to publish with their columns, and the limits of the rules."""

    connection: DuckDBPyConnection
    relations: Mapping[str, Mapping[str, str]]
    registry: Mapping[str, Metric]
    min_group_size: int
    dominance_share: float
    current_versions: Mapping[str, int]

    def count(self, query: str) -> int:
        row = self.connection.execute(query).fetchone()
        return int(row[0]) if row else 0


def same_cell(other: str) -> str:
    """The SQL condition that `other` is of the same entity and week as `cells`."""
    return " and ".join(f"{other}.{name} = cells.{name}" for name in CELL_KEY)
