"""One value against its data type: what is read, and what is rejected with which reason."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from orchestration.contracts import Column, StreamContract
from orchestration.landing.rows import MAX_TEXT, Rejection, cast_record


def cast(data_type: str, value: object) -> object:
    columns = (Column(name="id", data_type="string"), Column(name="value", data_type=data_type))
    contract = StreamContract(source="toy", stream="values", load_mode="upsert", key=("id",), columns=columns)
    return cast_record(contract, {"value": value})[0]["value"]


@pytest.mark.parametrize(
    ("data_type", "value", "expected"),
    [
        ("string", 17, "17"),
        ("string", "", None),
        ("string", date(2026, 11, 14), "2026-11-14"),
        ("string", "x" * MAX_TEXT, "x" * MAX_TEXT),
        ("bigint", " 17 ", 17),
        ("bigint", 3.0, 3),
        ("bigint", -(2**63), -(2**63)),
        ("double", "1e3", 1000.0),
        ("double", Decimal("1.5"), 1.5),
        ("decimal(18,6)", 0.1, Decimal("0.1")),
        ("decimal(18,6)", "999999999999.1234567", Decimal("999999999999.123457")),
        ("boolean", "True", True),
        ("timestamp", "2026-11-14T10:00:00+02:00", datetime.fromisoformat("2026-11-14T08:00:00")),
        ("timestamp", "20261114", datetime.fromisoformat("2026-11-14")),
        ("date", "2026-11-14T10:00:00Z", date(2026, 11, 14)),
    ],
)
def test_a_value_is_read_as_its_type(data_type, value, expected):
    found = cast(data_type, value)
    assert (found, type(found)) == (expected, type(expected))


@pytest.mark.parametrize(
    ("data_type", "values"),
    [
        ("string", [True, Decimal(1), "x" * (MAX_TEXT + 1), "a\x00b", "\udfff"]),
        ("bigint", [True, "1.0", 1.5, 2**63, float("inf"), Decimal(1), b"1"]),
        ("double", [False, "many", "nan", float("inf"), b"1"]),
        ("decimal(18,6)", [True, 10**20, 10**12, "999999999999.9999999", "nan", "Infinity", b"1"]),
        ("boolean", [0, 1, "yes", "1"]),
        ("timestamp", [1_700_000_000, "1700000000", date(2026, 1, 1), "1969-12-31T23:59:59Z", "2101-01-01"]),
        ("date", [0, "tomorrow", "1899-12-31", "2101-01-01"]),
    ],
)
def test_a_value_of_another_type_is_rejected_with_its_path(data_type, values):
    for value in values:
        with pytest.raises(Rejection, match=rf"^not_{data_type.partition('(')[0]}:value$"):
            cast(data_type, value)


def test_nested_objects_are_flattened_and_lists_are_left_out():
    columns = (Column(name="user__database_id", data_type="bigint"),)
    contract = StreamContract(
        source="toy", stream="users", load_mode="upsert", key=("user__database_id",), columns=columns
    )
    values, unknown = cast_record(contract, {"user": {"databaseId": 7, "login": "x"}, "labels": ["a"]})
    assert (values, unknown) == ({"user__database_id": 7}, {"user__login"})


def test_depth_without_end_is_one_unknown_field_and_costs_no_record():
    deep: dict[str, object] = {}
    for _ in range(20):
        deep = {"in": deep}
    columns = (Column(name="id", data_type="string", required=True),)
    contract = StreamContract(source="toy", stream="values", load_mode="upsert", key=("id",), columns=columns)
    values, unknown = cast_record(contract, {"id": "1", "more": deep})
    assert values == {"id": "1"}
    assert unknown == {"more" + "__in" * 8}
