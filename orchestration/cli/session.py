"""What every command runs in: the consoles, the settings, the log, the writer lock, and exit codes for errors.

Belongs here: the frame around a command. Data goes to stdout; messages go to stderr. Does not: commands (app).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum

import typer
from rich.console import Console

from orchestration import errors
from orchestration.cli.console_logging import logging_to
from orchestration.settings import Settings, load_settings
from orchestration.storage.writer_lock import writer_lock

PIPED_COLUMNS = 120
"""The width of a table where stdout is not a terminal."""
err = Console(stderr=True)
out = Console() if Console().is_terminal else Console(width=PIPED_COLUMNS)


class Exit(IntEnum):
    """The exit codes of a command; typer itself ends with 2 when the command is used wrongly."""

    DONE = 0
    FAILED = 1
    BLOCKED = 3
    BUSY = 4
    MISCONFIGURED = 5


EXITS = {
    errors.PublicationBlockedError: Exit.BLOCKED,
    errors.BusyError: Exit.BUSY,
    errors.SettingsError: Exit.MISCONFIGURED,
    errors.ContractError: Exit.MISCONFIGURED,
}


class ReportedError(Exception):
    """A failure that the command has already printed; only its exit code is left to return."""

    def __init__(self, code: Exit) -> None:
        super().__init__(code.name)
        self.code = code


@contextmanager
def exit_codes() -> Iterator[None]:
    """Print an error of this project as one message, and end with its exit code."""
    try:
        yield
    except ReportedError as reported:
        raise typer.Exit(reported.code) from None
    except errors.CounterpoiseError as error:
        err.print(f"{error}", style="bold red", markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(next((code for kind, code in EXITS.items() if isinstance(error, kind)), Exit.FAILED)) from None


@contextmanager
def session(writer: str | None = None, settings: Settings | None = None) -> Iterator[Settings]:
    """Settings and log while a command runs; the writer lock too when `writer` names what the command does."""
    with exit_codes():
        settings = settings or load_settings()
        with logging_to(settings.data_folder / "logs", err):
            if writer is None:
                yield settings
                return
            with writer_lock(settings.data_folder, writer):
                yield settings
