"""The truth agrees with itself, with what was planted, and with what was known at an instant."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from orchestration.sample_company import World, make_world
from orchestration.sample_company.truth import truth
from orchestration.sample_company.world.agents import agent_runs


@pytest.fixture(scope="module")
def large() -> World:
    return make_world()


@pytest.fixture(scope="module")
def sums(large: World) -> dict[str, Counter[str]]:
    """Every count summed over the weeks, by team."""
    found: dict[str, Counter[str]] = {}
    for row in truth(large)["team_weeks"]:
        counts = {name: count for name, count in row.items() if isinstance(count, int)}
        found.setdefault(row["team_id"], Counter()).update(counts)
    return found


def test_merged_is_the_sum_of_people_and_agents(sums):
    for counts in sums.values():
        assert counts["merged"] == counts["merged_by_people"] + counts["merged_by_agents"]


def test_bots_are_in_no_count(large, sums):
    merged = sum(1 for change in large.changes if change.merged_at and change.author_kind != "bot")
    assert sum(counts["merged"] for counts in sums.values()) == merged


def test_deleted_authors_belong_to_no_team(large, sums):
    assert sums["unassigned"]["merged"] >= sum(
        1 for change in large.changes if change.merged_at and change.author_kind == "deleted"
    )


def test_all_tokens_that_are_reported_by_class_are_counted_once(large, sums):
    reported = [session for session in large.sessions if large.person[session.hr_id].tool != "copilot"]
    people = sum(call.output for session in reported for call in session.calls)
    people += sum(call.output for run in agent_runs(large) for call in run.calls)
    teams = sum(counts["output_tokens"] for team, counts in sums.items() if team != "unassigned")
    assert teams == people


@pytest.mark.parametrize("team", [team.team_id for team in make_world(weeks=1).teams])
def test_counts_give_the_planted_rates(large, sums, team):
    planted = next(one for one in large.teams if one.team_id == team)
    counts = sums[team]
    settled = counts["ready"]
    assert counts["ready_merged_within_14d"] / settled == pytest.approx(planted.merge_share, abs=0.06)
    share = counts["failed_deployments"] / counts["successful_deployments"]
    assert share == pytest.approx(planted.failure_share, abs=0.04)
    assert truth(large)["cycle_hours"][team]["median"] == pytest.approx(planted.median_hours, rel=0.25)


def test_every_planted_failure_is_found_and_no_other(large, sums):
    planted = sum(1 for row in large.deployments if row.failure)
    by_revert = sum(counts["failed_revert"] for counts in sums.values())
    assert planted <= sum(counts["failed_deployments"] for counts in sums.values()) <= planted + by_revert
    assert by_revert > 0


def test_heavy_honest_people_ship_more_than_gamers(large):
    merged = Counter(change.sponsor_hr_id for change in large.changes
                     if change.merged_at and change.author_kind == "human")  # fmt: skip
    people = truth(large)["people"]
    heavy = [merged[hr_id] for hr_id in people["honest_heavy"]]
    gamers = [merged[hr_id] for hr_id in people["gamers"]]
    assert min(heavy) > max(gamers)


def test_gaming_is_only_in_the_planted_teams(sums):
    assert {team for team, counts in sums.items() if counts["gaming_tokens"]} == {"growth", "mobile"}


def test_chasers_are_active_and_do_not_qualify(sums):
    assert sums["mobile"]["qualified_people"] < sums["mobile"]["active_people"]
    assert sums["payments"]["qualified_people"] == sums["payments"]["active_people"]


def test_active_people_are_eligible(sums):
    for counts in sums.values():
        assert counts["active_people"] <= counts["eligible_people"]


def test_an_earlier_truth_has_no_later_weeks(large):
    early = large.first_monday + timedelta(weeks=4)
    rows = truth(large, large.end - timedelta(weeks=large.weeks - 4, hours=3))["team_weeks"]
    assert max(row["week_start_date"] for row in rows) < str(early)


def test_a_late_cause_makes_a_failure_only_when_it_is_written(large):
    late = next(row for row in large.incidents if row.cause_at and row.cause_at - row.started_at > timedelta(days=9))
    before, after = (failures_of(large, late.service_id, at) for at in (late.cause_at, large.end))
    assert before < after


def failures_of(world: World, service_id: str, at) -> int:
    rows = truth(world, at)["service_weeks"]
    return sum(row["failed_explicit"] for row in rows if row["service_id"] == service_id)
