"""Facts from texts that are then dropped, and the GraphQL queries."""

from __future__ import annotations

from datetime import date

import pytest
from graphql import parse

from orchestration.connectors._shared.bot_registry import load_bot_registry
from orchestration.connectors._shared.trailers import co_authors
from orchestration.connectors.github.facts import (
    commit_evidence,
    is_hotfix,
    label_names,
    pull_request_evidence,
    reverted,
)
from orchestration.connectors.github.queries import QUERIES

ON = date(2026, 11, 1)
SHA = "0123456789abcdef0123456789abcdef01234567"


@pytest.mark.parametrize(
    ("title", "body", "branch", "number", "sha"),
    [
        ('Revert "Add x"', "Reverts acme/app#12", "revert-12-add-x", 12, None),
        ("Undo", "", "revert-7-add-x", 7, None),
        ("Undo", "", "ada/revert-8-add-x", 8, None),
        ("Undo", "Reverts other/tool#12", "undo", None, None),
        ('Revert "Add x (#31)"', "", "undo", 31, None),
        ("Undo", f"This reverts commit {SHA}.", "undo", None, SHA),
        ("Do not revert 12", "see #12", "revert-nothing", None, None),
    ],
)
def test_a_revert_names_what_it_reverts(title, body, branch, number, sha):
    assert reverted(title, body, branch, "acme/app") == {"reverts_number": number, "reverts_sha": sha}


@pytest.mark.parametrize(
    ("name", "expected"),
    [("hotfix/login", True), ("release/hotfix-1.2", True), ("Hot-Fix", True), ("photofixture", False), (None, None)],
)
def test_a_hotfix_is_recognised_by_its_branch(name, expected):
    assert is_hotfix(name) is expected


def test_labels_can_be_found_exactly():
    assert label_names(["Hotfix", "bug|ui", "area: api "]) == "|area: api|bug/ui|hotfix|"
    assert label_names([]) is None


def test_co_authors_are_listed_once_in_their_order():
    message = "x\n\nCo-authored-by: B <b@x.example>\nCO-AUTHORED-BY: A <a@x.example>\nCo-authored-by: B <b@x.example>"
    assert co_authors(message) == ["b@x.example", "a@x.example"]


@pytest.mark.parametrize(
    ("text", "branch", "expected"),
    [
        ("Add x\n\nGenerated with [Claude Code](https://claude.com/claude-code)", "x", ("claude_code", "B", "text")),
        ("Add x", "codex/x", ("codex", "B", "branch_prefix")),
        ("Add x", "claude/x", ("claude_code", "C", "branch_prefix")),
        ("Codex and Claude are mentioned", "codexes/x", (None, None, None)),
    ],
)
def test_evidence_of_an_agent_in_a_pull_request(text, branch, expected):
    assert tuple(pull_request_evidence(load_bot_registry(), text, branch, ON).values()) == expected


@pytest.mark.parametrize(
    ("message", "email", "number", "expected"),
    [
        ("x\n\nCo-Authored-By: Claude <noreply@anthropic.com>", "ada@x.example", 11,
         ("claude_code", "B", "trailer_email")),
        ("x", "noreply@anthropic.com", None, ("claude_code", "A", "email")),
        ("x", None, 198982749, ("copilot", "A", "github_id")),
        ("x\n\nCo-authored-by: Copilot <198982749+Copilot@users.noreply.github.com>", "a@x.example", 11,
         ("copilot", "B", "trailer_email")),
        ("x\n\nCo-authored-by: dependabot[bot] <49699333+dependabot[bot]@users.noreply.github.com>", "a@x.example", 11,
         (None, None, None)),
    ],
)  # fmt: skip
def test_evidence_of_an_agent_in_a_commit(message, email, number, expected):
    assert tuple(commit_evidence(load_bot_registry(), message, email, number, ON).values()) == expected


@pytest.mark.parametrize("name", sorted(QUERIES))
def test_a_query_is_valid_and_requests_no_name_of_a_person(name):
    document = parse(QUERIES[name])
    assert document.definitions[0].kind == "operation_definition"
    assert "authors(" not in QUERIES[name]
    assert " avatarUrl" not in QUERIES[name]


def test_every_query_requests_what_is_left_of_the_rate_limit():
    assert all("rateLimit { cost remaining resetAt }" in query for query in QUERIES.values())
