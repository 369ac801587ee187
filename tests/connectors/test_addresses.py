"""GitHub's noreply addresses, in both of their forms."""

import pytest

from orchestration.connectors._shared.addresses import noreply_account


@pytest.mark.parametrize(
    ("address", "account"),
    [
        ("1234+alice@users.noreply.github.com", ("1234", "alice")),
        ("alice@users.noreply.github.com", (None, "alice")),
        (" 49699333+Dependabot[bot]@Users.NoReply.GitHub.com\n", ("49699333", "dependabot[bot]")),
    ],
)
def test_a_noreply_address_names_its_account(address, account):
    assert noreply_account(address) == account


@pytest.mark.parametrize(
    "address",
    [
        "alice@corp.example", "noreply@github.com", "users.noreply.github.com", "@users.noreply.github.com",
        "x+alice@users.noreply.github.com", "alice@users.noreply.github.com.evil.example", "",
    ],
)  # fmt: skip
def test_any_other_address_names_none(address):
    assert noreply_account(address) is None
