"""The evidence of a build is read back as it was written, also that of an older version."""

from __future__ import annotations

from orchestration.partition import DailyPartition
from orchestration.storage.atomic_files import replace_text
from orchestration.warehouse.build_record import BuildFolder, LandingRecord
from tests.publishing.small_warehouse import AS_OF


def test_a_landing_record_is_read_back_as_written(tmp_path):
    folder, record = BuildFolder(tmp_path, AS_OF), LandingRecord(source="git", landed_rows=3, rejected_loads=["a"])
    folder.keep_landing(record)
    assert folder.reports(["git", "github"]).landing == {"git": record, "github": None}


def test_a_rejected_load_in_a_record_of_an_older_version_is_not_overlooked(tmp_path):
    folder = BuildFolder(tmp_path, AS_OF)
    replace_text(folder.path / "landed-git.json", '{"source": "git", "landed": 3, "refused": ["3 of 100"]}')
    assert folder.landing("git") == LandingRecord(source="git", landed_rows=3, rejected_loads=["3 of 100"])


def test_a_new_build_forgets_the_results_of_the_one_before(tmp_path):
    folder = BuildFolder(tmp_path, AS_OF)
    first, second = (folder.start(AS_OF, "inputs") for _ in range(2))
    assert first.build_id != second.build_id
    assert folder.path.name == DailyPartition(AS_OF).name
    assert (folder.reports([]).build, folder.reports([]).dbt) == (second, None)
