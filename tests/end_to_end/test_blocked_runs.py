"""Broken records, a source that is down and a broken model: what is published, what is blocked, what is shown."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson
import pytest

from orchestration import pipeline
from orchestration.errors import PublicationBlockedError
from orchestration.landing import MAX_UNANSWERED_SLICES
from orchestration.pipeline.run_context import RunContext
from orchestration.settings import PROJECT
from orchestration.warehouse.build_record import BuildFolder
from tests.end_to_end.companies import Company, ask, hashes, play, published_now, run_job, started

pytestmark = pytest.mark.slow
LINES = 300
STREAMS = 3
"""Of PagerDuty: each misses a day."""
SCREEN = 40
"""Lines that a terminal shows at once."""
BREAKS: dict[str, Callable[[bytes], bytes]] = {
    "malformed_line": lambda line: line[:-9],
    "not_an_object": lambda line: b"[" + line + b"]",
    "not_timestamp:timestamp": lambda line: line.replace(b"T09:", b"T99:"),
    "implausible_tokens": lambda line: line.replace(b'"output_tokens":7', b'"output_tokens":-7'),
}
"""Reason of a rejection -> how a good line becomes one that is rejected for it."""
THIS_RUN = "source = 'claude_code' and as_of = (select as_of from run.context)"
REJECTED = f"select reason, pointer, payload_sha256 from run.quarantine where {THIS_RUN} order by all"
BALANCE = f"select sum(received), sum(landed), sum(quarantined) from run.loads where {THIS_RUN}"


def answer(company: Company, number: int) -> bytes:
    """A line as the client writes it on the company's last day."""
    usage = {"input_tokens": 5, "output_tokens": 7, "cache_read_input_tokens": 100}
    message = {
        "type": "assistant",
        "timestamp": f"{company.last_partition.day}T09:{number % 60:02}:00Z",
        "sessionId": f"evening-{number % 9}",
        "requestId": f"r{number}",
        "message": {"id": f"evening{number}", "model": "claude-sonnet-5", "usage": usage},
    }
    return orjson.dumps(message)


@contextmanager
def broken_log(company: Company, share: float) -> Iterator[set[tuple[str, str, str]]]:
    """A log of the last day with so many broken lines: reason, pointer and digest of each of them."""
    account = next(person.email for person in company.world.people if person.tool == "claude_log")
    path = company.world.directory / "claude_logs" / account / "projects" / "evening" / "broken.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    name = hashlib.sha256(f"{account.casefold()}/projects/evening/broken.jsonl".encode()).hexdigest()[:12]
    lines, expected = [answer(company, number) for number in range(LINES)], set()
    for nth, at in enumerate(range(0, LINES, round(1 / share))):
        reason = list(BREAKS)[nth % len(BREAKS)]
        lines[at] = BREAKS[reason](lines[at])
        expected.add((reason, f"{name}:{at + 1}", hashlib.sha256(lines[at]).hexdigest()))
    path.write_bytes(b"\n".join(lines) + b"\n")
    try:
        yield expected
    finally:
        path.unlink()


def nightly(company: Company, code: Path = PROJECT) -> tuple[int, str]:
    """Exit code and output."""
    process = started(company, "nightly", "--day", str(company.last_partition.day), code=code)
    out, err = process.communicate(timeout=600)
    assert b"Traceback" not in err
    return process.returncode, err.decode() + out.decode()


def test_one_broken_record_in_a_hundred_is_counted_and_the_run_published(small):
    apart = small.beside("one_percent")
    small.at(small.last_partition)
    with broken_log(apart, 0.01) as expected:
        run_job(apart, apart.last_partition)
    assert published_now(apart.settings).as_of == apart.last_partition.as_of
    rejected = set(ask(apart.settings.warehouse, REJECTED))
    assert len(expected) == 3
    assert expected <= rejected
    ((received, landed, quarantined),) = ask(apart.settings.warehouse, BALANCE)
    assert (received, quarantined) == (landed + quarantined, len(rejected))
    assert received >= LINES


def test_three_broken_records_in_ten_block_the_run_and_current_stays(small):
    apart = small.beside("thirty_percent")
    small.at(small.last_partition)
    before = published_now(apart.settings)
    with broken_log(apart, 0.3) as expected:
        code, output = nightly(apart)
    assert code == 3
    assert "quarantine_share" in output
    assert len(output.splitlines()) <= SCREEN
    assert published_now(apart.settings) == before
    assert len(expected) == LINES // 3
    assert expected <= set(ask(apart.settings.warehouse, REJECTED))


def completeness(company: Company, source: str) -> tuple[int, str | None]:
    """Stream-days missing of a source, and its last delivered day, as published."""
    (found,) = (each for each in published_now(company.settings).sources if each.source == source)
    return found.missing_stream_days, found.last_delivered_day


@pytest.fixture(scope="module")
def outage(small: Company) -> Company:
    """PagerDuty was down in the last run but one."""
    apart = small.beside("outage")
    of = small.at(small.partition_before_end(1))
    small.addresses.down = frozenset({"pagerduty"})
    play(apart, of)
    small.addresses.down = frozenset()
    return apart


def test_a_run_without_one_source_is_published_and_counts_what_is_missing(outage):
    of = outage.partition_before_end(1)
    assert published_now(outage.settings).as_of == of.as_of
    assert completeness(outage, "pagerduty") == (STREAMS, str(outage.partition_before_end(2).day))
    assert completeness(outage, "github") == (0, str(of.day))
    record = BuildFolder(outage.settings.data, of.as_of).landing("pagerduty")
    assert (record.landed_rows, len(record.failed_slices)) == (0, MAX_UNANSWERED_SLICES + 1)
    assert "500: Internal Server Error, at 6 of 6 tries" in record.failed_slices[0]


def test_the_run_after_an_outage_fills_the_gap(small, outage):
    healed, never_down = outage.beside("healed"), small.beside("never_down")
    for company in (healed, never_down):
        play(company, company.last_partition)
    assert completeness(healed, "pagerduty") == (0, str(small.last_partition.day))
    assert hashes(published_now(healed.settings)) == hashes(published_now(never_down.settings))


def test_a_minimum_of_coverage_blocks_the_run_without_the_source(outage):
    before, strict = published_now(outage.settings), outage.guarded(min_coverage_share=0.99)
    missing = f"pagerduty: {STREAMS} of {20 * STREAMS} stream-days are missing"
    with pytest.raises(PublicationBlockedError, match=missing):
        pipeline.publish_or_block(RunContext(strict.settings, strict.partition_before_end(1)))
    assert published_now(outage.settings) == before


def test_a_model_whose_test_fails_blocks_the_run_and_names_the_test(small, tmp_path):
    apart = small.beside("broken_model")
    small.at(small.last_partition)
    for name in ("orchestration", "dbt_project", "seeds"):
        shutil.copytree(PROJECT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "target", "logs"))
    model = tmp_path / "dbt_project" / "models" / "marts" / "dim_teams.sql"
    twice = "from (select * from weeks union all select * from weeks) as weeks"
    model.write_text(model.read_text("utf-8").replace("from weeks\n", f"{twice}\n"), "utf-8")
    before = published_now(apart.settings)
    code, output = nightly(apart, code=tmp_path)
    assert code == 3
    assert "one_row_per_dim_teams" in output
    assert len(output.splitlines()) <= SCREEN
    assert published_now(apart.settings) == before
