"""dbt, run inside this process: its command line as a pure function, the call, and the parsed project that it gets.

Belongs here: building dbt's arguments, parsing the project when it has changed, calling dbt.
Does not: SQL (dbt_project), preparing what dbt reads (inputs), evaluating the results (gate).

dbt's `target` folder is in the data folder and is kept between runs, so that an unchanged project is not parsed again.
Left alone, dbt would parse it again whenever the data folder has moved, and look for changes in every call: so each
call gets the parsed project. No dbt variables are used, because they would be part of the parsed project.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from orchestration.environment import variables_set
from orchestration.errors import WarehouseError
from orchestration.settings import Settings, child_environment
from orchestration.storage.atomic_files import replace_text
from orchestration.warehouse.dbt_results import PASSED, DbtOutcome, NodeResult
from orchestration.warehouse.inputs import code_fingerprint

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

Command = Literal["build", "run", "test", "seed", "parse"]
OnLine = Callable[[str], None]
LEFT_TO_DEVELOPMENT = ("unit_test",)
"""Kinds of nodes that no run builds: the result of a unit test does not depend on what has landed."""


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
    """`dbt_arguments` with the paths and the target of the settings, and without the kinds of nodes no run builds."""
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


def parsed_project_path(settings: Settings) -> Path:
    """Where dbt writes the parsed project in the form that it can read again."""
    return dbt_state(settings) / "target" / "partial_parse.msgpack"


def run_dbt(settings: Settings, arguments: Sequence[str], on_line: OnLine = lambda line: None) -> DbtOutcome:
    """Call dbt in this process on the parsed project. A failed node or project is a result and not an exception."""
    parse_error = _parse_when_changed(settings)
    if parse_error is not None:
        return DbtOutcome(command=list(arguments), nodes=[], error=parse_error)
    return _call(settings, arguments, on_line, parsed=parsed_project_path(settings))


def _call(settings: Settings, arguments: Sequence[str], on_line: OnLine, *, parsed: Path | None) -> DbtOutcome:
    """Call dbt. `parsed`: the parsed project; dbt parses the project itself if there is none."""
    with variables_set(child_environment(settings)):
        from dbt.cli.main import dbtRunner

        settings.warehouse.parent.mkdir(parents=True, exist_ok=True)
        manifest = None if parsed is None else read_parsed_project(parsed)
        callbacks = [partial(_report_finished, on_line=on_line)]
        try:
            answer = dbtRunner(manifest=manifest, callbacks=callbacks).invoke(list(arguments))
        finally:
            _close_connections()
    nodes = [NodeResult.of(result) for result in getattr(answer.result, "results", None) or []]
    error = None if answer.exception is None else f"{type(answer.exception).__name__}: {answer.exception}"
    if error is None and not answer.success and all(node.state != "failed" for node in nodes):
        error = f"dbt {arguments[0]} failed without naming a failed node; its log is in {dbt_state(settings)}/logs"
    return DbtOutcome(command=list(arguments), nodes=nodes, error=error)


def read_parsed_project(path: Path) -> Manifest:
    """The parsed project as dbt's documented `dbtRunner(manifest=...)` takes it.

    The one place that uses a private name of dbt: the decoder by which dbt itself reads this file. To parse in this
    process instead would cost about five seconds a call. tests/warehouse/test_dbt_runner.py pins it.
    """
    from dbt.contracts.graph.manifest import Manifest
    from dbt.parser.manifest import extended_mashumuro_decoder

    manifest = Manifest.from_msgpack(path.read_bytes(), decoder=extended_mashumuro_decoder)
    manifest.build_flat_graph()
    return manifest


def current_manifest(settings: Settings) -> Path:
    """The manifest of the project as it is now, parsed again only when a model, macro, test or seed has changed.

    WarehouseError when dbt cannot parse the project.
    """
    parse_error = _parse_when_changed(settings)
    if parse_error is not None:
        raise WarehouseError(f"dbt cannot parse the project: {parse_error}")
    return manifest_path(settings)


def _parse_when_changed(settings: Settings) -> str | None:
    """Parse the project if it differs from the one parsed last. Returns dbt's error, or None."""
    stamp, parsed_from = dbt_state(settings) / "target" / "parsed_from.txt", _parsed_from(settings)
    written = (manifest_path(settings), parsed_project_path(settings), stamp)
    if all(path.is_file() for path in written) and stamp.read_text("utf-8") == parsed_from:
        return None
    stamp.unlink(missing_ok=True)
    outcome = _call(settings, settings_arguments(settings, "parse"), lambda line: None, parsed=None)
    if outcome.error is None:
        replace_text(stamp, parsed_from)
    return outcome.error


def _parsed_from(settings: Settings) -> str:
    """Everything that the parsed project depends on; the data folder is not part of it."""
    return f"{code_fingerprint(settings)} {settings.dbt_project} {settings.engine} dbt-core {version('dbt-core')}"


def _report_finished(event: object, on_line: OnLine) -> None:
    """One line for each finished model or seed, and one for each test that does not pass."""
    if event.info.name != "NodeFinished":  # type: ignore[attr-defined]  # dbt's EventMsg
        return
    node = event.data.node_info  # type: ignore[attr-defined]
    status = str(node.node_status)
    if node.resource_type in ("model", "seed") or status not in PASSED:
        on_line(f"{node.resource_type} {node.node_name}: {status}")


def _close_connections() -> None:
    """Close the warehouse file: dbt-duckdb keeps it open until the process ends, and the gate opens it read-only."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    DuckDBConnectionManager.close_all_connections()
