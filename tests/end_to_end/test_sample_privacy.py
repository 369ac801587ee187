"""Nobody can be found in what is published: no name, no account, no figure of a group that is too small."""

from __future__ import annotations

import duckdb
import pytest

from orchestration.sample_company.apis.jira import account_id
from orchestration.sample_company.world.people import SMALL_TEAM
from tests.end_to_end.companies import ask
from tests.end_to_end.conftest import SampleRun

pytestmark = pytest.mark.slow
TEXT = "select table_name, column_name from duckdb_columns() where schema_name = 'marts' and data_type = 'VARCHAR'"


def traces(sample: SampleRun) -> dict[str, set[str]]:
    """Every word by which a tool or a file knows a person."""
    found: dict[str, set[str]] = {}
    for person in sample.company.world.people:
        words = (person.hr_id, person.name, person.email, person.commit_email, person.account.login,
                 person.account.login_before, person.pagerduty_id, account_id(person))  # fmt: skip
        found[person.hr_id] = {word.lower() for word in words if word}
    return found


@pytest.fixture(scope="module")
def text(sample: SampleRun) -> str:
    """All text of the published database, decompressed."""
    path = sample.publication / "counterpoise.duckdb"
    with duckdb.connect(str(path), read_only=True) as connection:
        columns = connection.execute(TEXT).fetchall()
        cells = [
            str(value).lower()
            for table, column in columns
            for (value,) in connection.execute(f'select distinct "{column}" from marts."{table}"').fetchall()
        ]
    assert len(cells) > 100
    return "\n".join(cells)


def test_no_published_cell_names_anybody(sample, text):
    assert {word for words in traces(sample).values() for word in words if word in text} == set()


def test_no_byte_of_a_published_file_names_anybody(sample):
    files = [path for path in sample.publication.rglob("*") if path.is_file()]
    words = {word.encode() for found in traces(sample).values() for word in found}
    content = {path.name: path.read_bytes().lower() for path in files}
    assert {"counterpoise.duckdb", "publication.json", "kpi_values.parquet"} <= content.keys()
    assert {(name, word) for name, found in content.items() for word in words if word in found} == set()


def test_no_landed_file_names_anybody(sample):
    words = {word for found in traces(sample).values() for word in found if len(word) > 4}
    texts = []
    for folder in sorted(path for path in sample.company.settings.landing.glob("*/*") if path.is_dir()):
        rows = duckdb.read_parquet(str(folder / "**" / "*.parquet"), union_by_name=True).fetchall()
        texts += [str(value).lower() for row in rows for value in row if isinstance(value, str)]
    text = "\n".join(set(texts))
    assert len(texts) > 10_000
    assert {word for word in words if word in text} == set()


def test_no_pseudonym_leaves_the_warehouse(sample, text):
    keys = {row[0] for row in sample.ask("select distinct person_key from conformed.int_people__days")}
    accounts = {row[0] for row in sample.ask("select distinct identifier from conformed.int_identities__resolved")}
    pseudonyms = {name for name in keys | accounts if name.startswith("p_")}
    files = b"\n".join(path.read_bytes() for path in sample.publication.rglob("*") if path.is_file())
    assert len(keys) == len(sample.company.world.people)
    assert len(pseudonyms) > 2 * len(keys)
    assert [name for name in pseudonyms if name in text or name.encode() in files] == []


SHOWN = """
    select metric_id, kind, week_start_date from marts.kpi_values inner join marts.dim_metrics using (metric_id)
    where entity_id = ? and is_about_people and (coalesce(value, 0) != 0 or coalesce(numerator, 0) != 0)
"""
CHANGED_BY_MANY = """
    select cast(date_trunc('week', merged_date) as date) from facts.fct_changes
    inner join conformed.int_changes__people using (change_id)
    where deploy_wait_hours >= 0 and is_standard_population and list_contains(?, service_id)
    group by all having count(distinct coalesce(sponsor_person_key, author_identifier)) >= 5
"""


def test_no_figure_of_the_small_team_is_published_where_few_people_stand_behind_it(sample):
    published = sample.publication / "counterpoise.duckdb"
    withheld = ask(published, "select count(*) from marts.kpi_values where reason = 'small_group' and entity_id = ?",
                   SMALL_TEAM)  # fmt: skip
    shown = ask(published, SHOWN, SMALL_TEAM)
    services = [service.service_id for service in sample.company.world.services if service.team_id == SMALL_TEAM]
    by_many = {week for (week,) in sample.ask(CHANGED_BY_MANY, services)}
    assert withheld[0][0] > 10 * sample.company.world.weeks
    assert [cell for cell in shown if cell[0] != "deploy_wait_hours"] == []
    assert {week for _, _, week in shown} <= by_many


RESIDUES = """
    select cells.metric_id, cells.entity_type, cells.week_start_date,
        count(*) filter (where contributors > 0) as groups, coalesce(sum(contributors), 0) as people
    from marts.kpi_values as cells
    inner join metrics.int_metrics__cells as counted
        using (metric_id, entity_type, entity_id, week_start_date)
    inner join marts.kpi_values as whole
        on cells.metric_id = whole.metric_id and cells.week_start_date = whole.week_start_date
        and whole.entity_type = 'organisation' and whole.value is not null
    inner join seeds.metrics on cells.metric_id = metrics.metric_id
    where is_about_people and cells.entity_type != 'organisation' and cells.reason in ('small_group', 'suppressed')
    group by all
"""


def test_what_the_whole_less_the_shown_leaves_is_of_several_groups_and_enough_people(sample):
    residues = sample.ask(RESIDUES)
    assert len(residues) > 100
    assert [row for row in residues if row[3] < 2 or row[4] < 5] == []
