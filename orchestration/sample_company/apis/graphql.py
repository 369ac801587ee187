"""The part of GraphQL that connectors use: selected fields only, paged connections, fragments, variables.

A field that the record does not have is an error, as at the real API.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

Arguments = Mapping[str, object]
Cut = Callable[[Sequence[object], int, int], tuple[list[object], bool]]
"""Items, start and size -> one page, and whether another follows."""
TOKEN = re.compile(r'\.\.\.|[{}()\[\]:$!=@]|"(?:[^"\\]|\\.)*"|[A-Za-z_]\w*|-?\d+')


class UnknownFieldError(Exception):
    """The query selects a field that the record does not have."""


@dataclass
class Field:
    """One selected field; `only_on` names the type of the inline fragment around it."""

    name: str
    alias: str
    arguments: dict[str, object] = field(default_factory=dict)
    only_on: str | None = None
    children: list[Field] = field(default_factory=list)


@dataclass(frozen=True)
class Connection:
    """A list that is read page by page. `orders`: sort key by orderBy field; `state`: what `states` filters by."""

    items: Sequence[object]
    build: Callable[[object], object] = lambda item: item
    orders: Mapping[str, Callable[[object], object]] = field(default_factory=dict)
    state: Callable[[object], str] = lambda item: ""

    def page(self, arguments: Arguments, cut: Cut) -> Mapping[str, object]:
        items = list(self.items)
        wanted = arguments.get("itemTypes")
        if isinstance(wanted, list):
            names = {"".join(part.capitalize() for part in str(name).split("_")) for name in wanted}
            items = [item for item in items if isinstance(item, Mapping) and item["__typename"] in names]
        states = arguments.get("states")
        if isinstance(states, list):
            items = [item for item in items if self.state(item) in states]
        order = arguments.get("orderBy")
        if isinstance(order, Mapping):
            key: Callable[[object], str] = lambda item: str(self.orders[str(order["field"])](item))  # noqa: E731
            items.sort(key=key, reverse=order.get("direction") == "DESC")
        start = int(str(arguments.get("after") or "0"))
        chosen, more = cut(items, start, min(100, int(str(arguments.get("first") or 100))))
        return {
            "totalCount": len(items),
            "pageInfo": {"hasNextPage": more, "endCursor": str(start + len(chosen))},
            "nodes": [self.build(item) for item in chosen],
        }


class _Parser:
    def __init__(self, text: str, variables: Arguments) -> None:
        self.tokens: list[str] = TOKEN.findall(re.sub(r"#[^\n]*", "", text))
        self.at = 0
        self.variables = variables
        self.fragments: dict[str, list[Field]] = {}

    def next(self) -> str:
        self.at += 1
        return self.tokens[self.at - 1]

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def document(self) -> list[Field]:
        """The fields of the operation. Fragments may come after it, so they are read first."""
        starts = [index for index, token in enumerate(self.tokens) if token in ("fragment",)]
        for _ in range(2):
            for start in starts:
                self.at = start + 4
                self.fragments[self.tokens[start + 1]] = list(self.selection())
        self.at = 0
        while self.peek() == "fragment":
            self.at += 4
            list(self.selection())
        while self.peek() != "{":
            if self.next() == "(":
                self.at = self.tokens.index(")", self.at) + 1
        return list(self.selection())

    def selection(self) -> Iterator[Field]:
        self.next()
        while self.peek() != "}":
            if self.peek() == "...":
                yield from self.spread()
            else:
                yield self.field()
        self.next()

    def spread(self) -> Iterator[Field]:
        self.next()
        name = self.next()
        if name != "on":
            yield from self.fragments.get(name, [])
            return
        kind = self.next()
        for found in self.selection():
            yield replace(found, only_on=kind)

    def field(self) -> Field:
        name = alias = self.next()
        if self.peek() == ":":
            self.next()
            name = self.next()
        found = Field(name, alias)
        if self.peek() == "(":
            self.next()
            while self.peek() != ")":
                key = self.next()
                self.next()
                found.arguments[key] = self.value()
            self.next()
        if self.peek() == "{":
            found.children = list(self.selection())
        return found

    def value(self) -> object:
        word = self.next()
        if word == "$":
            return self.variables.get(self.next())
        if word == "[":
            items = []
            while self.peek() != "]":
                items.append(self.value())
            self.next()
            return items
        if word == "{":
            pairs: dict[str, object] = {}
            while self.peek() != "}":
                key = self.next()
                self.next()
                pairs[key] = self.value()
            self.next()
            return pairs
        constants: dict[str, object] = {"null": None, "true": True, "false": False}
        return word[1:-1] if word.startswith('"') else constants.get(word, word)


def execute(query: str, variables: Arguments, root: Mapping[str, object], cut: Cut) -> Mapping[str, object]:
    """The answer to one query over `root`, whose callables are fields with arguments; `cut` makes the pages."""
    try:
        return {"data": _object(_Parser(query, variables).document(), root, cut)}
    except UnknownFieldError as error:
        return {"errors": [{"message": str(error), "type": "undefinedField"}]}


def _object(fields: Sequence[Field], value: Mapping[str, object], cut: Cut) -> dict[str, object]:
    kind = value.get("__typename")
    found: dict[str, object] = {}
    for one in fields:
        if one.only_on and kind and one.only_on not in (kind, "Node", "Actor"):
            continue
        if one.name not in value:
            raise UnknownFieldError(f"Field '{one.name}' doesn't exist on type '{kind or 'Object'}'")
        found[one.alias] = _value(one, value[one.name], cut)
    return found


def _value(one: Field, value: object, cut: Cut) -> object:
    if callable(value):
        value = value(one.arguments)
    if isinstance(value, Connection):
        value = value.page(one.arguments, cut)
    if isinstance(value, Mapping):
        return _object(one.children, value, cut) if one.children else dict(value)
    if isinstance(value, list):
        return [_value(one, item, cut) for item in value]
    return value
