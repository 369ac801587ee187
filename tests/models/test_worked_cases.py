"""The worked cases of the metric definitions, from landed rows to metric components, computed by hand."""

import pytest

LATER = "2026-10-20 00:00"
OF_ITS_OWN = pytest.mark.slow
"""Of cases that need a build as of an instant of their own."""


def test_e01_a_closing_counts_in_its_week_and_an_open_change_in_none(partition):
    assert partition(LATER).cell("merge_rate", "e01", "08-31") == (1, 2)
    assert partition(LATER).cell("merge_rate", "e01", "09-07") == (1, 1)


@OF_ITS_OWN
def test_e02_before_its_reopening_a_change_counts_as_closed(partition):
    assert partition("2026-09-07 06:00").cell("merge_rate", "e02", "08-31") == (0, 1)


def test_e02_a_reopened_change_leaves_its_week_and_counts_where_it_was_closed_last(partition):
    later = partition(LATER)
    assert later.cell("merge_rate", "e02", "08-31") == (0, 0)
    assert later.cell("merge_rate", "e02", "09-14") == (1, 1)
    assert later.change("e02#5", "cycle_time_hours, open_hours, reopenings") == (336, 192, 1)
    assert later.cell("merge_rate_14d", "e02", "08-31") == (1, 1)


@OF_ITS_OWN
def test_e03_a_young_cohort_is_immature(partition):
    assert partition("2026-09-09 06:00", 7).cell("merge_rate_14d", "e03", "08-31", "is_mature") == (False,)


@OF_ITS_OWN
def test_e03_open_and_late_changes_stay_in_the_denominator(partition):
    mature = partition("2026-09-15 12:00", 7)
    assert mature.cell("merge_rate_14d", "e03", "08-31", "numerator, denominator, is_mature") == (3, 5, True)


def test_e04_a_change_that_was_put_back_still_counts_as_reverted(partition):
    later = partition(LATER)
    assert later.cell("revert_rate_30d", "e04", "08-31", "numerator, denominator, is_mature") == (1, 4, True)
    assert later.change("e04#10", "is_reapplied, is_out_of_effect") == (True, False)
    assert later.change("e04#11", "is_revert, is_out_of_effect") == (True, True)
    assert later.cell("merged_changes", "e04", "08-31", "value") == (6,)


@pytest.mark.parametrize(("as_of", "net"), [pytest.param("2026-09-03 23:00", 3, marks=OF_ITS_OWN), (LATER, 4)])
def test_e04_net_merged_follows_the_parity_of_reverts(partition, as_of, net):
    lasting = "repository = 'acme/e04' and is_merged and not is_revert and not is_out_of_effect"
    assert partition(as_of).rows(f"select count(*) from facts.fct_changes where {lasting}") == [(net,)]


def test_e04_a_revert_pushed_without_a_change_counts_where_only_git_tells(partition):
    assert partition(LATER).cell("revert_rate_30d", "acme/e04git", "08-31") == (1, 2)


def test_e05_bots_are_out_of_the_population_and_ghosts_are_not(partition):
    later = partition(LATER)
    assert later.cell("review_coverage", "e05", "08-31") == (2, 3)
    counted = "select team_id_at_merge, author_kind, count(*) from facts.fct_changes where is_standard_population"
    grouped = " and repository = 'acme/e05' group by all order by all"
    assert later.rows(counted + grouped) == [("A", "human", 2), ("unassigned", "unknown", 1)]
    assert later.change("e05#51", "author_kind, is_standard_population") == ("bot", False)


def test_e06_stages_add_up_and_turning_back_to_draft_stops_no_clock(partition):
    stages = "coding_hours, pickup_hours, review_hours, merge_wait_hours, commit_to_merge_hours"
    assert partition(LATER).change("e06#60", stages) == (25, 30, 1, 18, 74)
    assert partition(LATER).change("e06#60", "draft_hours, redraft_hours") == (48, 24)


