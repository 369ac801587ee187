"""The rules of the house, read from the code and from dbt's yml, so that nobody has to remember them."""

import ast
import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
MODELS = ROOT / "dbt_project" / "models"
SQL = sorted(MODELS.rglob("*.sql"))
CONNECTORS = sorted((ROOT / "orchestration" / "connectors").rglob("*.py"))
PYTHON = sorted((ROOT / "orchestration").rglob("*.py"))
YML = sorted([*(ROOT / "dbt_project").glob("*.yml"), *MODELS.rglob("*.yml"), *(ROOT / "seeds").glob("*.yml")])
DECLARED = {
    model["name"]: model
    for path in MODELS.rglob("*.yml")
    for model in (yaml.safe_load(path.read_text("utf-8")) or {}).get("models", [])
}


FILE_READERS = ("tables",)
"""Sources whose files DuckDB reads; for every other connector the engine is none of its business."""


def imports_of(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


@pytest.mark.parametrize("path", CONNECTORS, ids=lambda p: str(p.relative_to(ROOT / "orchestration")))
def test_a_connector_knows_no_orchestrator_no_engine_and_no_environment(path):
    forbidden = ["dagster", "dbt", "orchestration.landing", "orchestration.settings"]
    if path.relative_to(ROOT / "orchestration" / "connectors").parts[0] not in FILE_READERS:
        forbidden.append("duckdb")
    assert not [
        name for name in imports_of(path) if name.split(".")[0] in forbidden or name.startswith(tuple(forbidden))
    ]
    assert "os.environ" not in path.read_text("utf-8")


def test_one_module_reads_and_sets_the_environment():
    naming = {str(path.relative_to(ROOT / "orchestration")) for path in PYTHON if "os.environ" in path.read_text()}
    assert naming == {"environment.py"}


@pytest.mark.parametrize("path", PYTHON, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_module_opens_with_its_charter(path):
    assert ast.get_docstring(ast.parse(path.read_text("utf-8")))


@pytest.mark.parametrize("path", SQL, ids=lambda p: p.stem)
def test_a_model_does_not_read_the_clock(path):
    assert not re.search(r"current_(date|timestamp)|\bnow\s*\(|\btoday\s*\(|run_started_at", path.read_text("utf-8"))


@pytest.mark.parametrize("path", SQL, ids=lambda p: p.stem)
def test_a_model_does_not_ask_which_engine_runs(path):
    assert not re.search(r"target\.type|adapter\.", path.read_text("utf-8"))


@pytest.mark.parametrize("path", SQL, ids=lambda p: p.stem)
def test_a_model_states_its_grain_and_tests_it(path):
    model = DECLARED[path.stem]
    assert re.match(r"(One|At most one|Exactly one) ", model["description"])
    tests = [name for test in model.get("data_tests", []) for name in test]
    assert "one_row_per" in tests


@pytest.mark.parametrize("path", sorted((MODELS / "marts").rglob("*.sql")), ids=lambda p: p.stem)
def test_a_mart_has_no_person(path):
    columns = [column["name"] for column in DECLARED[path.stem]["columns"]]
    assert not [c for c in columns if re.search(r"person|identifier|email|login|account|rank", c)]


@pytest.mark.parametrize("path", YML, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_yml_outgrows_300_lines(path):
    assert len(path.read_text("utf-8").splitlines()) <= 300


def test_every_model_is_declared_and_every_declaration_has_its_model():
    assert {path.stem for path in SQL} == set(DECLARED)
