"""The company's own files: people, teams, absences, identities, services, finance, holidays.

Reads:  CSV files in one folder (`contracts`), however a spreadsheet wrote them: with or without BOM,
        comma, semicolon, tab or bar, quoted newlines, `="00123"`.
Lands:  one stream a file, whole each run. A file that is not there is a stream that is not covered.
Refuses: a row at a time, with file, digest and line, for a bad date, a formula, a repeated key, a wrong number of
        fields. A file without a required column, or cut off inside a quote, counts as a whole for nothing.
Leaves out: every column that is not declared. `display_name` is never read.
"""

from __future__ import annotations

import difflib
import hashlib
import logging
from collections.abc import Callable, Iterator
from pathlib import Path

from pydantic import Field

from orchestration.connectors.base import Cursors, Item, RejectedRecord, RetryPolicy, Row, Slice, SourceConfig
from orchestration.connectors.company_files.csv import Sheet, opened
from orchestration.connectors.company_files.csv_values import RejectedRow, checked_row
from orchestration.connectors.company_files.file_specs import FILES, FileSpec
from orchestration.errors import SourceError
from orchestration.partition import DailyPartition

logger = logging.getLogger(__name__)


class Config(SourceConfig):
    """Section `company_files` of the company's settings."""

    folder: Path = Field(description="Where the CSV files lie.")


def slices(
    config: Config, partition: DailyPartition, cursors: Cursors, retries: RetryPolicy | None = None
) -> Iterator[Slice]:
    """One slice for each file that is there; the files know no run and no cursor."""
    if not config.folder.is_dir():
        raise SourceError(f"company_files: {config.folder} is no folder; set `folder` to where the CSV files lie.")
    for file in FILES:
        found = [config.folder / name for name in file.names if (config.folder / name).is_file()]
        if len(found) > 1:
            names = " and ".join(path.name for path in found)
            raise SourceError(f"company_files: {names} both hold {file.stream}; keep one of them.")
        if found:
            yield Slice(file.stream, (file.stream,), _bound(file, found[0]))


def _bound(file: FileSpec, path: Path) -> Callable[[], Iterator[Item]]:
    return lambda: _items(file, path)


def _items(file: FileSpec, path: Path) -> Iterator[Item]:
    content = path.read_bytes()
    place = f"{path.name}@{hashlib.sha256(content).hexdigest()[:12]}"
    sheet = opened(content, path.name, set(file.columns))
    _check_header(file, path.name, sheet.header)
    seen: dict[tuple[object, ...], int] = {}
    for line in sheet.lines():
        pointer = f"{place}:{line.number}"
        payload = "\x1f".join(line.fields).encode("utf-8", "surrogateescape")
        try:
            record = _record(file, sheet, line.fields, line.problem)
            _check_repeated(file, record, line.number, seen)
        except RejectedRow as problem:
            yield RejectedRecord(file.stream, str(problem), pointer, payload)
        else:
            yield Row(file.stream, record, pointer)


def _record(file: FileSpec, sheet: Sheet, fields: list[str], problem: str | None) -> dict[str, object]:
    if problem is not None:
        raise RejectedRow(problem)
    if len(fields) != len(sheet.header):
        raise RejectedRow(f"the row has {len(fields)} fields, the header {len(sheet.header)}")
    read = {name: cell for name, cell in zip(sheet.header, fields, strict=True) if name in file.columns}
    return checked_row(file, read, comma_decimals=sheet.delimiter != ",")


def _check_repeated(
    file: FileSpec, record: dict[str, object], number: int, seen: dict[tuple[object, ...], int]
) -> None:
    key = tuple(record.get(name) for name in file.key)
    first = seen.setdefault(key, number)
    if first != number:
        raise RejectedRow(f"repeats line {first} ({', '.join(file.key)})")


def _check_header(file: FileSpec, name: str, header: list[str]) -> None:
    """SourceError for a missing required column, with the column that was probably meant."""
    doubled = sorted({column for column in header if column in file.columns and header.count(column) > 1})
    if doubled:
        raise SourceError(f"{name}: the columns {', '.join(doubled)} stand there twice; nothing of it was counted.")
    spare = [column for column in header if column not in file.columns]
    for column in file.required:
        if column not in header:
            near = difflib.get_close_matches(column, spare, n=1, cutoff=0.5)
            meant = f"the nearest column is {near[0]!r}; rename it" if near else "no column resembles it; add it"
            raise SourceError(
                f"{name}: the required column {column!r} is missing; {meant}. The file has "
                f"{len(header)} columns: {', '.join(header)}. Nothing of it was counted; the last good one stands."
            )
    for column in set(file.columns) - set(header):
        if near := difflib.get_close_matches(column, spare, n=1, cutoff=0.8):
            logger.warning("%s: no column %r; %r looks like it and is not read", name, column, near[0])
