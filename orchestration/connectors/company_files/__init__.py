"""The company's own files: people, teams, absences, identities, services, finance, holidays.

Reads:  CSV files in one folder (`file_specs`), in any dialect of a spreadsheet: with or without BOM, comma, semicolon,
        tab or bar, quoted line breaks, `="00123"`. Ids of services are rows of service_ids.csv; without that file,
        columns of the catalogue such as `pagerduty_service_id` are read as such rows.
Lands:  one stream a file, each file whole in every run. A file that does not exist is a stream that is not covered.
Rejects: single rows, with file, digest and line: a bad date, a formula, a repeated key, a wrong number of fields.
        Nothing of a file is landed when it lacks a required column or ends inside a quote.
Leaves out: every column that is not declared. `display_name` is never read.
"""

from __future__ import annotations

import difflib
import hashlib
import logging
import re
from collections.abc import Iterator, Mapping
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
CATALOGUE = next(file for file in FILES if file.stream == "services")
SERVICE_IDS = "service_ids"
SERVICE_ID_COLUMNS = ("service_id", "system", "external_id")
_ID_COLUMN = re.compile(r"([a-z0-9]+)_(?:service_id|project)")
"""A catalogue's own column for the ids of one system, such as pagerduty_service_id."""


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
        elif file.stream == SERVICE_IDS and (catalogue := _catalogue_with_ids(config.folder)):
            yield Slice(file.stream, (file.stream,), partial(_catalogue_ids, *catalogue))


def _catalogue_with_ids(folder: Path) -> tuple[Path, dict[str, str]] | None:
    """A service catalogue whose columns hold ids of other systems, and those columns: name -> system."""
    for name in CATALOGUE.names:
        if (folder / name).is_file():
            header = open_sheet((folder / name).read_bytes(), name, set(CATALOGUE.columns)).header
            columns = {column: found[1] for column in header if (found := _ID_COLUMN.fullmatch(column))}
            return (folder / name, columns) if columns else None
    return None


def _catalogue_ids(path: Path, columns: Mapping[str, str]) -> Iterator[Item]:
    """The ids that stand in columns of the catalogue; its broken rows are rejected where the catalogue is read."""
    seen: set[tuple[str, str, str]] = set()
    sheet = open_sheet(path.read_bytes(), path.name, set(CATALOGUE.columns))
    for line in sheet.lines():
        if line.problem is None and len(line.fields) == len(sheet.header):
            cells = dict(zip(sheet.header, (cell.strip() for cell in line.fields), strict=True))
            for column, system in columns.items():
                row = (cells.get("service_id", ""), system, cells[column])
                if all(row) and row not in seen:
                    seen.add(row)
                    record = dict(zip(SERVICE_ID_COLUMNS, row, strict=True))
                    yield Row(SERVICE_IDS, record, f"{path.name}:{line.number}")


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
            if file is CATALOGUE and _is_for_another_id(sheet.header, record, seen):
                continue
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


def _is_for_another_id(header: list[str], record: dict[str, object], seen: dict[tuple[object, ...], int]) -> bool:
    """Whether a catalogue with columns of ids repeats a service only to name a further id."""
    has_ids = any(map(_ID_COLUMN.fullmatch, header))
    return has_ids and tuple(record.get(name) for name in CATALOGUE.key) in seen


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
