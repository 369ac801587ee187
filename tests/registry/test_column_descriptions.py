"""Every column that people may query is described where it is declared."""

from pathlib import Path

import pytest
import yaml

MODELS = Path(__file__).resolve().parents[2] / "dbt_project" / "models"
DECLARATIONS = [path for stage in ("conformed", "facts", "marts") for path in sorted((MODELS / stage).rglob("*.yml"))]
MIN_WORDS = 3


def short_descriptions(text):
    """model.column of each column whose description has fewer than MIN_WORDS words."""
    return [
        f"{model['name']}.{column['name']}"
        for model in (yaml.safe_load(text) or {}).get("models", [])
        for column in model.get("columns", [])
        if len(column.get("description", "").split()) < MIN_WORDS
    ]


@pytest.mark.parametrize("path", DECLARATIONS, ids=lambda path: str(path.relative_to(MODELS)))
def test_every_column_is_described(path):
    assert short_descriptions(path.read_text("utf-8")) == []


def test_a_column_without_a_useful_description_is_found():
    columns = "[{name: a, description: The key itself.}, {name: b, description: The key.}, {name: c}]"
    assert short_descriptions(f"models: [{{name: dim_toys, columns: {columns}}}]") == ["dim_toys.b", "dim_toys.c"]
