"""What a span means, whichever names its instrumentation uses: its role, its people, its trigger, its permission.

Belongs here: facts of which the values, not only the names, differ between instrumentations.
Does not: names of one fact, such as old and new names of input tokens (the staging views).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from orchestration.connectors.otel import Config

Fields = Mapping[str, object]
MODEL_CALLS = ("chat", "generate_content", "text_completion", "embeddings")
OPERATIONS = {
    **dict.fromkeys(MODEL_CALLS, "inference"),
    **dict.fromkeys(("invoke_agent", "invoke_workflow"), "agent"),
    "execute_tool": "tool",
}
"""gen_ai.operation.name; any other operation is a step."""
KINDS = {
    **dict.fromkeys(("llm", "embedding"), "inference"),
    **dict.fromkeys(("agent", "workflow"), "agent"),
    "tool": "tool",
}
"""openinference.span.kind and traceloop.span.kind, in lower case; any other kind is a step."""
NAMES = {
    "claude_code.interaction": "agent",
    "claude_code.llm_request": "inference",
    "claude_code.tool": "tool",
    "claude_code.tool.blocked_on_user": "permission",
    "openclaw.run": "agent",
    "openclaw.model.call": "inference",
    "openclaw.tool.execution": "tool",
}
TRIGGERS = {
    "schedule": ("cron", "schedule", "scheduled", "timer", "heartbeat"),
    "webhook": ("hook", "webhook", "http", "pubsub", "event", "datasource"),
    "chat": ("chat", "slack", "teams", "discord", "telegram", "message", "dm", "group", "channel"),
    "person": ("person", "user", "human", "manual", "interactive", "cli", "ui", "direct", "main"),
    "ci": ("ci", "pipeline"),
    "agent": ("agent", "subagent"),
}
DECISIONS = {
    "granted": ("accept", "accepted", "allow", "allowed", "allowed_once", "allowed_always", "approve", "approved",
                "grant", "granted", "true"),
    "denied": ("reject", "rejected", "deny", "denied", "denied_by_reviewer", "refused", "block", "blocked", "false"),
    "asked": ("ask", "asked", "pending", "requested", "required", "expired", "timed_out", "cancelled"),
}  # fmt: skip
RULES = ("config", "hook", "rule", "policy", "auto")
BY_TRIGGER = {value: name for name, values in TRIGGERS.items() for value in values}
BY_DECISION = {value: name for name, values in DECISIONS.items() for value in values}


def role(own: Fields, name: object) -> str | None:
    """agent, step, tool, inference or permission; None for a span that is not of an agent's work."""
    if isinstance(operation := own.get("gen_ai.operation.name"), str):
        return OPERATIONS.get(operation, "step")
    for attribute in ("openinference.span.kind", "traceloop.span.kind"):
        if isinstance(kind := own.get(attribute), str):
            return KINDS.get(kind.lower(), "step")
    if "llm.request.type" in own:
        return "inference"
    return NAMES.get(name) if isinstance(name, str) else None


def people(own: Fields, resource: Fields, config: Config) -> dict[str, object]:
    """Account and sponsor, each with the namespace of its identifier."""
    account = _first(config.person_attributes, own, resource)
    sponsor = _first(config.sponsor_attributes, own, resource)
    return {
        "account": account,
        "account_type": _namespace(account),
        "sponsor": sponsor,
        "sponsor_type": _namespace(sponsor),
    }


def trigger(own: Fields, resource: Fields, config: Config) -> dict[str, object]:
    """What started the run. A key such as cron:<job> or agent:<id>:<channel>:dm counts by its first known part."""
    value = _first(config.trigger_attributes, own, resource)
    if value is None:
        return {"trigger": None}
    parts = value.lower().split(":")
    known = [BY_TRIGGER[part] for part in (parts[2:] if parts[0] == "agent" and parts[2:] else parts)
             if part in BY_TRIGGER]  # fmt: skip
    return {"trigger": known[0] if known else "other"}


def permission(own: Fields, config: Config, role: str) -> dict[str, object]:
    """granted, denied, or asked without an answer; and whether a rule decided, so that nobody was asked."""
    names, sources = config.permission_attributes, config.permission_source_attributes
    if role == "permission":
        names, sources = (*names, "decision"), (*sources, "source")
    decision = BY_DECISION.get((_first(names, own) or "").lower())
    if role == "permission":
        decision = decision or "asked"
    decider = (_first(sources, own) or "").lower()
    return {"permission": decision, "is_decided_by_rule": decider.startswith(RULES) if decision else None}


def _first(names: Iterable[str], *places: Fields) -> str | None:
    """The first value of these attributes as a text: of the span itself before those of its resource."""
    for place in places:
        for name in names:
            value = place.get(name)
            if value not in (None, "") and isinstance(value, str | int):
                return str(value)
    return None


def _namespace(account: str | None) -> str | None:
    if account is None:
        return None
    return "email" if "@" in account else "otel"
