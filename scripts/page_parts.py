"""The writers of generated parts: what the code says of sources, streams and settings, as Markdown.

Reads:  charters (module docstrings), stream contracts and marts (dbt's yml); settings are in `page_settings`.
Gives:  Markdown, the same for the same code.
Leaves out: prose, which people write around the parts.
"""

from __future__ import annotations

import ast
import re
import textwrap
import typing
from collections.abc import Iterator
from pathlib import Path

import yaml
from page_settings import table

from orchestration.connectors.company_files.file_specs import FILES
from orchestration.contracts import load_contracts

ROOT = Path(__file__).resolve().parents[1]
STAGING = ROOT / "dbt_project" / "models" / "staging"
WIDTH = 118
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


def streams(source: str) -> str:
    """The table of a source's streams, from its contract."""
    contract, told = load_contracts(STAGING)[source], _described(source)
    rows = [
        [f"`{name}`", told[name], f"`{stream.load_mode}`", ", ".join(f"`{key}`" for key in stream.key),
         f"`{stream.day}`" if stream.day else "the run that read it"]
        for name, stream in contract.streams.items()
    ]  # fmt: skip
    return table(("stream", "grain", "load mode", "key", "filed under"), rows)


def lateness(source: str) -> str:
    """How late a source may change what it said, and how fresh it promises to be."""
    contract = load_contracts(STAGING)[source]
    back = contract.lookback_days
    late = f"The contract says: a day may still change for {_days(back)}" if back else "The contract says: no lookback"
    fresh = contract.freshness_days
    if fresh is None:
        return f"{late}; no freshness is promised."
    return f"{late}; a run warns when the newest day that was delivered is more than {_days(fresh)} behind."


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
    return table(("file", "stream", "required columns", "optional columns"), rows)


def relations() -> str:
    """The table of what is published, from the marts' yml."""
    rows = [[f"`{name}`", _grain(told["description"])] for name, told in sorted(_marts().items())]
    return table(("relation", "what one row is"), rows)


def columns(mart: str) -> str:
    """The table of a mart's columns."""
    rows = [
        [f"`{told['name']}`", told["data_type"], _one_line(told.get("description", ""))]
        for told in _marts()[mart]["columns"]
    ]
    return table(("column", "type", "what it says"), rows)


def _marts() -> dict[str, dict[str, typing.Any]]:
    """Each published relation with its declaration."""
    declared = [
        model
        for path in (ROOT / "dbt_project" / "models" / "marts").glob("*.yml")
        for model in (yaml.safe_load(path.read_text("utf-8")) or {}).get("models", [])
    ]
    return {model["name"]: model for model in declared if model["name"].startswith(("kpi_", "dim_"))}


def _grain(description: str) -> str:
    """A description's first two sentences: what a row is, and what is in it."""
    return " ".join(re.split(r"(?<=\.) ", _one_line(description))[:2])


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _described(source: str) -> dict[str, str]:
    """Stream -> the description of its declaration."""
    for path in sorted((STAGING / source).glob("*.yml")):
        for declared in (yaml.safe_load(path.read_text("utf-8")) or {}).get("sources", []):
            if declared["name"] == source:
                return {table["name"]: _one_line(table["description"]) for table in declared["tables"]}
    raise KeyError(source)
