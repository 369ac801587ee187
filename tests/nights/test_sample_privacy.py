"""Nobody can be found in what is published: no name, no account, no figure of a group that is too small."""

from __future__ import annotations

import duckdb
import pytest

from orchestration.sample_company.people import SMALL_TEAM
from tests.nights.companies import ask
from tests.nights.conftest import SampleNight

pytestmark = pytest.mark.slow
TEXT = "select table_name, column_name from duckdb_columns() where schema_name = 'marts' and data_type = 'VARCHAR'"


def traces(sample: SampleNight) -> dict[str, set[str]]:
    """Every word by which a tool or a file knows a person."""
    found: dict[str, set[str]] = {}
    for person in sample.company.world.people:
        words = (person.hr_id, person.name, person.email, person.commit_email, person.account.login,
                 person.account.login_before, person.pagerduty_id)  # fmt: skip
        found[person.hr_id] = {word.lower() for word in words if word}
    return found


def published_text(sample: SampleNight) -> str:
    """All text of the published database, decompressed."""
    path = sample.publication / "counterpoise.duckdb"
    cells = [
        str(value).lower()
        for table, column in ask(path, TEXT)
        for (value,) in ask(path, f'select distinct "{column}" from marts."{table}" where "{column}" is not null')
    ]
    assert len(cells) > 100
    return "\n".join(cells)


def test_no_published_cell_names_anybody(sample):
    text = published_text(sample)
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


def test_no_pseudonym_leaves_the_warehouse(sample):
    keys = {row[0] for row in sample.ask("select distinct person_key from intermediate.int_people__days")}
    text = published_text(sample)
    assert len(keys) == len(sample.company.world.people)
    assert [key for key in keys if key in text] == []


def test_no_figure_of_the_small_team_is_published_where_people_stand_behind_it(sample):
    rows = ask(
        sample.publication / "counterpoise.duckdb",
        "select metric_id, kind, count(*), count(value), count(lower), "
        "count(*) filter (where coalesce(value, 0) != 0), "
        "count(*) filter (where coalesce(numerator, 0) != 0) from marts.kpi_values "
        "inner join marts.dim_metrics using (metric_id) where entity_id = ? and is_about_people group by all",
        SMALL_TEAM,
    )
    assert {(kind, cells) for _, kind, cells, *_ in rows} >= {("cost", 26), ("activity", 26), ("outcome", 26)}
    assert {metric: shown for metric, kind, _, *shown in rows if kind in ("activity", "cost") and any(shown)} == {}
    assert {metric: told for metric, *_, told, parts in rows if told or parts} == {}
