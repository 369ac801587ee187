"""Which commits are evidence of an agent, and which only look like it."""

import json

import pytest

from tests.connectors.repositories import CLAUDE, Reader, Repository

COPILOT = "copilot-swe-agent[bot] <198982749+Copilot@users.noreply.github.com>"
NOTE = {"sessions": {"s_1": {"agent_id": {"tool": "claude", "id": "x", "model": "m"}, "human_author": "a@b"}}}


@pytest.fixture
def app(tmp_path):
    return Repository(tmp_path / "app")


def evidence(app):
    found = Reader(app.path).partition()["evidence"]
    return [(e["signal"], e["product"], e["role"], e["grade"]) for e in found]


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (CLAUDE, [("trailer_email", "claude_code", "author", "B")]),
        ("co-authored-by: Cursor <CursorAgent@cursor.com>", [("trailer_email", "cursor", "author", "B")]),
        (f"Co-authored-by: {COPILOT}", [("trailer_email", "copilot", "author", "B")]),
        (
            "Co-authored-by: Copilot <175728472+Copilot@users.noreply.github.com>",
            [("trailer_email", "copilot", "reviewer", "B")],
        ),
        ("Assisted-by: Claude Code 2.1", [("text", "claude_code", "author", "B")]),
        ("Assisted-by: homemade", [("text", "other", "author", "C")]),
        ("🤖 Generated with [Claude Code](https://claude.com/claude-code)", [("text", "claude_code", "author", "B")]),
        ("Replit-Commit-Author: Agent", [("text", "replit", "author", "B")]),
        ("Co-authored-by: Claude <claude.dupont@corp.example>", []),
        ("Co-authored-by: dependabot[bot] <49699333+dependabot[bot]@users.noreply.github.com>", []),
        ("We talked about Claude Code and Cursor", []),
        ("Quoted: Co-authored-by: Claude <noreply@anthropic.com>", []),
        ("Co-authored-by: broken\n<noreply@anthropic.com>", []),
    ],
)
def test_a_message_is_evidence_only_by_a_listed_signature(app, message, expected):
    app.commit(f"Work\n\n{message}", "09-01 10:00")
    assert evidence(app) == expected


def test_an_agents_own_account_is_the_best_evidence(app):
    app.commit("Work", "09-01 10:00", by=COPILOT)
    assert evidence(app) == [("email", "copilot", "author", "A")]


def test_a_person_with_the_name_of_an_agent_is_not_evidence(app):
    app.commit("Work", "09-01 10:00", by="Devin Cursor <devin@corp.example>")
    assert evidence(app) == []


def test_a_bot_is_not_an_agent(app):
    app.commit("Bump", "09-01 10:00", by="dependabot[bot] <49699333+dependabot[bot]@users.noreply.github.com>")
    assert evidence(app) == []


def test_each_agent_and_each_signal_is_evidence_of_its_own(app):
    app.commit(f"Work\n\nAssisted-by: claude\n{CLAUDE}\n{CLAUDE}\nCo-authored-by: C <codex@openai.com>", "09-01 10:00")
    assert sorted(evidence(app)) == [
        ("text", "claude_code", "author", "B"),
        ("trailer_email", "claude_code", "author", "B"),
        ("trailer_email", "codex", "author", "B"),
    ]


@pytest.mark.parametrize(("branch", "grade"), [("codex/fix", "B"), ("claude/fix", "C"), ("my-codex/fix", None)])
def test_an_agents_branch_prefix_is_evidence_of_the_merge(app, branch, grade):
    app.commit("Begin", "09-01 10:00")
    app.branch("work")
    app.commit("Work", "09-02 10:00")
    app.to("main")
    app.merge("work", f"Merge pull request #3 from acme/{branch}", "09-03 10:00")
    records = Reader(app.path).partition()
    assert [e["grade"] for e in records["evidence"]] == ([grade] if grade else [])
    assert records["changes"][0]["agent_branch_prefix"] == (branch.removesuffix("fix") if grade else None)


def test_a_note_of_an_agent_session_is_evidence(app):
    sha = app.commit("Work", "09-01 10:00")
    app.git("notes", "--ref=ai", "add", "-m", f"a.py\n  s_1::t_1 1-4\n---\n{json.dumps(NOTE)}", sha)
    assert evidence(app) == [("git_note", "claude_code", "author", "B")]


@pytest.mark.parametrize(
    "text", ['---\n{"humans": {"h_1": {}}, "sessions": {}}', "no json", "---\n[]", '---\n{"sessions": {"s": {}}}']
)
def test_a_note_without_an_agent_is_not_evidence(app, text):
    app.git("notes", "--ref=ai", "add", "-m", text, app.commit("Work", "09-01 10:00"))
    assert evidence(app) == []


def test_a_note_of_an_unlisted_tool_counts_as_other(app):
    note = json.dumps(NOTE).replace("claude", "mock_ai")
    app.git("notes", "--ref=ai", "add", "-m", f"---\n{note}", app.commit("Work", "09-01 10:00"))
    assert evidence(app) == [("git_note", "other", "author", "B")]


def test_a_late_note_is_read_for_an_old_commit_and_only_once(app):
    reader = Reader(app.path)
    old, other = app.commit("Work", "09-01 10:00"), app.commit("More", "09-01 11:00")
    app.git("notes", "--ref=ai", "add", "-m", f"---\n{json.dumps(NOTE)}", other)
    assert [e["sha"] for e in reader.partition()["evidence"]] == [other]
    app.git("notes", "--ref=ai", "add", "-m", f"---\n{json.dumps(NOTE)}", old)
    assert [e["sha"] for e in reader.partition()["evidence"]] == [old]
    assert reader.partition() == {}


def test_evidence_of_kept_pull_request_heads_is_found_behind_a_squash(app):
    app.commit("Begin", "09-01 10:00")
    app.branch("work")
    head = app.commit(f"Work\n\n{CLAUDE}", "09-02 10:00")
    app.git("update-ref", "refs/pull/5/head", head)
    app.to("main")
    squash = app.commit("Work (#5)", "09-03 10:00")
    records = Reader(app.path).partition()
    assert [e["sha"] for e in records["evidence"]] == [head]
    assert [c["landed_in_sha"] for c in records["commits"] if c["sha"] == head] == [squash]
