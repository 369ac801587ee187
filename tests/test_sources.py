"""What a source must have, and where it may be named: adding one is a page of code and a few lines in registries."""

from __future__ import annotations

import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from annotated_types import Ge
from pydantic import SecretStr

from orchestration.connectors import SOURCES, connector
from orchestration.contracts import STAGING, load_contracts
from orchestration.sample_company.apis import TOOLS

ROOT = Path(__file__).resolve().parent.parent
READ = ("orchestration", "dbt_project", "seeds", "scripts", "benchmarks", "Makefile", "pyproject.toml")
PASSED_OVER = re.compile(r"unit_tests|calendar_tests|sample_company/(?!apis)|connectors/tables/layouts/")
"""Inputs of tests, the world in which people use the tools, and mappings of what others landed from them."""
REGISTRIES = {
    "seeds/feed_sources.csv",  # one line a feed and stream
    "dbt_project/models/conformed/changes/int_changes__commits.sql",  # one arm each
    "dbt_project/models/conformed/changes/int_changes__events.sql",
    "dbt_project/models/conformed/changes/int_changes__repositories.sql",  # one line a stream that mentions them
    "dbt_project/models/conformed/changes/int_changes__unioned.sql",
    "dbt_project/models/conformed/deployments/int_deployments__unioned.sql",
    "dbt_project/models/conformed/incidents/int_incidents__unioned.sql",
    "dbt_project/models/conformed/people/int_people__employments.sql",
    "dbt_project/models/conformed/people/int_people__memberships.sql",
    "dbt_project/models/conformed/tickets/int_tickets__unioned.sql",
    "dbt_project/models/conformed/usage/int_usage__account_days.sql",
}
"""Where any source may be named."""


def own_files(source: str) -> re.Pattern[str]:
    tools = "|".join(tool.name for tool in TOOLS if tool.source == source) or source
    return re.compile(
        rf"orchestration/connectors/{source}(\.py|/)|dbt_project/models/staging/{source}/"
        rf"|dbt_project/models/\w+/\w+/int_\w+__{source}(_\w+)?\.(sql|yml)|orchestration/sample_company/apis/({tools})"
    )


