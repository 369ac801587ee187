"""Ready-made mappings: which query over a published layout fills which stream.

Reads:  `layouts/<name>.toml` beside this module. `{schema}` in a query is where the tables are.
Leaves out: reading the tables (files, databases).
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

FOLDER = Path(__file__).parent / "layouts"
SCHEMA = "{schema}"
_NAME = re.compile(r'[\w$.`"-]+')


class LayoutStream(BaseModel):
    """What fills one stream. An empty `system` or `identity_system` means that the query gives it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    query: str
    cursor: str | None = None
    deleted: str | None = None
    system: str | None = None
    identity_system: str | None = None


class Layout(BaseModel):
    """One published layout: the streams that its tables fill, and whose they are."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    description: str
    source: str = Field(description="Where the layout is published.")
    system: str
    identity_system: str | None = None
    streams: dict[str, LayoutStream]


def layout_names(folder: Path) -> list[str]:
    """The layouts of a folder."""
    return sorted(path.stem for path in folder.glob("*.toml"))


def load_layout(folder: Path, name: str) -> Layout:
    """One layout of a folder."""
    return Layout.model_validate(tomllib.loads((folder / f"{name}.toml").read_text("utf-8")))


def filled(query: str, schema: str) -> str:
    """The query with the place of its tables. ValueError for a schema that is not a name."""
    if not _NAME.fullmatch(schema):
        raise ValueError(f"schema {schema!r} is not the name of a schema")
    return query.replace(SCHEMA, schema)
