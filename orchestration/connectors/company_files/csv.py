"""Reading CSV files as spreadsheets write them: encoding, delimiter, line numbers.

Belongs here: from bytes to lines of fields, each with the number of the line on which it begins.
Does not: the meaning of a field (`csv_values`).
Bytes that are not UTF-8 are kept as surrogates, so that a row is rejected only when a column that is read holds them.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from orchestration.errors import SourceError

DELIMITERS = ",;\t|"
_SEPARATOR_LINE = re.compile(r"sep=([,;\t|])\r?\n?", re.IGNORECASE)
_NOT_A_NAME = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class Line:
    """One record; `problem` is the reason why its fields cannot be used."""

    number: int
    fields: list[str]
    problem: str | None = None


@dataclass(frozen=True)
class Sheet:
    """A file with its header. Column names are in snake case, however the spreadsheet spelled them."""

    name: str
    header: list[str]
    delimiter: str
    text: str
    skipped: int

    def lines(self) -> Iterator[Line]:
        """Every line below the header that is not empty. SourceError when a quote never closes."""
        for number, (line, fields, problem) in enumerate(_records(self.text, self.delimiter, self.name)):
            if number > 0 and (problem is not None or any(field.strip() for field in fields)):
                yield Line(line + self.skipped, fields, problem)


def open_sheet(content: bytes, name: str, known: set[str]) -> Sheet:
    """The file with its delimiter: the one with which the header holds most known columns."""
    text, skipped, declared = _decoded(content, name), 0, None
    if match := _SEPARATOR_LINE.match(text):
        text, skipped, declared = text[match.end() :], 1, match[1]
    if not text.strip():
        raise SourceError(
            f"{name}: the file is empty, without even a header; its last version remains current. Export it again."
        )
    headers = {mark: _header(text, mark, name) for mark in declared or DELIMITERS}
    delimiter = max(headers, key=lambda mark: (len(known & set(headers[mark])), len(headers[mark])))
    return Sheet(name, headers[delimiter], delimiter, text, skipped)


def _decoded(content: bytes, name: str) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return content.decode("utf-16")
        except UnicodeDecodeError:
            raise SourceError(
                f"{name}: the file begins as UTF-16 and is not; nothing of it was landed. Save it as UTF-8."
            ) from None
    return content.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape")


def _header(text: str, delimiter: str, name: str) -> list[str]:
    _, fields, _ = next(_records(text, delimiter, name), (0, [""], None))
    return [_NOT_A_NAME.sub("_", field.strip().casefold()).strip("_") for field in fields]


def _records(text: str, delimiter: str, name: str) -> Iterator[tuple[int, list[str], str | None]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            fields, problem = next(reader), None
        except StopIteration:
            return
        except csv.Error as error:
            if "end of data" in str(error):
                raise SourceError(
                    f"{name}: the quote opened on line {line} never closes, so the rows after it cannot be separated. "
                    "Nothing of the file was landed. Close the quote."
                ) from None
            fields, problem = [], "the quotes of the row do not match"
        yield line, fields, problem
