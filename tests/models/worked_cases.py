"""The rows of the worked cases E01–E24 of the metric definitions, each in a repository of its own.

2026-W36 begins on 08-31, W37 on 09-07, W38 on 09-14. People: alice, bob, carol, dave; p1 moves from team A to B.
"""

from tests.models.landed_company import Company, at

COPILOT = "copilot-swe-agent[bot]"


def company_of_the_cases() -> Company:
    company = Company()
    for name in ("alice", "bob", "carol", "dave"):
        company.person(name, ("B" if name == "bob" else "A", "2021-01-01", None))
    company.person("p1", ("A", "2021-01-01", "2026-09-03"), ("B", "2026-09-03", None))
    for case in (merge_rates, reverts, reviews, stages, deployments, failures, people, agents, quantiles, stack):
        case(company)
    return company


def merge_rates(company: Company) -> None:
    """E01 to E03."""
    for service in ("e01", "e02", "e03"):
        company.service(service)
    company.change("e01", 1, "08-31 09:00", merged="09-01 09:00")
    company.change("e01", 2, "08-31 10:00", closed="09-02 10:00")
    company.change("e01", 3, "09-01 10:00")
    company.change("e01", 4, "09-03 10:00", merged="09-08 10:00")
    company.change("e02", 5, "09-01 09:00", merged="09-15 09:00")
    for kind, when in (("closed", "09-02 09:00"), ("reopened", "09-08 09:00"), ("closed", "09-15 09:00")):
        company.event("e02", 5, kind, when)
    ready = ("09-01", "09-01", "09-02", "09-02", "09-03")
    for number, day, merged in zip(range(31, 36), ready, ("09-02", "09-03", "09-08", "09-11", None), strict=True):
        company.change("e03", number, f"{day} 12:00", merged=f"{merged} 12:00" if merged else None)


def reverts(company: Company) -> None:
    """E04; e04git is the same where only git tells it, by a direct push."""
    company.service("e04")
    for number in (10, 13, 14, 15):
        company.change("e04", number, "09-01 08:00", merged="09-01 10:00")
    company.change("e04", 11, "09-03 08:00", merged="09-03 10:00", reverts_number=10)
    company.change("e04", 12, "09-04 08:00", merged="09-04 10:00", reverts_number=11)
    company.git_change("e04git", 1, "09-01 10:00", "p_alice_mail", pull_request_number=1)
    company.git_change("e04git", 2, "09-02 10:00", "p_alice_mail", pull_request_number=2)
    company.mainline("e04git", "e04git1", "e04git2")
    company.land("git.commits", repository="acme/e04git", sha="direct", history_generation=0, parents=1, is_merge=False,
                 mainline_position=3, landed_in_sha="direct", committed_at=at("09-05 10:00"),
                 reverts_sha="e04git1")  # fmt: skip


def reviews(company: Company) -> None:
    """E05."""
    company.service("e05")
    company.change("e05", 50, "09-01 08:00", merged="09-02 10:00", merged_by__login="github-merge-queue[bot]")
    company.change("e05", 51, "09-01 08:00", "dependabot[bot]", merged="09-02 10:00")
    company.change("e05", 52, "09-01 08:00", merged="09-02 10:00")
    company.change("e05", 53, "09-01 08:00", None, merged="09-02 10:00")
    company.review("e05", 50, "bob", "09-02 09:00", "APPROVED")
    company.review("e05", 52, "linter[bot]", "09-02 09:00")
    company.review("e05", 53, "bob", "09-02 09:00", "APPROVED")


def stages(company: Company) -> None:
    """E06 and E07."""
    company.change("e06", 60, "09-07 09:00", merged="09-10 10:00")
    company.commit("e06", 60, "09-07 08:00")
    for kind, when in (
        ("ready_for_review", "09-08 09:00"),
        ("convert_to_draft", "09-08 12:00"),
        ("ready_for_review", "09-09 12:00"),
    ):
        company.event("e06", 60, kind, when)
    company.review("e06", 60, "bob", "09-09 15:00")
    company.review("e06", 60, "bob", "09-09 16:00", "APPROVED")
    company.change("e06", 61, "09-01 09:00", merged="09-01 15:00")
    company.event("e06", 61, "ready_for_review", "09-01 12:00")
    for reviewer, when in (("bob", "09-01 10:00"), ("linter[bot]", "09-01 10:30"), ("alice", "09-01 12:05")):
        company.review("e06", 61, reviewer, when)


def deployments(company: Company) -> None:
    """E08 and E15."""
    company.service("app")
    company.mainline("app", "root", "app20", "app21", "app22")
    for number, merged in ((20, "09-01 12:00"), (21, "09-02 09:00"), (22, "09-03 08:00")):
        company.change("app", number, "09-01 08:00", merged=merged)
    company.deployment("app", "E08-D1", "root", ("success", "09-01 10:00"))
    company.deployment("app", "E08-D2", "app21", ("failure", "09-02 10:00"))
    company.deployment("app", "E08-D3", "app22", ("success", "09-03 10:00"))
    company.service("e15")
    statuses = (("in_progress", "09-01 10:00"), ("success", "09-01 10:05"), ("inactive", "09-02 10:05"))
    company.deployment("e15", "501", "e15a", *statuses)
    company.deployment("e15", "502", "e15b", ("success", "09-02 10:05"))
    sent = [row for row in company.rows["github.deployment_statuses"] if row["deployment_id"] == "501"]
    again = {**sent[1], "_as_of": at("2026-01-02"), "_load_id": "again"}
    company.rows["github.deployment_statuses"] += [sent[1], again]


