"""What agents did and spent does not depend on the order of runs: late and repeated exports end as one build does."""

from __future__ import annotations

import random
from datetime import date

import duckdb
import pytest

from orchestration import pipeline
from orchestration.partition import DailyPartition
from orchestration.pipeline.run_context import RunContext
from orchestration.settings import load_settings
from orchestration.warehouse.dbt_runner import run_dbt, settings_arguments
from orchestration.warehouse.duckdb_relations import prepare, record_built
from tests import parsed_project
from tests.connectors.otlp import Collector, Message, counter, event, logs, span, spans

SETTINGS = """
[organisation]
name = "acme"
[schedule]
start_date = 2026-11-01
[sources.otel]
paths = ["otel"]
"""
TABLES = ("int_usage__account_days", "int_agent_runs__otel")
pytestmark = pytest.mark.slow


@pytest.fixture
def company(tmp_path, monkeypatch):
    (tmp_path / "counterpoise.toml").write_text(SETTINGS)
    (tmp_path / "otel").mkdir()
    monkeypatch.setenv("COUNTERPOISE_CONFIG", str(tmp_path / "counterpoise.toml"))
    monkeypatch.setenv("COUNTERPOISE_PSEUDONYM_KEY", "a key for tests only")
    settings = load_settings()
    parsed_project.give(settings)
    return settings


def message(chance: random.Random, days: list[int]) -> Message:
    """One of few spans, events or points, on one of the days; what has the same name is the same record."""
    number, day = chance.randrange(9), chance.choice(days)
    start, end = f"{day:02}T10:0{number}", f"{day:02}T11:0{number}"
    tokens = {"gen_ai__usage__input_tokens": 10 + number, "gen_ai__usage__output_tokens": number}
    person = {"user__email": f"person{number % 3}@acme.example"} if number % 2 else {}
    kind = chance.randrange(4)
    if kind == 0:
        operation = "chat" if number % 2 else "invoke_agent"
        trace, links = f"t{number % 3}", ["t0"] if number == 8 else []
        return spans(span(trace, f"{trace}{day}{number}", start, end, links=links, gen_ai__operation__name=operation,
                          gen_ai__response__model="claude-sonnet-5", **tokens, **person))  # fmt: skip
    if kind == 1:
        more = {"session__id": f"s{number % 2}", "input_tokens": number, "output_tokens": 1, "model": "claude-sonnet-5"}
        return logs(event("api_request", start, **more, **person))
    if kind == 2:
        return logs(event("tool_decision", start, session__id="s1", tool_name="Edit", decision="accept", source="hook"))
    own = {"type": "output", "model": "claude-sonnet-5", "session.id": "s7"}
    return counter("token.usage", 2, (f"{min(days):02}T00:00", start, float(100 * day + number)), attributes=own)


def build(company, day: int):
    """What the run of `day` makes of the landing: the account days and the runs of agents."""
    inputs = RunContext(company, DailyPartition.of(date(2026, 11, day))).inputs
    prepare(inputs)
    outcome = run_dbt(company, settings_arguments(company, "run", select=[f"+{table}" for table in TABLES]))
    assert outcome.is_good, outcome.failed
    record_built(inputs)
    with duckdb.connect(str(company.warehouse)) as warehouse:
        return [warehouse.execute(f"select * from conformed.{table} order by all").fetchall() for table in TABLES]


@pytest.mark.parametrize("seed", [1, 2])
def test_run_by_run_ends_where_one_full_build_ends(company, seed):
    chance, collector = random.Random(seed), Collector(company.root / "otel")
    for day, days in ((12, [10, 11, 12]), (13, [chance.randint(10, 13)]), (15, [chance.randint(10, 13), 15])):
        collector.write(*(message(chance, days) for _ in range(25)), name=f"otel{day % 2}.json")
        pipeline.land(RunContext(company, DailyPartition.of(date(2026, 11, day))), "otel")
        by_partition = build(company, day)
    company.warehouse.unlink()
    at_once = build(company, 15)
    assert [len(rows) > 3 for rows in by_partition] == [True, True]
    assert by_partition == at_once
