"""The records of one repository, and the repositories that cannot be read."""

import subprocess

import pytest
from pydantic import ValidationError

from orchestration.connectors import git
from orchestration.errors import SourceError
from tests.connectors.repositories import ALICE, BOB, CLAUDE, Reader, Repository, by_sha


@pytest.fixture
def app(tmp_path):
    repository = Repository(tmp_path / "app")
    repository.commit("Begin", "09-01 08:00")
    return repository


def merged(app, number=12, branch="fix-rounding"):
    """A merged pull request of two commits by Alice, merged by Bob."""
    app.branch(branch)
    app.commit("Round half even", "09-02 10:00", authored="09-01 15:00", lines=3)
    app.commit("Say so", "09-02 11:00", lines=2)
    app.to("main")
    return app.merge(branch, f"Merge pull request #{number} from alice/{branch}\n\nRound", "09-03 09:00")


def test_a_merge_is_one_change_with_what_it_brings(app):
    sha = merged(app)
    [change] = Reader(app.path).partition()["changes"]
    assert change == {
        "repository": "acme/app", "history_generation": 0, "sha": sha, "mainline_position": 2,
        "pull_request_number": 12, "method": "merge", "merged_at": "2026-09-03T09:00:00+00:00",
        "first_commit_at": "2026-09-01T15:00:00+00:00", "commits": 2, "additions": 5, "deletions": 0,
        "changed_files": 2, "author_email": "alice@corp.example", "merger_email": "bob@corp.example",
        "agent_branch_prefix": None, "reverts_sha": None, "reverts_change_number": None,
    }  # fmt: skip


def test_a_merge_of_main_into_a_branch_is_not_one_of_its_commits(app):
    app.branch("work")
    app.commit("Work", "09-02 10:00")
    app.to("main")
    app.commit("Elsewhere", "09-02 11:00")
    app.to("work")
    app.merge("main", "Merge branch 'main' into work", "09-02 12:00")
    app.to("main")
    app.merge("work", "Merge pull request #5 from alice/work", "09-03 10:00")
    [change] = Reader(app.path).partition()["changes"]
    assert (change["commits"], change["additions"]) == (1, 1)


def test_a_commit_has_its_position_or_where_it_landed(app):
    root, sha = app.head(), merged(app)
    commits = by_sha(Reader(app.path).partition()["commits"])
    brought = [c for c in commits.values() if c["mainline_position"] is None]
    assert [commits[root]["mainline_position"], commits[sha]["mainline_position"]] == [1, 2]
    assert [c["landed_in_sha"] for c in brought] == [sha, sha]
    assert sorted(c["additions"] for c in brought) == [2, 3]
    assert (commits[sha]["is_merge"], commits[sha]["parents"], commits[sha]["additions"]) == (True, 2, None)
    assert commits[sha]["first_parent_sha"] == root


def test_a_commit_keeps_author_and_committer_time_apart(app):
    sha = app.commit("Rebased", "09-05 10:00", authored="09-04 23:30")
    commit = by_sha(Reader(app.path).partition()["commits"])[sha]
    assert commit["authored_at"] == "2026-09-04T23:30:00+00:00"
    assert commit["committed_at"] == "2026-09-05T10:00:00+00:00"


def test_a_merge_lists_both_parents_in_order(app):
    root, sha = app.head(), merged(app)
    parents = [p for p in Reader(app.path).partition()["commit_parents"] if p["sha"] == sha]
    assert [(p["position"], p["parent_sha"]) for p in parents] == [(1, root), (2, app.git("rev-parse", f"{sha}^2"))]


def test_a_squash_has_its_number_but_no_first_commit(app):
    app.commit("Add prices (#40)", "09-04 10:00", lines=7)
    [change] = Reader(app.path).partition()["changes"]
    assert (change["method"], change["pull_request_number"], change["additions"]) == ("squash", 40, 7)
    assert (change["first_commit_at"], change["commits"], change["author_email"]) == (None, None, "alice@corp.example")


