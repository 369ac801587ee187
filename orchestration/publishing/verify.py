"""Reading a publication as a client would, to find files or rows that differ from its record.

Belongs here: checksums and content. Does not: repairing; a publication is never changed.
"""

from __future__ import annotations

from pathlib import Path

from orchestration.errors import WarehouseError
from orchestration.publishing.publication import DATABASE, Publication, read_publication, sha256_of
from orchestration.storage import relations


def verify(folder: Path) -> Publication:
    """Read a publication as a client would. WarehouseError when its files or rows differ from its record."""
    record = read_publication(folder)
    for name, facts in record.files.items():
        if sha256_of(folder / name) != facts.sha256:
            raise WarehouseError(f"{folder.name}: {name} differs from its checksum; publish again")
    with relations.open_read_only(folder / DATABASE) as connection:
        for name, recorded in record.relations.items():
            found = relations.content_of(connection, f"marts.{relations.identifier(name)}")
            if found != recorded:
                raise WarehouseError(
                    f"{folder.name}: {name} holds {found.rows} rows ({found.content_hash}) where the build "
                    f"holds {recorded.rows} ({recorded.content_hash}); nothing was published, build again"
                )
    return record
