"""Cases that others published, as landed rows (cases/README.md): figures of DORA tools, DevLake's lead times."""

import csv
import json
from datetime import datetime
from pathlib import Path

from tests.models.landed_company import Company

CASES = Path(__file__).parent / "cases"
DORA = json.loads((CASES / "dora_cases.json").read_text("utf-8"))
DEVLAKE_MAINLINES = {
    "REPO111": ("pr_merge_commit0", "commit1", "commit3", "pr_merge_commit1", "pr_merge_commit2", "commit5", "commit9",
                "commit13", "commit15", "pr_merge_commit4", "pr_merge_commit5"),
    "REPO222": ("commit2", "pr_merge_commit3", "commit6", "commit10"),
}  # fmt: skip


def add_public_cases(company: Company) -> None:
    for name in ("cfr_multi", "cfr_weekly"):
        dora_service(company, name, DORA[name])
    for number, case in enumerate(DORA["cfr_small"]):
        dora_service(company, f"cfr_small_{number}", case)
    for row in DORA["reverts"]["merged"]:
        # the connector reads the number from the branch or the title, in the same repository
        told = row["head_branch"] if "revert" in row["head_branch"] else row["title"]
        number = int("".join(letter for letter in told if letter.isdigit()))
        company.change(row["repo"], number, "09-01 08:00", merged="09-01 09:00")
        company.change(row["repo"], row["number"], "09-02 08:00", merged="09-02 09:00", reverts_number=number)
    for number, case in enumerate(DORA["time_in_draft"], start=1):
        drafts(company, number, case["draft"])
    devlake(company)


def dora_service(company: Company, name: str, case: dict[str, dict[str, str]]) -> None:
    company.service(name)
    for key, when in case["deployments"].items():
        company.deployment(name, f"{name}-{key}", f"{name}{key}", ("success", when.removesuffix("Z")))
    for key, when in case["incidents"].items():
        company.incident(name, f"{name}-{key}", when.removesuffix("Z"))


def drafts(company: Company, number: int, turns: list[str]) -> None:
    """Opened as a draft at the first instant; the turns alternate between ready and draft."""
    company.change("drafts", number, turns[0], closed="2021-02-01")
    for place, when in enumerate(turns[1:]):
        company.event("drafts", number, "convert_to_draft" if place % 2 else "ready_for_review", when)


def devlake(company: Company) -> None:
    """Its comments stand for reviews; every change lies in the repository whose deployments can contain it."""
    for repository, shas in DEVLAKE_MAINLINES.items():
        company.mainline(repository, *shas)
    home = {row["id"]: "REPO222" if row["id"] == "pr3" else "REPO111" for row in table("pull_requests")}
    for row in table("pull_requests"):
        company.change(home[row["id"]], int(row["id"][2:]), moment(row["created_date"]), row["author_id"] or None,
                       merged=moment(row["merged_date"]) if row["merged_date"] else None,
                       merge_commit_sha=row["merge_commit_sha"])  # fmt: skip
    for row in table("pull_request_commits"):
        pull = row["pull_request_id"]
        company.commit(home[pull], int(pull[2:]), moment(row["commit_authored_date"]))
    for row in table("pull_request_comments"):
        pull = row["pull_request_id"]
        company.review(home[pull], int(pull[2:]), row["account_id"], moment(row["created_date"]))
    for row in table("cicd_deployment_commits"):
        if row["cicd_scope_id"] == "cicd1":
            company.deployment(row["repo_url"], f"devlake-{row['id']}", row["commit_sha"],
                               (row["result"].lower(), row["finished_date"][:19]),
                               environment=row["environment"], original_environment=row["environment"])  # fmt: skip


def table(name: str) -> list[dict[str, str]]:
    with (CASES / "devlake_change_lead_time" / f"{name}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def moment(text: str) -> str:
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").isoformat()  # noqa: DTZ007
