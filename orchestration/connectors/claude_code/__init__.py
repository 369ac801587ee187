"""Claude Code: the session logs on each machine, and the organisation's analytics API.

Reads:  logs below `log_roots`, and GET /v1/organizations/usage_report/claude_code, one UTC day per request, with an
        Admin key. Either one alone is enough; without a key the API is not called.
Lands:  session_lines and session_prompts (lines that are new since the last run); analytics_days, analytics_models
        and analytics_tools (each day as a whole).
Leaves out: all content of sessions. Organisations on Bedrock, Vertex or Foundry are not in the API: use logs.

Logs and API report the same tokens; they are never added (int_usage__claude_code_tokens chooses by account). Logs
under a machine's user name cannot be matched with the API's e-mails, so such a root together with a key is an error.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Self

from pydantic import Field, SecretStr, field_validator, model_validator

from orchestration.connectors._http import client
from orchestration.connectors._shared.growing_files import read_marks
from orchestration.connectors._shared.windows import days_to_read
from orchestration.connectors.base import Cursors, Item, RetryPolicy, Row, Slice, SourceConfig
from orchestration.connectors.claude_code.log_files import LogRoot, find_logs
from orchestration.errors import SettingsError
from orchestration.partition import DailyPartition

if TYPE_CHECKING:
    from orchestration.connectors._http import Client

REPORT = "/v1/organizations/usage_report/claude_code"
LOG_STREAMS = ("session_lines", "session_prompts")
ANALYTICS_STREAMS = ("analytics_days", "analytics_models", "analytics_tools")
ROW_KEY = ("date", "actor", "terminal_type", "customer_type", "is_remote")
CHILDREN = ("model_breakdown", "tool_actions")
PAGE_ROWS = 1000
LOG_SLICE = "session_logs"


class Config(SourceConfig):
    """`[sources.claude_code]`. A root is a path, or a table with `path` and `account`."""

    log_roots: tuple[LogRoot, ...] = Field((), description="Folders of session logs: paths, or tables.")
    base_url: str = Field("https://api.anthropic.com", description="Address of the analytics API.")
    api_key: SecretStr | None = Field(None, description="An Admin key. Without it only logs are read.")
    lookback_days: int = Field(2, ge=1, description="Days of analytics that each run reads again.")
    history_days: int = Field(28, ge=1, description="Days of analytics that the first run reads.")

    @field_validator("log_roots", mode="before")
    @classmethod
    def _folders(cls, value: object) -> object:
        if isinstance(value, list | tuple):
            return [{"path": each} if not isinstance(each, Mapping | LogRoot) else each for each in value]
        return value

    @model_validator(mode="after")
    def _reads_something(self) -> Self:
        if self.enabled and not self.log_roots and self.api_key is None:
            raise ValueError("nothing to read: set log_roots, api_key or both")
        return self


def slices(
    config: Config, partition: DailyPartition, cursors: Cursors, retries: RetryPolicy | None = None
) -> Iterator[Slice]:
    if config.log_roots:
        yield _log_slice(config, partition, cursors)
    if config.api_key is not None:
        yield from _analytics_slices(config, partition, cursors, config.api_key, retries)


def _log_slice(config: Config, partition: DailyPartition, cursors: Cursors) -> Slice:
    """One slice for all logs, because each slice lands at least one file a day."""
    from orchestration.connectors.claude_code.log_reader import LogReader

    files = find_logs(config.log_roots)
    if config.api_key is not None and any(file.account_type != "email" for file in files):
        raise SettingsError(
            "claude_code: there is an api_key and there are logs under a machine's user name; the same tokens would "
            "count twice, so nothing was read. Name the folder by the person's e-mail, or remove the key."
        )
    reader = LogReader(files, read_marks(cursors.get(LOG_SLICE)), partition.as_of)
    return Slice(LOG_SLICE, LOG_STREAMS, reader.items, reader.cursor)


def _analytics_slices(
    config: Config, partition: DailyPartition, cursors: Cursors, key: SecretStr, retries: RetryPolicy | None
) -> Iterator[Slice]:
    """The days that may still change, and those of the history that no run has read yet."""
    headers = {"anthropic-version": "2023-06-01"}
    api = client(config.base_url, {"x-api-key": key}, retries, headers)
    days = days_to_read(
        partition, cursors, ("analytics",), lookback_days=config.lookback_days, history_days=config.history_days
    )
    for family, day in days:
        yield Slice(f"{family}/{day}", ANALYTICS_STREAMS, partial(_analytics, api, day), cursor="read", day=day)


def _analytics(api: Client, day: date) -> Iterator[Item]:
    from dlt.sources.helpers.rest_client.paginators import JSONResponseCursorPaginator

    pages = api.pages(
        REPORT,
        {"starting_at": str(day), "limit": PAGE_ROWS},
        records="data",
        paginator=JSONResponseCursorPaginator(cursor_path="next_page", cursor_param="page"),
    )
    for number, record in enumerate((each for page in pages for each in page), start=1):
        yield from _actor_day(record, f"{REPORT}?starting_at={day}#{number}")


def _actor_day(record: object, pointer: str) -> Iterator[Item]:
    row = _object(record)
    parent = {name: row.get(name) for name in ROW_KEY}
    yield Row("analytics_days", {name: row[name] for name in row if name not in CHILDREN}, pointer)
    models, tools = row.get("model_breakdown"), _object(row.get("tool_actions"))
    for model in models if isinstance(models, list) else ():
        yield Row("analytics_models", {**parent, **_object(model)}, pointer)
    for tool, counts in tools.items():
        yield Row("analytics_tools", {**parent, "tool": tool, **_object(counts)}, pointer)


def _object(value: object) -> Mapping[str, object]:
    """An empty object for a value that is not one: landing then rejects the record for its missing columns."""
    return value if isinstance(value, Mapping) else {}
