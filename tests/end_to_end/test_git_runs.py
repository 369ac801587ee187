"""DailyPartition after run: only what is new, nothing twice, nothing lost, and nothing from after `as_of`."""

import json
import shutil

import pytest

from orchestration.errors import SourceError
from tests.connectors.repositories import CLAUDE, Reader, Repository, by_sha


@pytest.fixture
def app(tmp_path):
    repository = Repository(tmp_path / "app")
    repository.commit("Begin", "09-01 08:00")
    repository.commit("Go on (#1)", "09-01 09:00")
    return repository


def test_a_run_with_nothing_new_yields_no_rows(app):
    app.git("tag", "v1.0.0")
    reader = Reader(app.path)
    first = reader.partition()
    cursor = dict(reader.cursors)
    assert (len(first["commits"]), len(first["tags"])) == (2, 1)
    assert reader.partition() == {}
    assert reader.cursors == cursor


def test_the_second_run_yields_only_what_is_new(app):
    reader = Reader(app.path)
    reader.partition()
    sha = app.commit("Add prices (#2)", "09-02 10:00")
    second = reader.partition()
    assert [(c["sha"], c["mainline_position"]) for c in second["commits"]] == [(sha, 3)]
    assert [(c["sha"], c["mainline_position"]) for c in second["changes"]] == [(sha, 3)]
    assert [(p["sha"], p["position"]) for p in second["commit_parents"]] == [(sha, 1)]


def test_a_branch_may_land_in_a_later_run_than_its_commits(app):
    reader = Reader(app.path)
    app.branch("prices")
    sha = app.commit("Add prices", "09-02 10:00", authored="09-01 12:00")
    assert by_sha(reader.partition("09-03 00:00")["commits"])[sha]["landed_in_sha"] is None
    app.to("main")
    landing = app.merge("prices", "Merge pull request #2 from alice/prices", "09-03 10:00")
    second = reader.partition("09-04 00:00")
    assert by_sha(second["commits"])[sha]["landed_in_sha"] == landing
    assert [(c["commits"], c["first_commit_at"]) for c in second["changes"]] == [(1, "2026-09-01T12:00:00+00:00")]
    assert json.loads(next(iter(reader.cursors.values())))["tips"] == []


def test_a_fast_forward_gives_known_commits_their_position(app):
    reader = Reader(app.path)
    app.branch("prices")
    sha = app.commit("Add prices (#2)", "09-02 10:00")
    assert reader.partition("09-03 00:00")["changes"][-1]["pull_request_number"] == 1
    app.to("main")
    app.git("merge", "--quiet", "--ff-only", "prices")
    second = reader.partition("09-04 00:00")
    assert [(c["sha"], c["mainline_position"]) for c in second["commits"]] == [(sha, 3)]
    assert [c["pull_request_number"] for c in second["changes"]] == [2]


def test_a_squash_after_its_head_was_read_still_finds_it(app):
    reader = Reader(app.path)
    app.branch("prices")
    head = app.commit("Try", "09-02 10:00", authored="09-01 12:00")
    app.git("update-ref", "refs/pull/2/head", head)
    reader.partition("09-03 00:00")
    app.to("main")
    squash = app.commit("Add prices (#2)", "09-03 10:00")
    second = reader.partition("09-04 00:00")
    assert by_sha(second["commits"])[head]["landed_in_sha"] == squash
    assert second["changes"][0]["first_commit_at"] == "2026-09-01T12:00:00+00:00"


def test_quiet_pull_requests_are_neither_read_again_nor_kept_in_the_cursor(app):
    for number in range(10, 20):
        app.branch(f"work-{number}", "main")
        app.git("update-ref", f"refs/pull/{number}/head", app.commit("Work", f"09-{number} 10:00"))
        app.to("main")
        app.git("branch", "-D", f"work-{number}")
    reader = Reader(app.path)
    assert len(reader.partition("09-20 00:00")["commits"]) == 12
    assert len(json.loads(next(iter(reader.cursors.values())))["tips"]) == 7
    assert reader.partition("09-21 00:00") == {}
    assert reader.partition("12-01 00:00") == {}
    assert json.loads(next(iter(reader.cursors.values())))["tips"] == []


