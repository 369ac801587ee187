"""The company's own files: people, teams, absences, identities, services, finance, holidays.

Reads:  CSV files in one folder (`file_specs`), in any dialect of a spreadsheet: with or without BOM, comma, semicolon,
        tab or bar, quoted line breaks, `="00123"`.
Lands:  one stream a file, each file whole in every run. A file that does not exist is a stream that is not covered.
Rejects: single rows, with file, digest and line: a bad date, a formula, a repeated key, a wrong number of fields.
        Nothing of a file is landed when it lacks a required column or ends inside a quote.
Leaves out: every column that is not declared. `display_name` is never read.
"""

from __future__ import annotations

import difflib
import hashlib
import logging
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from pydantic import Field

from orchestration.connectors.base import Cursors, Item, RejectedRecord, RetryPolicy, Row, Slice, SourceConfig
from orchestration.connectors.company_files.csv import Sheet, open_sheet
from orchestration.connectors.company_files.csv_values import RejectedRow, checked_row
from orchestration.connectors.company_files.file_specs import FILES, FileSpec
from orchestration.errors import SourceError
from orchestration.partition import DailyPartition

logger = logging.getLogger(__name__)


class Config(SourceConfig):
    """Section `company_files` of the company's settings."""

    folder: Path = Field(description="The folder of the CSV files.")


def slices(
    config: Config, partition: DailyPartition, cursors: Cursors, retries: RetryPolicy | None = None
) -> Iterator[Slice]:
    """One slice for each file that exists; files are read whole, so there is no cursor."""
    if not config.folder.is_dir():
        raise SourceError(
            f"company_files: {config.folder} is not a folder; nothing was read. Set `folder` to that of the CSV files."
        )
    for file in FILES:
        found = [config.folder / name for name in file.names if (config.folder / name).is_file()]
        if len(found) > 1:
            names = " and ".join(path.name for path in found)
            raise SourceError(f"company_files: {names} both hold {file.stream}; neither was read. Keep one of them.")
        if found:
            yield Slice(file.stream, (file.stream,), partial(_items, file, found[0]))


def _items(file: FileSpec, path: Path) -> Iterator[Item]:
    content = path.read_bytes()
    place = f"{path.name}@{hashlib.sha256(content).hexdigest()[:12]}"
    sheet = open_sheet(content, path.name, set(file.columns))
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
    """SourceError for a missing required column, naming the column that was probably meant."""
    doubled = sorted({column for column in header if column in file.columns and header.count(column) > 1})
    if doubled:
        raise SourceError(
            f"{name}: the header has {', '.join(doubled)} twice; nothing of the file was landed. Remove one of them."
        )
    spare = [column for column in header if column not in file.columns]
    for column in file.required:
        if column not in header:
            near = difflib.get_close_matches(column, spare, n=1, cutoff=0.5)
            advice = f"the nearest column is {near[0]!r}; rename it" if near else "no column resembles it; add it"
            raise SourceError(
                f"{name}: the required column {column!r} is missing among {len(header)} ({', '.join(header)}). Nothing "
                f"of the file was landed; its last version remains current. To repair it: {advice}."
            )
    for column in set(file.columns) - set(header):
        if near := difflib.get_close_matches(column, spare, n=1, cutoff=0.8):
            logger.warning("%s: the column %r is missing; %r resembles it and is not read", name, column, near[0])
