"""GitHub Copilot: usage reports by signed links to NDJSON parts, and seats.

A day's report is revised for three days. Three days in autumn have no report (204) for good. A signed link with an
Authorization header is an error, as at the real tool. One person holds two seats.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

import orjson

from orchestration.sample_company.apis.base import (
    NOT_FOUND,
    Answer,
    FakeTool,
    Request,
    linked_page,
    organisation_settings,
    stamp,
)
from orchestration.sample_company.world.company import World
from orchestration.sample_company.world.model import ORGANISATION, Person, Session
from orchestration.sample_company.world.reports import Book, calls_of, copilot_sees, total, uses_cli

ORGANISATION_ID, ENTERPRISE_ID = "990001", "9001"
PARTS = 2
SIGNATURE = "c2lnbmVk"


class Copilot:
    def __init__(self, world: World) -> None:
        self.world = world
        self.book = Book.of(world, "copilot")

    def answer(self, request: Request) -> Answer:
        parts = request.path.strip("/").split("/")
        if parts[0] in ("orgs", "enterprises") and parts[-1].endswith(".ndjson"):
            return self._download(request, parts)
        if not request.headers.get("authorization"):
            return Answer(401, {"message": "Requires authentication"})
        match parts:
            case ["orgs" | "enterprises", name, "copilot", "billing", "seats"] if name == ORGANISATION:
                return self._seats(request)
            case [scope, name, "copilot", "metrics", "reports", report] if name == ORGANISATION:
                return self._report(request, scope, report)
        return NOT_FOUND

    def _report(self, request: Request, scope: str, report: str) -> Answer:
        reports = {"users-1-day": PARTS, f"{scope.removesuffix('s').replace('org', 'organization')}-1-day": 1}
        if report not in reports:
            return NOT_FOUND
        day = date.fromisoformat(request.first("day"))
        if not self.world.first_monday <= day < request.as_of.date():
            return NOT_FOUND
        if not copilot_sees(self.world, self.book, day, request.as_of):
            return Answer(204)
        links = [f"{request.downloads}/signed/{scope}/{report}/{day}/part-{part:05d}.ndjson?sig={SIGNATURE}"
                 for part in range(reports[report])]  # fmt: skip
        return Answer(value={"download_links": links, "report_day": str(day)})

    def _download(self, request: Request, parts: Sequence[str]) -> Answer:
        if request.headers.get("authorization") or request.first("sig") != SIGNATURE:
            return Answer(400, text="Only one authentication mechanism is allowed")
        scope, report, day_text, part = parts
        day = date.fromisoformat(day_text)
        seen = copilot_sees(self.world, self.book, day, request.as_of) or {}
        ids = _ids(scope)
        people = self.world.person
        rows = [{**ids, **_user_day(people[hr_id], day, sessions)} for hr_id, sessions in sorted(seen.items())]
        if not report.startswith("users"):
            rows = [{**ids, "day": str(day), "daily_active_users": len(rows), **_sums(rows)}]
        else:
            rows = rows[int(part[5:10]) :: PARTS]
        return Answer(text="".join(orjson.dumps(row).decode() + "\n" for row in rows))

    def _seats(self, request: Request) -> Answer:
        holders = [person for person in self.world.people
                   if person.tool == "copilot" and person.start <= request.as_of.date()]  # fmt: skip
        rows = [self._seat(person, "engineering", request.as_of) for person in holders]
        rows += [self._seat(person, "pilot", request.as_of) for person in holders[:1]]
        page = linked_page(request, rows, "seats")
        value = page.value if isinstance(page.value, dict) else {}
        return Answer(value={**value, "total_seats": len(holders)}, headers=page.headers)

    def _seat(self, person: Person, team: str, as_of: datetime) -> Mapping[str, object]:
        days = [session.started_at for day in range(1, 28)
                for session in self.book.on(as_of.date() - timedelta(days=day)).get(person.hr_id, ())]  # fmt: skip
        return {
            "assignee": {"login": person.account.login_at(as_of), "id": person.account.github_id, "type": "User"},
            "organization": {"login": ORGANISATION, "id": int(ORGANISATION_ID)},
            "assigning_team": {"id": 1001 if team == "engineering" else 1002, "name": team, "slug": team},
            "created_at": stamp(datetime(person.start.year, person.start.month, person.start.day, 8, tzinfo=UTC)),
            "pending_cancellation_date": str(person.end) if person.end else None,
            "last_activity_at": stamp(max(days, default=None)),
            "last_activity_editor": "vscode/1.132.0/copilot-chat/0.44.1" if days else None,
            "last_authenticated_at": stamp(max(days, default=None)),
            "plan_type": "business",
        }


def _ids(scope: str) -> Mapping[str, str]:
    ids = {"enterprise_id": ENTERPRISE_ID}
    return {**ids, "organization_id": ORGANISATION_ID} if scope == "orgs" else ids


def _counts(sessions: Sequence[Session]) -> dict[str, int]:
    added = sum(session.lines_added for session in sessions)
    return {
        "user_initiated_interaction_count": sum(len(session.prompts) for session in sessions),
        "code_generation_activity_count": sum(len(session.calls) for session in sessions),
        "code_acceptance_activity_count": sum(session.accepted for session in sessions),
        "loc_suggested_to_add_sum": added * 2,
        "loc_suggested_to_delete_sum": 0,
        "loc_added_sum": added,
        "loc_deleted_sum": 0,
    }


def _user_day(person: Person, day: date, sessions: Sequence[Session]) -> Mapping[str, object]:
    counts, calls = _counts(sessions), calls_of(sessions)
    is_cli = uses_cli(person)
    feature = "copilot_cli" if is_cli else "chat_panel_agent_mode"
    uncached, written, read, output = total(calls)
    row = {
        "day": str(day), "user_id": person.account.github_id, "user_login": person.account.login_at(_midnight(day)),
        "ai_credits_used": round(output / 900, 2), **counts,
        "used_agent": not is_cli, "used_chat": not is_cli, "used_cli": is_cli, "used_copilot_cloud_agent": False,
        "used_copilot_coding_agent": False,
        "ai_adoption_phase": {"phase": "Phase 2", "phase_number": 2, "version": "v1"},
        "totals_by_ide": [] if is_cli else [{"ide": "vscode", **counts}],
        "totals_by_feature": [{"feature": feature, **counts}],
        "totals_by_language_feature": [], "totals_by_language_model": [],
        "totals_by_model_feature": [{"model": calls[0].model, "feature": feature, **counts}],
    }  # fmt: skip
    if is_cli:
        tokens = uncached + written + read
        row["totals_by_cli"] = {
            "session_count": len(sessions), "request_count": len(calls),
            "prompt_count": counts["user_initiated_interaction_count"],
            "token_usage": {"prompt_tokens_sum": tokens, "output_tokens_sum": output,
                            "avg_tokens_per_request": round((tokens + output) / len(calls), 2)},
        }  # fmt: skip
    return row


def _sums(rows: Sequence[Mapping[str, object]]) -> dict[str, int]:
    return {name: sum(int(str(row[name])) for row in rows) for name in _counts(())}


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)


TOOL = FakeTool(
    "copilot",
    Copilot,
    "copilot",
    "token",
    lambda world: {**organisation_settings(world), "history_days": world.days},
    corrected="user_initiated_interaction_count",
    part=lambda world: f"'{world.end.date() - timedelta(days=2)}'",
)
