"""What every connector that asks a tool must do, over the registry: pages, corrections, faults, refusals, kills."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from orchestration.landing.rows import snake_case
from orchestration.sample_company import faults
from orchestration.sample_company.apis.base import Answer, Request
from tests.contract_tests.bench import CANARY, CONTROLS, Bench, KilledError, quiet


def declared(bench: Bench) -> set[str]:
    """Last parts of the names of all declared columns."""
    return {name.split("__")[-1] for stream in bench.contract.streams.values() for name in stream.by_name}


def optional(bench: Bench) -> set[str]:
    """Names that no stream of the source requires, and of which no key is made."""
    streams = bench.contract.streams.values()
    needed = {name.split("__")[-1] for stream in streams for name in (*stream.key, stream.day, stream.version) if name}
    needed |= {column.name.split("__")[-1] for stream in streams for column in stream.columns if column.required}
    return declared(bench) - needed


def test_a_first_run_lands_every_slice_and_rejects_nothing_but_what_is_broken(bench, baseline):
    report = bench.land()
    assert report.is_complete, report.failed_slices
    assert report.landed_rows > 0
    assert bench.rows() == baseline[bench.source]


def test_the_same_day_again_lands_nothing(bench):
    bench.land()
    before = bench.rows()
    again = bench.land(refetch=True)
    assert (again.landed_rows, again.new_loads, bench.rows()) == (0, 0, before)


def test_short_pages_lose_and_double_nothing(bench, baseline):
    bench.addresses.max_page = 2
    assert bench.land().is_complete
    assert bench.rows() == baseline[bench.source]


def test_a_number_that_the_tool_corrects_lands_in_the_next_run(bench):
    """Within the lookback; what was landed stays beside it, and models take the newer one."""
    bench.land(bench.last_day - timedelta(days=1))
    before = bench.rows()
    name, last_part = bench.tool.corrected, snake_case(bench.tool.corrected)
    bench.change(lambda found: {**found, name: found[name] + 1_000} if isinstance(found.get(name), int) else found)
    assert bench.land().is_complete
    corrected = 0
    for stream, rows in bench.rows().items():
        columns = [column for column in bench.contract.stream(stream).by_name if column.split("__")[-1] == last_part]
        key = bench.contract.stream(stream).key
        old = {tuple(row[part] for part in key): row for row in before[stream]}
        for column in columns:
            for row in rows:
                held = old.get(tuple(row[part] for part in key))
                corrected += held is not None and held[column] is not None and row[column] == held[column] + 1_000
    assert corrected > 0


def test_an_undeclared_field_changes_nothing_and_is_reported_when_it_is_new(bench, baseline):
    bench.land(bench.last_day - timedelta(days=1))
    bench.change(lambda found: {**found, "counterpoiseNew": 1})
    report = bench.land()
    assert any(name.endswith("counterpoise_new") for name in report.new_fields)
    bench.addresses.answering = lambda request, answer: answer


def test_missing_optional_fields_land_as_null(bench, baseline):
    names = optional(bench) - CONTROLS - {snake_case(name) for name in bench.tool.renamed}
    bench.change(
        lambda found: {
            name: None if snake_case(name) in names and not isinstance(value, dict | list) else value
            for name, value in found.items()
        }
    )
    assert bench.land().failed_slices == []
    lost = {stream: len(rows) - len(bench.rows()[stream]) for stream, rows in baseline[bench.source].items()}
    assert {stream: rows for stream, rows in lost.items() if rows} == {}


def test_a_record_without_a_required_field_is_quarantined_alone(bench, baseline):
    """One object of the answers loses each required field that is not nested; the rest lands."""
    required = {
        column.name
        for stream in bench.contract.streams.values()
        for column in stream.columns
        if column.required and "__" not in column.name
    }
    done: set[str] = set()

    def without(found):
        for name in list(found):
            column = snake_case(name)
            if column in required - done and len(found) > 4 and isinstance(found[name], str | int):
                done.add(column)
                return {**found, name: None}
        return found

    bench.change(without)
    report = bench.land()
    assert done, "no required field was met"
    assert report.failed_slices == []
    assert report.quarantined_rows >= 1
    landed, whole = (sum(map(len, rows.values())) for rows in (bench.rows(), baseline[bench.source]))
    assert landed > whole * 0.6, "a broken record took more than its own children with it"


@pytest.mark.parametrize("fault", [
    lambda answer: faults.throttled(), lambda answer: faults.failing(), lambda answer: faults.reset(), faults.cut_off,
], ids=["throttled", "failing", "reset", "cut_off"])  # fmt: skip
@pytest.mark.parametrize("number", [1, 2, 5])
def test_a_passing_fault_loses_and_doubles_nothing(bench, baseline, fault, number):
    bench.fault(number, fault)
    report = bench.land()
    assert report.is_complete, report.failed_slices
    assert len(bench.addresses.log) >= number
    assert bench.rows() == baseline[bench.source]


def test_an_answer_that_stays_cut_off_fails_in_a_sentence_and_lands_nothing(bench):
    bench.addresses.answering = lambda request, answer: faults.cut_off(answer)
    report = bench.land()
    assert report.failed_slices
    assert report.landed_rows == 0 or bench.source == "claude_code"
    assert not any("Traceback" in sentence for sentence in report.failed_slices)


def test_a_list_without_end_is_given_up(bench):
    bench.addresses.is_endless = True
    bench.addresses.max_page = 2
    report = bench.land(retries=quiet(max_pages=30))
    assert report.failed_slices
    assert len(bench.addresses.log) < 2_000


def test_a_kill_half_way_costs_nothing(bench, baseline):
    def kill(seconds):
        raise KilledError

    for number in (1, 3, 6):
        bench.fault(number, lambda answer: faults.throttled())
        with pytest.raises(KilledError):
            bench.land(retries=quiet(sleep=kill))
    bench.addresses.answering = lambda request, answer: answer
    assert bench.land().is_complete
    assert bench.rows() == baseline[bench.source]


def test_a_day_before_the_company_began_is_empty_and_no_error(bench):
    report = bench.land(bench.world.first_monday - timedelta(days=30))
    assert report.failed_slices == []


def test_what_may_not_be_read_fails_alone(bench, baseline):
    part = bench.tool.part(bench.world)

    def answering(request: Request, answer: Answer) -> Answer:
        asked = f"{request.path} {dict(request.query)} {request.body.get('variables')}"
        return faults.forbidden() if part in asked else answer

    bench.addresses.answering = answering
    report = bench.land()
    assert report.failed_slices
    assert report.landed_rows > 0
    assert not report.is_worth_retrying


def test_a_refused_key_is_one_clear_failure_and_lands_nothing(bench):
    bench.addresses.answering = lambda request, answer: Answer(401, {"message": "Bad credentials"})
    report = bench.land()
    assert report.failed_slices
    assert "sample-company-only" not in " ".join(report.failed_slices)


def test_no_text_of_an_undeclared_field_lands(bench):
    """Each text in a field that the contract does not declare carries the canary, and so does a field of its own."""
    known = declared(bench) | CONTROLS | {snake_case(name) for name in bench.tool.renamed}

    def sung(found):
        marked = {
            name: f"{value} {CANARY}" if is_undeclared_text(name, value, known) else value
            for name, value in found.items()
        }
        return {**marked, "canary": CANARY}

    def is_undeclared_text(name, value, known):
        """Not a time, which a connector may need under a name that the contract does not have."""
        is_text = isinstance(value, str) and not re.match(r"\d{4}-\d\d-\d\d", value)
        return is_text and snake_case(name) not in known and not name.startswith("__")

    bench.change(sung)
    bench.land()
    heard = {
        f"{stream}.{name}"
        for stream, rows in bench.rows().items()
        for row in rows
        for name, value in row.items()
        if CANARY in str(value)
    }
    assert heard == set()
    assert [path for path, content in bench.written() if CANARY.encode() in content] == []