def failures(company: Company) -> None:
    """E09, E14 and E24."""
    for service in ("checkout", "search", "pay", "web"):
        company.service(service)
    company.deployment("checkout", "E09-D1", "c1", ("success", "09-01 10:00"))
    company.deployment("search", "E09-D2", "s1", ("success", "09-01 10:30"))
    company.deployment("checkout", "E09-D3", "c2", ("success", "09-01 11:00"))
    company.incident("checkout", "I1", "09-01 11:20", "09-01 13:20")
    company.incident("checkout", "I2", "09-01 10:45", "09-01 12:00")
    company.incident("checkout", "I4", "09-01 11:40", "09-01 14:10", explicit_cause_deployment="E09-D1")
    for day, name in enumerate(("Da", "Db", "Dc", "Dd"), start=1):
        company.deployment("pay", name, f"sha{name}", ("success", f"09-0{day} 10:00"))
    company.incident("pay", "I9", "09-08 14:00", "09-08 15:00", explicit_cause_sha="shaDb")
    company.incident("pay", "I10", "09-20 10:00", "09-20 11:00", explicit_cause_deployment="Dc")
    company.mainline("web", "weba", "webb")
    company.change("web", 1, "09-01 08:00", merged="09-01 09:00", merge_commit_sha="weba")
    company.change("web", 2, "09-01 10:30", merged="09-01 11:00", merge_commit_sha="webb")
    for name, sha, when in (("D1", "weba", "10:00"), ("D2", "webb", "12:00"), ("D3", "weba", "12:40")):
        company.deployment("web", f"E24-{name}", sha, ("success", f"09-01 {when}"))


def people(company: Company) -> None:
    """E10 and E16."""
    company.service("e10")
    for number, merged in ((1, "09-02 15:00"), (2, "09-03 00:00"), (3, "09-04 09:00")):
        company.change("e10", number, "09-01 08:00", "p1", merged=merged)
    company.person("alex", ("A", "2021-01-01", None))
    company.person("akim", ("A", "2021-01-01", None))
    company.land("company_files.identities", person_hr_id="p_alice", system="email", external_id="p_alice_home")
    company.service("e16")
    addresses = ("p_alice_mail", "p_alice_github", "p_alice_home", "p_alex_mail", "p_akim_mail")
    for number, address in enumerate(addresses, start=1):
        company.git_change("e16", number, "09-02 10:00", address, first_commit_at=at("09-01 10:00"))
    company.mainline("e16", *(f"e16{number}" for number in range(1, 6)))


def agents(company: Company) -> None:
    """E17."""
    company.service("e17")
    for number, sponsor, ends in ((70, "bob", {"merged": "09-02 10:00"}), (71, "bob", {"closed": "09-03 10:00"}),
                                  (75, "carol", {})):  # fmt: skip
        company.change("e17", number, "09-01 08:00", COPILOT, sponsor__login=f"p_{sponsor}_login",
                       sponsor__database_id=f"p_{sponsor}_github", **ends)  # fmt: skip
    company.review("e17", 70, "bob", "09-02 09:00", "APPROVED")
    company.change("e17", 72, "09-01 08:00", "carol", merged="09-03 12:00")
    company.commit("e17", 72, "09-01 07:00", agent_product="claude_code", ai_evidence_grade="B",
                   ai_evidence_signal="trailer_email")  # fmt: skip
    company.change("e17", 73, "09-01 08:00", "dave", merged="09-04 12:00")
    company.change("e17", 74, "09-01 08:00", "dependabot[bot]", merged="09-04 13:00")


def quantiles(company: Company) -> None:
    """E19: ready at midnight of 09-01, merged after these hours; e19c is larger than the table of intervals."""
    for service, hours in (("e19", (1, 2, 3, 5, 8, 13, 21, 34, 55)), ("e19b", (1, 2, 6, 9)), ("e19c", range(1, 102))):
        company.service(service)
        for number in hours:
            merged = f"09-{1 + number // 24:02d} {number % 24:02d}:00"
            company.change(service, number, "09-01 00:00", merged=merged)


def stack(company: Company) -> None:
    """E23: what was merged into a branch below reaches the default branch on 09-03, seen from the run after."""
    company.change("stack", 80, "09-01 08:00", merged="09-01 10:00")
    company.change("stack", 81, "09-01 08:00", merged="09-01 11:00", is_base_default=False)
    company.change("stack", 82, "09-01 08:00", merged="09-02 10:00", is_base_default=False)
    company.mainline("stack", "root", "stack80")
    late = {"stack81": "landing", "stack82": "landing"}
    company.mainline("stack", "landing", first=3, seen="2026-09-04", brings=late)
