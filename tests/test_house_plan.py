"""The plan of the house: which room may import which, and which stage of models may read which.

Belongs here: the declared floors of `orchestration/` and stages of `dbt_project/models/`, checked against the code.
Does not: rules about single files (test_house_rules).
"""

from __future__ import annotations

import ast
import re
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path
from statistics import median

import pytest

from orchestration.contracts import load_contracts
from orchestration.warehouse.dbt_manifest import Node
from tests import parsed_project

ROOT = Path(__file__).resolve().parent.parent
SOURCES = sorted(load_contracts(ROOT / "dbt_project" / "models" / "staging"))
HOUSE = ROOT / "orchestration"
MODELS = ROOT / "dbt_project" / "models"
FLOORS = (
    ("environment", "errors", "partition", "storage"),
    ("contracts",),
    ("connectors",),
    ("settings",),
    ("sample_company",),
    ("landing",),
    ("warehouse",),
    ("quality", "publishing"),
    ("pipeline",),
    ("defs",),
    ("definitions",),
    ("cli",),
)
"""The rooms from the ground up: a room imports from lower floors, or from its own floor without a cycle."""
FLOOR_OF = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}
TOP_MODULES = {
    *("environment", "errors", "partition", "contracts", "settings"),
    "definitions",
}
"""The only modules beside the packages; `__init__` holds the version."""
MAX_ROOMS = 20
STAGES = ("staging", "conformed", "facts", "restricted", "metrics", "integrity", "marts")
"""A model reads its own stage and earlier ones. Seeds and sources may be read anywhere."""
MAX_CHAIN = 16
MAX_SHARED_MODELS, MAX_MODELS_OF_A_SOURCE = 70, 25
MAX_MEDIAN_LINES, MAX_LINES = 40, 120


def test_the_top_holds_the_modules_of_the_plan_and_no_others():
    assert {path.stem for path in HOUSE.glob("*.py")} - {"__init__"} == TOP_MODULES


def test_every_room_has_its_floor():
    packages = {path.parent.name for path in HOUSE.glob("*/__init__.py")}
    assert packages | TOP_MODULES == set(FLOOR_OF)
    assert len(FLOOR_OF) <= MAX_ROOMS


def test_no_import_goes_upward():
    upward = [f"{module} imports {name}" for module, name in imports() if floor_of(name) > floor_of(module)]
    assert upward == []


def test_rooms_import_each_other_without_a_cycle():
    graph: dict[str, set[str]] = {}
    for module, name in imports():
        graph.setdefault(room_of(module), set()).add(room_of(name))
    TopologicalSorter(graph).prepare()


def room_of(module: str) -> str:
    return module.split(".")[1]


def floor_of(module: str) -> int:
    return FLOOR_OF[room_of(module)]


@cache
def imports() -> list[tuple[str, str]]:
    """(module, imported module) of every import between rooms, those for types and inside functions too."""
    modules = {module_name(path): path for path in HOUSE.rglob("*.py")}
    return [
        (module, name)
        for module, path in sorted(modules.items())
        for name in sorted(imported(path, set(modules)))
        if "." in module and "." in name and room_of(module) != room_of(name)
    ]


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imported(path: Path, modules: set[str]) -> set[str]:
    """Names of our modules that a file imports. `from orchestration import x` counts as `orchestration.x`."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path} imports relatively"
            names |= {f"{node.module}.{alias.name}" for alias in node.names} & modules or {node.module}
    return {name for name in names if name.partition(".")[0] == HOUSE.name}


@pytest.fixture(scope="module")
def models() -> dict[str, Node]:
    """Every model of the parsed project, by dbt's id: what a macro or a loop refs is among its parents."""
    nodes = parsed_project.manifest().nodes
    return {key: node for key, node in nodes.items() if node.kind == "model"}


def chains(models: dict[str, Node]) -> dict[str, list[str]]:
    """Model id -> the longest way to it from a model that reads no other, names of both ends included."""
    graph = {key: [parent for parent in node.parents if parent in models] for key, node in models.items()}
    longest: dict[str, list[str]] = {}
    for key in TopologicalSorter(graph).static_order():
        way = max((longest[parent] for parent in graph[key]), key=len, default=[])
        longest[key] = [*way, models[key].name]
    return longest


def test_a_model_reads_no_later_stage(models):
    stage = {key: STAGES.index(node.folder[0]) for key, node in models.items()}
    arrows = [(key, parent) for key, node in models.items() for parent in node.parents if parent in models]
    later = [(key, parent) for key, parent in arrows if stage[parent] > stage[key]]
    assert later == []


def test_the_way_to_a_published_model_is_short(models):
    ways = {key: way for key, way in chains(models).items() if models[key].is_published}
    assert len(ways) > 4
    assert {way[-1]: " > ".join(way) for way in ways.values() if len(way) > MAX_CHAIN} == {}


def test_the_models_that_no_single_source_brings_stay_few():
    assert len(models_by_source()[None]) <= MAX_SHARED_MODELS


@pytest.mark.parametrize("source", SOURCES)
def test_a_source_brings_few_models(source):
    assert 0 < len(models_by_source()[source]) <= MAX_MODELS_OF_A_SOURCE


def test_models_are_short():
    lines = line_counts()
    assert median(lines.values()) < MAX_MEDIAN_LINES
    assert {name: count for name, count in lines.items() if count > MAX_LINES} == {}


def models_by_source() -> dict[str | None, list[str]]:
    """The models that a source brings, its staging views and its arms `int_<kind>__<source>`; None for the others."""
    found: dict[str | None, list[str]] = {source: [] for source in (None, *SOURCES)}
    for path in MODELS.rglob("*.sql"):
        folder = path.parent.name if path.parent.parent == MODELS / "staging" else None
        arms = (source for source in SOURCES if re.fullmatch(rf"int_[a-z_]+__{source}(_[a-z_]+)?", path.stem))
        found[folder if folder in SOURCES else next(arms, None)].append(path.stem)
    return found


def line_counts() -> dict[str, int]:
    return {path.stem: len(path.read_text("utf-8").splitlines()) for path in MODELS.rglob("*.sql")}
