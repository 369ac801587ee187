"""dbt, run inside this process: the command line as a pure function, and what came of it node by node.

Belongs here: building dbt's arguments, calling it, reading its results.
Does not: SQL (dbt_project), preparing what dbt reads (inputs), judging the results (gate).

dbt's `target` folder lives in the data folder and is kept between runs, so that an unchanged project is not parsed
again. dbt itself would do so whenever the data folder has moved, and would look for changes in every call: it is
handed the parsed project instead. Nothing is passed by dbt variables, because they would be part of it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict

from orchestration.errors import WarehouseError
from orchestration.settings import Settings, child_environment
from orchestration.storage.atomic_files import replace_text
from orchestration.warehouse.inputs import code_fingerprint

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

Command = Literal["build", "run", "test", "seed", "parse"]
Talk = Callable[[str], None]
PASSED = ("success", "pass", "no-op")
WARNED = ("warn",)
LEFT_TO_DEVELOPMENT = ("unit_test",)
"""Kinds of nodes that no run builds: a unit test says the same of the SQL whatever has landed."""


class NodeResult(BaseModel):
    """What dbt says of one node. `rows` is known for tables on engines that count, `failures` for tests."""

    model_config = ConfigDict(frozen=True)

    unique_id: str
    status: str
    seconds: float
    rows: int | None = None
    failures: int | None = None
    message: str | None = None

    @property
    def name(self) -> str:
        return self.unique_id.split(".")[2]

    @property
    def kind(self) -> str:
        return self.unique_id.split(".")[0]

    @property
    def state(self) -> Literal["passed", "warned", "failed"]:
        """Anything that dbt does not call good is failed: skipped, partial and unknown words too."""
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
    def is_good(self) -> bool:
        return self.error is None and bool(self.nodes) and not self.failed


def dbt_arguments(
    command: Command,
    *,
    project: Path,
    state: Path,
    target: str,
    select: Sequence[str] = (),
    exclude_kinds: Sequence[str] = (),
    full_refresh: bool = False,
) -> list[str]:
    """dbt's command line, with every path absolute. `state` keeps the manifest and the structured log."""
    arguments = [command, "--project-dir", str(project), "--profiles-dir", str(project), "--target", target]
    arguments += ["--target-path", str(state / "target"), "--log-path", str(state / "logs")]
    arguments += ["--log-level", "none", "--log-level-file", "info", "--log-format-file", "json"]
    arguments += ["--no-send-anonymous-usage-stats", "--no-version-check", "--no-use-colors"]
    if full_refresh:
        arguments.append("--full-refresh")
    for kind in exclude_kinds:
        arguments += ["--exclude-resource-type", kind]
    if select:
        arguments += ["--select", *select]
    return arguments


def settings_arguments(
    settings: Settings, command: Command, *, select: Sequence[str] = (), full_refresh: bool = False
) -> list[str]:
    """`dbt_arguments` with the paths and the target of the settings, and without what no run needs."""
    return dbt_arguments(
        command,
        project=settings.dbt_project,
        state=dbt_state(settings),
        target=settings.engine,
        select=select,
        exclude_kinds=LEFT_TO_DEVELOPMENT if command == "build" else (),
        full_refresh=full_refresh,
    )


def dbt_state(settings: Settings) -> Path:
    """Where dbt keeps its parsed manifest, results and log."""
    return settings.data_folder / "dbt"


def manifest_path(settings: Settings) -> Path:
    return dbt_state(settings) / "target" / "manifest.json"


def _parsed_path(settings: Settings) -> Path:
    """Where dbt leaves the project as its own runner takes it back."""
    return dbt_state(settings) / "target" / "partial_parse.msgpack"


def run_dbt(settings: Settings, arguments: Sequence[str], talk: Talk = lambda line: None) -> DbtOutcome:
    """Call dbt in this process on the parsed project. A node or a project that fails is a result, no exception."""
    broken = _parse_when_changed(settings)
    if broken is not None:
        return DbtOutcome(command=list(arguments), nodes=[], error=broken)
    return _call(settings, arguments, talk, is_parsed=True)


