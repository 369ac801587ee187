"""Cases that others published. Where our definition differs from theirs, the test says how and why."""

from math import ceil

import pytest

from tests.models.public_cases import DORA, table

LATER = "2026-10-20 00:00"
STAGES = ("coding_hours", "pickup_hours", "review_hours", "deploy_wait_hours")


def failed(warehouse, service, week=None):
    in_week = f" and date_trunc('week', finished_date) = date '{week}'" if week else ""
    rows = warehouse.rows(
        "select split_part(deployment_id, '-', 2), is_failure_inferred from facts.fct_deployments"
        f" where service_id = '{service}'{in_week}"
    )
    return {name for name, is_failure in rows if is_failure}, len(rows)


@pytest.mark.slow
def test_an_incident_blames_the_last_deployment_of_its_service_but_not_after_a_day(partition):
    expected = DORA["cfr_multi"]["expected"]
    # theirs has no time limit: i3 began 28 hours after d4
    assert failed(partition(LATER), "cfr_multi") == (set(expected["failed"]) - {"d4"}, expected["total"])


@pytest.mark.parametrize("number", range(len(DORA["cfr_small"])))
def test_an_incident_before_the_first_deployment_blames_nobody(partition, number):
    case = DORA["cfr_small"][number]
    assert failed(partition(LATER), f"cfr_small_{number}") == (set(case.get("failed", ())), len(case["deployments"]))


@pytest.mark.parametrize("week", sorted(DORA["cfr_weekly"]["expected_by_week"]))
def test_a_failure_counts_in_the_week_of_the_deployment(partition, week):
    expected = DORA["cfr_weekly"]["expected_by_week"][week]
    assert failed(partition(LATER), "cfr_weekly", week) == (set(expected["failed"]), expected["total"])


@pytest.mark.parametrize("week", sorted(DORA["deploys_weekly"]["expected"]))
def test_deployments_count_in_their_iso_week(partition, week):
    assert failed(partition(LATER), "cfr_weekly", week)[1] == DORA["deploys_weekly"]["expected"][week]


def test_a_reverted_number_belongs_to_its_own_repository(partition):
    reverted = "select repository, split_part(change_id, '#', 2) from facts.fct_changes where reverted_at is not null"
    expected = [(f"acme/{name}", str(number)) for name, number in DORA["reverts"]["expected_incident_on"]]
    assert partition(LATER).rows(f"{reverted} and repository in ('acme/r1', 'acme/r2') order by all") == sorted(
        expected
    )


@pytest.mark.parametrize("number", range(1, len(DORA["time_in_draft"]) + 1))
def test_time_in_draft_adds_up_over_all_drafts(partition, number):
    days = DORA["time_in_draft"][number - 1]["days"]
    assert partition(LATER).change(f"drafts#{number}", "draft_hours / 24") == (days,)


@pytest.mark.parametrize(("pull", "place"), [("pr1", "REPO111#1"), ("pr2", "REPO111#2"), ("pr4", "REPO111#4")])
def test_devlakes_lead_times_are_ours_to_the_minute(partition, pull, place):
    expected = next(row for row in table("project_pr_metrics") if row["id"] == pull)
    columns = ", ".join(STAGES) + ", commit_to_merge_hours + coalesce(deploy_wait_hours, 0)"
    minutes = [
        None if hours is None else ceil(round(hours * 60, 6)) for hours in partition(LATER).change(place, columns)
    ]
    names = ("pr_coding_time", "pr_pickup_time", "pr_review_time", "pr_deploy_time", "pr_cycle_time")
    assert minutes == [int(expected[name]) if expected[name] else None for name in names]


def test_a_first_commit_that_is_younger_than_the_change_was_lost(partition):
    assert partition(LATER).change("REPO111#2", "is_first_commit_lost, coding_hours") == (True, None)


def test_what_was_in_production_before_its_merge_is_flagged_and_waits_for_nothing(partition):
    flags = "is_deployed_before_merge, deployed_at, deploy_wait_hours"
    assert partition(LATER).change("REPO222#3", flags) == (True, None, None)


def test_a_review_from_before_the_change_existed_is_flagged_and_not_counted(partition):
    flags = "is_reviewed_before_creation, has_qualifying_review, pickup_hours, review_hours"
    assert partition(LATER).change("REPO111#5", flags) == (True, False, None, None)


def test_a_first_look_after_the_merge_is_no_coverage(partition):
    assert partition(LATER).change("REPO111#4", "is_reviewed_after_merge, has_qualifying_review") == (True, False)


def test_the_first_deployment_brings_the_changes_of_thirty_days_and_not_all_history(partition):
    assert partition(LATER).change("REPO111#0", "is_merged, deployed_at") == (True, None)
