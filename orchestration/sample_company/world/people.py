"""Teams, people, absences and services of the sample company.

TEAMS has the planted rates; CAST has the planted behaviours, so that a reader sees who games in which team.
One team has four members, so its figures must be suppressed, and is a child of a larger one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from random import Random

from orchestration.sample_company.world.calendar import local_time
from orchestration.sample_company.world.model import DOMAIN, Absence, Account, Person, Service, Team
from orchestration.sample_company.world.rng import stream

TEAMS = (
    Team("payments", "Payments", None, 0.82, 0.06, 12.0),
    Team("checkout", "Checkout", None, 0.74, 0.12, 26.0),
    Team("search", "Search", None, 0.88, 0.04, 6.0),
    Team("mobile", "Mobile", None, 0.66, 0.15, 40.0),
    Team("platform", "Platform", None, 0.91, 0.03, 15.0),
    Team("data", "Data", "platform", 0.78, 0.09, 20.0),
    Team("growth", "Growth", None, 0.58, 0.20, 54.0),
    Team("toolsmiths", "Toolsmiths", "platform", 0.84, 0.05, 9.0),
)
SMALL_TEAM, SMALL_TEAM_SIZE = "toolsmiths", 4
SIZE_WEIGHTS = {"payments": 9, "checkout": 8, "search": 8, "mobile": 8, "platform": 8, "data": 8, "growth": 7}
ROLES = {"data": "data", "platform": "sre"}
NOT_DEVELOPERS = {"payments": "manager", "checkout": "pm", "search": "manager", "mobile": "design",
                  "data": "pm", "growth": "pm"}  # fmt: skip
# weights of Claude Code (local logs, the organisation's report), Copilot, and Cursor: most of a team use the same tool
USUAL_TOOLS = (28, 62, 5, 5)
TOOL_WEIGHTS: Mapping[str, tuple[int, int, int, int]] = {"search": (10, 10, 70, 10), "mobile": (10, 10, 70, 10)}
SERVICES = (
    ("payments-api", "payments"), ("ledger", "payments"), ("checkout-web", "checkout"), ("cart", "checkout"),
    ("search-api", "search"), ("ranking", "search"), ("mobile-app", "mobile"), ("mobile-gateway", "mobile"),
    ("platform-core", "platform"), ("ingest", "data"), ("growth-site", "growth"), ("build-tools", "toolsmiths"),
)  # fmt: skip
# (team, seat in the team) -> (tool, behaviour); every other seat gets an honest behaviour and a drawn tool.
CAST: Mapping[tuple[str, int], tuple[str, str]] = {
    ("payments", 1): ("claude_log", "heavy"),
    ("platform", 1): ("claude_api", "heavy"),
    ("search", 1): ("claude_log", "heavy"),
    ("checkout", 1): ("claude_log", "tiny_pr_splitter"),
    ("mobile", 1): ("claude_log", "threshold_chaser"),
    ("mobile", 2): ("copilot", "threshold_chaser"),
    ("mobile", 3): ("claude_api", "discard_everything"),
    ("growth", 1): ("claude_log", "busy_loop"),
    ("growth", 2): ("claude_api", "leaderboard_sprinter"),
    ("growth", 3): ("claude_log", "leaderboard_sprinter"),
}
JOINER, LEAVER, MOVER, RENAMED = ("platform", 5), ("payments", 6), ("search", 4), ("data", 2)
DEVELOPER_ROLES = frozenset({"developer", "sre", "data"})
FIRST_NAMES = (
    "Ada Anouk Bela Ben Cleo Cora Dario Dirk Edda Elin Falk Finn Greta Hugo Ines Jan Kira Levi Mara Nils Olga Paul "
    "Ria Sven Tara Udo Vera Wim Yara Zeno"
)
LAST_NAMES = "Abel Brandt Conrad Dorn Ebers Falke Gerlach Hagen Imhof Jung Krall Lenz Moll"


def sizes(people: int) -> dict[str, int]:
    """Members per team: the small team keeps its four, the others share the rest by weight."""
    left, weight = people - SMALL_TEAM_SIZE, sum(SIZE_WEIGHTS.values())
    shares = {team: left * part // weight for team, part in SIZE_WEIGHTS.items()}
    for team in list(shares)[: left - sum(shares.values())]:
        shares[team] += 1
    return {**shares, SMALL_TEAM: SMALL_TEAM_SIZE}


def make_people(seed: int, people: int, first_monday: date, weeks: int) -> list[Person]:
    """All people, among them a joiner, a leaver, one who changes teams in mid-week, and a renamed account."""
    rng = stream(seed, "people")
    seats = [(team, seat) for team, size in sizes(people).items() for seat in range(size)]
    names = rng.sample([f"{first} {last}" for first in FIRST_NAMES.split() for last in LAST_NAMES.split()], len(seats))
    middle = first_monday + timedelta(weeks=weeks // 2)
    everybody = [_person(rng, index, team, seat, names[index], first_monday)
                 for index, (team, seat) in enumerate(seats)]  # fmt: skip
    return [_with_fate(person, seat, middle) for person, seat in zip(everybody, seats, strict=True)]


def _person(rng: Random, index: int, team: str, seat: int, name: str, first_monday: date) -> Person:
    first, last = name.lower().split()
    email = f"{first}.{last}@{DOMAIN}"
    role = NOT_DEVELOPERS[team] if team in NOT_DEVELOPERS and seat == 0 else ROLES.get(team, "developer")
    tool, behaviour = CAST.get((team, seat)) or _habit(rng, role, team)
    account = Account(f"{first[0]}{last}{index}", 5_000_000 + 7_919 * index)
    return Person(
        hr_id=f"HR{index + 1:04d}",
        name=name,
        email=email,
        commit_email=_commit_email(index, email, account),
        account=account,
        pagerduty_id=f"PU{index + 1:05d}" if role in DEVELOPER_ROLES else None,
        team_id=team,
        role=role,
        employment="contractor" if index % 19 == 11 else "employee",
        start=first_monday - timedelta(days=rng.randrange(60, 2200)),
        end=None,
        tool=tool,
        behaviour=behaviour,
    )


def _with_fate(person: Person, seat: tuple[str, int], middle: date) -> Person:
    """The events of four people around the middle of the period."""
    if seat == JOINER:
        return replace(person, start=middle - timedelta(days=19), tool="claude_log", behaviour="honest")
    if seat == LEAVER:
        return replace(person, end=middle + timedelta(days=25))
    if seat == MOVER:
        return replace(person, moves_on=middle + timedelta(days=2), moves_to="checkout")
    if seat == RENAMED:
        renamed = replace(person.account, login_before=f"{person.account.login}-old",
                          renamed_at=local_time(middle, 12))  # fmt: skip
        return replace(person, account=renamed)
    return person


def _habit(rng: Random, role: str, team: str) -> tuple[str, str]:
    """Tool and behaviour of a person who is not in CAST."""
    if role not in DEVELOPER_ROLES:
        return ("copilot", "light") if rng.random() < 0.3 else ("none", "honest")
    tool = rng.choices(("claude_log", "claude_api", "copilot", "cursor"), TOOL_WEIGHTS.get(team, USUAL_TOOLS))[0]
    behaviour = rng.choices(("light", "honest", "heavy"), (30, 65, 5))[0]
    return tool, behaviour


def _commit_email(index: int, email: str, account: Account) -> str:
    """Most commit with the work address; some with GitHub's noreply address, some with one that only the map has."""
    if index % 7 == 3:
        return f"{account.github_id}+{account.login}@users.noreply.github.com"
    if index % 11 == 5:
        return f"{email.split('@')[0]}@mail.example"
    return email


