"""What was planted in the sample company comes out of a whole run, counted in plain Python on the other side."""

from __future__ import annotations

import math
from collections import defaultdict
from datetime import date

import duckdb
import pytest

from tests.end_to_end.conftest import SampleRun

pytestmark = pytest.mark.slow
Cells = dict[tuple[str, str], tuple[float, float]]
CLASSES = ("uncached_input_tokens", "cache_read_tokens", "cache_write_tokens", "output_tokens")
PARTS = """
    select entity_id, cast(week_start_date as string), numerator, denominator
    from metrics.int_metrics__cells where metric_id = ? and entity_type = ?
"""


def counted(sample: SampleRun, metric: str, grain: str = "team") -> Cells:
    """(entity, week) -> both parts, as they are before anything is withheld."""
    return {(entity, week): (top, bottom) for entity, week, top, bottom in sample.ask(PARTS, metric, grain)}


def true_counts(sample: SampleRun, grain: str, *names: str) -> dict[tuple[str, str], tuple[int, ...]]:
    """(entity, week) -> true counts. A week that no truth tells is a week in which nothing happened."""
    rows = sample.truth[f"{grain}_weeks"]
    return {(row[f"{grain}_id"], row["week_start_date"]): tuple(row.get(name, 0) for name in names) for row in rows}


def differences(found: Cells, true: dict[tuple[str, str], tuple[float, ...]]) -> dict[object, object]:
    """Cells in which the parts differ; cells that only one side knows must be empty on it."""
    return {
        cell: (found.get(cell), true.get(cell))
        for cell in found.keys() | true.keys()
        if tuple(part or 0 for part in found.get(cell, (0, 0)))[: len(true.get(cell, (0, 0)))]
        != tuple(true.get(cell, (0, 0)))
    }


def test_merged_changes_are_those_that_were_merged(sample):
    assert differences(counted(sample, "merged_changes"), true_counts(sample, "team", "merged")) == {}


def test_merge_rate_counts_every_closed_change(sample):
    true = {
        cell: (merged, merged + closed)
        for cell, (merged, closed) in true_counts(sample, "team", "merged", "closed_unmerged").items()
    }
    assert differences(counted(sample, "merge_rate"), true) == {}


def test_the_cohort_of_ready_changes_is_whole(sample):
    true = true_counts(sample, "team", "ready_merged_within_14d", "ready")
    assert differences(counted(sample, "merge_rate_14d"), true) == {}


@pytest.mark.parametrize("grain", ["team", "service"])
def test_deployments_and_those_that_failed_are_the_planted_ones(sample, grain):
    true = true_counts(sample, grain, "failed_deployments", "successful_deployments")
    assert differences(counted(sample, "change_failure_rate", grain), true) == {}


@pytest.mark.parametrize("grain", ["team", "service"])
def test_incidents_that_a_deployment_explains_are_counted_once(sample, grain):
    true = {
        cell: (explicit + temporal, deployments)
        for cell, (explicit, temporal, deployments) in true_counts(
            sample, grain, "incidents_explicit", "incidents_temporal", "successful_deployments"
        ).items()
    }
    assert differences(counted(sample, "incident_rate", grain), true) == {}


@pytest.mark.parametrize("grain", ["team", "service"])
def test_every_incident_of_weight_is_counted(sample, grain):
    rows = sample.ask(
        f"select {grain}_id, cast(date_trunc('week', started_date) as date)::string, count(*), 0 "
        "from facts.fct_incidents where is_counted group by all"
    )
    found = {(entity, week): (count, 0) for entity, week, count, _ in rows}
    assert differences(found, true_counts(sample, grain, "incidents")) == {}


@pytest.mark.parametrize("token_class", CLASSES)
def test_tokens_of_each_class_are_those_that_were_spent(sample, token_class):
    extra = ("copilot_output_tokens",) if token_class == "output_tokens" else ()
    true = {cell: (sum(counts),) for cell, counts in true_counts(sample, "team", token_class, *extra).items()}
    assert differences(counted(sample, token_class), true) == {}


def test_tokens_whose_class_no_source_tells_are_kept_apart(sample):
    true = true_counts(sample, "team", "copilot_unclassified_input_tokens")
    assert differences(counted(sample, "unclassified_input_tokens"), true) == {}


@pytest.mark.parametrize(
    ("metric", "name"), [("active_share", "qualified_people"), ("active_share_raw", "active_people")]
)
def test_who_could_and_who_did_use_an_assistant(sample, metric, name):
    assert differences(counted(sample, metric), true_counts(sample, "team", name, "eligible_people")) == {}


def test_what_is_published_is_what_was_counted(sample):
    rows = sample.ask(
        "select count(*), count(*) filter (where published.numerator != counted.numerator "
        "or published.denominator != counted.denominator) from marts.kpi_values as published "
        "inner join metrics.int_metrics__cells as counted "
        "using (metric_id, entity_type, entity_id, week_start_date) where published.reason is null"
    )
    assert rows[0][0] > 1000
    assert rows[0][1] == 0


def test_every_published_column_has_a_comment(sample):
    columns = """
        select table_name || '.' || column_name, trim(coalesce(comment, '')) = ''
        from duckdb_columns() where schema_name = 'marts'
    """
    with duckdb.connect(str(sample.publication / "counterpoise.duckdb"), read_only=True) as connection:
        without_comment = dict(connection.execute(columns).fetchall())
    assert "kpi_team_weeks.merge_rate" in without_comment
    assert [column for column, is_missing in without_comment.items() if is_missing] == []


def test_median_cycle_time_of_each_team_is_the_true_one(sample):
    rows = sample.ask(
        "select team_id_at_merge, count(*), median(cycle_time_hours) from facts.fct_changes "
        "where is_merged and is_standard_population and cycle_time_hours is not null group by all"
    )
    true = sample.truth["cycle_hours"]
    assert {team: n for team, n, _ in rows} == {team: one["n"] for team, one in true.items()}
    assert {team: middle for team, _, middle in rows} == {
        team: pytest.approx(one["median"], abs=1e-6) for team, one in true.items()
    }


def interval(hits: float, tries: float) -> tuple[float, float]:
    """Wilson's, at 95 %."""
    z, share = 1.959963984540054, hits / tries
    middle = (share + z * z / (2 * tries)) / (1 + z * z / tries)
    half = z * math.sqrt(share * (1 - share) / tries + z * z / (4 * tries * tries)) / (1 + z * z / tries)
    return middle - half, middle + half


@pytest.mark.parametrize(
    ("metric", "planted"), [("merge_rate_14d", "merge_share"), ("change_failure_rate", "failure_share")]
)
def test_planted_rates_lie_in_the_interval_of_the_whole_period(sample, metric, planted):
    sums: defaultdict[str, list[float]] = defaultdict(lambda: [0, 0])
    last = date.fromisoformat(sample.truth["as_of"][:10]).toordinal() - 21
    for (team, week), (top, bottom) in counted(sample, metric).items():
        if date.fromisoformat(week).toordinal() <= last and team in sample.truth["planted"]:
            sums[team][0] += top
            sums[team][1] += bottom
    missed = {
        team: (sample.truth["planted"][team][planted], interval(*parts))
        for team, parts in sums.items()
        if not interval(*parts)[0] <= sample.truth["planted"][team][planted] <= interval(*parts)[1]
    }
    assert len(sums) == 8
    assert missed == {}
