"""Records of Copilot's usage reports, from download links and from exported files.

Reads:  lines (NDJSON), arrays, and the wrappers `day_totals` and `user_totals` of exports; scope and day of a wrapper
        hold for its records.
Yields: rows of user_days, organization_days and seats, as sent. Breakdowns by feature, model, editor, language, skill,
        agent and plugin are lists, which do not land: they repeat the totals.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from orchestration.connectors.base import Item, Record, Row

USER_STREAMS = ("user_days",)
ORGANIZATION_STREAMS = ("organization_days",)
SEAT_STREAMS = ("seats",)
WRAPPED = ("day_totals", "user_totals")
SCOPE = ("organization_id", "enterprise_id")


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
    yield Row("user_days", {"user_login": record.get("login"), **record}, pointer)


def organization_items(record: Record, pointer: str) -> Iterator[Item]:
    yield Row("organization_days", record, pointer)


def seat_item(seat: object, pointer: str) -> Item:
    return Row("seats", _object(seat), pointer)


def _object(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}
