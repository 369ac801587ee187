"""Tables of settings, from the code that checks them: name, type, default, and what a setting does.

Reads:  the connectors' Config classes and the company's Settings (pydantic).
Gives:  Markdown tables, the same for the same code. A secret names the variable that it is read from.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from orchestration.connectors import connector
from orchestration.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
WORDS = {str: "text", int: "whole number", float: "number", bool: "true or false", date: "date", Path: "path"}
BOUNDS = {Ge: ("ge", "at least"), Gt: ("gt", "above"), Le: ("le", "at most"), Lt: ("lt", "below")}


def settings(source: str) -> str:
    """The table of a source's settings, from its Config."""
    fields = connector(source).Config.model_fields
    rows = [row for name, field in fields.items() for row in _setting(source, name, field)]
    return table(("setting", "type", "default", "what it does"), rows)


def section(name: str) -> str:
    """The table of one section of the company's settings that is not a source's; `top` for those above them."""
    fields = Settings.model_fields
    if name == "top":
        chosen = {key: field for key, field in fields.items() if not _is_model(field.annotation) and key != "sources"}
        return table(
            ("setting", "variable", "type", "default", "what it does"),
            [[f"`{key}`", f"`COUNTERPOISE_{key.upper()}`", *_facts(field)] for key, field in chosen.items()],
        )
    model = fields[name].annotation
    assert isinstance(model, type)
    assert issubclass(model, BaseModel)
    return table(
        ("setting", "type", "default", "what it does"),
        [[f"`{key}`", *_facts(field)] for key, field in model.model_fields.items()],
    )


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def _setting(source: str, name: str, field: FieldInfo, above: str = "") -> Iterator[list[str]]:
    """A setting's row; for a list of tables also the rows of the settings in each."""
    within = _inner_model(field.annotation)
    yield [f"`{above}{name}`", *_facts(field, f"COUNTERPOISE_SOURCES__{source.upper()}__{name.upper()}")]
    if within is not None:
        for inner, inner_field in within.model_fields.items():
            yield from _setting(source, str(inner_field.validation_alias or inner), inner_field, f"{above}{name}[].")


def _facts(field: FieldInfo, variable: str = "") -> list[str]:
    """Type, default, and what it does; a secret names the variable that it is read from."""
    bounds = [f"{words} {getattr(met, name):g}" for met in field.metadata for kind, (name, words) in BOUNDS.items()
              if isinstance(met, kind)]  # fmt: skip
    does = field.description or ""
    if is_secret(field.annotation) and variable:
        does = f"**Secret**, from `{variable}`. {does}".strip()
    return [", ".join([_type(field.annotation), *bounds]), _default(field), does]


def _type(annotation: object) -> str:
    """A type in words."""
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return _type(arguments[0])
    if origin in (typing.Union, types.UnionType):
        return " or ".join(_type(each) for each in arguments if each is not type(None))
    if origin is typing.Literal:
        return " or ".join(f"`{each}`" for each in arguments)
    if origin in (list, tuple):
        return f"list of {_type(arguments[0])}s"
    if _is_model(annotation) or origin is Mapping:
        return "table"
    return "secret" if annotation is SecretStr else WORDS[typing.cast(type, annotation)]


def _default(field: FieldInfo) -> str:
    value = field.get_default(call_default_factory=True)
    if value is PydanticUndefined:
        return "required"
    if value is None or value in ((), [], "") or isinstance(value, SecretStr):
        return "none"
    if isinstance(value, Path) and value.is_absolute():
        value = value.relative_to(ROOT) if value != ROOT else "the file's folder"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, tuple | list):
        return ", ".join(f"`{each}`" for each in value)
    return str(value) if value == "the file's folder" else f"`{value}`"


def _inner_model(annotation: object) -> type[BaseModel] | None:
    for each in typing.get_args(annotation):
        if _is_model(each):
            return typing.cast(type[BaseModel], each)
    return None


def _is_model(annotation: object) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def is_secret(annotation: object) -> bool:
    """Whether a setting of this type holds a secret."""
    return annotation is SecretStr or SecretStr in typing.get_args(annotation)
