"""The quarantine file: its rows, and files from before a rename."""

from datetime import UTC, datetime

import pyarrow.parquet as pq
import pytest

from orchestration.landing.quarantine import Quarantine, read_quarantine


@pytest.fixture
def quarantine(tmp_path):
    return Quarantine(tmp_path, "toy", "load1", datetime(2026, 11, 16, tzinfo=UTC))


def test_rejected_records_are_numbered_in_order(tmp_path, quarantine):
    quarantine.add("events", "missing:id", "toy:1", "a" * 64)
    quarantine.add("events", "not_bigint:tokens", "toy:2", "b" * 64)
    rows = read_quarantine(tmp_path / quarantine.commit()).to_pylist()
    assert [(row["rejection_number"], row["reason"], row["pointer"]) for row in rows] == [
        (1, "missing:id", "toy:1"),
        (2, "not_bigint:tokens", "toy:2"),
    ]


def test_a_load_without_rejected_records_writes_no_file(tmp_path, quarantine):
    assert quarantine.commit() is None
    assert list(tmp_path.iterdir()) == []


def test_a_file_with_an_old_column_name_is_read_in_todays_columns(tmp_path, quarantine):
    quarantine.add("events", "missing:id", "toy:1", "a" * 64)
    path = tmp_path / quarantine.commit()
    today = read_quarantine(path)
    old = ["refusal_number" if name == "rejection_number" else name for name in today.column_names]
    pq.write_table(today.rename_columns(old), path)
    assert read_quarantine(path) == today
