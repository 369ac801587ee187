"""Jira Cloud: a project for each service, with its issues and a story for every third change of a person.

An issue becomes a bug or a task, closed when the issue was; some go straight to done, some are reopened once, some end
as duplicates. A story is in progress from the first commit and done with the merge, or closed without one. JQL reads
times in the profile's time zone, pages have tokens that fit one query only, and the bulk changelog numbers its times in
milliseconds.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from orchestration.sample_company.apis.base import Answer, FakeTool, Request
from orchestration.sample_company.world.company import World
from orchestration.sample_company.world.model import Change, Issue, Person

Row = Mapping[str, object]
PROFILE_ZONE = ZoneInfo("Pacific/Honolulu")
STATUSES = {"10000": ("To Do", "new"), "10001": ("In Progress", "indeterminate"),
            "10002": ("In Review", "indeterminate"), "10003": ("Done", "done")}  # fmt: skip
TO_DO, IN_PROGRESS, IN_REVIEW, DONE = STATUSES
RESOLUTIONS = {name: {"id": number, "name": name}
               for name, number in (("Done", "10100"), ("Duplicate", "10101"), ("Won't Do", "10102"))}  # fmt: skip
POINTS = (1, 2, 3, 5, 8, None)
_PROJECT = re.compile(r'project = "(\w+)"')
_UPDATED = re.compile(r'updated >= "([^"]+)"')


@dataclass(frozen=True)
class Ticket:
    """One issue of Jira with its whole history; the assignee takes it with the first move."""

    number: int
    issue_id: str
    project: str
    kind: str
    created_at: datetime
    moves: tuple[tuple[datetime, str], ...]
    assignee: Person
    resolution: Row
    parent: str | None = None

    @property
    def key(self) -> str:
        return f"{self.project}-{self.number}"

    def moves_before(self, as_of: datetime) -> list[tuple[datetime, str]]:
        return [move for move in self.moves if move[0] < as_of]


class Jira:
    def __init__(self, world: World) -> None:
        self.tickets = sorted(_tickets(world), key=lambda ticket: (ticket.created_at, ticket.issue_id))

    def answer(self, request: Request) -> Answer:
        if not request.headers.get("authorization", "").startswith("Basic "):
            return Answer(401, {"errorMessages": ["Client must be authenticated to access this resource."]})
        match request.method, request.path.removeprefix("/rest/api/3/"):
            case "GET", "status":
                return Answer(value=[_status(number) for number in STATUSES])
            case "GET", "project/search":
                return self._projects(request)
            case "GET", "search/jql":
                return self._search(request)
            case "POST", "changelog/bulkfetch":
                return self._changelogs(request)
        return Answer(404, {"errorMessages": ["Not Found"]})

    def _projects(self, request: Request) -> Answer:
        keys = sorted({ticket.project for ticket in self.tickets})
        start, size = request.number("startAt", 0), request.size("maxResults", 50, 50)
        page, more = request.page(keys, start, size)
        return Answer(value={"startAt": start, "maxResults": size, "total": len(keys), "isLast": not more,
                             "values": [{"id": f"1{key}", "key": key, "name": key} for key in page]})  # fmt: skip

    def _search(self, request: Request) -> Answer:
        jql, fields = request.first("jql"), request.first("fields", "id").split(",")
        project, since = _PROJECT.search(jql), _UPDATED.search(jql)
        if project is None:
            return Answer(400, {"errorMessages": ["Unbounded JQL queries are not allowed here."]})
        found = [ticket for ticket in self.tickets
                 if ticket.project == project[1] and ticket.created_at < request.as_of]  # fmt: skip
        if since:
            start = datetime.strptime(since[1], "%Y/%m/%d %H:%M").replace(tzinfo=PROFILE_ZONE)
            found = [ticket for ticket in found if _updated_at(ticket, request.as_of) >= start]
        size = request.size("maxResults", 50, 5000 if fields == ["key"] else 100)
        page, token = _page(request, found, request.first("nextPageToken"), size, jql)
        rows = [_issue(ticket, fields, request.as_of) for ticket in page]
        return Answer(value={"issues": rows, "isLast": token is None, **({"nextPageToken": token} if token else {})})

    def _changelogs(self, request: Request) -> Answer:
        ids = str(request.body["issueIdsOrKeys"])
        histories = [(ticket.issue_id, history) for ticket in self.tickets if f"'{ticket.issue_id}'" in ids
                     for history in _histories(ticket, request.as_of)]  # fmt: skip
        token = str(request.body.get("nextPageToken") or "")
        page, following = _page(request, histories, token, request.max_page or 1000, ids)
        logs = [{"issueId": number, "changeHistories": [history]} for number, history in page]
        return Answer(value={"issueChangeLogs": logs, "nextPageToken": following})


def account_id(person: Person) -> str:
    """A person's Atlassian account; the identity map has it, too."""
    return f"712020:{person.account.github_id:032x}"


