"""Anthropic: the Claude Code analytics report, one UTC day per request, paged by an opaque token.

One row per day, person and terminal, and one row per day of an API key without a person.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

from orchestration.sample_company.apis.base import Answer, FakeTool, Request
from orchestration.sample_company.world.company import World
from orchestration.sample_company.world.model import Call, Session
from orchestration.sample_company.world.reports import API_KEY_NAME, Book, calls_of, machine_call, total

PATH = "/v1/organizations/usage_report/claude_code"
ORGANISATION_ID = "5b1d0c1e-9d3e-4f4f-8f0e-2a6a7d1f0b11"
TERMINALS = ("vscode", "iTerm.app")
# USD per million tokens: uncached input, cache write, cache read, output. The vendor's estimate, not ours.
ESTIMATE = {
    "claude-sonnet-5": (2.0, 2.5, 0.2, 10.0),
    "claude-opus-5": (5.0, 6.25, 0.5, 25.0),
    "claude-haiku-4-5": (1.0, 1.25, 0.1, 5.0),
}


class Anthropic:
    def __init__(self, world: World) -> None:
        self.world = world
        self.book = Book.of(world, "claude_api")

    def answer(self, request: Request) -> Answer:
        if not request.headers.get("x-api-key"):
            return Answer(401, {"type": "error", "error": {"type": "authentication_error"}})
        if request.path != PATH:
            return Answer(404, {"type": "error", "error": {"type": "not_found_error"}})
        day = date.fromisoformat(request.first("starting_at")[:10])
        rows = list(self._rows(day)) if self._is_seen(day, request) else []
        size = request.size("limit", 20, 1000)
        start = int(request.first("page", "page_0").removeprefix("page_"))
        chosen, more = request.page(rows, start, size)
        return Answer(value={"data": chosen, "has_more": more,
                             "next_page": f"page_{start + size}" if more else None})  # fmt: skip

    def _is_seen(self, day: date, request: Request) -> bool:
        """The tool returns data that is older than an hour; sessions of the sample company end before midnight."""
        return self.world.first_monday <= day < (request.as_of - timedelta(hours=1)).date() + timedelta(days=1)

    def _rows(self, day: date) -> Iterator[Mapping[str, object]]:
        for hr_id, sessions in sorted(self.book.on(day).items()):
            actor = {"type": "user_actor", "email_address": self.world.person[hr_id].email}
            for index, terminal in enumerate(TERMINALS):
                if chosen := sessions[index::2]:
                    yield _row(day, actor, terminal, chosen, calls_of(chosen))
        yield _row(day, {"type": "api_actor", "api_key_name": API_KEY_NAME}, "non-interactive", (),
                   [machine_call(self.world, day)])  # fmt: skip


def _row(
    day: date, actor: Mapping[str, str], terminal: str, sessions: Sequence[Session], calls: Sequence[Call]
) -> Mapping[str, object]:
    accepted = sum(session.accepted for session in sessions)
    return {
        "date": f"{day}T00:00:00Z",
        "actor": actor,
        "organization_id": ORGANISATION_ID,
        "customer_type": "api",
        "subscription_type": None,
        "terminal_type": terminal,
        "is_remote": False,
        "core_metrics": {
            "num_sessions": max(1, len(sessions)),
            "lines_of_code": {"added": sum(session.lines_added for session in sessions), "removed": 0},
            "commits_by_claude_code": accepted // 4,
            "pull_requests_by_claude_code": accepted // 12,
        },
        "tool_actions": {"edit_tool": {"accepted": accepted, "rejected": len(sessions)}} if sessions else {},
        "model_breakdown": [_by_model(model, calls) for model in sorted({call.model for call in calls})],
    }


def _by_model(model: str, calls: Sequence[Call]) -> Mapping[str, object]:
    tokens = total([call for call in calls if call.model == model])
    cents = sum(count * price for count, price in zip(tokens, ESTIMATE[model], strict=True)) / 1e4
    return {
        "model": model,
        "tokens": dict(zip(("input", "cache_creation", "cache_read", "output"), tokens, strict=True)),
        "estimated_cost": {"currency": "USD", "amount": round(cents, 4)},
    }


TOOL = FakeTool(
    "anthropic",
    Anthropic,
    "claude_code",
    "api_key",
    lambda world: {"log_roots": ["claude_logs"], "history_days": world.days},
    corrected="num_sessions",
    part=lambda world: f"'{world.end.date() - timedelta(days=2)}'",
)