def make_absences(seed: int, people: list[Person], first_monday: date, weeks: int) -> list[Absence]:
    """One or two weeks of leave each, single sick days, and one long parental leave."""
    rng = stream(seed, "absences")
    spells: list[Absence] = []
    for index, person in enumerate(people):
        if index % 29 == 13:
            first = first_monday + timedelta(weeks=weeks // 3)
            spells.append(Absence(person.hr_id, first, first + timedelta(weeks=8, days=-1), "parental"))
            continue
        for week in sorted(rng.sample(range(1, weeks), min(weeks - 1, 1 + rng.randrange(2)))):
            first = first_monday + timedelta(weeks=week)
            spells.append(Absence(person.hr_id, first, first + timedelta(days=6), "leave"))
        sick = first_monday + timedelta(weeks=rng.randrange(weeks), days=rng.randrange(5))
        if not any(spell.hr_id == person.hr_id and spell.first <= sick <= spell.last for spell in spells):
            spells.append(Absence(person.hr_id, sick, sick + timedelta(days=rng.randrange(2)), "sick"))
    return spells


def make_services() -> list[Service]:
    return [
        Service(name, 880_000 + 101 * index, team, 1 + index % 3, f"PS{index + 1:05d}")
        for index, (name, team) in enumerate(SERVICES)
    ]
