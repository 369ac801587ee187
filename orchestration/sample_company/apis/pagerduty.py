"""PagerDuty: incidents, log entries, services, users, teams, with offset paging and creation-time windows.

A written root cause, sometimes ten days later, is in a custom field of every second incident and in a note of the
others. A resolved incident has no assignments any more; a merged one has the other incident as resolve reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from orchestration.sample_company.apis.base import Answer, FakeTool, Request, instant, stamp
from orchestration.sample_company.apis.github_nodes import oid
from orchestration.sample_company.world.company import World
from orchestration.sample_company.world.model import Incident, Person, Service

Row = Mapping[str, object]
LONGEST_WINDOW = timedelta(days=184)
MIN_HISTORY_DAYS = 42
"""The connector reads at least so many days, however young the company is."""
PRIORITY_NAMES = ("P1", "P2", "P3", "P4", "P5")
CHANNELS = {"annotate": "note", "acknowledge": "website", "resolve": "website"}
HTML = "https://acme.pagerduty.example"


class PagerDuty:
    def __init__(self, world: World) -> None:
        self.world = world
        self.incidents = sorted(world.incidents, key=lambda row: (row.started_at, row.number))

    def answer(self, request: Request) -> Answer:
        if not request.headers.get("authorization", "").startswith("Token token="):
            return Answer(401, {"error": {"message": "Authentication failed", "code": 2006}})
        parts = request.path.strip("/").split("/")
        listings: Mapping[str, Callable[[], Sequence[Row]]] = {
            "incidents": lambda: self._incidents(request),
            "log_entries": lambda: self._log_entries(request),
            "services": lambda: [self._service(service) for service in self.world.services],
            "users": lambda: [_user(person) for person in self.world.people if person.pagerduty_id],
            "teams": lambda: [_reference("team", team.team_id, team.name) for team in self.world.teams],
            "priorities": lambda: [_reference("priority", f"PP{name}", name) for name in PRIORITY_NAMES],
        }
        if len(parts) == 1 and parts[0] in listings:
            since, until = self._window(request)
            if parts[0] == "incidents" and request.first("date_range") != "all" and until - since > LONGEST_WINDOW:
                return Answer(400, {"error": {"message": "Window is longer than six months", "code": 2001}})
            return _page(request, parts[0], listings[parts[0]]())
        match parts:
            case ["incidents", number]:
                found = next((row for row in self._seen(request.as_of) if row.incident_id == number), None)
                return Answer(value={"incident": self._incident(found, request.as_of)}) if found else _missing()
            case ["incidents", number, "log_entries"]:
                found = next((row for row in self._seen(request.as_of) if row.incident_id == number), None)
                return _page(request, "log_entries", list(self._entries(found, request.as_of))) if found else _missing()
            case ["incidents", _, "related_change_events" | "notes" as name]:
                return Answer(value={name: []})
        return _missing()

    def _seen(self, as_of: datetime) -> Iterator[Incident]:
        return (row for row in self.incidents if row.started_at < as_of)

    def _window(self, request: Request) -> tuple[datetime, datetime]:
        """The window of the request; by default the last month, as at PagerDuty."""
        until = instant(request.first("until")) if request.first("until") else request.as_of
        since = instant(request.first("since")) if request.first("since") else until - timedelta(days=30)
        return since, until

    def _incidents(self, request: Request) -> Sequence[Row]:
        since, until = self._window(request)
        statuses = request.query.get("statuses[]", ())
        rows = [self._incident(row, request.as_of) for row in self._seen(request.as_of)
                if request.first("date_range") == "all" or since <= row.started_at < until]  # fmt: skip
        rows = [row for row in rows if not statuses or row["status"] in statuses]
        return rows[::-1] if request.first("sort_by").endswith(":desc") else rows

    def _log_entries(self, request: Request) -> Sequence[Row]:
        """The log entries of all incidents in the window, newest first, as the endpoint sorts them."""
        since, until = self._window(request)
        rows = [entry for row in self._seen(request.as_of) for entry in self._entries(row, request.as_of)
                if since <= instant(str(entry["created_at"])) < until]  # fmt: skip
        return sorted(rows, key=lambda row: str(row["created_at"]), reverse=True)

    def _incident(self, row: Incident, as_of: datetime) -> Row:
        status, changed = "triggered", row.started_at
        for at, name in ((row.acknowledged_at, "acknowledged"), (row.resolved_at, "resolved")):
            if at and at < as_of:
                status, changed = name, at
        is_resolved = status == "resolved"
        has_cause = row.cause is not None and row.cause_at is not None and row.cause_at < as_of
        written = row.cause_at if has_cause and row.cause_at else row.started_at
        cause = self._cause(row) if has_cause and _is_in_a_field(row) else None
        responder = _reference("user", self.world.person[row.responder_hr_id].pagerduty_id, "On call")
        reason = {"type": "merge_resolve_reason", "incident": _reference("incident", row.merged_into, "")}
        return {
            "id": row.incident_id, "type": "incident", "incident_number": row.number,
            "incident_key": f"key-{row.number}", "title": f"Alert {row.number}",
            "summary": f"[#{row.number}] Alert", "status": status,
            "created_at": stamp(row.started_at), "updated_at": stamp(max(changed, written)),
            "resolved_at": stamp(row.resolved_at if is_resolved else None), "last_status_change_at": stamp(changed),
            "urgency": "low" if row.priority == "P4" else "high",
            "priority": _reference("priority", f"PP{row.priority}", row.priority),
            "service": _reference("service", self.world.service[row.service_id].pagerduty_id, row.service_id),
            "teams": [_reference("team", self.world.service[row.service_id].team_id, "Team")],
            "escalation_policy": _reference("escalation_policy", "PE00001", "Default"),
            "assignments": [] if is_resolved else [{"at": stamp(row.started_at), "assignee": responder}],
            "acknowledgements": [], "alert_counts": {"all": 1, "triggered": 0, "resolved": 1},
            "resolve_reason": reason if is_resolved and row.merged_into else None,
            "incident_type": {"name": "incident_default"}, "is_mergeable": not is_resolved,
            "custom_fields": [{"id": "PF00001", "name": "root_cause", "display_name": "Root cause",
                               "data_type": "string", "field_type": "single_value", "value": cause}],
        }  # fmt: skip

    def _entries(self, row: Incident, as_of: datetime) -> Iterator[Row]:
        responder = _reference("user", self.world.person[row.responder_hr_id].pagerduty_id, "On call")
        monitor = _reference("service", self.world.service[row.service_id].pagerduty_id, row.service_id)
        moments = (("trigger", row.started_at, monitor), ("assign", row.started_at, monitor),
                   ("acknowledge", row.acknowledged_at, responder),
                   ("annotate", row.cause_at, responder),
                   ("resolve", row.resolved_at, monitor if row.priority == "P4" else responder))  # fmt: skip
        for index, (kind, at, agent) in enumerate(moments):
            if at is None or at >= as_of:
                continue
            channel = {"type": CHANNELS.get(kind, "api"), "summary": self._note(row) if kind == "annotate" else None}
            yield {
                "id": f"R{row.number:06d}{index}", "type": f"{kind}_log_entry", "summary": f"{kind} by automation",
                "created_at": stamp(at), "agent": agent,
                "channel": channel,
                "incident": _reference("incident", row.incident_id, f"[#{row.number}]"),
                "service": _reference("service", self.world.service[row.service_id].pagerduty_id, row.service_id),
                "teams": [],
            }  # fmt: skip

    def _cause(self, row: Incident) -> str | None:
        return oid(self.world, row.cause.change_key) if row.cause else None

    def _note(self, row: Incident) -> str:
        return "See the root cause field." if _is_in_a_field(row) else f"Root cause: {self._cause(row)}"

    def _service(self, service: Service) -> Row:
        return {
            "id": service.pagerduty_id, "type": "service", "name": service.service_id, "summary": service.service_id,
            "status": "active", "created_at": "2019-02-01T08:00:00Z", "updated_at": "2026-01-15T08:00:00Z",
            "last_incident_timestamp": None, "auto_resolve_timeout": 14_400, "acknowledgement_timeout": 1_800,
            "teams": [_reference("team", service.team_id, service.team_id)],
            "escalation_policy": _reference("escalation_policy", "PE00001", "Default"),
        }  # fmt: skip


def _is_in_a_field(row: Incident) -> bool:
    return row.number % 2 == 0


def _user(person: Person) -> Row:
    return {"id": person.pagerduty_id, "type": "user", "name": person.name, "summary": person.name,
            "email": person.email, "time_zone": "Europe/Berlin", "role": "user", "job_title": None,
            "teams": [], "invitation_sent": False}  # fmt: skip


def _reference(kind: str, number: object, summary: str) -> Row:
    return {"id": number, "type": f"{kind}_reference", "summary": summary, "self": None,
            "html_url": f"{HTML}/{kind}s/{number}"}  # fmt: skip


def _page(request: Request, name: str, rows: Sequence[Row]) -> Answer:
    limit, offset = request.size("limit", 25, 100), request.number("offset", 0)
    if offset + limit > 10_000:
        return Answer(400, {"error": {"message": "Offset must be less than 10000", "code": 2001}})
    chosen, more = request.page(rows, offset, limit)
    return Answer(value={name: chosen, "limit": limit, "offset": offset, "more": more, "total": None})


def _missing() -> Answer:
    return Answer(404, {"error": {"message": "Not Found", "code": 2100}})


TOOL = FakeTool(
    "pagerduty",
    PagerDuty,
    "pagerduty",
    "api_key",
    lambda world: {"history_days": max(world.days + 7, MIN_HISTORY_DAYS)},
    corrected="all",
    part=lambda world: "/log_entries",
)
