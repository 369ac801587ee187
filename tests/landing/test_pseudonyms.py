"""Equal identifiers have one pseudonym, bots keep their names, and one folder has one key."""

import pytest

from orchestration.connectors._shared.identifiers import normalise
from orchestration.errors import SettingsError
from orchestration.landing import Pseudonymiser, check_key
from orchestration.landing.ingest import pseudonymiser_of

KEY = b"a public key for tests"


@pytest.fixture
def pseudonym():
    return pseudonymiser_of(KEY).pseudonym


def test_bots_stay_readable_and_people_do_not(pseudonym):
    assert pseudonym("github_login", "dependabot[bot]") == "dependabot[bot]"
    assert pseudonym("github_login", "unlisted-app[bot]") == "unlisted-app[bot]"
    assert pseudonym("github_login", "Copilot") == "copilot"
    assert pseudonym("github_login", "alice").startswith("p_")


def test_spellings_of_one_account_have_one_pseudonym(pseudonym):
    assert pseudonym("email", "Alice+work@Acme.example") == pseudonym("email", "alice@acme.example")
    assert pseudonym("email", "1234+alice@users.noreply.github.com") == pseudonym("github_id", "1234")
    assert pseudonym("github", "alice") == pseudonym("email", "alice@users.noreply.github.com")
    assert pseudonym("pagerduty", " PU1 ") == pseudonym("pagerduty_user", "pu1")
    assert pseudonym("claude", "alice@acme.example") == pseudonym("git_email", "alice@acme.example")


def test_an_empty_identifier_is_null(pseudonym):
    assert pseudonym("email", "  ") is None


@pytest.mark.parametrize(
    ("namespace", "value", "expected"),
    [
        ("email", "  ALICE@acme.example ", ("email", "alice@acme.example")),
        ("email", "+tag@acme.example", ("email", "+tag@acme.example")),
        ("email", "not an address", ("email", "not an address")),
        ("ai_vendor", "a+b@acme.example", ("email", "a@acme.example")),
        ("git_email", "49699333+dependabot[bot]@users.noreply.github.com", ("github_login", "dependabot[bot]")),
        ("github", "1234", ("github_id", "1234")),
        ("github", "Alice", ("github_login", "alice")),
        ("pagerduty", "PU1", ("pagerduty_user", "pu1")),
        ("hr_id", "HR1", ("hr_id", "hr1")),
    ],
)
def test_an_identifier_is_normalised_within_its_namespace(namespace, value, expected):
    assert normalise(namespace, value) == expected


def test_a_pseudonym_never_changes(pseudonym):
    assert pseudonym("email", "alice@acme.example") == "p_xyvt6gfu7qj35aidhx32xtfgjt"


def test_a_short_key_is_rejected():
    with pytest.raises(ValueError, match="at least 16 bytes"):
        pseudonymiser_of(b"short")


def test_a_folder_rejects_a_second_key(landing):
    check_key(landing.folder, landing.pseudonymiser)
    with pytest.raises(SettingsError, match="another pseudonym key"):
        check_key(landing.folder, Pseudonymiser(b"some other key altogether", normalise, lambda name: False))