def test_a_kept_pull_request_head_restores_the_commits_of_a_squash(app):
    app.branch("prices")
    first = app.commit("Try", "09-02 10:00", authored="09-01 09:00")
    app.git("update-ref", "refs/pull/40/head", app.commit("Add", "09-02 12:00"))
    app.to("main")
    app.git("branch", "-D", "prices")
    squash = app.commit("Add prices (#40)", "09-04 10:00")
    records = Reader(app.path).partition()
    [change] = records["changes"]
    assert (change["first_commit_at"], change["commits"]) == ("2026-09-01T09:00:00+00:00", 2)
    assert by_sha(records["commits"])[first]["landed_in_sha"] == squash


def test_stacked_pull_requests_each_keep_their_own_commits(app):
    app.branch("stack")
    app.git("update-ref", "refs/pull/80/head", app.commit("Lower", "09-01 10:00"))
    app.git("update-ref", "refs/pull/81/head", app.commit("Upper", "09-01 11:00"))
    app.to("main")
    app.commit("Lower (#80)", "09-02 10:00")
    app.commit("Upper (#81)", "09-03 10:00")
    changes = Reader(app.path).partition()["changes"]
    assert [(c["pull_request_number"], c["commits"]) for c in changes] == [(80, 1), (81, 1)]


def test_a_direct_push_is_a_commit_but_not_a_change(app):
    app.commit("Fix the build", "09-04 10:00")
    records = Reader(app.path).partition()
    assert (len(records["commits"]), records["changes"]) == (2, [])


def test_a_merge_of_main_into_itself_is_not_a_change(app):
    app.branch("elsewhere")
    app.commit("Theirs", "09-02 10:00")
    app.to("main")
    app.merge("elsewhere", "Merge branch 'main' of example.org:acme/app", "09-03 10:00")
    assert Reader(app.path).partition()["changes"] == []


def test_a_fork_may_propose_its_own_main(app):
    merged(app, number=7, branch="main2")
    app.git("commit", "--amend", "--quiet", "--message", "Merge pull request #7 from fork/main", at="09-03 09:00")
    assert [c["pull_request_number"] for c in Reader(app.path).partition()["changes"]] == [7]


def test_a_revert_of_a_revert_names_what_each_one_undoes(app):
    original = app.commit("Add prices (#10)", "09-01 10:00")
    revert = app.commit(
        f'Revert "Add prices (#10)" (#11)\n\nThis reverts commit {original}.\n\nReverts acme/app#10', "09-03 10:00"
    )
    app.commit(f'Revert "Revert "Add prices (#10)" (#11)" (#12)\n\nThis reverts commit {revert}.', "09-04 10:00")
    changes = Reader(app.path).partition()["changes"]
    assert [(c["pull_request_number"], c["reverts_change_number"], c["reverts_sha"]) for c in changes] == [
        (10, None, None), (11, 10, original), (12, 11, revert),
    ]  # fmt: skip


def test_a_merged_revert_branch_is_a_revert(app):
    merged(app, number=13, branch="revert-12-fix-rounding")
    assert Reader(app.path).partition()["changes"][0]["reverts_change_number"] == 12


def test_tags_are_releases_with_the_date_of_the_tagging(app):
    app.git("tag", "v1.0.0")
    app.git("tag", "--annotate", "--message", "Second", "v1.1.0-rc.1", at="09-09 09:00")
    app.git("tag", "before-migration")
    tags = {t["name"]: t for t in Reader(app.path).partition()["tags"]}
    assert tags["v1.0.0"]["tagged_at"] == "2026-09-01T08:00:00+00:00"
    assert tags["v1.1.0-rc.1"]["tagged_at"] == "2026-09-09T09:00:00+00:00"
    assert {t["sha"] for t in tags.values()} == {app.head()}
    flags = [(t["is_annotated"], t["is_semver"], t["is_prerelease"]) for _, t in sorted(tags.items())]
    assert flags == [(False, False, False), (False, True, False), (True, True, True)]


def test_a_bare_copy_yields_the_same_records(app, tmp_path):
    merged(app)
    app.git("tag", "v1.0.0")
    app.git("clone", "--quiet", "--bare", str(app.path), str(tmp_path / "copy.git"))
    assert Reader(tmp_path / "copy.git").partition() == Reader(app.path).partition()


