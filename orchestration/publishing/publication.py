"""What a publication is, and the published folder that holds all of them.

Belongs here: the names in the published folder, reading `publication.json`, which publication is current.
Does not: writing one (publish) or deciding whether to (gate).

    published/
      2026-11-16-1/            complete and never changed again
        counterpoise.duckdb    schema marts, tables with comments, readable by every DuckDB since 1.0
        parquet/<mart>.parquet
        publication.json
      current -> 2026-11-16-1  changes by one rename
      blocked/2026-11-17.json  why a run was not published (blocked_run)
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from orchestration.partition import partition_name
from orchestration.storage.relations import RelationContent

DATABASE = "counterpoise.duckdb"
RECORD = "publication.json"
CURRENT = "current"
DRAFT_PREFIX = ".draft-"
_IDENTIFIER = re.compile(r"\d{4}-\d{2}-\d{2}(T\d{6}Z)?-(\d+)")


class FileFacts(BaseModel):
    """Size and checksum of one published file."""

    model_config = ConfigDict(frozen=True)

    bytes: int
    sha256: str


class SourceCompleteness(BaseModel):
    """How much of what was expected from a source has arrived, in the window the gate looks at.

    Counted in stream-days: a source of 4 streams owes 4 for each day. Older records call them days.
    """

    model_config = ConfigDict(frozen=True)

    source: str
    expected_stream_days: int = Field(validation_alias=AliasChoices("expected_stream_days", "expected_days"))
    missing_stream_days: int = Field(validation_alias=AliasChoices("missing_stream_days", "missing_days"))
    last_delivered_day: str | None

    @property
    def coverage(self) -> float:
        expected = self.expected_stream_days
        return 1 - self.missing_stream_days / expected if expected else 0.0


class Publication(BaseModel):
    """`publication.json`: what is published, from which inputs, with which check results."""

    model_config = ConfigDict(frozen=True)

    publication_id: str
    as_of: datetime
    build_id: str
    code_version: str
    inputs_fingerprint: str
    content_hash: str
    definitions: dict[str, int]
    sources: list[SourceCompleteness]
    gate: list[dict[str, object]]
    relations: dict[str, RelationContent]
    files: dict[str, FileFacts] = Field(default_factory=dict)

    @property
    def order(self) -> tuple[datetime, int]:
        """Newer publications sort later: by the run, then by the number within it."""
        return self.as_of, int(self.publication_id.rsplit("-", 1)[1])


def content_hash(relations: Mapping[str, RelationContent]) -> str:
    """One hash over all relations; the order in which they were written does not matter."""
    lines = sorted(f"{name} {content.content_hash}" for name, content in relations.items())
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def read_publication(folder: Path) -> Publication:
    return Publication.model_validate_json((folder / RECORD).read_bytes())


def publications(published: Path) -> list[Publication]:
    """All complete publications, oldest first."""
    if not published.is_dir():
        return []
    folders = [path for path in published.iterdir() if _IDENTIFIER.fullmatch(path.name) and path.is_dir()]
    return sorted((read_publication(folder) for folder in folders), key=lambda found: found.order)


def current_publication(published: Path) -> Publication | None:
    """The publication that `current` points to; None before the first one."""
    pointer = published / CURRENT
    return read_publication(pointer) if (pointer / RECORD).is_file() else None


def next_identifier(published: Path, as_of: datetime) -> str:
    """`<run>-<n>`, n one more than the highest number of this run in the published folder."""
    partition = partition_name(as_of)
    taken = [
        int(path.name.removeprefix(f"{partition}-"))
        for path in published.glob(f"{partition}-*")
        if path.name.removeprefix(f"{partition}-").isdecimal()
    ]
    return f"{partition}-{max(taken, default=0) + 1}"


def sha256_of(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
