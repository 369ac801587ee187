"""PagerDuty and the company's files through landing: one person, one pseudonym, and nothing readable."""

from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from pydantic import SecretStr

from orchestration.connectors import company_files, pagerduty
from orchestration.connectors._shared.identifiers import normalise
from orchestration.contracts import load_contracts
from orchestration.landing import Landing, Pseudonymiser, land_slices
from orchestration.partition import DailyPartition
from tests.connectors.loopback import Loopback, quiet, reply

PARTITION = DailyPartition.of(date(2026, 11, 15))
CONTRACTS = load_contracts(Path(__file__).resolve().parents[2] / "dbt_project" / "models" / "staging")
PEOPLE = "person_hr_id,work_email,start_date\nH1,Ada+work@Acme.example,2026-01-01\n"
IDENTITIES = """person_hr_id,system,external_id
H1,git_email,1234+ada-gh@users.noreply.github.com
H1,github,1234
H1,github,ADA-gh
H1,git_email,ada@acme.example
H1,pagerduty,PADA
"""


@pytest.fixture
def landing(tmp_path):
    return Landing(tmp_path / "landing", Pseudonymiser(b"a public key for tests", normalise, lambda name: False))


def landed(landing, source, stream):
    files = sorted((landing.folder / source / stream).rglob("*.parquet"))
    return [row for file in files for row in pq.read_table(file).to_pylist()]


@pytest.fixture
def company(landing, tmp_path):
    (tmp_path / "hr_people.csv").write_text(PEOPLE)
    (tmp_path / "identity_map.csv").write_text(IDENTITIES)
    config = company_files.Config(folder=tmp_path)
    report = land_slices(landing, CONTRACTS["company_files"], PARTITION, company_files.slices(config, PARTITION, {}))
    assert report.is_complete
    return landing


def test_one_address_has_one_pseudonym_however_it_is_written(company):
    people = landed(company, "company_files", "people")
    accounts = landed(company, "company_files", "identities")
    assert people[0]["work_email"] == accounts[3]["external_id"]


def test_a_noreply_address_is_the_account_that_it_names(company):
    accounts = landed(company, "company_files", "identities")
    assert accounts[0]["external_id"] == accounts[1]["external_id"] != accounts[2]["external_id"]


def test_no_number_address_or_login_is_readable(company):
    files = list((company.folder / "company_files").rglob("*.parquet"))
    content = str([pq.read_table(file).to_pylist() for file in files]).casefold()
    assert len(files) == 2
    assert [word for word in ("ada", "h1'", "1234", "acme.example") if word in content] == []


def test_a_pagerduty_account_joins_the_identity_map_and_times_are_utc(company):
    pages = {"users": [{"id": "PADA", "email": "ada@acme.example", "name": "Ada"}], "log_entries": [],
             "incidents": [{"id": "P1", "status": "resolved", "created_at": "2026-11-10T10:00:00+01:00"}]}  # fmt: skip
    with Loopback() as tool:
        for name, records in pages.items():
            tool.route("GET", f"/{name}", lambda ask, name=name, records=records: reply({name: records, "more": False}))
        config = pagerduty.Config(api_key=SecretStr("k3y"), base_url=tool.url, history_days=42)
        slices = pagerduty.slices(config, PARTITION, {}, quiet())
        assert land_slices(company, CONTRACTS["pagerduty"], PARTITION, slices).is_complete
    user = landed(company, "pagerduty", "users")[0]
    mapped = {row["external_id"] for row in landed(company, "company_files", "identities")}
    assert {user["id"], user["email"]} <= mapped
    assert {str(row["created_at"]) for row in landed(company, "pagerduty", "incidents")} == {"2026-11-10 09:00:00"}