def test_a_clone_follows_its_origin_and_not_the_branch_in_hand(app, tmp_path):
    app.git("clone", "--quiet", str(app.path), str(tmp_path / "clone"))
    merged(app)
    for command in (["fetch", "--quiet"], ["checkout", "--quiet", "-b", "mine"]):
        subprocess.run(["git", "-C", str(tmp_path / "clone"), *command], check=True, capture_output=True)
    assert [c["pull_request_number"] for c in Reader(tmp_path / "clone").partition()["changes"]] == [12]


def test_an_empty_repository_has_no_rows_and_no_error(tmp_path):
    assert Reader(Repository(tmp_path / "new").path).partition() == {}


def test_hostile_names_and_messages_stay_data(app):
    by = 'Rob\'); drop\ttable "x"; -- 🦆 <o\'neil"+%00%n@corp.example>'
    app.branch("a'b\"🦆$(id);%x00")
    sha = app.commit("\u202e%x00%H\r\n\x01\nThis reverts commit --all.\n(#99999999999999999999)", "09-02 10:00", by=by)
    commit = by_sha(Reader(app.path).partition()["commits"])[sha]
    assert commit["author_email"] == "o'neil\"+%00%n@corp.example"
    assert (commit["reverts_sha"], commit["pull_request_number"], commit["additions"]) == (None, None, 1)


def odd_commit(app, date):
    """A branch with a commit whose name and message are no UTF-8, made past git's own checks."""
    tree = app.git("rev-parse", "HEAD^{tree}")
    raw = f"tree {tree}\nauthor \xff <x@y> 9 +0000\ncommitter c <> {date} +0000\n\n\xfe\xff\x00 (#4)".encode("latin-1")
    command = ["git", "-C", app.path, "hash-object", "-t", "commit", "-w", "--stdin", "--literally"]
    made = subprocess.run(command, input=raw, capture_output=True, check=True).stdout.decode().strip()
    app.git("update-ref", "refs/heads/odd", made)
    return made


def test_a_message_that_is_not_utf_8_does_not_break_the_run(app):
    sha = odd_commit(app, 99)
    commit = by_sha(Reader(app.path).partition()["commits"])[sha]
    assert (commit["committed_at"], commit["author_email"]) == ("1970-01-01T00:01:39+00:00", "x@y")
    assert (commit["committer_email"], commit["pull_request_number"]) == (None, None)


def test_a_commit_from_the_far_future_is_not_read(app):
    sha = odd_commit(app, 99999999999999)
    assert sha not in by_sha(Reader(app.path).partition()["commits"])


def test_a_repository_cannot_run_what_it_configures(app, tmp_path):
    trap = tmp_path / "trap"
    for setting in ("diff.external", "core.fsmonitor", "core.pager", "gpg.program"):
        app.git("config", setting, f"touch {trap}; true")
    app.git("config", "log.showSignature", "true")
    assert len(Reader(app.path).partition()["commits"]) == 1
    assert not trap.exists()


def test_reading_leaves_the_repository_untouched(app):
    before = {p: p.stat().st_mtime_ns for p in app.path.rglob("*")}
    Reader(app.path).partition()
    assert {p: p.stat().st_mtime_ns for p in app.path.rglob("*")} == before


def test_a_shallow_clone_is_an_error_that_names_the_fix(app, tmp_path):
    app.commit("More", "09-02 10:00")
    app.git("clone", "--quiet", "--depth=1", f"file://{app.path}", str(tmp_path / "shallow"))
    with pytest.raises(SourceError, match=r"shallow clone.*--unshallow"):
        Reader(tmp_path / "shallow").partition()


def test_a_partial_clone_is_an_error(app, tmp_path):
    app.git("config", "uploadpack.allowFilter", "true")
    app.git("clone", "--quiet", "--bare", "--filter=blob:none", f"file://{app.path}", str(tmp_path / "part"))
    with pytest.raises(SourceError, match=r"partial clone.*no-filter"):
        Reader(tmp_path / "part").partition()