@cache
def shared_files() -> list[str]:
    listed = subprocess.run(["git", "ls-files", *READ], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [name for name in listed.splitlines() if (ROOT / name).is_file() and not PASSED_OVER.search(name)]


def mentions(source: str) -> set[str]:
    """Files that name the source as dbt, Python or settings do, and that are not its own."""
    named = re.compile(rf"stg_{source}__|__{source}\b|landed_{source}\b|[\'\"]{source}[\'\"]|sources\.{source}\b")
    own = own_files(source)
    return {
        name
        for name in shared_files()
        if not own.search(name) and named.search((ROOT / name).read_text("utf-8", errors="replace"))
    }


@pytest.mark.parametrize("source", SOURCES)
def test_a_source_is_named_in_registries_only(source):
    assert mentions(source) - REGISTRIES == ALLOWED.get(source, set())


@pytest.mark.parametrize("source", SOURCES)
def test_a_source_has_its_page_with_every_setting_and_stream(source):
    page = (ROOT / "docs" / "sources" / f"{source}.md").read_text("utf-8")
    names = [*connector(source).Config.model_fields, *load_contracts(STAGING)[source].streams]
    assert [name for name in names if f"`{name}`" not in page] == []
    assert f"sources/{source}.md" in (ROOT / "docs" / "sources.md").read_text("utf-8")


@pytest.mark.parametrize("source", SOURCES)
def test_a_source_shows_its_secrets_in_the_example_environment(source):
    shown = (ROOT / ".env.example").read_text("utf-8")
    secrets = [
        f"COUNTERPOISE_SOURCES__{source.upper()}__{name.upper()}"
        for name, field in connector(source).Config.model_fields.items()
        if SecretStr in (field.annotation, *getattr(field.annotation, "__args__", ()))
    ]
    assert [name for name in secrets if not re.search(rf"^{name}(__\w+)?=$", shown, re.MULTILINE)] == []


@pytest.mark.parametrize("source", SOURCES)
def test_a_source_has_tests_of_its_own(source):
    assert list((ROOT / "tests" / "connectors").glob(f"test_{source}*.py"))


def test_every_contract_has_a_connector():
    assert set(load_contracts(STAGING)) == set(SOURCES)


def test_a_lookback_is_declared_in_settings_alone():
    assert [path.name for path in STAGING.rglob("*.yml") if "lookback" in path.read_text("utf-8")] == []


@pytest.mark.parametrize("source", SOURCES)
def test_a_lookback_has_a_floor_and_the_page_prints_it(source):
    lookback = connector(source).Config.model_fields.get("lookback_days")
    page = (ROOT / "docs" / "sources" / f"{source}.md").read_text("utf-8")
    if lookback is None:
        assert "Nothing is read again by its age." in page
        return
    [floor] = [met.ge for met in lookback.metadata if isinstance(met, Ge)]
    assert 0 <= floor <= lookback.default
    assert re.search(rf"`lookback_days` is {lookback.default} days?\.", page)
    assert re.search(rf"`lookback_days` \| whole number, at least {floor} \| `{lookback.default}`", page)


def test_a_page_for_a_new_source_is_made_of_its_parts(tmp_path):
    sys.path.insert(0, str(ROOT / "scripts"))
    try:
        from new_source_pages import page
    finally:
        sys.path.pop(0)
    assert page("pagerduty").count("[[[cog") == 4


MODELS = "dbt_project/models/conformed"
ALLOWED: dict[str, set[str]] = {
    "git": {
        f"{MODELS}/changes/int_changes__ai_evidence.sql",  # evidence of agents in commits
        f"{MODELS}/changes/int_commits__on_mainline.sql",  # the commit graph
        f"{MODELS}/identity/int_identities__machines.sql",  # names of bots in commits
        f"{MODELS}/incidents/int_incidents__explicit_links.sql",  # a tag's name is unique in its service only
        "orchestration/cli/doctor.py",  # the program git
        "orchestration/cli/quickstart.py",  # `counterpoise try` reads git alone
    },
    "github": {
        f"{MODELS}/changes/int_changes__people.sql",  # co-authors of pull requests
        f"{MODELS}/identity/int_identities__links.sql",  # accounts with a number, a login and an address
        f"{MODELS}/identity/int_identities__machines.sql",  # accounts that GitHub calls bots
        "orchestration/connectors/_shared/identifiers.py",  # a number or a login
    },
    "claude_code": {
        "benchmarks/run.py",
        f"{MODELS}/usage/int_usage__touched_days.sql",  # the only source whose days change their neighbours
        f"{MODELS}/agents/int_agent_runs__otel.sql",  # Claude Code's own events, told by another way
        *(f"{MODELS}/usage/int_usage__otel_{name}.sql" for name in ("events", "metrics", "spans", "trace_days")),
    },
    "copilot": {
        f"{MODELS}/identity/int_identities__links.sql",
        "orchestration/connectors/github/accounts.py",  # the coding agent's login
    },
    "cursor": {"orchestration/connectors/tables/mapping.py"},  # the word, not the tool
    "otel": {
        f"{MODELS}/agents/_agents.yml",  # the only source of agents' runs
        "dbt_project/models/restricted/fct_agent_runs.sql",
    },
    "pagerduty": {
        f"{MODELS}/identity/int_identities__links.sql",
        f"{MODELS}/incidents/_incidents.yml",  # an input of a unit test
        f"{MODELS}/incidents/int_incidents__explicit_causes.sql",  # causes in its log
        "orchestration/connectors/_shared/identifiers.py",  # what its accounts are called
    },
    "company_files": {
        f"{MODELS}/identity/int_identities__evidence.sql",  # the catalogue of services, people and teams
        f"{MODELS}/people/int_people__days.sql",
        f"{MODELS}/people/int_teams__weeks.sql",
        f"{MODELS}/services/int_services__catalogue.sql",
        f"{MODELS}/services/int_services__external_ids.sql",
        "dbt_project/models/marts/dim_teams.sql",
    },
    "tables": {
        f"{MODELS}/identity/int_identities__machines.sql",  # accounts that its rows call bots
        f"{MODELS}/incidents/_incidents.yml",  # an input of a unit test
        f"{MODELS}/incidents/int_incidents__explicit_causes.sql",  # causes in its rows
        "orchestration/contracts.py",  # dbt's word for streams
        "scripts/page_parts.py",
    },
}
"""Every other file that names a source, and why. A new source has no entry here."""
