"""What the fake tools share: requests, answers, pages, and what a tool is. Without any transport."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol, TypeVar
from urllib.parse import urlencode

from orchestration.sample_company.world.company import World
from orchestration.sample_company.world.model import ORGANISATION

Item = TypeVar("Item")


@dataclass(frozen=True)
class Request:
    """A request below one tool's base address; `base` is that address, `downloads` the origin of signed links.

    max_page: no page holds more records than this. is_endless: a list begins again where it should end.
    """

    method: str
    path: str
    query: Mapping[str, Sequence[str]]
    headers: Mapping[str, str]
    body: Mapping[str, object]
    base: str
    downloads: str
    as_of: datetime
    max_page: int | None = None
    is_endless: bool = False

    def first(self, name: str, default: str = "") -> str:
        return next(iter(self.query.get(name, ())), default)

    def number(self, name: str, default: int) -> int:
        return int(self.first(name, str(default)))

    def size(self, name: str, default: int, at_most: int) -> int:
        """How many records a page holds: what the request asks for, up to the tool's limit."""
        return min(at_most, self.number(name, default), self.max_page or at_most)

    def page(self, items: Sequence[Item], start: int, size: int) -> tuple[list[Item], bool]:
        """One page of a list, and whether another follows."""
        if self.is_endless and items:
            return [items[(start + index) % len(items)] for index in range(size)], True
        return list(items[start : start + size]), start + size < len(items)


@dataclass(frozen=True)
class Answer:
    """A status, a JSON value or text, and extra headers.

    cut: so many bytes of the body never arrive. is_reset: the connection breaks before any answer.
    """

    status: int = 200
    value: object = None
    text: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: int = 0
    is_reset: bool = False


class Api(Protocol):
    """A fake tool's API over one world."""

    def answer(self, request: Request) -> Answer: ...


@dataclass(frozen=True)
class FakeTool:
    """One tool: it answers below `/<name>`, and the section `[sources.<source>]` points a connector at it.

    secret: the setting that takes the tool's credential.
    settings: what else the section says about this company.
    corrected: a number that the tool still corrects within the connector's lookback.
    part: a text that only requests for a part of the data hold, such as one repository's name.
    renamed: fields that land under another name.
    """

    name: str
    api: Callable[[World], Api]
    source: str
    secret: str
    settings: Callable[[World], Mapping[str, object]]
    corrected: str
    part: Callable[[World], str]
    renamed: tuple[str, ...] = ()


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
    size = request.size("per_page", 30, 100)
    page = request.number("page", 1)
    chosen, more = request.page(items, (page - 1) * size, size)
    headers = {}
    if more:
        query = {**{name: values[0] for name, values in request.query.items()}, "page": str(page + 1)}
        headers["Link"] = f'<{request.base}{request.path}?{urlencode(query)}>; rel="next"'
    return Answer(value={f"total_{envelope}": len(items), envelope: chosen} if envelope else chosen, headers=headers)