def test_a_folder_inside_a_repository_is_an_error(app):
    (app.path / "docs").mkdir()
    with pytest.raises(SourceError, match=r"acme/app: .*docs is not a git repository"):
        Reader(app.path / "docs").partition()


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(SourceError, match=r"acme/app: .*gone is not a folder"):
        Reader(tmp_path / "gone").partition()


def test_a_broken_repository_is_an_error(app):
    for packed in (app.path / ".git" / "objects").glob("??/*"):
        packed.chmod(0o600)
        packed.write_bytes(b"")
    with pytest.raises(SourceError, match="acme/app: `git"):
        Reader(app.path).partition()


def test_an_unknown_default_branch_is_an_error(app):
    reader = Reader(app.path)
    reader.settings["repositories"][0]["default_branch"] = "release"
    with pytest.raises(SourceError, match=r"no default branch was found.*refs/heads/release"):
        reader.partition()


def test_no_text_of_a_commit_lands(app):
    app.branch("secret-branch")
    app.commit("secret subject\n\nsecret body\n\n" + CLAUDE, "09-02 10:00", by="Secret Name <s@corp.example>")
    app.to("main")
    app.merge("secret-branch", "Merge pull request #9 from secretowner/secret-branch", "09-03 10:00")
    assert "secret" not in repr(Reader(app.path).partition()).casefold()


def test_history_before_the_start_date_only_counts_positions(app):
    app.git("tag", "v0.9.0")
    sha = merged(app)
    app.git("tag", "v1.0.0")
    records = Reader(app.path, history_start_date="2026-09-03").partition()
    assert [c["mainline_position"] for c in records["changes"]] == [2]
    assert len(by_sha(records["commits"])) == 3  # the merge and, though older, the two commits that it landed
    assert sha in by_sha(records["commits"])
    assert [t["name"] for t in records["tags"]] == ["v1.0.0"]


def test_a_repository_is_named_after_its_folder(tmp_path):
    config = git.Config(repositories=[{"path": tmp_path / "shop.git"}, {"path": tmp_path / "app" / ".git"}])
    assert [repository.name for repository in config.repositories] == ["shop", "app"]


def test_two_repositories_of_one_name_are_invalid(tmp_path):
    with pytest.raises(ValidationError, match=r"different names.*app"):
        git.Config(repositories=[{"path": tmp_path / "a" / "app"}, {"path": tmp_path / "b" / "app"}])


def test_a_merged_branch_with_a_single_reverting_commit_is_a_revert(app):
    undone = app.commit("Add prices (#10)", "09-01 10:00")
    app.branch("undo")
    app.commit(f'Revert "Add prices"\n\nThis reverts commit {undone}.', "09-02 10:00")
    app.to("main")
    app.merge("undo", "Merge pull request #11 from alice/undo", "09-03 10:00")
    assert [c["reverts_sha"] for c in Reader(app.path).partition()["changes"]] == [None, undone]


def test_synthetic_refs_of_a_forge_are_not_read(app):
    app.branch("attempt")
    app.git("update-ref", "refs/pull/9/merge", app.commit("Merge 9 into main", "09-02 10:00"))
    app.to("main")
    app.git("branch", "-D", "attempt")
    assert len(Reader(app.path).partition()["commits"]) == 1


def test_a_renamed_file_adds_no_lines(app):
    app.commit("A long file", "09-02 10:00", lines=50)
    name = app.git("ls-files").splitlines()[-1]
    app.git("mv", name, "elsewhere")
    app.git("commit", "--quiet", "--message", "Move it (#6)", at="09-03 10:00")
    [change] = Reader(app.path).partition()["changes"]
    assert (change["additions"], change["deletions"], change["changed_files"]) == (0, 0, 1)


def test_author_and_merger_of_a_change_are_kept_apart(app):
    merged(app)
    app.commit("Tidy (#41)", "09-05 10:00", by=BOB)
    changes = Reader(app.path).partition()["changes"]
    assert [(c["author_email"], c["merger_email"]) for c in changes] == [
        ("alice@corp.example", "bob@corp.example"), ("bob@corp.example", "bob@corp.example"),
    ]  # fmt: skip
    assert ALICE not in repr(changes)
