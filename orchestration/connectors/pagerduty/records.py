"""PagerDuty's records as sent, with what is derived from their texts: root causes and the start of the impact."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from orchestration.connectors.pagerduty.causes import Cause, explicit_cause

Found = Mapping[str, Any]


def incident(found: Found, cause_fields: Iterable[str], impact_fields: Iterable[str]) -> dict[str, object]:
    """One incident. The priority's label (P1 …) is a setting of the account, not free text."""
    fields = _custom_fields(found.get("custom_fields"))
    texts = (found.get("title"), found.get("description"), found.get("body"))
    cause = explicit_cause(fields, texts, cause_fields)
    return {**found, "impact_started_at": _instant(fields, impact_fields), **_named(cause)}


def log_entry(found: Found, cause_fields: Iterable[str]) -> dict[str, object]:
    """One log entry. A root cause is usually named in a note or in a changed custom field."""
    channel = found.get("channel") or {}
    changed = channel.get("changeset")
    fields = _custom_fields(changed.get("customer_fields") if isinstance(changed, Mapping) else None)
    has_text = found.get("type") in ("annotate_log_entry", "resolve_log_entry")
    texts = (found.get("note"), channel.get("summary"), channel.get("content")) if has_text else ()
    agent = found.get("agent") or {}
    is_user = str(agent.get("type", "")).startswith("user")
    # the id of a service is not one of a person
    who = {"type": agent.get("type"), "id": agent.get("id") if is_user else None}
    return {**found, "agent": who, **_named(explicit_cause(fields, texts, cause_fields))}


def _named(cause: Cause) -> dict[str, object]:
    return {"explicit_cause_sha": cause.sha, "explicit_cause_deployment": cause.deployment}


def _custom_fields(found: object) -> dict[str, object]:
    """Custom fields by name; they come as a list of {name, value}, in some answers as an object."""
    if isinstance(found, Mapping):
        return {str(name): value for name, value in found.items()}
    listed = found if isinstance(found, list) else []
    return {str(field.get("name")): field.get("value") for field in listed if isinstance(field, Mapping)}


def _instant(fields: Mapping[str, object], names: Iterable[str]) -> str | None:
    """The first of the named custom fields that holds a time with a zone."""
    for name in names:
        value = fields.get(name)
        try:
            if isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None:
                return value
        except ValueError:
            continue
    return None
