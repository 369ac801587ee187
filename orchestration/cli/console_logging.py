"""Logging of a command: one line a step on stderr for people, every line with its time as JSON for machines.

Belongs here: handlers of the `counterpoise` logger. An info message is a line; a debug message is progress, which only
a terminal shows, in one line that is overwritten. Does not: the messages.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from logging.handlers import RotatingFileHandler
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.status import Status

LOGGER = "counterpoise"
LOG_BYTES, LOG_FILES = 5_000_000, 3
STYLES = {logging.WARNING: "yellow", logging.ERROR: "bold red", logging.CRITICAL: "bold red"}


class TerminalHandler(logging.Handler):
    """Lines for people. A terminal also shows the progress of the current step."""

    def __init__(self, console: Console, status: Status | None) -> None:
        super().__init__(logging.DEBUG)
        self._console, self._status = console, status

    def emit(self, record: logging.LogRecord) -> None:
        text = escape(record.getMessage())
        if record.levelno <= logging.DEBUG:
            if self._status is not None:
                self._status.update(text)
            return
        style = STYLES.get(record.levelno)
        self._console.print(f"[{style}]{text}[/]" if style else text, soft_wrap=True, highlight=False)


class JsonFormatter(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


@contextmanager
def logging_to(log_folder: Path, console: Console) -> Iterator[logging.Logger]:
    """Send the log of this project to the terminal and to `counterpoise.jsonl` while the block runs."""
    log_folder.mkdir(parents=True, exist_ok=True)
    logger = logging.getLogger(LOGGER)
    logger.setLevel(logging.DEBUG)
    status = console.status("") if console.is_terminal else None
    file = RotatingFileHandler(log_folder / "counterpoise.jsonl", maxBytes=LOG_BYTES, backupCount=LOG_FILES)
    file.setFormatter(JsonFormatter())
    handlers = [TerminalHandler(console, status), file]
    if not logging.getLogger().handlers:
        logging.getLogger().addHandler(logging.NullHandler())  # basicConfig of a library adds no other
    for handler in handlers:
        logger.addHandler(handler)
    if status is not None:
        status.start()
    try:
        yield logger
    finally:
        if status is not None:
            status.stop()
        for handler in handlers:
            logger.removeHandler(handler)
            handler.close()
