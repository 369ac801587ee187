"""What the sources yml declares becomes contracts, and what is wrong in it becomes one sentence."""

from pathlib import Path

import pyarrow as pa
import pytest

from orchestration.contracts import SourceContract, load_contracts
from orchestration.errors import ContractError

DECLARED = """
sources:
  - name: toy
    schema: landed_toy
    config: {meta: {freshness_days: 2}}
    tables:
      - name: seats
        config: {meta: {load_mode: snapshot, key: [id], version: changed_at, history: true}}
        columns:
          - {name: id, data_type: string, config: {meta: {required: true, identifier: email}}}
          - {name: changed_at, data_type: timestamp}
          - {name: price, data_type: "decimal(18, 6)"}
"""


def load(folder: Path, yml: str = DECLARED) -> SourceContract:
    (folder / "toy").mkdir(exist_ok=True)
    (folder / "toy" / "_toy.yml").write_text(yml)
    return load_contracts(folder)["toy"]


def test_a_declared_source_is_read_whole(tmp_path):
    source = load(tmp_path)
    seats = source.stream("seats")
    assert (source.source, source.freshness_days) == ("toy", 2)
    assert (seats.source, seats.load_mode, seats.key, seats.day) == ("toy", "snapshot", ("id",), None)
    assert (seats.version, seats.keeps_history) == ("changed_at", True)
    assert (seats.by_name["id"].required, seats.by_name["id"].identifier) == (True, "email")
    assert [column.is_personal for column in seats.columns] == [True, False, False]


def test_the_arrow_schema_is_the_columns_and_those_that_landing_adds(tmp_path):
    schema = load(tmp_path).stream("seats").arrow_schema
    assert schema.names == ["id", "changed_at", "price", "_load_id", "_as_of", "_day"]
    assert schema.types[1:3] == [pa.timestamp("us"), pa.decimal128(18, 6)]


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        ("landed_toy", "toy", r"_toy.yml: source toy must have schema landed_toy"),
        ("snapshot", "append", r"_toy.yml: toy.seats: load_mode is 'append': .*'upsert', 'replace_day' or 'snapshot'"),
        ("load_mode: snapshot, ", "", r"toy.seats: load_mode is missing"),
        ("key: [id]", "key: [number]", r"toy.seats: key, day and version must .* undeclared: number"),
        ("key: [id]", "key: []", r"toy.seats: key is \[\]"),
        ("type: string", "type: text", r"toy.seats.id: data_type is 'text': use string, .* or decimal\(p,s\)"),
        ("name: price, ", "", r"toy.seats.column 3: name is missing"),
        ("days: 2", "days: some", r"_toy.yml: toy: freshness_days is 'some'"),
    ],
)
def test_a_wrong_declaration_is_one_sentence_with_its_place(tmp_path, right, wrong, message):
    assert right in DECLARED
    with pytest.raises(ContractError, match=message):
        load(tmp_path, DECLARED.replace(right, wrong))


def test_all_mistakes_of_a_source_are_reported_together(tmp_path):
    wrong = DECLARED.replace("type: string", "type: text").replace("days: 2", "days: soon")
    with pytest.raises(ContractError, match=r"toy.seats.id: data_type .*; toy: freshness_days is 'soon'"):
        load(tmp_path, wrong)


def test_an_undeclared_stream_is_an_error_that_lists_the_declared_ones(tmp_path):
    with pytest.raises(ContractError, match="no stream 'users' is declared; declared are seats"):
        load(tmp_path).stream("users")
