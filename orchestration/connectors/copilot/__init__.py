"""GitHub Copilot: usage reports by user and by organisation, and seats.

Reads:  …/copilot/metrics/reports/{users,organization,enterprise}-1-day?day=…, which answer with download links (read
        without credentials), and …/copilot/billing/seats; of organisations or of one enterprise. Or a folder of
        exported reports (`reports_dir`).
Lands:  user_days, organization_days (each day as a whole) and seats (all in each run).
Leaves out: the `28-day/latest` reports: `latest` depends on the day of the request, so no run could be repeated. The
        1-day reports hold the same for up to a year; the first run reads `history_days` of them.

No report (204, 404, an empty body) is a day without data: GitHub answers so for days with too few users. A wrong name
or a missing permission answers 404 too; seats are read first and fail in that case, before a day counts as empty.
GitHub revises reports for three days: each run reads the last `lookback_days` again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Self

import orjson
from pydantic import Field, SecretStr, model_validator

from orchestration.connectors._http import bearer, client
from orchestration.connectors._http.errors import NotFoundError
from orchestration.connectors._shared.windows import days_to_read
from orchestration.connectors.base import Cursors, Item, RejectedRecord, RetryPolicy, Slice, SourceConfig
from orchestration.connectors.copilot.files import file_slices
from orchestration.connectors.copilot.reports import (
    ORGANIZATION_STREAMS,
    SEAT_STREAMS,
    USER_STREAMS,
    is_of_user,
    organization_items,
    seat_item,
    unwrapped,
    user_items,
)
from orchestration.partition import DailyPartition

if TYPE_CHECKING:
    from orchestration.connectors._http import Client

HEADERS = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
SEATS_PER_PAGE = 100


class Config(SourceConfig):
    """`[sources.copilot]`: organisations or an enterprise with a token, or a folder of exports."""

    organisations: tuple[str, ...] = Field((), description="Organisations whose reports and seats are read.")
    enterprise: str | None = Field(None, description="An enterprise, instead of organisations.")
    token: SecretStr | None = Field(None, description="Required unless `reports_dir` is set.")
    base_url: str = Field("https://api.github.com", description="Address of GitHub's API.")
    reports_dir: Path | None = Field(None, description="A folder of exported reports, instead of the API.")
    with_seats: bool = Field(True, description="Whether seats are read.")
    lookback_days: int = Field(4, ge=1, description="Days that each run reads again.")
    history_days: int = Field(28, ge=1, le=365, description="Days that the first run reads.")

    @model_validator(mode="after")
    def _has_one_scope(self) -> Self:
        if self.enabled and self.organisations and self.enterprise:
            raise ValueError("set organisations or enterprise, not both: they report the same activity")
        if self.enabled and self.reports_dir is None and not (self.organisations or self.enterprise):
            raise ValueError("set organisations, enterprise or reports_dir")
        if self.enabled and self.reports_dir is None and self.token is None:
            raise ValueError("token is missing; set it, or set reports_dir to read exported reports")
        return self

    @property
    def scopes(self) -> tuple[str, ...]:
        """The path of each organisation or of the enterprise."""
        if self.enterprise:
            return (f"enterprises/{self.enterprise}",)
        return tuple(f"orgs/{name}" for name in self.organisations)


def slices(
    config: Config, partition: DailyPartition, cursors: Cursors, retries: RetryPolicy | None = None
) -> Iterator[Slice]:
    if config.reports_dir is not None:
        yield from file_slices(
            config.reports_dir, "organization" if config.enterprise else "enterprise", partition, cursors
        )
    elif config.token is not None:
        api = client(config.base_url, bearer(config.token), retries, HEADERS)
        yield from _api_slices(config, api, partition, cursors)


def _api_slices(config: Config, api: Client, partition: DailyPartition, cursors: Cursors) -> Iterator[Slice]:
    """One slice holds a day of all scopes, because a slice replaces its whole day."""
    if config.with_seats:
        yield Slice("seats", SEAT_STREAMS, partial(_seats, api, config.scopes))
    total = "enterprise" if config.enterprise else "organization"
    reports = {"user_days": (USER_STREAMS, "users"), "organization_days": (ORGANIZATION_STREAMS, total)}
    days = days_to_read(
        partition, cursors, tuple(reports), lookback_days=config.lookback_days, history_days=config.history_days
    )
    for family, day in days:
        streams, report = reports[family]
        items = partial(_report, api, config.scopes, f"{report}-1-day", day, streams[0])
        yield Slice(f"{family}/{day}", streams, items, cursor="read", day=day)


def _report(api: Client, scopes: tuple[str, ...], report: str, day: date, stream: str) -> Iterator[Item]:
    for scope in scopes:
        path = f"{scope}/copilot/metrics/reports/{report}"
        for part, link in enumerate(_links(api, path, day), start=1):
            for number, line in api.download_lines(link):
                yield from _line(line, day, stream, f"{path}?day={day}#{part}:{number}")


def _links(api: Client, path: str, day: date) -> list[str]:
    """The download links of a report; empty where there is no report."""
    try:
        answer = api.get_json(path, {"day": str(day)})
    except NotFoundError:
        return []
    links = answer.get("download_links") if isinstance(answer, Mapping) else None
    return [str(link) for link in links] if isinstance(links, list) else []


def _line(line: bytes, day: date, stream: str, pointer: str) -> Iterator[Item]:
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError:
        yield RejectedRecord(stream, "malformed_line", pointer, line)
        return
    for record in unwrapped(value):
        if str(record.get("day")) != str(day):
            yield RejectedRecord(stream, "another_day", pointer, line)
        elif is_of_user(record) != (stream == "user_days"):
            yield RejectedRecord(stream, "another_report", pointer, line)
        else:
            yield from user_items(record, pointer) if stream == "user_days" else organization_items(record, pointer)


def _seats(api: Client, scopes: tuple[str, ...]) -> Iterator[Item]:
    for scope in scopes:
        path = f"{scope}/copilot/billing/seats"
        pages = api.pages(path, {"per_page": SEATS_PER_PAGE}, records="seats")
        for number, seat in enumerate((each for page in pages for each in page), start=1):
            yield seat_item(seat, f"{path}#{number}")
