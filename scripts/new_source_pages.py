"""Create the page of each source that has none, made of the parts that `make docs` then fills and keeps current.

Reads:  the registry of sources. Writes: docs/sources/<source>.md where it does not exist; people may add prose to it.
"""

from __future__ import annotations

from pathlib import Path

from orchestration.connectors import SOURCES

PAGES = Path(__file__).resolve().parents[1] / "docs" / "sources"
PARTS = (
    ("", "page_parts", "charter"),
    ("## Settings\n\n", "page_settings", "settings"),
    ("## Streams\n\n", "page_parts", "streams"),
    ("## Lateness\n\n", "page_parts", "lateness"),
)


def page(source: str) -> str:
    """A page of generated parts alone."""
    blocks = [
        f"{title}<!-- [[[cog import cog, {module}; cog.outl({module}.{part}('{source}')) ]]] -->\n<!-- [[[end]]] -->\n"
        for title, module, part in PARTS
    ]
    return "\n".join([f"# {source}\n", *blocks])


if __name__ == "__main__":
    for source in SOURCES:
        path = PAGES / f"{source}.md"
        if not path.exists():
            path.write_text(page(source), "utf-8")
            print(f"created {path.relative_to(PAGES.parents[1])}")
