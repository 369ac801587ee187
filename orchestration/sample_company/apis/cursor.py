"""Cursor: members, daily usage, usage events and spend of a team, paged by number in the body of a POST.

A day of usage holds every member, those who did nothing too. Usage events come newest first and have no id.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta

from orchestration.sample_company.apis.anthropic import ESTIMATE
from orchestration.sample_company.apis.base import NOT_FOUND, Answer, FakeTool, Request
from orchestration.sample_company.world.company import World
from orchestration.sample_company.world.model import Call, Person, Session
from orchestration.sample_company.world.reports import Book, calls_of

Row = Mapping[str, object]
LONGEST_RANGE = timedelta(days=30)
FEE_CENTS_PER_TOKEN = 2.5e-5


class Cursor:
    def __init__(self, world: World) -> None:
        self.world = world
        self.book = Book.of(world, "cursor")

    def answer(self, request: Request) -> Answer:
        scheme, _, pair = request.headers.get("authorization", "").partition(" ")
        if scheme != "Basic" or not b64decode(pair).endswith(b":"):
            return Answer(401, {"error": "Unauthorized", "message": "Invalid API key"})
        team = [one for one in self.world.people if one.tool == "cursor" and one.start <= request.as_of.date()]
        match request.method, request.path:
            case "GET", "/teams/members":
                members = [{"name": one.name, "email": one.email, "role": "member"} for one in team]
                return Answer(value={"teamMembers": members})
            case "POST", "/teams/spend":
                return self._spend(request, team)
            case "POST", "/teams/daily-usage-data" | "/teams/filtered-usage-events":
                return self._usage(request, team)
        return NOT_FOUND

    def _usage(self, request: Request, team: Sequence[Person]) -> Answer:
        """Of the days from startDate to endDate, both of which belong to the answer."""
        start, end = (_instant(request.body[name]) for name in ("startDate", "endDate"))
        if end - start > LONGEST_RANGE:
            return Answer(400, {"error": "Bad Request", "message": "Date range cannot exceed 30 days"})
        days = [start.date() + timedelta(days=number) for number in range((end - start).days + 1)]
        used = [(one, day, self.book.on(day).get(one.hr_id, ()))
                for day in days if self.world.first_monday <= day < request.as_of.date() for one in team]  # fmt: skip
        if request.path == "/teams/daily-usage-data":
            chosen, paging = _page(request, [_day(*row) for row in used])
            return Answer(value={"data": chosen, "pagination": paging})
        calls = [(call, one) for one, _, sessions in used for call in calls_of(sessions) if start <= call.at <= end]
        newest = sorted(calls, key=lambda row: row[0].at, reverse=True)
        chosen, paging = _page(request, [_event(*row) for row in newest])
        return Answer(value={"usageEvents": chosen, "pagination": paging, "totalUsageEventsCount": len(newest)})

    def _spend(self, request: Request, team: Sequence[Person]) -> Answer:
        """The spend of the month up to the day before."""
        last = request.as_of.date() - timedelta(days=1)
        month = [last.replace(day=1) + timedelta(days=number) for number in range(last.day)]
        rows = []
        for one in team:
            calls = calls_of([each for day in month for each in self.book.on(day).get(one.hr_id, ())])
            cents = round(sum(sum(_cents(call)) for call in calls))
            rows.append({"name": one.name, "email": one.email, "role": "member", "spendCents": cents,
                         "fastPremiumRequests": len(calls), "hardLimitOverrideDollars": 0})  # fmt: skip
        chosen, paging = _page(request, rows)
        return Answer(value={"teamMemberSpend": chosen, "subscriptionCycleStart": _epoch(month[0]),
                             "totalPages": paging["page"] + paging["hasNextPage"]})  # fmt: skip


def _page(request: Request, rows: Sequence[Row]) -> tuple[list[Row], dict[str, int]]:
    size = request.size("pageSize", int(str(request.body.get("pageSize", 10))), 1000)
    number = int(str(request.body.get("page", 1)))
    chosen, more = request.page(rows, (number - 1) * size, size)
    return chosen, {"page": number, "pageSize": size, "hasNextPage": more}


def _day(person: Person, day: date, sessions: Sequence[Session]) -> Row:
    lines = sum(session.lines_added for session in sessions)
    return {
        "userId": person.account.github_id, "email": person.email, "day": str(day), "date": _epoch(day),
        "isActive": bool(sessions), "totalLinesAdded": 2 * lines, "acceptedLinesAdded": lines, "totalRejects": 0,
        "totalAccepts": sum(session.accepted for session in sessions), "totalTabsShown": 0, "totalTabsAccepted": 0,
        "agentRequests": sum(len(session.prompts) for session in sessions), "chatRequests": 0, "composerRequests": 0,
        "cmdkUsages": 0, "mostUsedModel": sessions[0].calls[0].model if sessions else "", "clientVersion": "3.4.1",
    }  # fmt: skip


def _event(call: Call, person: Person) -> Row:
    total, fee = _cents(call)
    tokens = {"inputTokens": call.uncached_input, "outputTokens": call.output, "cacheWriteTokens": call.cache_write,
              "cacheReadTokens": call.cache_read, "totalCents": total}  # fmt: skip
    return {"timestamp": str(int(call.at.timestamp() * 1000)), "userEmail": person.email, "model": call.model,
            "kind": "Usage-based", "isTokenBasedCall": True, "isHeadless": False, "tokenUsage": tokens,
            "cursorTokenFee": fee, "chargedCents": round(total + fee, 4)}  # fmt: skip


def _cents(call: Call) -> tuple[float, float]:
    """The vendor's cost of a call, and Cursor's own fee."""
    tokens = (call.uncached_input, call.cache_write, call.cache_read, call.output)
    cost = sum(count * price for count, price in zip(tokens, ESTIMATE[call.model], strict=True)) / 1e4
    return round(cost, 4), round(sum(tokens) * FEE_CENTS_PER_TOKEN, 4)


def _epoch(day: date) -> int:
    return int(datetime.combine(day, time(), UTC).timestamp() * 1000)


def _instant(epoch: object) -> datetime:
    return datetime.fromtimestamp(int(str(epoch)) / 1000, UTC)


TOOL = FakeTool(
    "cursor",
    Cursor,
    "cursor",
    "api_key",
    lambda world: {"history_days": world.days},
    corrected="agentRequests",
    part=lambda world: "/teams/spend",
    renamed=("timestamp",),
)
