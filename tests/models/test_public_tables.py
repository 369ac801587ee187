"""Cases that others published, read by the source `tables` and built: figures of DORA tools, DevLake's lead times.

Belongs here: the files of cases/ as a company's exports, from their columns to the cells. Does not: what a definition
of ours does with a case (test_public_cases), reading tables (connectors/test_tables).
"""

import csv
from datetime import date
from math import ceil

import pytest

from orchestration.contracts import source_contract
from orchestration.landing.ingest import land_source
from orchestration.partition import DailyPartition
from orchestration.pipeline.run_context import RunContext
from orchestration.settings import load_settings
from orchestration.warehouse.dbt_runner import run_dbt, settings_arguments
from orchestration.warehouse.duckdb_relations import prepare
from tests import parsed_project
from tests.models.landed_company import MODELS, Warehouse
from tests.models.public_cases import CASES, DORA, table

pytestmark = pytest.mark.slow

DAY = date(2026, 3, 1)
DEVLAKE = CASES / "devlake_change_lead_time"
NAMES = ("pr_coding_time", "pr_pickup_time", "pr_review_time", "pr_deploy_time", "pr_cycle_time")
HOURS = ("coding_hours", "pickup_hours", "review_hours", "deploy_wait_hours",
         "commit_to_merge_hours + coalesce(deploy_wait_hours, 0)")  # fmt: skip
DIFFERENCES = {
    # theirs begins with comment07, a day before the change was created; ours with the first look at what existed
    "pr3": {"pr_pickup_time": 1440, "pr_review_time": 2880},
    # the only comment is of 2022, half a year before the change was created
    "pr5": {"pr_review_time": None},
}
NUMBER = "cast(substr({}, 3) as bigint)"
# all are of repo1; the commit of pr3 was deployed from REPO222, those of the others from REPO111
HOME = "case {} when 'pr3' then 'REPO222' else 'REPO111' end"


def of_a_pull_request(name: str, file: str) -> str:
    return f"select *, {NUMBER.format(name)} as number, {HOME.format(name)} as repository from {file}"


def devlake(stream: str, address: object, query: str, **columns: str) -> dict[str, object]:
    return {"stream": stream, "address": str(address), "system": "devlake", "identity_system": "devlake",
            "query": query, "columns": columns}  # fmt: skip


DEVLAKE_INPUTS = (
    devlake("changes", DEVLAKE, of_a_pull_request("id", "pull_requests"),
            created_at="created_date", merged_at="merged_date", closed_at="merged_date", author="author_id"),
    devlake("reviews", DEVLAKE, of_a_pull_request("pull_request_id", "pull_request_comments"),
            review_id="id", submitted_at="created_date", reviewer="account_id"),
    devlake("commits", DEVLAKE, of_a_pull_request("pull_request_id", "pull_request_commits"),
            sha="commit_sha", authored_at="commit_authored_date"),
    # the scope whose deployments the case compares
    devlake("deployments", DEVLAKE / "cicd_deployment_commits.csv",
            "select *, result = 'SUCCESS' as is_success from input where cicd_scope_id = 'cicd1'",
            deployment_id="id", repository="repo_url", created_at="started_date", finished_at="finished_date"),
)  # fmt: skip


DORA_SERVICES = {
    "cfr_multi": DORA["cfr_multi"],
    "cfr_weekly": DORA["cfr_weekly"],
    **{f"cfr_small_{number}": case for number, case in enumerate(DORA["cfr_small"])},
}