def _call(settings: Settings, arguments: Sequence[str], talk: Talk, *, is_parsed: bool) -> DbtOutcome:
    with _environment(child_environment(settings)):
        from dbt.cli.main import dbtRunner

        settings.warehouse.parent.mkdir(parents=True, exist_ok=True)
        parsed = _parsed_project(settings) if is_parsed else None
        try:
            answer = dbtRunner(manifest=parsed, callbacks=[lambda event: _say(event, talk)]).invoke(list(arguments))
        finally:
            _close_connections()
    results = getattr(answer.result, "results", None) or []
    nodes = [_node_result(result) for result in results]
    error = None if answer.exception is None else f"{type(answer.exception).__name__}: {answer.exception}"
    if error is None and not answer.success and all(node.state != "failed" for node in nodes):
        error = f"dbt {arguments[0]} says it failed and names no failed node; its log is in {dbt_state(settings)}/logs"
    return DbtOutcome(command=list(arguments), nodes=nodes, error=error)


def current_manifest(settings: Settings) -> Path:
    """The manifest of the project as it is now; parsed again only when a model, macro, test or seed has changed.

    WarehouseError when dbt cannot parse the project.
    """
    broken = _parse_when_changed(settings)
    if broken is not None:
        raise WarehouseError(f"dbt cannot parse the project: {broken}")
    return manifest_path(settings)


def _parse_when_changed(settings: Settings) -> str | None:
    """Bring manifest and parsed project up to date; dbt's error when it cannot."""
    stamp, parsed_from = dbt_state(settings) / "target" / "parsed_from.txt", _parsed_from(settings)
    left = (manifest_path(settings), _parsed_path(settings), stamp)
    if all(path.is_file() for path in left) and stamp.read_text("utf-8") == parsed_from:
        return None
    stamp.unlink(missing_ok=True)
    outcome = _call(settings, settings_arguments(settings, "parse"), lambda line: None, is_parsed=False)
    if outcome.error is None:
        replace_text(stamp, parsed_from)
    return outcome.error


def _parsed_from(settings: Settings) -> str:
    """Everything that the parsed project depends on: not the data folder, but where the seeds lie."""
    return f"{code_fingerprint(settings)} {settings.dbt_project} {settings.engine} dbt-core {version('dbt-core')}"


def _parsed_project(settings: Settings) -> Manifest:
    """What the last parse left, as dbt's runner takes it."""
    from dbt.contracts.graph.manifest import Manifest
    from dbt.parser.manifest import extended_mashumuro_decoder

    parsed = Manifest.from_msgpack(_parsed_path(settings).read_bytes(), decoder=extended_mashumuro_decoder)
    parsed.build_flat_graph()
    return parsed


def _node_result(result: object) -> NodeResult:
    response = getattr(result, "adapter_response", None) or {}
    rows = response.get("rows_affected")
    return NodeResult(
        unique_id=result.node.unique_id,  # type: ignore[attr-defined]  # dbt's RunResult; dbt is imported lazily
        status=str(result.status),  # type: ignore[attr-defined]
        seconds=round(result.execution_time, 3),  # type: ignore[attr-defined]
        rows=rows if isinstance(rows, int) and rows >= 0 else None,
        failures=result.failures,  # type: ignore[attr-defined]
        message=None if result.message is None else str(result.message),  # type: ignore[attr-defined]
    )


def _say(event: object, talk: Talk) -> None:
    """One line a finished model or seed, and one for a test only when it does not pass."""
    if event.info.name != "NodeFinished":  # type: ignore[attr-defined]  # dbt's EventMsg
        return
    node = event.data.node_info  # type: ignore[attr-defined]
    status = str(node.node_status)
    if node.resource_type in ("model", "seed") or status not in PASSED:
        talk(f"{node.resource_type} {node.node_name}: {status}")


def _close_connections() -> None:
    """dbt-duckdb keeps its file open until the process ends; the gate opens the same file read-only."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    DuckDBConnectionManager.close_all_connections()


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