def _tickets(world: World) -> Iterator[Ticket]:
    by_account = {person.account.github_id: person for person in world.people}
    stories: dict[str, str] = {}
    for issue in world.issues:
        yield Ticket(issue.number, str(issue.database_id), _project(issue), "Bug" if issue.labels else "Task",
                     issue.created_at, _moves(issue, world.end), by_account[issue.author.github_id],
                     RESOLUTIONS["Duplicate" if issue.number % 11 == 0 else "Done"])  # fmt: skip
    for change in world.changes:
        if change.number % 3 == 0 and change.author_kind == "human" and change.author:
            started = min(commit.at for commit in change.commits)
            closed = change.merged_at or change.first("closed")
            moves = [(started, IN_PROGRESS), *([(closed, DONE)] if closed else [])]
            parent = stories.get(change.repository) if change.number % 9 == 0 else None
            story = Ticket(change.number, str(change.database_id), _project(change), "Sub-task" if parent else "Story",
                           started - timedelta(hours=1 + change.number % 90), tuple(moves),
                           by_account[change.author.github_id],
                           RESOLUTIONS["Done" if change.merged_at else "Won't Do"], parent)  # fmt: skip
            stories[change.repository] = story.key
            yield story


def _project(item: Issue | Change) -> str:
    return item.repository.partition("/")[2].replace("-", "").upper()


def _moves(issue: Issue, end: datetime) -> tuple[tuple[datetime, str], ...]:
    """Quarters of the time to its closing, or to the end of the world for one that stays open."""
    closed = issue.closed_at or end
    quarter = (closed - issue.created_at) / 4
    start, half, late = (issue.created_at + quarter * n for n in (1, 2, 3))
    if issue.number % 5 == 0:
        moves = [(closed, DONE)]
    elif issue.number % 7 == 0:
        moves = [(start, IN_PROGRESS), (half, DONE), (late, IN_PROGRESS), (closed, DONE)]
    else:
        moves = [(start, IN_PROGRESS), (late, IN_REVIEW), (closed, DONE)]
    return tuple(moves if issue.closed_at else moves[:-1])


def _updated_at(ticket: Ticket, as_of: datetime) -> datetime:
    return max([ticket.created_at, *(at for at, _ in ticket.moves_before(as_of))])


def _issue(ticket: Ticket, fields: Sequence[str], as_of: datetime) -> Row:
    moves = ticket.moves_before(as_of)
    changed, status = moves[-1] if moves else (ticket.created_at, TO_DO)
    parent = {"key": ticket.parent, "fields": {"summary": "A story", "status": _status(TO_DO)}}
    values: Row = {
        "summary": f"Ticket {ticket.number}", "description": {"type": "doc", "content": []}, "labels": ["checkout"],
        "project": {"key": ticket.project, "name": ticket.project}, "status": _status(status),
        "issuetype": {"name": ticket.kind, "subtask": bool(ticket.parent),
                      "hierarchyLevel": -1 if ticket.parent else 0},
        "priority": {"id": "3", "name": ("High", "Medium", "Low")[ticket.number % 3]},
        "resolution": ticket.resolution if status == DONE else None,
        "resolutiondate": _stamp(changed) if status == DONE else None, "statuscategorychangedate": _stamp(changed),
        "created": _stamp(ticket.created_at), "updated": _stamp(_updated_at(ticket, as_of)),
        "assignee": _user(ticket.assignee) if moves else None, "reporter": _user(ticket.assignee),
        "parent": parent if ticket.parent else None,
        "customfield_10016": POINTS[ticket.number % len(POINTS)] if ticket.kind == "Story" else None,
    }  # fmt: skip
    row: Row = {"expand": "changelog", "id": ticket.issue_id, "key": ticket.key, "self": f"/issue/{ticket.issue_id}"}
    return row if fields == ["key"] else {**row, "fields": {name: values[name] for name in fields if name in values}}


def _histories(ticket: Ticket, as_of: datetime) -> Iterator[Row]:
    before = TO_DO
    for index, (at, after) in enumerate(ticket.moves_before(as_of)):
        items = [_item("status", before, STATUSES[before][0], after, STATUSES[after][0])]
        if index == 0:
            items.append(_item("assignee", None, None, account_id(ticket.assignee), ticket.assignee.name))
        sides = [(ticket.resolution["id"], ticket.resolution["name"]) if status == DONE else (None, None)
                 for status in (before, after)]  # fmt: skip
        if sides[0] != sides[1]:
            items.append(_item("resolution", *sides[0], *sides[1]))
        yield {"id": f"{ticket.issue_id}{index}", "created": int(at.timestamp() * 1000),
               "author": _user(ticket.assignee), "items": items}  # fmt: skip
        before = after


def _item(field: str, from_id: object, from_name: object, to_id: object, to_name: object) -> Row:
    return {"field": field, "fieldtype": "jira", "fieldId": field,
            "from": from_id, "fromString": from_name, "to": to_id, "toString": to_name}  # fmt: skip


def _status(number: str) -> Row:
    name, category = STATUSES[number]
    return {"id": number, "name": name, "description": "", "statusCategory": {"key": category, "name": name}}


def _user(person: Person) -> Row:
    return {"accountId": account_id(person), "accountType": "atlassian", "active": True,
            "displayName": person.name, "timeZone": "Europe/Berlin"}  # fmt: skip


def _page(request: Request, rows: Sequence[Any], token: str, size: int, query: str) -> tuple[list[Any], str | None]:
    """One page, and the token of the next, which is good for this query only."""
    mark = f"{zlib.crc32(query.encode()):08x}-"
    offset = int(token.removeprefix(mark)) if token else 0
    page, more = request.page(rows, offset, size)
    return page, f"{mark}{offset + size}" if more else None


def _stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.000+0000")


TOOL = FakeTool(
    "jira",
    Jira,
    "jira",
    "api_token",
    lambda world: {"email": "metrics@acme.example", "history_start_date": world.first_monday},
    corrected="hierarchyLevel",
    part=lambda world: f'project = "{_project(world.changes[0])}"',
    renamed=("from", "to", "fromString", "toString"),
)
