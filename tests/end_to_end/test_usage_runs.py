"""Token totals do not depend on the order of runs: late lines, replays and rewrites end where one full build ends."""

from __future__ import annotations

import random
from datetime import date

import duckdb
import orjson
import pytest

from orchestration import pipeline
from orchestration.partition import DailyPartition
from orchestration.pipeline.run_context import RunContext
from orchestration.settings import load_settings
from orchestration.warehouse.dbt_runner import run_dbt, settings_arguments
from orchestration.warehouse.duckdb_relations import prepare, record_built
from tests import parsed_project

SETTINGS = """
[organisation]
name = "acme"
zone = "UTC"
[schedule]
start_date = 2026-11-01
[sources.claude_code]
log_roots = ["logs"]
"""
SELECT = ["+int_usage__account_days"]
pytestmark = pytest.mark.slow


def line(chance: random.Random, days: list[int]) -> bytes:
    """One of few answers, told on one of the days: own line or replay, with or without request, full or partial."""
    number = chance.randrange(12)
    usage = {"input_tokens": number, "output_tokens": chance.choice([0, 5, 9]), "cache_read_input_tokens": 100}
    message = {
        "type": "assistant",
        "timestamp": f"2026-11-{chance.choice(days):02}T10:{number:02}:00Z",
        "sessionId": f"s{number % 3}",
        "isSidechain": chance.random() < 0.3,
        "message": {"id": f"m{number}", "model": "claude-sonnet-5", "usage": usage},
    }
    request = chance.choice([{"requestId": f"r{number}"}, {"requestId": f"r{number}b"}, {}])
    return orjson.dumps({**message, **request})


@pytest.fixture
def company(tmp_path, monkeypatch):
    (tmp_path / "counterpoise.toml").write_text(SETTINGS)
    monkeypatch.setenv("COUNTERPOISE_CONFIG", str(tmp_path / "counterpoise.toml"))
    monkeypatch.setenv("COUNTERPOISE_PSEUDONYM_KEY", "a key for tests only")
    settings = load_settings()
    parsed_project.give(settings)
    return settings


def happen(company, chance: random.Random, days: list[int]) -> None:
    """What reaches the logs before a run: sessions go on, and a file may be rewritten by a compaction."""
    for number in range(4):
        path = company.root / "logs" / f"person{number % 2}@acme.example" / "projects" / f"s{number}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = [line(chance, days) for _ in range(6)]
        mode = "wb" if chance.random() < 0.2 else "ab"
        with path.open(mode) as file:
            file.write(b"\n".join(lines) + b"\n")


def build(company, day: int):
    """What the run of `day` makes of the landing: the answers and the account days."""
    inputs = RunContext(company, DailyPartition.of(date(2026, 11, day))).inputs
    prepare(inputs)
    outcome = run_dbt(company, settings_arguments(company, "run", select=SELECT))
    assert outcome.is_good, outcome.failed
    record_built(inputs)
    with duckdb.connect(str(company.warehouse)) as warehouse:
        answers = "select * from conformed.int_usage__claude_code_answers where account is not null order by all"
        days = "select * from conformed.int_usage__account_days order by all"
        return warehouse.execute(answers).fetchall(), warehouse.execute(days).fetchall()


@pytest.mark.parametrize("seed", [1, 2])
def test_run_by_run_ends_where_one_full_build_ends(company, seed):
    chance = random.Random(seed)
    for day, days in ((14, list(range(4, 15))), (15, [chance.randint(6, 12)]), (17, [chance.randint(6, 12), 17])):
        happen(company, chance, days)
        pipeline.land(RunContext(company, DailyPartition.of(date(2026, 11, day))), "claude_code")
        by_partition = build(company, day)
    company.warehouse.unlink()
    at_once = build(company, 17)
    assert len(by_partition[0]) > 20
    assert by_partition == at_once
