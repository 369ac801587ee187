"""The registry of bots and agents, and how it is matched."""

from datetime import date

import pytest

from orchestration.connectors import git
from orchestration.connectors._shared.bot_registry import COLUMNS, load_bot_registry
from orchestration.errors import SettingsError

LISTED = load_bot_registry()
HEADER = ",".join(COLUMNS)


@pytest.mark.parametrize(
    "identifier",
    [
        "dependabot[bot]", "Dependabot[bot]", "Copilot", "49699333", "198982749", "noreply@github.com",
        "noreply@anthropic.com", "29139614+renovate[bot]@users.noreply.github.com", "web-flow",
        "github-actions[bot]@users.noreply.github.com", "198982749+Copilot@users.noreply.github.com",
    ],
)  # fmt: skip
def test_listed_accounts_are_bots(identifier):
    assert LISTED.is_known_bot(identifier)


@pytest.mark.parametrize(
    "identifier",
    [
        "claude", "devin", "abbott", "robotics", "alice@corp.example", "1234+alice@users.noreply.github.com",
        "1234+Copilot@users.noreply.github.com", "users.noreply.github.com", "", "1234", "unlisted[bot]@corp.example",
    ],
)  # fmt: skip
def test_people_are_not_taken_for_bots(identifier):
    assert not LISTED.is_known_bot(identifier)


def test_a_number_is_an_account_only_where_accounts_are_numbers():
    assert LISTED.is_known_bot("49699333", "github_id")
    assert not LISTED.is_known_bot("49699333", "hr_id")


def test_an_unlisted_number_is_matched_by_its_app_login():
    [met] = LISTED.match("email", "1+dependabot[bot]@users.noreply.github.com")
    assert met.product == "dependabot"


def test_every_exact_pattern_matches_itself():
    exact = [s for s in LISTED.all if s.match_type == "exact"]
    assert len(exact) > 80
    assert all(s in LISTED.match(s.signal, s.pattern.upper()) for s in exact)


def test_no_display_name_is_listed_as_a_login():
    names = {"claude", "cursor", "devin", "jules", "cody", "continue", "gemini", "codex", "amp", "cline"}
    assert not names & {s.pattern.casefold() for s in LISTED.all if s.signal == "login"}


def test_reviewers_are_never_authors():
    reviewers = {s.actor_name for s in LISTED.all if s.role == "reviewer"}
    assert {"coderabbitai[bot]", "gemini-code-assist[bot]"} <= reviewers
    assert not reviewers & {s.actor_name for s in LISTED.all if s.role == "author"}


def test_a_signature_matches_only_from_its_first_day(tmp_path):
    listed = tmp_path / "list.csv"
    listed.write_text(f"{HEADER}\nbranch_prefix,bee/,prefix,Bee,bee,agent,author,C,2026-09-01,a test\n")
    bots = load_bot_registry(listed)
    assert bots.match("branch_prefix", "Bee/fix", date(2026, 9, 1))
    assert not bots.match("branch_prefix", "Bee/fix", date(2026, 8, 31))


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("smell,x,exact,X,x,agent,author,A,,s", "list.csv:2: signal is 'smell'"),
        ("text,(,regex,X,x,agent,author,A,,s", "list.csv:2: invalid"),
        ("text,,exact,X,x,agent,author,A,,s", "must not be empty"),
        ("text,x,exact,X,x,agent,author,A,soon,s", "list.csv:2: invalid"),
        ("text,x,exact,X,x,agent,author,D,,s", "grade is 'D'"),
    ],
)
def test_an_invalid_row_is_named(tmp_path, row, said):
    (tmp_path / "list.csv").write_text(f"{HEADER}\n{row}\n")
    with pytest.raises(SettingsError) as met:
        load_bot_registry(tmp_path / "list.csv")
    assert said in str(met.value)


def test_a_missing_list_stops_the_run(tmp_path):
    with pytest.raises(SettingsError, match="cannot be told from people"):
        load_bot_registry(tmp_path / "gone.csv")


def test_a_file_with_other_columns_is_rejected(tmp_path):
    (tmp_path / "list.csv").write_text("a,b\n1,2\n")
    with pytest.raises(SettingsError, match="columns are"):
        load_bot_registry(tmp_path / "list.csv")


@pytest.mark.parametrize("setting", ["bot_registry_path", "signatures_path"])
def test_the_setting_of_the_list_keeps_its_old_name(tmp_path, setting):
    listed = tmp_path / "list.csv"
    assert git.Config.model_validate({setting: listed}).bot_registry_path == listed
