"""GitHub accounts: login, account number and type; no display name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Node = Mapping[str, Any]
Record = dict[str, object]


def account(node: Node | None) -> Record:
    """Login, number and type of an actor; empty for a deleted one. GraphQL omits the suffix `[bot]`, REST does not."""
    if not node:
        return {}
    kind, login = node.get("__typename") or node.get("type"), node.get("login")
    if kind == "Bot" and login and "__typename" in node and not login.endswith("[bot]"):
        login = f"{login}[bot]"
    return {"login": login, "database_id": as_text(node.get("databaseId") or node.get("id")), "type": kind}


def user(node: Node | None, is_member: bool | None = None, email: str | None = None) -> Record | None:
    """A record of `users`; None for an account without a number (deleted, or a placeholder of an organisation)."""
    known = account(node)
    if not known.get("database_id") or not known.get("login"):
        return None
    return {
        "id": known["database_id"],
        "login": known["login"],
        "type": known["type"] or "User",
        "is_member": is_member,
        "email": email,
    }


def sponsor(node: Node) -> Record:
    """The person who asked for a bot's pull request: its only human assignee. Empty where there are several."""
    people = [one for one in listed(node, "assignees") if not str(one.get("login")).lower().startswith("copilot")]
    if len(people) != 1:
        return {}
    return {"login": people[0].get("login"), "database_id": as_text(people[0].get("databaseId"))}


def listed(node: Node, name: str) -> list[Node]:
    return [one for one in (node.get(name) or {}).get("nodes") or () if one]


def as_text(value: object) -> str | None:
    return None if value is None else str(value)