def test_a_quiet_pull_request_that_is_squashed_at_last_still_brings_its_commits(app):
    reader = Reader(app.path)
    app.branch("work")
    head = app.commit("Work", "09-02 10:00")
    app.git("update-ref", "refs/pull/2/head", head)
    app.to("main")
    app.git("branch", "-D", "work")
    reader.partition("10-01 00:00")
    squash = app.commit("Work (#2)", "10-02 10:00")
    second = reader.partition("10-03 00:00")
    assert by_sha(second["commits"])[head]["landed_in_sha"] == squash
    assert second["changes"][0]["first_commit_at"] == "2026-09-02T10:00:00+00:00"


def test_stacked_pull_requests_keep_their_own_commits_over_many_runs(app):
    reader = Reader(app.path)
    app.branch("stack")
    heads = [app.commit(f"Step {number}", f"09-0{number} 10:00") for number in (2, 3, 4)]
    for number, head in zip((80, 81, 82), heads, strict=True):
        app.git("update-ref", f"refs/pull/{number}/head", head)
    app.to("main")
    landed = []
    for number, day in ((80, 5), (81, 6), (82, 25)):
        app.commit(f"Step (#{number})", f"09-{day:02} 10:00")
        landed += reader.partition(f"09-{day + 1:02} 00:00")["changes"]
    assert [(c["pull_request_number"], c["commits"]) for c in landed] == [(1, None), (80, 1), (81, 1), (82, 1)]


def test_a_rewritten_default_branch_is_read_anew_as_the_next_generation(app):
    reader = Reader(app.path)
    reader.partition()
    app.git("reset", "--quiet", "--hard", "HEAD^")
    sha = app.commit("Otherwise (#3)", "09-02 10:00")
    second = reader.partition()
    assert {c["history_generation"] for c in second["commits"]} == {1}
    assert [c["mainline_position"] for c in second["commits"]] == [1, 2]
    assert [c["sha"] for c in second["changes"]] == [sha]


def test_a_rewritten_default_branch_whose_old_commits_are_gone_is_read_anew(app):
    reader = Reader(app.path)
    reader.partition()
    app.git("commit", "--amend", "--quiet", "--message", "Other (#1)", at="09-02 10:00")
    app.git("reflog", "expire", "--expire=now", "--all")
    app.git("gc", "--quiet", "--prune=now")
    second = reader.partition()
    assert [(c["history_generation"], c["mainline_position"]) for c in second["commits"]] == [(1, 1), (1, 2)]


def test_a_branch_that_was_forced_and_cleaned_up_costs_no_whole_reading(app):
    reader = Reader(app.path)
    app.branch("prices")
    app.commit("Try", "09-02 10:00")
    reader.partition()
    app.git("commit", "--amend", "--quiet", "--message", "Try again", at="09-02 11:00")
    app.git("reflog", "expire", "--expire=now", "--all")
    app.git("gc", "--quiet", "--prune=now")
    second = reader.partition()
    assert [(c["sha"], c["history_generation"]) for c in second["commits"]] == [(app.head(), 0)]


def test_a_default_branch_set_back_is_a_rewrite(app):
    reader = Reader(app.path)
    reader.partition()
    app.git("reset", "--quiet", "--hard", "HEAD^")
    assert [c["history_generation"] for c in reader.partition()["commits"]] == [1]


def test_a_merge_that_swaps_the_parents_is_a_rewrite(app):
    reader = Reader(app.path)
    app.branch("mine", "HEAD^")
    app.commit("Mine", "09-02 09:00")
    reader.partition()
    app.git("merge", "--quiet", "--no-ff", "--message", "Merge branch 'main' into mine", "main", at="09-02 10:00")
    app.git("branch", "--force", "main", "mine")
    second = reader.partition()
    assert {c["history_generation"] for c in second["commits"]} == {1}
    assert sorted(filter(None, (c["mainline_position"] for c in second["commits"]))) == [1, 2, 3]


