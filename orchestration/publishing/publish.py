"""Publishing: from a warehouse that passed the gate to a complete, immutable publication, by one rename.

Belongs here: drafting the files, switching the pointer, pruning. Does not: reading a publication back (verify),
deciding whether to publish (gate) or what (policy). The caller holds the writer lock.

At whichever step the process is killed, `published/current` names the old publication or the new one; the next
publisher removes the leftovers.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from orchestration.publishing.files import write_database, write_parquet
from orchestration.publishing.publication import (
    CURRENT,
    DATABASE,
    DRAFT_PREFIX,
    RECORD,
    FileFacts,
    Publication,
    SourceCompleteness,
    content_hash,
    current_publication,
    next_identifier,
    publications,
    sha256_of,
)
from orchestration.publishing.verify import verify
from orchestration.storage import relations
from orchestration.storage.atomic_files import sync, sync_tree
from orchestration.storage.crash_points import crash_point
from orchestration.storage.relations import RelationContent, RelationDocs

Outcome = Literal["published", "unchanged", "kept_beside"]


@dataclass(frozen=True, slots=True)
class Material:
    """Everything a publication is made of. `marts`: the published relations of schema marts, with docs."""

    warehouse: Path
    as_of: datetime
    build_id: str
    marts: Mapping[str, RelationDocs]
    code_version: str
    inputs_fingerprint: str
    definitions: Mapping[str, int]
    sources: tuple[SourceCompleteness, ...]
    gate: tuple[Mapping[str, object], ...]


@dataclass(frozen=True, slots=True)
class Published:
    """The result: a new publication, the current one with the same content, or one beside a newer run's."""

    outcome: Outcome
    publication: Publication
    path: Path

    def __str__(self) -> str:
        name = self.publication.publication_id
        if self.outcome == "unchanged":
            return f"nothing changed; {name} remains current"
        if self.outcome == "kept_beside":
            return f"published {name}; the publication of a newer run remains current"
        return f"published {name}"


def publish(material: Material, published: Path, *, keep: int) -> Published:
    """Publish `material`, unless the current publication is equal to it. Keeps the newest `keep` publications."""
    clear_leftovers(published)
    current, contents = current_publication(published), _contents(material)
    same = _same_publication(material, contents, published)
    if same is not None and same == current:
        return Published("unchanged", same, published / same.publication_id)
    publication = same or _add(material, contents, published)
    outcome = _point(publication, current, published)
    prune(published, keep=keep)
    crash_point("publish.pruned")
    return Published(outcome, publication, published / publication.publication_id)


def clear_leftovers(published: Path) -> list[str]:
    """Remove the drafts of a killed publisher. Safe under the writer lock only."""
    left = sorted(published.glob(f"{DRAFT_PREFIX}*"))
    for path in left:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
    return [path.name for path in left]


def prune(published: Path, *, keep: int) -> list[str]:
    """Remove all but the newest `keep` publications. The current one is kept whatever its age."""
    current = current_publication(published)
    old = publications(published)[: -max(keep, 1)]
    gone = [found.publication_id for found in old if found != current]
    for name in gone:
        pruned = published / f"{DRAFT_PREFIX}pruned-{name}"
        (published / name).rename(pruned)
        shutil.rmtree(pruned)
    return gone


def _contents(material: Material) -> dict[str, RelationContent]:
    with relations.open_read_only(material.warehouse) as connection:
        return {
            name: relations.content_of(connection, f"marts.{relations.identifier(name)}")
            for name in sorted(material.marts)
        }


def _same_publication(
    material: Material, contents: Mapping[str, RelationContent], published: Path
) -> Publication | None:
    """The newest publication with the same inputs and content, also one that a killed publisher never made current."""
    digest = content_hash(contents)
    for found in reversed(publications(published)):
        same_inputs = (found.as_of, found.inputs_fingerprint) == (material.as_of, material.inputs_fingerprint)
        if same_inputs and found.content_hash == digest:
            return verify(published / found.publication_id)
    return None


def _add(material: Material, contents: Mapping[str, RelationContent], published: Path) -> Publication:
    """Write, sync and verify a draft in the published folder, then rename it to its identifier."""
    published.mkdir(parents=True, exist_ok=True)
    name = next_identifier(published, material.as_of)
    draft = published / f"{DRAFT_PREFIX}{name}"
    draft.mkdir()
    crash_point("publish.draft_created")
    record = _record(material, contents, name)
    write_database(draft / DATABASE, material.warehouse, material.marts, record)
    crash_point("publish.database_written")
    write_parquet(draft, record.relations)
    crash_point("publish.parquet_written")
    _write_record(draft, record)
    crash_point("publish.record_written")
    sync_tree(draft)
    crash_point("publish.synced")
    verified = verify(draft)
    crash_point("publish.verified")
    draft.rename(published / name)
    sync(published)
    crash_point("publish.renamed")
    return verified


def _record(material: Material, contents: Mapping[str, RelationContent], name: str) -> Publication:
    return Publication(
        publication_id=name,
        as_of=material.as_of,
        build_id=material.build_id,
        code_version=material.code_version,
        inputs_fingerprint=material.inputs_fingerprint,
        content_hash=content_hash(contents),
        definitions=dict(sorted(material.definitions.items())),
        sources=list(material.sources),
        gate=[dict(result) for result in material.gate],
        relations=dict(contents),
    )


def _write_record(draft: Path, record: Publication) -> None:
    """Write the record with the checksums of all files, and make every file read-only."""
    paths = sorted(path for path in draft.rglob("*") if path.is_file())
    files = {
        path.relative_to(draft).as_posix(): FileFacts(bytes=path.stat().st_size, sha256=sha256_of(path))
        for path in paths
    }
    content = record.model_copy(update={"files": files}).model_dump(mode="json")
    (draft / RECORD).write_text(json.dumps(content, indent=2, sort_keys=True) + "\n", "utf-8")
    for path in [*paths, draft / RECORD]:
        path.chmod(0o444)


def _point(publication: Publication, current: Publication | None, published: Path) -> Outcome:
    """Make `publication` the current one by one rename, unless `current` is of a newer run."""
    if current is not None and current.as_of > publication.as_of:
        return "kept_beside"
    pointer = published / f"{DRAFT_PREFIX}current-{os.getpid()}"
    pointer.symlink_to(publication.publication_id, target_is_directory=True)
    crash_point("publish.pointer_drafted")
    pointer.replace(published / CURRENT)
    sync(published)
    crash_point("publish.pointer_switched")
    return "published"
