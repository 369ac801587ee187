"""Jira Cloud: issues, and the changes of their status, resolution and assignee.

Reads:  for each project the issues updated since the last run (GET /search/jql) and all their changes (POST
        /changelog/bulkfetch), with the category of each status (GET /status); then the keys of all issues. The token
        of an account that may browse the projects is enough.
Lands:  `issues`, `issue_changes`, `issue_keys`.
Lookback: JQL takes times to the minute, in the time zone of the token's account, and its index is late. Times are sent
        in UTC and `lookback_days` early: at least one day, which is more than any time zone differs.
Deleted: Jira does not report it. `issue_keys` has every issue that Jira shows; one that is missing among those of its
        project was deleted or archived, or is hidden from the account. A project that is missing says nothing.
Leaves out: summaries, descriptions, comments and labels, which are never requested, and names and addresses of people.
        Names of statuses, resolutions, types and priorities are settings of the account and land.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, partial
from typing import Annotated, Any

from pydantic import Field, SecretStr

from orchestration.connectors._http import PageGuard, client
from orchestration.connectors._http.errors import BrokenAnswerError
from orchestration.connectors.base import Cursors, Item, Record, RetryPolicy, Slice, SourceConfig, built_row
from orchestration.partition import DailyPartition

API = "rest/api/3"
PROJECTS, BULK_CHANGELOG = f"{API}/project/search", f"{API}/changelog/bulkfetch"
ISSUE_FIELDS = ("project", "issuetype", "status", "statuscategorychangedate", "priority", "resolution", "created",
                "updated", "resolutiondate", "parent", "assignee", "reporter")  # fmt: skip
CHANGED_FIELDS = ("status", "resolution", "assignee")
ISSUE_STREAMS = ("issues", "issue_changes")
PROJECTS_PER_PAGE, CHANGES_PER_PAGE, KEYS_PER_PAGE = 50, 1_000, 5_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MIN_MILLISECONDS = 10**11
"""A number of this size is in milliseconds since 1970; a smaller one is in seconds."""

ProjectKey = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")]
Found = Mapping[str, Any]


class Config(SourceConfig):
    """`[sources.jira]`; the token comes from the environment."""

    base_url: str = Field(
        description="https://ACME.atlassian.net; for a token with scopes https://api.atlassian.com/ex/jira/CLOUD_ID."
    )
    email: str = Field(description="The account of the token.")
    api_token: SecretStr = Field(description="An API token; with scopes it needs read:jira-work.")
    projects: tuple[ProjectKey, ...] = Field((), description="Keys of the projects to read; empty reads all.")
    story_points_field: str = Field(
        "customfield_10016", pattern=r"^customfield_\d+$", description="Id of the field with the story points."
    )
    lookback_days: int = Field(1, ge=1, description="Days before the last run whose updates are read again.")
    history_start_date: date | None = Field(
        None, description="The first run leaves out issues that were last updated before it; empty reads all."
    )
    page_size: int = Field(100, ge=1, le=100, description="Issues per request.")


def slices(
    config: Config, partition: DailyPartition, cursors: Cursors, retries: RetryPolicy | None = None
) -> Iterator[Slice]:
    """Each project's updated issues with their changes, then the keys of all issues."""
    jira = _Jira(config, retries)
    projects = config.projects or tuple(jira.projects())
    keys = {f"issues/{project}": project for project in projects}
    for key, project in keys.items():
        items = partial(jira.issues, project, _since(config, cursors.get(key)))
        yield Slice(key, ISSUE_STREAMS, items, cursor=partition.as_of.isoformat())
    # a project that is no longer read counts as up to date; its cursor stays for the day on which it returns
    for key in sorted(set(cursors) - set(keys)):
        yield Slice(key, ISSUE_STREAMS, tuple, cursor=cursors[key])
    # read last, so that an issue which was created meanwhile does not seem to be deleted
    yield Slice("issue_keys", ("issue_keys",), partial(jira.issue_keys, projects))


def _since(config: Config, cursor: str | None) -> datetime | None:
    """The time from which a project is read; None for its whole history."""
    if cursor is not None:
        since = datetime.fromisoformat(cursor)
    elif config.history_start_date is not None:
        since = datetime.combine(config.history_start_date, time(), UTC)
    else:
        return None
    return since - timedelta(days=config.lookback_days)


