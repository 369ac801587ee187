"""Running expectations over small dataframes with Great Expectations, which is imported only here and when used.

Belongs here: the frame, its expectations, and turning results into states. An exception inside Great Expectations
shows as success=False, like bad data: here it becomes the state `error`, which blocks the run as a defect of ours.
Does not: what is expected (landed, published).

Results keep counts. They name what failed only where the frame allows it (`named_by`): frames of streams and columns,
never of rows that could identify a person.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from orchestration.environment import variables_set
from orchestration.settings import TELEMETRY_OFF
from orchestration.warehouse.build_record import CheckResult, State

if TYPE_CHECKING:
    import pandas as pd

SHOWN = 3


@dataclass(frozen=True)
class Expected:
    """One expectation: our name for the rule, Great Expectations' class and arguments, and whether it blocks a run."""

    name: str
    kind: str
    arguments: Mapping[str, object] = field(default_factory=dict)
    is_blocking: bool = True


def between(column: str, lowest: float | None, highest: float | None) -> tuple[str, dict[str, object]]:
    """Kind and arguments of the expectation that a column's values lie between two bounds, both included."""
    return "ExpectColumnValuesToBeBetween", {"column": column, "min_value": lowest, "max_value": highest}


@dataclass(frozen=True)
class Frame:
    """Rows to check and what is expected of them. `named_by`: the columns that name a failing row in the result."""

    subject: str
    rows: pd.DataFrame
    expected: tuple[Expected, ...]
    named_by: tuple[str, ...] = ()


@variables_set(TELEMETRY_OFF)
def validate(frames: Iterable[Frame]) -> list[CheckResult]:
    """Check every frame. An exception inside the tool becomes a result of state `error`."""
    wanted = list(frames)
    try:
        gx = _great_expectations()
        context = gx.get_context(mode="ephemeral")
        context.variables.progress_bars = {"globally": False}
        source = context.data_sources.add_pandas("frames")
    except (Exception, SystemExit) as error:
        return [result for frame in wanted for result in _errors(frame, error)]
    return [result for number, frame in enumerate(wanted) for result in _validate(gx, source, number, frame)]


def _great_expectations() -> Any:
    """Import it without pyspark, whether that is loaded or not.

    Where it finds pyspark, the import costs seconds more and may end the interpreter with exit code 0.
    """
    loaded = sys.modules.get("pyspark")
    sys.modules["pyspark"] = None  # type: ignore[assignment]  # the documented way to make an import fail
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import great_expectations
            import great_expectations.expectations
    finally:
        if loaded is None:
            del sys.modules["pyspark"]
        else:
            sys.modules["pyspark"] = loaded
    return great_expectations


def _validate(gx: Any, source: Any, number: int, frame: Frame) -> list[CheckResult]:
    """One batch a frame; results come back in the order of the expectations' own ids."""
    try:
        asset = source.add_dataframe_asset(name=f"{frame.subject}-{number}")
        batch = asset.add_batch_definition_whole_dataframe("all").get_batch({"dataframe": frame.rows})
        suite = gx.ExpectationSuite(name=f"{frame.subject}-{number}")
        for index, expected in enumerate(frame.expected):
            make = getattr(gx.expectations, expected.kind)
            suite.add_expectation(make(**expected.arguments, meta={"index": index}))
        answer = batch.validate(suite, result_format=_result_format(frame))
        return [_result(frame, each) for each in sorted(answer.results, key=lambda one: _index(one))]
    except (Exception, SystemExit) as error:
        return _errors(frame, error)


def _result_format(frame: Frame) -> dict[str, object]:
    if not frame.named_by:
        return {"result_format": "BASIC", "partial_unexpected_count": 0}
    return {"result_format": "COMPLETE", "unexpected_index_column_names": list(frame.named_by)}


def _index(result: Any) -> int:
    return int(result.expectation_config.meta["index"])


def _result(frame: Frame, result: Any) -> CheckResult:
    expected = frame.expected[_index(result)]
    exception = _exception(result.exception_info or {})
    state: State = "passed"
    if exception is not None:
        state = "error"
    elif not result.success:
        state = "failed" if expected.is_blocking else "warned"
    detail = "" if state == "passed" else exception or _numbers(frame, result.result)
    return CheckResult(subject=frame.subject, check=expected.name, state=state, detail=detail)


def _exception(info: Mapping[str, Any]) -> str | None:
    """The message of an exception inside an expectation: flat for the whole, or one for each of its metrics."""
    if "raised_exception" in info:
        return str(info.get("exception_message")) if info["raised_exception"] else None
    messages = [str(each.get("exception_message")) for each in info.values() if each.get("raised_exception", True)]
    return messages[0] if messages else None


def _numbers(frame: Frame, result: Mapping[str, Any]) -> str:
    """How many of how many failed; and where the frame allows it, which."""
    if "unexpected_count" not in result:
        return f"found {result.get('observed_value')}"
    counts = f"{result['unexpected_count']} of {result['element_count']}"
    if not frame.named_by:
        return counts
    failing = result.get("unexpected_index_list") or []
    names = [", ".join(f"{name} {value}" for name, value in each.items()) for each in failing[:SHOWN]]
    return f"{counts}: {'; '.join(names)}"


def _errors(frame: Frame, error: BaseException) -> list[CheckResult]:
    detail = f"{type(error).__name__}: {error}"
    return [
        CheckResult(subject=frame.subject, check=each.name, state="error", detail=detail) for each in frame.expected
    ]
