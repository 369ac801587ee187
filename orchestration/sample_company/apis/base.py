"""What the fake tools share: requests, answers, pages, and what a tool is. Without any transport."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol
from urllib.parse import urlencode

from orchestration.sample_company.world.company import World
from orchestration.sample_company.world.model import ORGANISATION


@dataclass(frozen=True)
class Request:
    """A request below one tool's base address; `base` is that address, `downloads` the origin of signed links."""

    method: str
    path: str
    query: Mapping[str, Sequence[str]]
    headers: Mapping[str, str]
    body: Mapping[str, object]
    base: str
    downloads: str
    as_of: datetime

    def first(self, name: str, default: str = "") -> str:
        return next(iter(self.query.get(name, ())), default)

    def number(self, name: str, default: int) -> int:
        return int(self.first(name, str(default)))


@dataclass(frozen=True)
class Answer:
    """A status, a JSON value or text, and extra headers."""

    status: int = 200
    value: object = None
    text: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


class Api(Protocol):
    """A fake tool's API over one world."""

    def answer(self, request: Request) -> Answer: ...


@dataclass(frozen=True)
class FakeTool:
    """One tool: it answers below `/<name>`, and the section `[sources.<source>]` points a connector at it.

    secret: the setting that takes the tool's credential.
    settings: what else the section says about this company.
    """

    name: str
    api: Callable[[World], Api]
    source: str
    secret: str
    settings: Callable[[World], Mapping[str, object]]


def organisation_settings(world: World) -> Mapping[str, object]:
    """The setting of tools that are read by organisation."""
    return {"organisations": [ORGANISATION]}


NOT_FOUND = Answer(404, {"message": "Not Found"})


def stamp(at: datetime | None) -> str | None:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if at else None


def instant(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def linked_page(request: Request, items: Sequence[object], envelope: str = "") -> Answer:
    """One page of a GitHub REST listing: `page`, `per_page`, and the Link header as long as there is a next."""
    size = min(100, request.number("per_page", 30))
    page = request.number("page", 1)
    chosen = list(items[(page - 1) * size : page * size])
    headers = {}
    if page * size < len(items):
        query = {**{name: values[0] for name, values in request.query.items()}, "page": str(page + 1)}
        headers["Link"] = f'<{request.base}{request.path}?{urlencode(query)}>; rel="next"'
    return Answer(value={f"total_{envelope}": len(items), envelope: chosen} if envelope else chosen, headers=headers)
