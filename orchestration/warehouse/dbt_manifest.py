"""dbt's parsed manifest for those who only read it: nodes, tests, descriptions, what is published.

Belongs here: reading `manifest.json` into a few plain records.
Does not: parsing the project (dbt_runner), Dagster (defs), evaluating (gate).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import cast

import orjson

from orchestration.storage.relations import RelationDocs
from orchestration.warehouse.published_names import PUBLISHED_SCHEMA

EXECUTED = ("model", "seed", "snapshot", "test")
"""The kinds of nodes that a run must have results of."""
_Json = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Node:
    """A model, seed or snapshot."""

    unique_id: str
    name: str
    kind: str
    schema: str
    folder: tuple[str, ...]
    description: str
    materialized: str
    parents: tuple[str, ...]
    columns: dict[str, str] = field(default_factory=dict)
    column_types: dict[str, str] = field(default_factory=dict)
    is_published: bool = False


@dataclass(frozen=True, slots=True)
class DataTest:
    """A data test: its name, the node it belongs to, and whether its failure blocks a publication."""

    unique_id: str
    name: str
    description: str
    subject: str | None
    is_blocking: bool
    keys: tuple[str, ...] = ()


@dataclass(frozen=True)
class Manifest:
    """The parsed project."""

    nodes: dict[str, Node]
    tests: dict[str, DataTest]
    sources: dict[str, tuple[str, str]]

    @cached_property
    def expected(self) -> set[str]:
        """Everything that a run must have a result for."""
        return {key for key, node in self.nodes.items() if node.materialized != "ephemeral"} | set(self.tests)

    @cached_property
    def published(self) -> dict[str, Node]:
        """The published relations, by name."""
        return {node.name: node for node in self.nodes.values() if node.is_published}

    @cached_property
    def keys(self) -> dict[str, tuple[str, ...]]:
        """The grain of a relation, from its `one_row_per` test: node id -> columns."""
        return {test.subject: test.keys for test in self.tests.values() if test.subject and test.keys}

    def docs(self) -> dict[str, RelationDocs]:
        return {name: RelationDocs(node.description, node.columns) for name, node in self.published.items()}


def read_manifest(path: Path) -> Manifest:
    """Read `manifest.json`."""
    content = cast(dict[str, dict[str, _Json]], orjson.loads(path.read_bytes()))
    nodes, tests = {}, {}
    for unique_id, entry in sorted(content["nodes"].items()):
        kind = str(entry["resource_type"])
        if kind == "test":
            tests[unique_id] = _test(unique_id, entry)
        elif kind in EXECUTED:
            nodes[unique_id] = _node(unique_id, entry)
    sources = {key: (str(entry["source_name"]), str(entry["name"])) for key, entry in content["sources"].items()}
    return Manifest(nodes, tests, sources)


def _node(unique_id: str, entry: _Json) -> Node:
    config = cast(_Json, entry["config"])
    columns = cast(Mapping[str, _Json], entry.get("columns") or {})
    name, schema = str(entry["name"]), str(entry["schema"])
    return Node(
        unique_id=unique_id,
        name=name,
        kind=str(entry["resource_type"]),
        schema=schema,
        folder=Path(str(entry["path"])).parent.parts,
        description=_one_line(entry.get("description")),
        materialized=str(config.get("materialized")),
        parents=tuple(_parents(entry)),
        columns={column: _one_line(facts.get("description")) for column, facts in columns.items()},
        column_types={column: str(facts.get("data_type") or "") for column, facts in columns.items()},
        is_published=_is_published(name, schema, config),
    )


def _is_published(name: str, schema: str, config: _Json) -> bool:
    """The KPI marts and the dimensions they need; `meta: {published: false}` leaves a dimension out."""
    meta = cast(_Json, config.get("meta") or {})
    is_mart = schema == PUBLISHED_SCHEMA and name.startswith(("kpi_", "dim_"))
    return is_mart and meta.get("published", True) is not False


def _test(unique_id: str, entry: _Json) -> DataTest:
    config = cast(_Json, entry["config"])
    attached = entry.get("attached_node")
    models = [parent for parent in _parents(entry) if parent.startswith(("model.", "seed."))]
    return DataTest(
        unique_id=unique_id,
        name=str(entry["name"]),
        description=_one_line(entry.get("description")),
        subject=str(attached) if attached else next(iter(models), None),
        is_blocking=str(config.get("severity", "error")).lower() == "error",
        keys=tuple(_grain(entry)),
    )


def _grain(entry: _Json) -> list[str]:
    test = cast(_Json, entry.get("test_metadata") or {})
    arguments = cast(Mapping[str, list[str]], test.get("kwargs") or {})
    return list(arguments.get("keys", [])) if test.get("name") == "one_row_per" else []


def _parents(entry: _Json) -> list[str]:
    depends = cast(Mapping[str, list[str]], entry.get("depends_on") or {})
    return list(depends.get("nodes", []))


def _one_line(text: object) -> str:
    return " ".join(str(text or "").split())
