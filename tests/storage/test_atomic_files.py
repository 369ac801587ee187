"""A file is replaced whole, or the old one stays and no draft is left."""

import pytest

from orchestration.storage.atomic_files import replace_text, replacing


def test_a_text_replaces_the_old_one_and_leaves_no_draft(tmp_path):
    path = tmp_path / "new" / "record.json"
    replace_text(path, "old")
    replace_text(path, "new")
    assert path.read_text() == "new"
    assert list(path.parent.iterdir()) == [path]


def test_a_write_that_fails_leaves_the_old_file_and_no_draft(tmp_path):
    path = tmp_path / "record.json"
    replace_text(path, "old")
    with pytest.raises(UnicodeEncodeError):
        replace_text(path, "half\ud800")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_reader_meets_the_old_file_until_the_new_one_is_complete(tmp_path):
    path = tmp_path / "record.json"
    replace_text(path, "old")
    with replacing(path) as draft:
        draft.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