def test_e07_a_review_before_ready_is_a_pickup_of_zero_and_flagged(partition):
    times = "cast(first_review_at as string), pickup_hours, review_hours, merge_wait_hours, qualifying_reviewers"
    assert partition(LATER).change("e06#61", times) == ("2026-09-01 10:00:00", 0, 3, None, 1)
    assert partition(LATER).change("e06#61", "is_reviewed_before_ready") == (True,)


def test_e08_a_failed_attempt_carries_nothing_and_is_no_change_failure(partition):
    later = partition(LATER)
    carried = "select deployment_id, deploy_wait_hours from facts.fct_changes where service_id = 'app'"
    assert later.rows(f"{carried} order by change_id") == [
        ("github:E08-D3", 46),
        ("github:E08-D3", 25),
        ("github:E08-D3", 2),
    ]
    assert later.cell("deploy_wait_hours", "app", "08-31", "value, lower, upper, n") == (25, None, None, 3)
    assert later.cell("deployment_frequency", "app", "08-31", "value") == (2,)
    assert later.cell("change_failure_rate", "app", "08-31") == (0, 2)


def test_e09_an_incident_is_linked_within_its_service_and_an_explicit_cause_wins(partition):
    links = "select incident_id, deployment_id, method from conformed.int_incidents__links"
    assert partition(LATER).rows(f"{links} where deployment_id like '%E09%' order by all") == [
        ("pagerduty:I1", "github:E09-D3", "temporal"),
        ("pagerduty:I2", "github:E09-D1", "temporal"),
        ("pagerduty:I4", "github:E09-D1", "explicit"),
    ]


def test_e09_the_headline_rate_counts_declared_failures_only(partition):
    later = partition(LATER)
    assert later.cell("change_failure_rate", "checkout", "08-31") == (1, 2)
    assert later.cell("change_failure_rate_inferred", "checkout", "08-31") == (2, 2)
    assert later.cell("change_failure_rate_inferred", "search", "08-31") == (0, 1)


def test_e09_recovery_ends_with_the_last_incident(partition):
    minutes = "select recovery_hours * 60 from facts.fct_deployments where service_id = 'checkout' order by finished_at"
    assert [value for (value,) in partition(LATER).rows(minutes)] == pytest.approx([250, 140])
    assert partition(LATER).cell("recovery_time_hours", "checkout", "08-31", "value * 60, n") == (pytest.approx(195), 2)


def test_e10_the_instant_of_a_move_belongs_to_the_new_team(partition):
    teams = "select team_id_at_merge, count(*) from facts.fct_changes where service_id = 'e10' group by all"
    assert partition(LATER).rows(f"{teams} order by all") == [("A", 1), ("B", 2)]


def test_e13_a_week_without_deployments_has_a_frequency_of_zero_and_no_rates(partition):
    later = partition(LATER)
    assert later.cell("deployment_frequency", "app", "09-14", "value, n, completeness") == (0, 0, 1)
    assert later.cell("change_failure_rate", "app", "09-14") == (0, 0)
    assert later.cell("recovery_time_hours", "app", "09-14", "value, n") == (None, 0)
    assert later.cell("deploy_wait_hours", "app", "09-14", "value, n") == (None, 0)


@pytest.mark.parametrize(
    ("as_of", "failed", "is_mature"),
    [
        pytest.param("2026-09-07 06:00", 0, False, marks=OF_ITS_OWN),
        pytest.param("2026-09-09 06:00", 1, False, marks=OF_ITS_OWN),
        pytest.param("2026-09-15 12:00", 1, True, marks=OF_ITS_OWN),
        (LATER, 2, True),
    ],
)
def test_e14_a_late_cause_restates_the_week_of_the_deployment(partition, as_of, failed, is_mature):
    days = 14 if as_of == LATER or as_of < "2026-09-08" else 7  # the cohort of E03 shares two of the runs
    cell = partition(as_of, days).cell("change_failure_rate", "pay", "08-31", "numerator, denominator, is_mature")
    assert cell == (failed, 4, is_mature)


