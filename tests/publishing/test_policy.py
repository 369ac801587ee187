"""A sound warehouse passes the policy, and each way of breaking it is blocked by its rule."""

from __future__ import annotations

import duckdb
import pytest

from orchestration.publishing import policy
from orchestration.publishing.policy.terms import Outgoing
from tests.publishing.small_warehouse import make_warehouse


@pytest.fixture
def connection(tmp_path):
    with duckdb.connect(str(make_warehouse(tmp_path / "warehouse.duckdb"))) as opened:
        yield opened


def blocked(connection, *relations: str, **changes: object) -> list[str]:
    outgoing = {
        "connection": connection,
        "relations": policy.read_relations(connection, ["kpi_values", "dim_teams", *relations]),
        "registry": policy.read_registry(connection),
        "min_group_size": 5,
        "dominance_share": 0.5,
        "current_versions": {},
    }
    return [f"{blocker.rule}: {blocker.finding}" for blocker in policy.evaluate(Outgoing(**(outgoing | changes)))]


def test_a_sound_warehouse_is_not_blocked(connection):
    assert blocked(connection) == []


@pytest.mark.parametrize("column", ["person_key", "author_login", "assignee", "user_id", "github_account"])
def test_a_column_named_after_a_person_is_blocked(connection, column):
    connection.execute(f"alter table marts.dim_teams add column {column} integer")
    assert blocked(connection) == [f"no_person_grain: dim_teams.{column} is named after a person"]


@pytest.mark.parametrize("column", ["token_rank", "top_team", "usage_percentile"])
def test_a_ranking_column_is_blocked(connection, column):
    connection.execute(f"alter table marts.dim_teams add column {column} integer")
    assert blocked(connection) == [f"no_ranking: dim_teams.{column} ranks"]


@pytest.mark.parametrize("value", ["p_abcdefghijklmnopqrstuvwx23", "jo.doe@acme.example"])
def test_a_value_that_looks_like_a_person_is_blocked_and_not_quoted(connection, value):
    connection.execute("insert into marts.dim_teams values (?)", [value])
    found = blocked(connection)
    assert found == ["no_person_grain: 1 rows of dim_teams.team_id hold what looks like a pseudonym or a mail address"]


def test_tokens_without_their_counter_metric_are_blocked(connection):
    connection.execute("delete from marts.kpi_values where metric_id = 'merge_rate' and entity_id = 'red'")
    assert blocked(connection) == [
        "activity_beside_outcome: 2 figures of uncached_input_tokens in kpi_values "
        "have no counter-metric or no outcome beside them"
    ]


@pytest.mark.parametrize("reason", ["not_covered", "small_group", "suppressed"])
def test_tokens_beside_a_counter_metric_that_is_not_shown_are_blocked(connection, reason):
    connection.execute("update marts.kpi_values set value = null, reason = ? where metric_id = 'merge_rate'", [reason])
    assert [found.split(":")[0] for found in blocked(connection)] == ["activity_beside_outcome"]


@pytest.mark.parametrize("reason", ["small_sample", "no_denominator", "immature"])
def test_tokens_beside_a_counter_metric_with_a_small_sample_are_published(connection, reason):
    connection.execute("update marts.kpi_values set value = null, reason = ? where metric_id = 'merge_rate'", [reason])
    assert blocked(connection) == []


def test_a_wide_mart_of_tokens_alone_is_blocked(connection):
    connection.execute("""create table marts.kpi_team_weeks as
        select entity_id as team_id, week_start_date, value as uncached_input_tokens
        from marts.kpi_values where metric_id = 'uncached_input_tokens'""")
    assert blocked(connection, "kpi_team_weeks") == [
        "activity_beside_outcome: kpi_team_weeks has uncached_input_tokens without merge_rate or without any outcome"
    ]


def test_a_wide_mart_that_differs_from_the_long_table_is_blocked(connection):
    connection.execute("""create table marts.kpi_team_weeks as
        select entity_id as team_id, week_start_date, value + 0.01 as merge_rate
        from marts.kpi_values where metric_id = 'merge_rate'""")
    assert blocked(connection, "kpi_team_weeks") == [
        "wide_marts_equal_kpi_values: 4 rows of kpi_team_weeks.merge_rate differ from kpi_values"
    ]


def test_an_unregistered_activity_column_is_blocked(connection):
    connection.execute("alter table marts.dim_teams add column chat_sessions bigint")
    assert blocked(connection) == [
        "registered_activity: dim_teams.chat_sessions counts activity and is not a registered metric"
    ]


def test_fewer_people_than_the_minimum_group_size_are_blocked(connection):
    connection.execute("update metrics.int_metrics__cells set contributors = 4 where metric_id = 'merge_rate'")
    assert blocked(connection)[0].startswith("min_group_size: merge_rate: 4 figures with fewer than 5 contributors")


def test_a_figure_that_one_person_dominates_is_blocked(connection):
    connection.execute("update metrics.int_metrics__cells set largest_share = 0.51 where entity_id = 'red'")
    assert [found.split(",")[1] for found in blocked(connection)] == [
        " 2 where one person contributes more than 50%"
    ] * 2


def test_a_figure_with_unknown_contributors_is_blocked(connection):
    connection.execute("delete from metrics.int_metrics__cells where metric_id = 'merge_rate'")
    assert "4 with unknown contributors" in blocked(connection)[0]


def test_an_unregistered_metric_is_blocked(connection):
    connection.execute("delete from seeds.metrics where metric_id = 'uncached_input_tokens'")
    assert blocked(connection) == [
        "registered_version: uncached_input_tokens is published as version 1 and is not registered"
    ]


def test_another_version_than_the_registered_one_is_blocked(connection):
    connection.execute("update marts.kpi_values set definition_version = 2 where metric_id = 'merge_rate'")
    assert blocked(connection) == [
        "registered_version: merge_rate is published as version 2 and is registered as version 1"
    ]


def test_a_version_that_goes_back_is_blocked(connection):
    assert blocked(connection, current_versions={"merge_rate": 2}) == [
        "registered_version: merge_rate goes back from version 2 to 1"
    ]


def test_a_value_with_a_reason_for_its_absence_is_blocked(connection):
    connection.execute("update marts.kpi_values set reason = 'small_group' where metric_id = 'merge_rate'")
    assert blocked(connection) == [
        "null_has_a_reason: 4 rows of kpi_values have value and reason, neither, or an interval without a value"
    ]


def test_a_type_that_old_clients_cannot_read_is_blocked(connection):
    connection.execute("create table marts.kpi_totals as select sum(n) as cells from marts.kpi_values")
    assert blocked(connection, "kpi_totals") == ["portable_types: kpi_totals.cells is HUGEINT"]


def test_nothing_is_published_without_the_long_table(connection):
    outgoing = Outgoing(connection, {"dim_teams": {"team_id": "VARCHAR"}}, {}, 5, 0.5, {})
    assert [blocker.rule for blocker in policy.evaluate(outgoing)] == ["long_mart"]
