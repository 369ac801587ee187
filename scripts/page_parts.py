"""The writers of generated parts: what the code says of sources, streams and settings, as Markdown.

Reads:  charters (module docstrings), connector settings (pydantic), stream contracts (dbt's sources yml).
Gives:  Markdown, the same for the same code.
Leaves out: prose, which people write around the parts.
"""

from __future__ import annotations

import ast
import re
import textwrap
import types
import typing
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path

import yaml
from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from orchestration.connectors import connector
from orchestration.connectors.company_files.contracts import FILES
from orchestration.contracts import load_contracts
from orchestration.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
STAGING = ROOT / "dbt_project" / "models" / "staging"
WIDTH = 118
WORDS = {str: "text", int: "whole number", float: "number", bool: "true or false", date: "date", Path: "path"}
BOUNDS = {Ge: ("ge", "at least"), Gt: ("gt", "above"), Le: ("le", "at most"), Lt: ("lt", "below")}
_LABEL = re.compile(r"^([A-Z][a-z]+(?: [a-z]+)?):\s+")


def charter(source: str) -> str:
    """What the connector's own charter says: its first sentence, what it reads, what it leaves out, the rest."""
    path = ROOT / "orchestration" / "connectors" / source / "__init__.py"
    told = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
    shown = [_LABEL.sub(r"**\1:** ", block) for block in _blocks(told) if not block.startswith("Lands:")]
    where = f"[`orchestration/connectors/{source}/`](../orchestration/connectors/{source}/__init__.py) says of itself:"
    return where + "\n\n" + "\n>\n".join(_quoted(block) for block in shown)


def _blocks(docstring: str) -> Iterator[str]:
    """Paragraphs, and within one each labelled entry, with their line breaks taken out."""
    for paragraph in docstring.split("\n\n"):
        held: list[str] = []
        for line in paragraph.splitlines():
            if _LABEL.match(line) and held:
                yield " ".join(held)
                held = []
            held.append(line.strip())
        yield " ".join(held)


def _quoted(text: str) -> str:
    lines = textwrap.wrap(text, WIDTH - 2, break_long_words=False, break_on_hyphens=False)
    return "\n".join(f"> {line}" for line in lines)


def settings(source: str) -> str:
    """The table of a source's settings, from its Config."""
    fields = connector(source).Config.model_fields
    rows = [row for name, field in fields.items() for row in _setting(source, name, field)]
    return _table(("setting", "type", "default", "what it does"), rows)


def section(name: str) -> str:
    """The table of one section of the company's settings that is no source's; `top` for what stands above them."""
    fields = Settings.model_fields
    if name == "top":
        chosen = {key: field for key, field in fields.items() if not _is_model(field.annotation) and key != "sources"}
        return _table(
            ("setting", "variable", "type", "default", "what it does"),
            [[f"`{key}`", f"`COUNTERPOISE_{key.upper()}`", *_facts(field)] for key, field in chosen.items()],
        )
    model = fields[name].annotation
    assert isinstance(model, type)
    assert issubclass(model, BaseModel)
    return _table(
        ("setting", "type", "default", "what it does"),
        [[f"`{key}`", *_facts(field)] for key, field in model.model_fields.items()],
    )


def streams(source: str) -> str:
    """The table of a source's streams, from its contract."""
    contract, told = load_contracts(STAGING)[source], _described(source)
    rows = [
        [f"`{name}`", told[name], f"`{stream.load_mode}`", ", ".join(f"`{key}`" for key in stream.key),
         f"`{stream.day}`" if stream.day else "the night that read it"]
        for name, stream in contract.streams.items()
    ]  # fmt: skip
    return _table(("stream", "grain", "load mode", "key", "filed under"), rows)


def lateness(source: str) -> str:
    """How late a source may change what it said, and how fresh it promises to be."""
    contract = load_contracts(STAGING)[source]
    back = contract.lookback_days
    late = f"The contract says: a day may still change for {_days(back)}" if back else "The contract says: no lookback"
    fresh = contract.freshness_days
    if fresh is None:
        return f"{late}; no freshness is promised."
    return f"{late}; a night warns when the newest day that was delivered is more than {_days(fresh)} behind."


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"


def files() -> str:
    """The table of the company's own files."""
    rows = [
        [" or ".join(f"`{name}`" for name in file.names), f"`{file.stream}`",
         ", ".join(f"`{column}`" for column in file.required),
         ", ".join(f"`{column}`" for column in file.columns if column not in file.required) or "none"]
        for file in FILES
    ]  # fmt: skip
    return _table(("file", "stream", "required columns", "optional columns"), rows)


def _described(source: str) -> dict[str, str]:
    """Stream -> the description of its declaration."""
    for path in sorted((STAGING / source).glob("*.yml")):
        for declared in (yaml.safe_load(path.read_text("utf-8")) or {}).get("sources", []):
            if declared["name"] == source:
                return {table["name"]: " ".join(table["description"].split()) for table in declared["tables"]}
    raise KeyError(source)


def _setting(source: str, name: str, field: FieldInfo, above: str = "") -> Iterator[list[str]]:
    """A setting's row; for a list of tables also the rows of what stands in each."""
    within = _inner_model(field.annotation)
    yield [f"`{above}{name}`", *_facts(field, f"COUNTERPOISE_SOURCES__{source.upper()}__{name.upper()}")]
    if within is not None:
        for inner, inner_field in within.model_fields.items():
            yield from _setting(source, inner, inner_field, f"{above}{name}[].")


def _facts(field: FieldInfo, variable: str = "") -> list[str]:
    """Type, default, and what it does; a secret names the variable that it is read from."""
    bounds = [f"{words} {getattr(met, name):g}" for met in field.metadata for kind, (name, words) in BOUNDS.items()
              if isinstance(met, kind)]  # fmt: skip
    does = field.description or ""
    if _is_secret(field.annotation) and variable:
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
    if _is_model(annotation):
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


def _is_secret(annotation: object) -> bool:
    return annotation is SecretStr or SecretStr in typing.get_args(annotation)


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


WRITERS: dict[str, Callable[..., str]] = {
    "charter": charter,
    "settings": settings,
    "section": section,
    "streams": streams,
    "lateness": lateness,
    "files": files,
}
"""Name of a part -> who writes it. The words behind the name in the marker are its arguments."""
SLOW: frozenset[str] = frozenset()
"""Parts for which a whole night has to run."""
