"""Copilot reports and seat lists that were exported to a folder.

Reads: `*.json`, `*.jsonl` and `*.ndjson` (also packed with gzip) below `reports_dir`, in every shape that `reports`
reads. Files whose name begins with the other scope (`enterprise-…` where organisations are read) are skipped, because
both hold the same activity.
Lands: the same streams as the API, by day. Of two records of one user's day the one created later counts.
A day inside the window of an export without any record is landed empty. A total over several days cannot be split
and is rejected, as is a line that is not JSON. A day is landed again only when an export changed it.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import orjson

from orchestration.connectors.base import Cursors, Item, Record, RejectedRecord, Slice
from orchestration.connectors.copilot.reports import (
    ORGANIZATION_STREAMS,
    SCOPE,
    SEAT_STREAMS,
    USER_STREAMS,
    is_of_user,
    organization_items,
    seat_item,
    unwrapped,
    user_items,
)
from orchestration.errors import SourceError
from orchestration.partition import DailyPartition

SUFFIXES = (".json", ".jsonl", ".ndjson")


@dataclass
class _Day:
    """One day of the exports: the newest record of each user or organisation, and the rejected records."""

    records: dict[str, tuple[str, str, Record]] = field(default_factory=dict)
    rejected: list[RejectedRecord] = field(default_factory=list)

    def add(self, created: str, pointer: str, record: Record) -> None:
        subject = "|".join(str(record.get(name)) for name in (*SCOPE, "user_id"))
        held = self.records.get(subject)
        if held is None or held[:2] <= (created, pointer):
            self.records[subject] = (created, pointer, record)

    def items(self) -> Iterator[Item]:
        yield from self.rejected
        for _, (_, pointer, record) in sorted(self.records.items()):
            yield from user_items(record, pointer) if is_of_user(record) else organization_items(record, pointer)

    def digest(self) -> str:
        content = [(subject, held[2]) for subject, held in sorted(self.records.items())]
        rejected = [(each.reason, each.pointer, each.payload.decode(errors="replace")) for each in self.rejected]
        return hashlib.sha256(orjson.dumps([content, rejected], option=orjson.OPT_SORT_KEYS)).hexdigest()


@dataclass
class _Exports:
    """The records of all files of a folder, by day."""

    last_day: date
    users: dict[date, _Day] = field(default_factory=dict)
    organizations: dict[date, _Day] = field(default_factory=dict)
    seats: list[tuple[str, object]] = field(default_factory=list)
    rejected: list[RejectedRecord] = field(default_factory=list)

    def read(self, path: Path, digest: str) -> None:
        for number, value in _values(path, digest, self.rejected):
            self._add(value, f"{digest}:{number}")

    def assign_rejected(self) -> None:
        """Rejected records without a day go to the last day of the users' reports; SourceError without any such day."""
        if self.rejected and not self.users:
            raise SourceError(
                f"copilot: {len(self.rejected)} records of the exports cannot be read, and none of a user can; nothing "
                "was landed. Check that reports_dir holds usage reports."
            )
        if self.rejected:
            self.users[max(self.users)].rejected += self.rejected

    def _add(self, value: object, pointer: str) -> None:
        around: Mapping[str, object] = value if isinstance(value, Mapping) else {}
        seats = around.get("seats")
        for number, seat in enumerate(seats if isinstance(seats, list) else (), start=1):
            self.seats.append((f"{pointer}.{number}", seat))
        created, kind = str(around.get("created_at", "")), None
        for number, record in enumerate(unwrapped(value), start=1):
            kind = self.users if is_of_user(record) else self.organizations
            day = _date(record.get("day"))
            if day is None:
                self.rejected.append(RejectedRecord("user_days", "no_day", f"{pointer}.{number}", orjson.dumps(record)))
            elif day <= self.last_day:
                _day(kind, day).add(created, f"{pointer}.{number}", record)
        if kind is not None and "day_totals" in around:
            for day in _window(around):
                if day <= self.last_day:
                    _day(kind, day)


def file_slices(folder: Path, other_scope: str, partition: DailyPartition, cursors: Cursors) -> Iterator[Slice]:
    if not folder.is_dir():
        raise SourceError(
            f"copilot: reports_dir ({folder}) is not a folder; nothing was read. Check that its share is mounted."
        )
    exports = _Exports(partition.day)
    for path in sorted(folder.rglob("*")):
        if path.name.removesuffix(".gz").endswith(SUFFIXES) and not path.name.startswith(other_scope):
            exports.read(path, hashlib.sha256(path.relative_to(folder).as_posix().encode()).hexdigest()[:12])
    exports.assign_rejected()
    if exports.seats:
        yield Slice("seats", SEAT_STREAMS, lambda: (seat_item(seat, pointer) for pointer, seat in exports.seats))
    kinds = (
        ("user_days", USER_STREAMS, exports.users),
        ("organization_days", ORGANIZATION_STREAMS, exports.organizations),
    )
    for name, streams, days in kinds:
        for day, found in sorted(days.items()):
            key, digest = f"{name}/{day}", found.digest()
            if cursors.get(key) != digest:
                yield Slice(key, streams, found.items, cursor=digest, day=day)


def _values(path: Path, digest: str, rejected: list[RejectedRecord]) -> Iterator[tuple[int, object]]:
    """The value of a JSON file, or of each line."""
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    content = content.removeprefix(b"\xef\xbb\xbf")
    try:
        yield 1, orjson.loads(content)
        return
    except orjson.JSONDecodeError:
        lines = content.splitlines()
    for number, line in enumerate(lines, start=1):
        try:
            if line.strip():
                yield number, orjson.loads(line)
        except orjson.JSONDecodeError:
            rejected.append(RejectedRecord("user_days", "malformed_line", f"{digest}:{number}", line))


def _day(days: dict[date, _Day], day: date) -> _Day:
    return days.setdefault(day, _Day())


def _window(around: Mapping[str, object]) -> Iterator[date]:
    first, last = _date(around.get("report_start_day")), _date(around.get("report_end_day"))
    if first is not None and last is not None:
        yield from (first + timedelta(days=number) for number in range(min((last - first).days, 99) + 1))


def _date(value: object) -> date | None:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None
