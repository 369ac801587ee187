"""Generated parts of the pages, as Markdown: sources and their streams, the company's files, the marts.

Reads:  the connectors' docstrings, the stream contracts and the marts' yml.
Returns: Markdown, the same for the same code; the cog blocks of the pages print it.
Leaves out: settings (`page_settings`), the cards of metrics (`page_metrics`), and prose, which people write.
"""

from __future__ import annotations

import ast
import re
import textwrap
import typing
from collections.abc import Iterator
from pathlib import Path

import yaml
from page_settings import is_secret, table

from orchestration.connectors import SOURCES, connector
from orchestration.connectors.company_files.file_specs import FILES
from orchestration.contracts import STAGING, source_contract

ROOT = Path(__file__).resolve().parents[1]
WIDTH = 118
_LABEL = re.compile(r"^([A-Z][a-z]+(?: [a-z]+)?):\s+")


def charter(source: str) -> str:
    """What the connector reads and what it leaves out, from its module's docstring, and a link to the module."""
    path = module_path(source)
    blocks = _docstring_blocks(path)
    links = [("connector", path.relative_to(ROOT)), ("contract", _contract_path(source).relative_to(ROOT))]
    shown = [f"{blocks[0]} ({', '.join(f'[{name}](../../{place})' for name, place in links)})"]
    shown += [
        f"**{label}:** {_LABEL.sub('', block)}"
        for label in ("Reads", "Leaves out")
        for block in blocks
        if block.startswith(f"{label}:")
    ]
    return "\n\n".join(_wrapped(block) for block in shown)


def sources() -> str:
    """The table of all sources, each with a link to its page."""
    rows = [[f"[{source}](sources/{source}.md)", _docstring_blocks(module_path(source))[0]] for source in SOURCES]
    return table(("source", "what it reads"), rows)


def variables() -> str:
    """The lines of `.env.example` with the secrets of all sources."""
    return "\n".join(f"{name}=" for source in SOURCES for name in secret_variables(source))


def secret_variables(source: str) -> list[str]:
    """The variables that take the secrets of a source; of a table of secrets, one for each name in its examples."""
    return [
        "__".join(["COUNTERPOISE_SOURCES", source.upper(), name.upper(), *map(str.upper, field.examples or ())])
        for name, field in connector(source).Config.model_fields.items()
        if is_secret(field.annotation)
    ]


def module_path(source: str) -> Path:
    """The module, or the package's own, that reads a source."""
    folder = ROOT / "orchestration" / "connectors"
    return folder / f"{source}.py" if (folder / f"{source}.py").is_file() else folder / source / "__init__.py"


def _contract_path(source: str) -> Path:
    return STAGING / source / f"_{source}.yml"


def _docstring_blocks(path: Path) -> list[str]:
    return list(_blocks(ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""))


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


def _wrapped(text: str) -> str:
    return textwrap.fill(text, WIDTH, break_long_words=False, break_on_hyphens=False)


def streams(source: str) -> str:
    """The table of a source's streams, from its contract."""
    contract, grains = source_contract(source), _stream_descriptions(source)
    rows = [
        [f"`{name}`", grains[name], f"`{stream.load_mode}`", ", ".join(f"`{key}`" for key in stream.key),
         f"`{stream.day}`" if stream.day else "the run that read it"]
        for name, stream in contract.streams.items()
    ]  # fmt: skip
    return table(("stream", "grain", "load mode", "key", "filed under"), rows)


def own_columns() -> str:
    """The table of what a company's own tables can fill: the columns of each stream."""
    rows = [
        [f"`{name}`", *(", ".join(f"`{column.name}`" for column in stream.columns if column.required is required)
                        for required in (True, False))]
        for name, stream in source_contract("tables").streams.items()
    ]  # fmt: skip
    return table(("stream", "required columns", "optional columns"), rows)


def lateness(source: str) -> str:
    """How long a source may correct a day, and from which age of its newest day a run warns."""
    back = connector(source).Config.model_fields.get("lookback_days")
    late = f"`lookback_days` is {_days(back.default)}." if back else "Nothing is read again by its age."
    fresh = source_contract(source).freshness_days
    if fresh is None:
        return f"{late} No run warns about old data."
    return f"{late} A run warns when the newest delivered day is more than {_days(fresh)} old."


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
    rows = [[f"`{name}`", _grain(mart["description"])] for name, mart in sorted(_marts().items())]
    return table(("relation", "what one row is"), rows)


def columns(mart: str) -> str:
    """The table of a mart's columns."""
    rows = [
        [f"`{column['name']}`", column["data_type"], _one_line(column.get("description", ""))]
        for column in _marts()[mart]["columns"]
    ]
    return table(("column", "type", "meaning"), rows)


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


def _stream_descriptions(source: str) -> dict[str, str]:
    """Stream -> the description of its declaration."""
    for path in sorted((STAGING / source).glob("*.yml")):
        for declared in (yaml.safe_load(path.read_text("utf-8")) or {}).get("sources", []):
            if declared["name"] == source:
                return {table["name"]: _one_line(table["description"]) for table in declared["tables"]}
    raise KeyError(source)
