"""Records of Copilot's usage reports, from download links and from exported files.

Reads:  lines (NDJSON), arrays, and the wrappers `day_totals` and `user_totals` of exports; scope and day of a wrapper
        hold for its records.
Yields: rows of user_days, organization_days and seats.
Leaves out: breakdowns by feature, model, editor, language, skill, agent and plugin (they repeat the totals and no
        metric reads them), client versions, and all of an assignee but id and login.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from orchestration.connectors.base import Item, Record, Row

USER_STREAMS = ("user_days",)
ORGANIZATION_STREAMS = ("organization_days",)
SEAT_STREAMS = ("seats",)
WRAPPED = ("day_totals", "user_totals")
SCOPE = ("organization_id", "enterprise_id")
UNREAD = frozenset(
    {
        *("etl_id", "day_partition", "entity_id_partition", "report_start_day", "report_end_day", "created_at"),
        *("last_known_cli_version", "avg_tokens_per_request", "phase", "pull_requests", "total_active_days"),
        "loc_suggested_to_delete_sum",
    }
)
"""Fields of both reports that no metric reads. They are named so that a field is reported as unknown only when it is
new."""
UNREAD_OF_USERS = UNREAD | {
    *("used_vscode_agent", "used_copilot_code_review_active", "used_copilot_code_review_passive"),
    *("version", "total_user_messages"),
}
UNREAD_OF_ORGANIZATIONS = UNREAD | {
    *("weekly_active_users", "monthly_active_users", "daily_active_cli_users", "daily_active_copilot_app_users"),
    *(f"monthly_active_{kind}_users" for kind in ("chat", "agent")),
    *(f"{span}_active_copilot_cloud_agent_users" for span in ("daily", "weekly", "monthly")),
    *(f"{span}_active_vscode_agent_users" for span in ("daily", "weekly", "monthly")),
    *(
        f"{span}_{way}_copilot_code_review_users"
        for span in ("daily", "weekly", "monthly")
        for way in ("active", "passive")
    ),
    *("loc_suggested_to_add_sum", "loc_added_sum", "loc_deleted_sum"),
    *("session_count", "request_count", "prompt_count"),
}
SEAT_FIELDS = (
    *("plan_type", "created_at", "last_activity_at", "last_authenticated_at"),
    "pending_cancellation_date",
)
SEAT_PARTIES = {"assignee": ("id", "login"), "organization": ("id",), "assigning_team": ("id",)}


def unwrapped(value: object) -> Iterator[Mapping[str, object]]:
    """Each record of a parsed report, with scope and day of its wrapper. An answer of links holds none."""
    if isinstance(value, list):
        for each in value:
            yield from unwrapped(each)
    elif isinstance(value, Mapping):
        inner = [each for name in WRAPPED if isinstance(found := value.get(name), list) for each in found]
        if inner or any(name in value for name in WRAPPED):
            around = {name: value[name] for name in SCOPE if name in value}
            if "report_day" in value:
                around["day"] = value["report_day"]
            yield from ({**around, **_object(each)} for each in inner)
        elif "download_links" not in value and "seats" not in value:
            yield value


def is_of_user(record: Record) -> bool:
    return "user_id" in record


def user_items(record: Record, pointer: str) -> Iterator[Item]:
    """A user's day; some reports write `login` for `user_login`."""
    named = {"user_login": record.get("login"), **record}
    named.pop("login", None)
    yield Row("user_days", _read(named, UNREAD_OF_USERS), pointer)


def organization_items(record: Record, pointer: str) -> Iterator[Item]:
    yield Row("organization_days", _read(record, UNREAD_OF_ORGANIZATIONS), pointer)


def seat_item(seat: object, pointer: str) -> Item:
    record = _object(seat)
    parties = {
        party: {name: _object(record.get(party)).get(name) for name in names} for party, names in SEAT_PARTIES.items()
    }
    return Row("seats", {**{name: record.get(name) for name in SEAT_FIELDS}, **parties}, pointer)


def _read(record: Record, unread: frozenset[str]) -> dict[str, object]:
    """The record without lists and without the fields `unread`, at any depth."""
    return {
        name: _read(value, unread) if isinstance(value, Mapping) else value
        for name, value in record.items()
        if name not in unread and not isinstance(value, list)
    }


def _object(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}
