"""What came of a call of dbt, node by node.

Belongs here: the results as plain records, and which of dbt's words count as good. Does not: calling dbt (dbt_runner),
deciding what a failed node means for the run (gate).
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

PASSED = ("success", "pass", "no-op")
WARNED = ("warn",)


class NodeResult(BaseModel):
    """dbt's result of one node. `rows` is known for tables on engines that count, `failures` for tests."""

    model_config = ConfigDict(frozen=True)

    unique_id: str
    status: str
    seconds: float
    rows: int | None = None
    failures: int | None = None
    message: str | None = None

    @classmethod
    def of(cls, result: Any) -> NodeResult:
        """From dbt's own RunResult, which is not named here because dbt is imported only to be called."""
        rows = (result.adapter_response or {}).get("rows_affected")
        return cls(
            unique_id=result.node.unique_id,
            status=str(result.status),
            seconds=round(result.execution_time, 3),
            rows=rows if isinstance(rows, int) and rows >= 0 else None,
            failures=result.failures,
            message=None if result.message is None else str(result.message),
        )

    @property
    def name(self) -> str:
        return self.unique_id.split(".")[2]

    @property
    def kind(self) -> str:
        return self.unique_id.split(".")[0]

    @property
    def state(self) -> Literal["passed", "warned", "failed"]:
        """Any status that is not known to be good is failed: skipped, partial and new words too."""
        if self.status in PASSED:
            return "passed"
        return "warned" if self.status in WARNED else "failed"


class DbtOutcome(BaseModel):
    """All node results of one call, and the error when dbt did not get as far as running nodes."""

    model_config = ConfigDict(frozen=True)

    command: list[str]
    nodes: list[NodeResult]
    error: str | None = None

    @property
    def failed(self) -> list[NodeResult]:
        return [node for node in self.nodes if node.state == "failed"]

    @property
    def warned(self) -> list[NodeResult]:
        return [node for node in self.nodes if node.state == "warned"]

    def __str__(self) -> str:
        models, tests = (sum(kind in node.kind for node in self.nodes) for kind in ("model", "test"))
        return f"dbt: {models} models, {tests} tests, {len(self.warned)} warned, {len(self.failed)} failed"

    @property
    def is_good(self) -> bool:
        return self.error is None and bool(self.nodes) and not self.failed