def dora_inputs(folder):
    """The times of the DORA tools' cases as two exports; each case is a service."""
    for stream in ("deployments", "incidents"):
        with (folder / f"{stream}.csv").open("w", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(("id", "service", "at"))
            rows.writerows(
                (f"{name}-{key}", name, at) for name, case in DORA_SERVICES.items() for key, at in case[stream].items()
            )
    common = {"system": "dora"}
    yield {**common, "stream": "deployments", "address": str(folder / "deployments.csv"),
           "columns": {"deployment_id": "id", "repository": "service", "created_at": "at", "finished_at": "at",
                       "commit_sha": "id"},
           "constants": {"environment": "production", "is_success": "true"}}  # fmt: skip
    yield {**common, "stream": "incidents", "address": str(folder / "incidents.csv"),
           "columns": {"incident_id": "id", "created_at": "at"}, "constants": {"priority": "P1"}}  # fmt: skip


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """What landed, and the warehouse that dbt built of it."""
    folder = tmp_path_factory.mktemp("public_tables")
    config = folder / "counterpoise.toml"
    config.touch()
    settings = load_settings(
        config, {}, data=folder / "data", pseudonym_key="a key for tests only",
        schedule={"start_date": date(2023, 4, 3)},
        sources={"tables": {"inputs": [*DEVLAKE_INPUTS, *dora_inputs(folder)]}},
    )  # fmt: skip
    partition = DailyPartition.of(DAY)
    report = land_source(settings, source_contract("tables"), partition)
    parsed_project.give(settings)
    prepare(RunContext(settings, partition).inputs)
    for command, select in (("seed", ()), ("run", MODELS)):
        outcome = run_dbt(settings, settings_arguments(settings, command, select=select))
        assert outcome.is_good, outcome.error or [(node.unique_id, node.message) for node in outcome.failed]
    return report, Warehouse(settings.warehouse)


@pytest.fixture(scope="module")
def warehouse(run):
    return run[1]


def change(warehouse, pull, columns):
    home = "REPO222" if pull == "pr3" else "REPO111"
    return warehouse.one(columns, "facts.fct_changes", f"change_id = 'tables:{home}#{pull[2:]}'")


def cell(warehouse, metric, service, week):
    where = f"metric_id = '{metric}' and entity_type = 'service' and entity_id = '{service}'"
    columns = "numerator, denominator"
    return warehouse.one(columns, "metrics.int_metrics__cells", f"{where} and week_start_date = date '{week}'")


def minutes(hours):
    """As DevLake counts them: rounded up."""
    return None if hours is None else ceil(round(hours * 60, 6))


@pytest.mark.parametrize("pull", [row["id"] for row in table("project_pr_metrics")])
def test_every_part_of_devlakes_lead_times_is_ours_or_differs_for_a_named_reason(warehouse, pull):
    theirs = next(row for row in table("project_pr_metrics") if row["id"] == pull)
    expected = {name: int(theirs[name]) if theirs[name] else None for name in NAMES} | DIFFERENCES.get(pull, {})
    ours = [minutes(hours) for hours in change(warehouse, pull, ", ".join(HOURS))]
    assert dict(zip(NAMES, ours, strict=True)) == expected


def test_the_deployment_is_devlakes_except_one_from_before_the_merge(warehouse):
    theirs = {row["id"]: row["deployment_commit_id"] or None for row in table("project_pr_metrics")}
    ours = {pull: change(warehouse, pull, "split_part(deployment_id, ':', 3)")[0] for pull in theirs}
    # pr3 was deployed a day before it was merged; their figure for it is empty too
    assert ours == {**theirs, "pr3": None}
    assert (theirs["pr1"], theirs["pr2"], theirs["pr3"]) == ("5", "5", "6")


def test_a_pull_request_that_is_still_open_has_no_lead_time(warehouse):
    assert "pr6" not in {row["id"] for row in table("project_pr_metrics")}
    assert change(warehouse, "pr6", f"is_merged, {', '.join(HOURS)}") == (False, *[None] * 5)


@pytest.mark.parametrize(
    ("home", "merged", "deployed"),
    # pr1, pr2, pr4 and pr5, and 1, 5 and 9; pr3, and 2, 6 and 10. 7 and 8 went to STAGING
    [("REPO111", 4, 3), ("REPO222", 1, 3)],
)
def test_a_week_of_devlakes_rows_counts_in_the_cells(warehouse, home, merged, deployed):
    assert cell(warehouse, "merged_changes", home, "2023-04-10") == (merged, None)
    assert cell(warehouse, "deployment_frequency", home, "2023-04-10") == (deployed, None)


@pytest.mark.parametrize("week", sorted(DORA["cfr_weekly"]["expected_by_week"]))
def test_a_week_of_failures_and_deployments_is_that_of_the_dora_tools(warehouse, week):
    expected = DORA["cfr_weekly"]["expected_by_week"][week]
    failures = (len(expected["failed"]), expected["total"])
    assert cell(warehouse, "change_failure_rate_inferred", "cfr_weekly", week) == failures
    deployments = DORA["deploys_weekly"]["expected"][week]
    assert cell(warehouse, "deployment_frequency", "cfr_weekly", week) == (deployments, None)


@pytest.mark.parametrize("service", DORA_SERVICES)
def test_the_failed_deployments_are_those_of_the_dora_tools(warehouse, service):
    case = DORA_SERVICES[service]
    told = [case, case.get("expected", {}), *case.get("expected_by_week", {}).values()]
    failed = {name for each in told for name in each.get("failed", ())}
    if service == "cfr_multi":
        failed -= {"d4"}  # theirs has no time limit: i3 began 28 hours after d4
    found = warehouse.rows(
        "select split_part(deployment_id, '-', 2), is_failure_inferred from facts.fct_deployments"
        f" where repository = '{service}'"
    )
    assert {name for name, _ in found} == set(case["deployments"])
    assert {name for name, is_failure in found if is_failure} == failed


def test_every_row_of_the_files_lands_and_no_account_in_clear(run):
    report, warehouse = run
    assert (report.failed_slices, report.quarantined_rows) == ([], 0)
    incidents = sum(len(case["incidents"]) for case in DORA_SERVICES.values())
    deployments = sum(len(case["deployments"]) for case in DORA_SERVICES.values())
    devlakes = [row for row in table("cicd_deployment_commits") if row["cicd_scope_id"] == "cicd1"]
    streams = ("changes", "reviews", "commits", "deployments", "incidents")
    counts = [warehouse.rows(f"select count(*) from landed_tables.{stream}")[0][0] for stream in streams]
    assert counts == [7, 13, 13, len(devlakes) + deployments, incidents] == [7, 13, 13, 8 + 20, 17]
    people = warehouse.rows("select reviewer from landed_tables.reviews union select author from landed_tables.changes")
    # a to l, where a is the author of some, and nobody
    assert sorted(person[:2] for (person,) in people if person) == ["p_"] * 12
