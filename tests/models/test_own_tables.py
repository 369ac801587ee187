"""A company that brings its changes by its own tables gets the figures that it gets from GitHub."""

import pytest

from tests.models.landed_company import Company, Row, Warehouse, build, is_machine
from tests.models.worked_cases import merge_rates, quantiles, reviews

pytestmark = pytest.mark.slow

AS_OF = "2026-10-20 00:00"
METRICS = (
    "merge_rate",
    "merge_rate_14d",
    "merged_changes",
    "cycle_time_hours",
    "cycle_time_p75_hours",
    "cycle_time_p90_hours",
    "coding_time_hours",
    "pickup_time_hours",
    "review_time_hours",
    "merge_wait_hours",
    "review_coverage",
    "commit_to_merge_hours",
)
LANDED = ("_as_of", "_load_id", "_day")


def github_company() -> Company:
    """Cases without drafts and reopenings, which only a timeline tells."""
    company = Company()
    for name in ("alice", "bob", "carol", "dave"):
        company.person(name, ("B" if name == "bob" else "A", "2021-01-01", None))
    for case in (merge_rates, reviews, quantiles):
        case(company)
    company.rows.pop("github.pull_request_events")
    company.commit("e01", 1, "08-31 08:00")
    company.review("e01", 1, "bob", "08-31 12:00", "APPROVED")
    return company


def account(row: Row, prefix: str) -> object:
    return row[f"{prefix}__database_id"] or row[f"{prefix}__login"]


def own_tables(company: Company) -> Company:
    """The same company; what GitHub's connector landed is now in rows of its own tables."""
    moved = Company()
    for stream, rows in company.rows.items():
        if not stream.startswith("github."):
            moved.rows[stream] = rows
    for row in company.rows["github.pull_requests"]:
        login = str(row["author__login"])
        columns = ("repository", "number", "is_draft", "created_at", "updated_at", "merged_at", "closed_at",
                   "is_base_default", "merge_commit_sha", *LANDED)  # fmt: skip
        moved.rows["tables.changes"].append({
            "system": "forge", **{name: row[name] for name in columns},
            # only the flag tells that this account is a bot's
            "author": f"p_{login}" if is_machine(login) else account(row, "author"),
            "author_type": "Bot" if is_machine(login) else "User",
        })  # fmt: skip
    for row in company.rows["github.pull_request_reviews"]:
        moved.rows["tables.reviews"].append({
            "system": "forge", "review_id": row["id"], "reviewer": account(row, "author"),
            **{name: row[name] for name in ("repository", "number", "submitted_at", "state", *LANDED)},
        })  # fmt: skip
    for row in company.rows["github.pull_request_commits"]:
        columns = ("repository", "number", "sha", "authored_at", *LANDED)
        moved.rows["tables.commits"].append({"system": "forge", **{name: row[name] for name in columns}})
    return moved


@pytest.fixture(scope="module")
def by_github(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    return build(github_company(), tmp_path_factory.mktemp("by_github"), AS_OF)


@pytest.fixture(scope="module")
def by_tables(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    return build(own_tables(github_company()), tmp_path_factory.mktemp("by_tables"), AS_OF)


@pytest.fixture(scope="module")
def without_reviews(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    company = own_tables(github_company())
    company.rows.pop("tables.reviews")
    return build(company, tmp_path_factory.mktemp("without_reviews"), AS_OF)


@pytest.mark.parametrize("metric", METRICS)
def test_the_cells_are_those_that_github_gives(by_github, by_tables, metric):
    cells = f"select * from metrics.int_metrics__cells where metric_id = '{metric}' order by all"
    assert by_tables.rows(cells) == by_github.rows(cells)


def test_the_cells_are_those_of_the_worked_cases(by_tables):
    assert by_tables.cell("merge_rate", "e01", "08-31") == (1, 2)
    assert by_tables.cell("merge_rate_14d", "e03", "08-31") == (4, 5)
    assert by_tables.cell("review_coverage", "e05", "08-31") == (2, 3)
    assert by_tables.cell("review_coverage", "e01", "08-31") == (1, 1)
    assert by_tables.cell("cycle_time_hours", "e19", "08-31", "value, lower, upper, n") == (8, 2, 34, 9)


def test_reviews_that_were_not_loaded_are_unknown_and_not_missing(without_reviews):
    assert without_reviews.cell("merge_rate", "e01", "08-31", "numerator, denominator, completeness") == (1, 2, 1)
    assert without_reviews.cell("review_coverage", "e05", "08-31", "numerator, n, completeness") == (None, None, None)
    unknown = "select count(has_qualifying_review), count(unreviewed_wait_hours) from facts.fct_changes"
    assert without_reviews.rows(unknown) == [(0, 0)]


def test_what_the_tables_do_not_tell_is_no_share_of_zero(by_tables):
    assert by_tables.cell("ai_assisted_share", "e01", "08-31", "numerator, n, completeness") == (None, None, None)
    assert by_tables.cell("revert_rate_30d", "e01", "08-31", "denominator, value") == (0, None)
