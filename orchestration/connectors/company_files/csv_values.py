"""The values of one row of a company file: what a cell may hold, and why a row is rejected.

Belongs here: spreadsheet artefacts (formulas, error values, decimal commas) and the format of dates and numbers.
Does not: types as they land. A reason names the column and the rule, never the content of the cell.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime

from orchestration.connectors.company_files.file_specs import SYSTEMS, FileSpec, Kind

_KEPT_TEXT = re.compile(r'="([^"]*)"')
_ERROR_VALUE = re.compile(r"#(?:REF|N/A|NAME\?|VALUE|DIV/0|NUM|NULL|SPILL|CALC)!?", re.IGNORECASE)
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")
_COMMA_NUMBER = re.compile(r"[+-]?\d+,\d+")
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[ T]00:00(?::00(?:\.0+)?)?Z?)?")


class RejectedRow(Exception):  # noqa: N818  # a verdict on a row, not an error of ours
    """A row cannot be used; its text is the reason."""


def checked_row(file: FileSpec, cells: Mapping[str, str], *, comma_decimals: bool) -> dict[str, object]:
    """The values of a row as text; empty cells are None. RejectedRow when a value breaks the rule of its column."""
    record: dict[str, object] = {}
    for column, cell in cells.items():
        text = _plain(column, cell)
        if text is None and column in file.required:
            raise RejectedRow(f"{column} is empty")
        record[column] = None if text is None else _normalised(file.columns[column], column, text, comma_decimals)
    for first, last, is_inclusive in file.periods:
        _check_period(record, first, last, is_inclusive)
    return record


def _plain(column: str, cell: str) -> str | None:
    text = cell.strip()
    if match := _KEPT_TEXT.fullmatch(text):
        text = match[1].strip()
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise RejectedRow(f"{column} is not UTF-8")
    if _ERROR_VALUE.fullmatch(text):
        raise RejectedRow(f"{column} holds a spreadsheet error")
    is_signed = text[:1] in ("+", "-") and not (_NUMBER.fullmatch(text) or _COMMA_NUMBER.fullmatch(text))
    if len(text) > 1 and (text[0] in "=@" or is_signed):
        raise RejectedRow(f"{column} holds a formula, not its value")
    return text or None


def _normalised(kind: Kind, column: str, text: str, comma_decimals: bool) -> str:
    if kind in ("number", "percent") and comma_decimals and _COMMA_NUMBER.fullmatch(text):
        text = text.replace(",", ".")
    return _NORMALISERS[kind](column, text)


def _text(column: str, text: str) -> str:
    return text


def _date(column: str, text: str) -> str:
    match = _DAY.fullmatch(text)
    try:
        return date.fromisoformat(match[1] if match else "").isoformat()
    except ValueError:
        raise RejectedRow(f"{column} is not a day written YYYY-MM-DD") from None


def _month(column: str, text: str) -> str:
    try:
        day = _date(column, f"{text}-01" if len(text) == 7 else text)
    except RejectedRow:
        day = ""
    if not day.endswith("-01"):
        raise RejectedRow(f"{column} is not a month written YYYY-MM-01")
    return day


def _instant(column: str, text: str) -> str:
    try:
        return datetime.fromisoformat(text).isoformat()
    except ValueError:
        raise RejectedRow(f"{column} is not a time written YYYY-MM-DDTHH:MM:SSZ") from None


def _number(column: str, text: str) -> str:
    if not _NUMBER.fullmatch(text):
        raise RejectedRow(f"{column} is not a number written 1234.56")
    return text


def _percent(column: str, text: str) -> str:
    number = _number(column, text.removesuffix("%").rstrip())
    if not 0 < float(number) <= 100:
        raise RejectedRow(f"{column} is not a percentage above 0 and up to 100")
    return number


def _currency(column: str, text: str) -> str:
    if not re.fullmatch(r"[A-Za-z]{3}", text):
        raise RejectedRow(f"{column} is not an ISO 4217 code such as EUR")
    return text.upper()


def _system(column: str, text: str) -> str:
    if text.casefold() not in SYSTEMS:
        raise RejectedRow(f"{column} is not one of {', '.join(sorted(SYSTEMS))}")
    return text.casefold()


def _check_period(record: Mapping[str, object], first: str, last: str, is_inclusive: bool) -> None:
    start, end = record.get(first), record.get(last)
    if start is None or end is None:
        return
    if str(end) < str(start) or (end == start and not is_inclusive):
        raise RejectedRow(f"{last} is not after {first}" if not is_inclusive else f"{last} is before {first}")


_NORMALISERS: dict[Kind, Callable[[str, str], str]] = {
    "text": _text,
    "date": _date,
    "month": _month,
    "instant": _instant,
    "number": _number,
    "percent": _percent,
    "currency": _currency,
    "system": _system,
}
