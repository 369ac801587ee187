"""Pages are true: what they name exists, their links resolve, their generated parts are current."""

import ast
import os
import re
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

import pytest

from orchestration.settings import load_settings

ROOT = Path(__file__).resolve().parent.parent
PAGES = [path for path in (*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))) if path.is_file()]
MODELS = {path.stem for path in (ROOT / "dbt_project" / "models").rglob("*.sql")}
MACROS = {
    name
    for path in (ROOT / "dbt_project" / "macros").glob("*.sql")
    for name in re.findall(r"{% macro (\w+)", path.read_text("utf-8"))
}
HOUSE = ("orchestration/", "dbt_project/", "seeds/", "tests/", "scripts/", "benchmarks/", "docs/", ".ci/")
CODE_SPAN = re.compile(r"`([^`]+)`")
LINK = re.compile(r"\]\(([^)\s]+)\)")
MACHINE_PATH = re.compile(r"(?<![\w.~/-])/(?:work|tmp|root|home|Users|usr/local)/")


def prose(path):
    """The page without its fenced blocks."""
    return re.sub(r"```.*?```", "", path.read_text("utf-8"), flags=re.DOTALL)


def blocks(path):
    """What belongs together: a paragraph, an entry of a list, a row of a table."""
    return re.split(r"\n(?=\s*(?:[-*]|\d+\.|\|)\s?)|\n\s*\n", prose(path))


def code_spans(text):
    return [" ".join(span.split()) for span in CODE_SPAN.findall(text)]


@lru_cache
def defined(path):
    """The functions of a module, those of a class as Class.function; names bound in a class count as well."""
    names = set()
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            names.add(node.name)
        elif isinstance(node, ast.ClassDef):
            names |= {f"{node.name}.{each.name}" for each in node.body if isinstance(each, ast.FunctionDef)}
            names |= {f"{node.name}.{each.attr}" for each in ast.walk(node) if isinstance(each, ast.Attribute)}
    return names


def named_paths(text):
    return [span for span in code_spans(text) if span.startswith(HOUSE) and not set(span) & set("<>*… ")]


def named_models(text):
    return [span for span in code_spans(text) if re.fullmatch(r"(stg|int|fct|dim|kpi)_\w*[a-z]", span)]


def misplaced_functions(text):
    """Functions of a block that the file named last before them does not define."""
    path, found = None, []
    for span in code_spans(text):
        if span.startswith(HOUSE) and span.endswith(".py"):
            path = ROOT / span
        elif re.fullmatch(r"[A-Za-z_.]+\(\)", span) and (
            path is None or not path.is_file() or span.removesuffix("()") not in defined(path)
        ):
            found.append(span)
    return found


def anchors(path):
    titles = re.findall(r"^#+ (.+)$", prose(path), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def broken_links(path):
    found = []
    for target in LINK.findall(prose(path)):
        name, _, anchor = target.partition("#")
        page = path.parent / name if name else path
        if re.match(r"[a-z]+:", target) is None and not (
            page.exists() and (not anchor or page.suffix != ".md" or anchor in anchors(page))
        ):
            found.append(target)
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_named_file_exists(page):
    assert not [path for path in named_paths(prose(page)) if not (ROOT / path).exists()]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_named_function_is_defined_in_the_named_file(page):
    assert not [span for block in blocks(page) for span in misplaced_functions(block)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_named_model_exists(page):
    assert not [name for name in named_models(prose(page)) if name not in MODELS | MACROS]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_resolves(page):
    assert not broken_links(page)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_page_names_a_path_of_one_machine(page):
    assert not MACHINE_PATH.search(page.read_text("utf-8"))


def test_the_checks_of_this_module_find_what_is_wrong():
    assert misplaced_functions("`tests/test_docs.py` `prose()` and `pardon()`") == ["pardon()"]
    assert misplaced_functions("`judge()` without its file") == ["judge()"]
    assert named_paths("`orchestration/publishing/gate.py`, `landing/<source>/`") == [
        "orchestration/publishing/gate.py"
    ]
    assert named_models("`kpi_values` is `kpi_` and no `run.night`") == ["kpi_values"]
    assert MACHINE_PATH.search("see /home/somebody/data")


def cog(*options):
    """What `make docs` runs, without the whole run that the table of README.md needs."""
    command = [sys.executable, "-m", "cogapp", "-I", "scripts", *options]
    environment = {**os.environ, "KEEP_DEMO_OUTPUT": "1"}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_generated_parts_are_current():
    """Run `make docs` when this fails."""
    done = cog("--check", "--verbosity=1", "@scripts/generated.txt")
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr


def test_a_stale_generated_part_is_found(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(
        (ROOT / "docs" / "metrics.md").read_text("utf-8").replace("### merge_rate\n", "### rate\n"), "utf-8"
    )
    assert cog("--check", str(page)).stdout.endswith("(changed)\n")


def test_every_setting_of_a_source_is_described():
    page = "".join(path.read_text("utf-8") for path in (ROOT / "docs" / "sources").glob("*.md"))
    rows = re.findall(r"^\| `.+` \| .+ \| .* \| (.*)\|$", page, flags=re.MULTILINE)
    assert rows
    assert not [row for row in rows if not row.strip()]


def test_the_example_environment_configures_nothing(monkeypatch, tmp_path):
    """Copied as it is, it must neither switch a source on nor move the data."""
    variables = re.findall(r"^(COUNTERPOISE_\w+)=$", (ROOT / ".env.example").read_text("utf-8"), flags=re.MULTILINE)
    monkeypatch.chdir(tmp_path)
    plain = load_settings()
    for name in variables:
        monkeypatch.setenv(name, "")
    assert load_settings() == plain
    assert "COUNTERPOISE_SOURCES__PAGERDUTY__API_KEY" in variables