class _Jira:
    """The requests of one run and the rows that their answers become."""

    def __init__(self, config: Config, retries: RetryPolicy | None) -> None:
        pair = f"{config.email}:{config.api_token.get_secret_value()}".encode()
        basic = SecretStr(f"Basic {base64.b64encode(pair).decode()}")
        self._client = client(config.base_url, {"Authorization": basic}, retries)
        self._config = config

    def projects(self) -> Iterator[str]:
        """The keys of all projects that the account may browse; archived ones are not among them."""
        start, guard = 0, self._guard(f"GET /{PROJECTS}")
        while True:
            answer: Any = self._client.get_json(PROJECTS, {"startAt": start, "maxResults": PROJECTS_PER_PAGE})
            page = _listed(answer, "values", f"GET /{PROJECTS}")
            yield from (str(project.get("key")) for project in page)
            if answer.get("isLast") or not page:
                return
            # a page may hold fewer projects than requested
            start += len(page)
            guard.check(start)

    def issues(self, project: str, since: datetime | None) -> Iterator[Item]:
        updated = f' AND updated >= "{since:%Y/%m/%d %H:%M}"' if since else ""
        points = self._config.story_points_field
        for page in self._search(f'project = "{project}"{updated}', (*ISSUE_FIELDS, points), self._config.page_size):
            for issue in page:
                yield built_row("issues", _pointer(issue), issue, partial(_issue, issue, points))
            yield from self._changes([issue["id"] for issue in page if isinstance(issue, Mapping) and issue.get("id")])

    def issue_keys(self, projects: Iterable[str]) -> Iterator[Item]:
        for project in projects:
            for page in self._search(f'project = "{project}"', ("key",), KEYS_PER_PAGE):
                for issue in page:
                    yield built_row("issue_keys", _pointer(issue), issue, partial(_issue_key, issue))

    def _search(self, jql: str, fields: Iterable[str], page_size: int) -> Iterator[list[Any]]:
        """Pages of issues, oldest first, an order that does not move. Only a missing token is the end."""
        from dlt.sources.helpers.rest_client.paginators import JSONResponseCursorPaginator

        paginator = JSONResponseCursorPaginator("nextPageToken", "nextPageToken")
        params = {"jql": f"{jql} ORDER BY created ASC", "fields": ",".join(fields), "maxResults": page_size}
        return self._client.pages(f"{API}/search/jql", params, records="issues", paginator=paginator)

    def _changes(self, issue_ids: list[str]) -> Iterator[Item]:
        body: dict[str, object] = {
            "issueIdsOrKeys": issue_ids, "fieldIds": CHANGED_FIELDS, "maxResults": CHANGES_PER_PAGE,
        }  # fmt: skip
        guard = self._guard(f"POST /{BULK_CHANGELOG}")
        while issue_ids:
            answer: Any = self._client.post_json(BULK_CHANGELOG, body)
            for log in _listed(answer, "issueChangeLogs", f"POST /{BULK_CHANGELOG}"):
                for history in log.get("changeHistories") or ():
                    for item in history.get("items") or ():
                        field = item.get("fieldId") or item.get("field")
                        if field in CHANGED_FIELDS:
                            pointer = f"changelog/{history.get('id')}/{field}"
                            build = partial(self._change, log.get("issueId"), history, item, field)
                            yield built_row("issue_changes", pointer, item, build)
            token = answer.get("nextPageToken")
            if not token:
                return
            guard.check(token)
            body["nextPageToken"] = token

    def _guard(self, request: str) -> PageGuard:
        return PageGuard(f"jira: {request}", self._client.retries.max_pages)

    def _change(self, issue_id: object, history: Found, item: Found, field: str) -> Record:
        """One changed field. What it held before and after is a status, a resolution or a person."""
        changed_at = _instant(history.get("created"))
        record = {**history, "issue_id": issue_id, "changed_field": field, "changed_at": changed_at}
        for side in ("from", "to"):
            if field == "assignee":
                record[f"{side}_account_id"] = item.get(side)
            else:
                record[f"{side}_id"], record[f"{side}_name"] = item.get(side), item.get(f"{side}String")
            if field == "status":
                record[f"{side}_category"] = self._categories.get(str(item.get(side)))
        return record

    @cached_property
    def _categories(self) -> Mapping[str, str | None]:
        """Status id -> key of its category: ids and keys stay when an account renames or translates a status."""
        found: Any = self._client.get_json(f"{API}/status") or []
        return {str(status.get("id")): (status.get("statusCategory") or {}).get("key") for status in found}


def _issue(found: Found, points: str) -> Record:
    return {**found, "story_points": _number((found.get("fields") or {}).get(points))}


def _number(held: object) -> float | None:
    """A field of type text may hold the estimate."""
    try:
        number = float(str(held))
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _issue_key(found: Found) -> Record:
    return {**found, "project_key": str(found.get("key")).rpartition("-")[0]}


def _pointer(found: object) -> str:
    return f"issues/{found.get('id') if isinstance(found, Mapping) else None}"


def _listed(answer: object, key: str, request: str) -> list[Any]:
    found = answer.get(key) if isinstance(answer, Mapping) else None
    if not isinstance(found, list):
        raise BrokenAnswerError(
            f"jira: {request} answered without a list {key!r}; nothing of this slice was landed. Repeat the run; if "
            "the error remains, the API has changed."
        )
    return found


def _instant(created: object) -> object:
    """As text: the bulk endpoint gives a number."""
    if not isinstance(created, int):
        return created
    return (EPOCH + timedelta(milliseconds=created if created >= MIN_MILLISECONDS else created * 1000)).isoformat()