def test_a_run_does_not_see_what_came_after_it(app):
    reader = Reader(app.path)
    late = app.commit("Late (#2)", "09-02 00:00")
    app.git("tag", "--annotate", "--message", "x", "v1.0.0", at="09-02 03:00")
    first = reader.partition("09-02 00:00")
    assert (late in by_sha(first["commits"]), first["tags"]) == (False, [])
    second = reader.partition("09-03 00:00")
    assert ([c["sha"] for c in second["commits"]], len(second["tags"])) == ([late], 1)


def test_a_run_before_the_first_commit_is_empty_and_not_a_generation(app):
    reader = Reader(app.path)
    assert reader.partition("08-01 00:00") == {}
    assert {c["history_generation"] for c in reader.partition("09-02 00:00")["commits"]} == {0}


def test_many_runs_end_where_one_run_ends(app):
    reader, held = Reader(app.path), {}
    for day in range(2, 9):
        app.branch(f"work-{day}")
        app.commit("Work\n\n" + CLAUDE, f"09-0{day} 09:00")
        app.to("main")
        if day % 3:
            app.merge(f"work-{day}", f"Merge pull request #{day} from alice/work-{day}", f"09-0{day} 12:00")
        held |= by_sha(reader.partition(f"09-0{day} 10:00")["commits"])
    held |= by_sha(reader.partition()["commits"])
    assert held == by_sha(Reader(app.path).partition()["commits"])


def test_a_moved_or_deleted_tag_brings_the_whole_set_again(app):
    for name in ("v1.0.0", "v1.1.0", "v2"):
        app.git("tag", name)
    reader = Reader(app.path)
    reader.partition()
    app.git("tag", "--delete", "v1.1.0")
    app.git("tag", "--force", "v2", "HEAD^")
    tags = reader.partition()["tags"]
    assert {t["name"]: t["sha"] for t in tags} == {"v1.0.0": app.head(), "v2": app.git("rev-parse", "HEAD^")}


def test_other_signatures_mean_another_reading(app, tmp_path):
    reader = Reader(app.path)
    reader.partition()
    listed = tmp_path / "signatures.csv"
    header = "signal,pattern,match_type,actor_name,product,actor_kind,role,grade,valid_from,source\n"
    listed.write_text(header + "email,alice@corp.example,exact,a,robot,agent,author,A,,a test\n")
    reader.settings["signatures_path"] = listed
    second = reader.partition()
    assert {c["history_generation"] for c in second["commits"]} == {1}
    assert {e["product"] for e in second["evidence"]} == {"robot"}


def test_a_cursor_of_another_version_means_a_whole_reading(app):
    reader = Reader(app.path)
    reader.partition()
    [(key, cursor)] = reader.cursors.items()
    reader.cursors = {key: json.dumps({**json.loads(cursor), "version": 0})}
    assert len(reader.partition()["commits"]) == 2


def test_a_repository_that_is_no_longer_named_adds_nothing_and_goes_on_where_it_was_when_it_is_again(app):
    reader = Reader(app.path)
    reader.partition()
    cursors, named = dict(reader.cursors), reader.settings["repositories"]
    sha = app.commit("Add prices (#2)", "09-02 10:00")
    reader.settings["repositories"] = []
    assert (reader.partition(), reader.cursors) == ({}, cursors)
    reader.settings["repositories"] = named
    assert [commit["sha"] for commit in reader.partition()["commits"]] == [sha]


def test_a_repository_that_lost_everything_is_rejected(app):
    reader = Reader(app.path)
    reader.partition()
    shutil.rmtree(app.path)
    Repository(app.path)
    with pytest.raises(SourceError, match="had 2 commits and is empty now"):
        reader.partition()


def test_a_failed_reading_leaves_no_cursor(app):
    reader = Reader(app.path)
    reader.settings["repositories"][0]["default_branch"] = "gone"
    with pytest.raises(SourceError):
        reader.partition()
    assert reader.cursors == {}