def test_e15_repeated_and_superseded_statuses_make_one_success_each(partition):
    finishes = "select cast(finished_at as string) from facts.fct_deployments where service_id = 'e15' and is_success"
    assert partition(LATER).rows(f"{finishes} order by all") == [("2026-09-01 10:05:00",), ("2026-09-02 10:05:00",)]
    assert partition(LATER).cell("deployment_frequency", "e15", "08-31", "value") == (2,)


def test_e16_three_addresses_of_one_person_are_one_contributor(partition):
    assert partition(LATER).cell("merged_changes", "e16", "08-31", "value, contributors") == (5, 3)


def test_e17_an_agents_change_counts_in_the_sponsors_team(partition):
    later = partition(LATER)
    assert later.cell("ai_assisted_share", "e17", "08-31") == (2, 3)
    assert later.change("e17#70", "author_kind, team_id_at_merge, ai_evidence_grade") == ("agent", "B", "A")
    assert later.change("e17#72", "author_kind, ai_evidence_grade, agent_product") == ("human", "B", "claude_code")
    agents = "select count(*) filter (where is_merged), count(closed_at) from facts.fct_changes"
    assert later.rows(f"{agents} where author_kind = 'agent'") == [(1, 2)]


def test_e17_the_sponsors_approval_alone_is_no_review(partition):
    assert partition(LATER).change("e17#70", "is_sponsor_only_approved, has_qualifying_review") == (True, False)


def test_e19_quantiles_interpolate_and_the_interval_is_of_order_statistics(partition):
    later = partition(LATER)
    assert later.cell("cycle_time_hours", "e19", "08-31", "value, lower, upper, n") == (8, 2, 34, 9)
    assert later.cell("cycle_time_p75_hours", "e19", "08-31", "value, lower, upper") == (21, None, None)
    assert later.cell("cycle_time_p90_hours", "e19", "08-31", "value") == (pytest.approx(38.2),)
    assert later.cell("cycle_time_hours", "e19b", "08-31", "value, lower, upper") == (4, None, None)
    assert later.cell("cycle_time_p75_hours", "e19b", "08-31", "value") == (6.75,)


def test_e19_beyond_the_table_the_ranks_come_by_approximation(partition):
    # floor(101 / 2 - 0.98 * sqrt(101)) = 40, and 101 - 40 + 1 = 62
    assert partition(LATER).cell("cycle_time_hours", "e19c", "08-31", "value, lower, upper, n") == (51, 40, 62, 101)


@pytest.mark.parametrize(("as_of", "merged"), [("2026-09-03 23:00", 1), (LATER, 3)])
def test_e23_a_stacked_change_counts_once_it_is_on_the_default_branch(partition, as_of, merged):
    assert partition(as_of).cell("merged_changes", "acme/stack", "08-31", "value") == (merged,)


def test_e24_a_rollback_alone_proves_a_failure(partition):
    later = partition(LATER)
    rows = "select is_failure, is_rollback, has_change from facts.fct_deployments where service_id = 'web'"
    assert later.rows(f"{rows} order by finished_at") == [
        (False, False, True),
        (True, False, True),
        (False, True, False),
    ]
    assert later.cell("change_failure_rate", "web", "08-31") == (1, 3)
    assert later.cell("recovery_time_hours", "web", "08-31", "value * 60") == (pytest.approx(40),)


def test_teams_add_up_to_the_organisation(partition):
    by_type = """
        select metric_id, week_start_date from metrics.int_metrics__cells
        where value is null or metric_id in ('merged_changes', 'deployment_frequency')
        group by metric_id, week_start_date
        having sum(numerator) filter (where entity_type = 'team')
            != sum(numerator) filter (where entity_type = 'organisation')
    """
    assert partition(LATER).rows(by_type) == []


def test_what_only_git_tells_has_no_merge_rate(partition):
    later = partition(LATER)
    assert later.cell("merge_rate", "e16", "08-31", "numerator, n, completeness") == (None, None, None)
    assert later.cell("commit_to_merge_hours", "e16", "08-31", "value, completeness") == (24, 1)
