"""The company is the same every time and has the defects that it is meant to have."""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections import Counter
from datetime import timedelta
from pathlib import Path

from orchestration.sample_company import World, generate, load, make_world
from orchestration.sample_company.world.repositories import TAGGED


def digest(directory: Path) -> str:
    """One hash over the names and bytes of all files."""
    whole = hashlib.sha256()
    for path in sorted(path for path in directory.rglob("*") if path.is_file()):
        whole.update(str(path.relative_to(directory)).encode() + b"\0" + path.read_bytes())
    return whole.hexdigest()


def test_the_same_seed_writes_the_same_bytes(tmp_path):
    generate(tmp_path / "once", people=30, weeks=2)
    generate(tmp_path / "again", people=30, weeks=2)
    assert digest(tmp_path / "once") == digest(tmp_path / "again")


def test_another_seed_is_another_company():
    assert make_world(seed=8, people=30, weeks=2).changes != make_world(seed=7, people=30, weeks=2).changes


def test_a_written_company_loads_as_it_was(world: World, directory: Path):
    found = load(directory)
    assert found.changes == world.changes
    assert found.oids == world.oids


def test_the_full_company_has_its_documented_size():
    world = make_world()
    assert len(world.people) == 60
    assert 2500 <= len(world.changes) <= 4000
    assert 1300 <= len(world.deployments) <= 1900
    assert 100 <= len(world.incidents) <= 200


def test_one_team_is_too_small_to_be_published(world: World):
    sizes = Counter(person.team_id for person in world.people)
    assert sizes["toolsmiths"] == 4
    assert min(size for team, size in sizes.items() if team != "toolsmiths") >= 5


def test_merge_commits_in_git_are_the_merges_of_the_changes(world: World, directory: Path):
    log = ["git", f"--git-dir={directory}/repositories/ledger.git", "log", "--first-parent", "--merges", "--format=%H"]
    in_git = subprocess.run(log, check=True, capture_output=True, text=True).stdout.split()
    merged = sorted((change.merged_at, change.key) for change in world.changes
                    if change.repository == "acme/ledger" and change.merged_at)  # fmt: skip
    assert in_git[::-1] == [world.oids[key] for _, key in merged]


def test_a_revert_names_the_merge_it_undoes(world: World, directory: Path):
    revert = next(change for change in world.changes if change.reverts and change.merged_at)
    repository = directory / "repositories" / f"{revert.repository.removeprefix('acme/')}.git"
    show = ["git", f"--git-dir={repository}", "show", "--no-patch", "--format=%b", world.oids[f"{revert.key}/0"]]
    body = subprocess.run(show, check=True, capture_output=True, text=True).stdout
    assert world.oids[f"{revert.repository}#{revert.reverts}"] in body


def test_repositories_pass_gits_own_check(directory: Path):
    check = ["git", f"--git-dir={directory}/repositories/{TAGGED[0]}.git", "fsck", "--strict"]
    assert subprocess.run(check, capture_output=True, check=False).returncode == 0


def test_every_response_is_in_the_logs_in_full(world: World, directory: Path):
    written: dict[str, int] = {}
    for path in (directory / "claude_logs").rglob("*.jsonl"):
        for line in path.read_bytes().splitlines():
            for message, usage in responses_in(line):
                written[message] = max(written.get(message, 0), usage["output_tokens"])
    logged = [session for session in world.sessions if world.person[session.hr_id].tool == "claude_log"]
    assert sum(written.values()) == sum(call.output for session in logged for call in session.calls)


def responses_in(line: bytes) -> list[tuple[str, dict[str, int]]]:
    """The message of one line, also one level deeper; nothing for a broken line."""
    try:
        found = json.loads(line)
    except ValueError:
        return []
    message = found.get("data", {}).get("message", found).get("message", {})
    return [(message["id"], message["usage"])] if "usage" in message else []


def test_some_log_lines_are_cut_off(directory: Path):
    lasts = [path.read_bytes().rstrip(b"\n")[-1:] for path in (directory / "claude_logs").rglob("*.jsonl")]
    assert 0 < sum(last != b"}" for last in lasts) < len(lasts) / 10


def test_a_day_of_use_is_the_same_day_in_both_zones(world: World):
    ends = [call.at for session in world.sessions for call in session.calls]
    assert {(at + timedelta(hours=2)).date() == at.date() for at in ends} == {True}


def test_gaming_sessions_accept_nothing(world: World):
    gaming = [session for session in world.sessions if session.is_gaming]
    kinds = {world.person[session.hr_id].behaviour for session in gaming}
    assert kinds == {"busy_loop", "threshold_chaser", "leaderboard_sprinter", "discard_everything"}
    assert {session.accepted for session in gaming} == {0}
