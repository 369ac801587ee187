"""The HTTP layer against a real server on loopback that pages, throttles, breaks off and redirects."""

from __future__ import annotations

import logging
import subprocess
import sys

import pytest
from pydantic import SecretStr

from orchestration.connectors._http import bearer, client
from orchestration.connectors._http.errors import (
    BrokenAnswerError,
    ForbiddenError,
    NotFoundError,
    RateLimitedError,
    RejectedError,
    UnauthorisedError,
    UnreachableError,
)
from tests.connectors.items_tool import ITEMS, SECRET, SIGNED, asked, items_tool
from tests.connectors.loopback import (
    EPOCH,
    Loopback,
    Reply,
    empty,
    failing,
    forbidden,
    half_json,
    quiet,
    reply,
    reset,
    secondary_limit,
    stalled,
    throttled,
    truncated,
    used_up,
)


@pytest.fixture
def tool():
    with items_tool() as server:
        yield server


def test_an_answer_is_parsed_and_the_request_is_signed(tool):
    assert asked(tool).get_json("/items") == ITEMS
    assert tool.log[0].headers["authorization"] == f"Bearer {SECRET}"


@pytest.mark.parametrize(
    ("fault", "pause"),
    [
        (throttled("7"), 7.0),
        (throttled("Tue, 17 Nov 2026 03:00:30 GMT"), 30.0),
        (throttled("Mon, 16 Nov 2026 03:00:30 GMT"), 1.0),
        (throttled(), 75.0),
        (secondary_limit("120"), 120.0),
        (secondary_limit(), 75.0),
        (used_up(resets_in=600), 600.0),
    ],
)
def test_a_rate_limit_waits_as_long_as_the_tool_asks(tool, fault, pause):
    pauses = []
    tool.fault(1, fault)
    assert asked(tool, pauses).get_json("/items") == ITEMS
    assert pauses == [pause]


def test_rate_limits_without_a_pause_double_from_sixty_seconds(tool):
    pauses = []
    for number in (1, 2, 3):
        tool.fault(number, secondary_limit())
    asked(tool, pauses, jitter=lambda: 0.0).get_json("/items")
    assert pauses == [60.0, 120.0, 240.0]


def test_a_limit_beyond_the_retry_budget_is_an_error_that_names_the_time(tool):
    pauses = []
    tool.fault(1, used_up(resets_in=3600))
    with pytest.raises(RateLimitedError, match=r"would wait 3,600 s; .* at most 900 s.*after 2026-11-17T04:00:00Z"):
        asked(tool, pauses, wait_budget_seconds=900).get_json("/items")
    assert pauses == []


def test_a_rate_limit_does_not_use_up_an_attempt(tool):
    pauses = []
    for number, fault in enumerate((throttled("7"), failing(502), throttled("9")), start=1):
        tool.fault(number, fault)
    assert asked(tool, pauses, attempts=2).get_json("/items") == ITEMS
    assert pauses == [7.0, 1.0, 9.0]


def test_the_retry_budget_counts_all_pauses_of_a_run(tool):
    retries = quiet(wait_budget_seconds=100)
    tool.fault(1, throttled("60"))
    tool.fault(3, throttled("60"))
    one, two = client(tool.url, SIGNED, retries), client(tool.url, SIGNED, retries)
    one.get_json("/items")
    with pytest.raises(RateLimitedError, match="has waited 60 of at most 100 s"):
        two.get_json("/items")


@pytest.mark.parametrize(
    "fault",
    [failing(500), failing(502), failing(503), reset(), truncated(ITEMS), half_json(ITEMS), failing(200)],
    ids=["500", "502", "503", "reset", "truncated", "half json", "html"],
)
def test_a_transient_failure_is_retried(tool, fault):
    tool.fault(1, fault)
    http = asked(tool)
    assert http.get_json("/items") == ITEMS
    assert (http.retries.counters.calls, http.retries.counters.retries) == (2, 1)


def test_a_stalled_answer_is_retried(tool):
    tool.fault(1, stalled(ITEMS))
    assert asked(tool, read_seconds=0.2).get_json("/items") == ITEMS


def test_an_answer_that_is_too_slow_ends_at_the_deadline(tool):
    instants = iter([0.0, 1.0, 100.0, 101.0])
    tool.route("GET", "/slow", lambda ask: reply("x" * 200_000))
    with pytest.raises(UnreachableError, match="not complete after 50 s"):
        asked(tool, monotonic=lambda: next(instants), answer_seconds=50, attempts=1).get_json("/slow")


def test_failures_back_off_with_full_jitter_and_end(tool):
    pauses = []
    chances = iter([0.5, 0.25, 1.0, 1.0])
    tool.route("GET", "/down", lambda ask: failing(502))
    with pytest.raises(UnreachableError, match=r"502, at 4 of 4 tries\. Everything that already landed is kept"):
        asked(tool, pauses, attempts=4, jitter=lambda: next(chances)).get_json("/down")
    assert pauses == [0.5, 0.5, 4.0]


def test_a_broken_answer_is_named_when_attempts_end(tool):
    tool.route("GET", "/cut", lambda ask: half_json(ITEMS))
    with pytest.raises(BrokenAnswerError, match=r"200 without complete JSON \(application/json\)"):
        asked(tool, attempts=2).get_json("/cut")


@pytest.mark.parametrize(
    ("answer", "error", "text"),
    [
        (reply({"message": "Bad credentials"}, 401), UnauthorisedError, "Bad credentials. The credential is wrong"),
        (forbidden(), ForbiddenError, "not accessible.*lacks a permission"),
        (reply({"message": "Not Found"}, 404), NotFoundError, "404: Not Found"),
        (reply({"error": {"message": "no such field"}}, 400), RejectedError, "400: no such field"),
    ],
)
def test_a_client_error_is_final_and_names_the_reason(tool, answer, error, text):
    tool.route("GET", "/no", lambda ask: answer)
    with pytest.raises(error, match=text):
        asked(tool).get_json("/no")
    assert len(tool.log) == 1


def test_no_secret_and_no_request_leaves_with_an_error(tool):
    tool.route("GET", "/echo", lambda ask: reply({"message": f"bad token {SECRET}"}, 401))
    with pytest.raises(UnauthorisedError) as caught:
        asked(tool).get_json("/echo", {"key": SECRET})
    assert "bad token ***" in str(caught.value)
    assert SECRET not in str(caught.value)
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)


def test_a_network_error_is_not_chained_to_its_request():
    with pytest.raises(UnreachableError, match="no answer") as caught:
        client("http://127.0.0.1:9", SIGNED, quiet(attempts=2)).get_json("/items")
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)


def test_nothing_secret_is_logged(tool, caplog):
    caplog.set_level(logging.DEBUG)
    tool.route("GET", "/file", lambda ask: Reply(body=b'{"a": 1}\n'))
    list(asked(tool).download_lines(f"{tool.url}/file?sig={SECRET}"))
    asked(tool).get_json("/items")
    assert SECRET not in caplog.text


def test_an_invalid_secret_is_an_error_that_does_not_show_it(tool):
    with pytest.raises(RejectedError, match="The secret for header Authorization") as caught:
        client(tool.url, bearer(SecretStr(f"{SECRET}\n")), quiet())
    assert SECRET not in str(caught.value)


def test_an_expired_credential_is_renewed_once(tool):
    tool.fault(1, reply({"message": "Bad credentials"}, 401))
    fresh = bearer(SecretStr("fresh"))
    http = client(tool.url, SIGNED, quiet(), renew=lambda: fresh)
    assert http.get_json("/items") == ITEMS
    assert [ask.headers["authorization"] for ask in tool.log] == [f"Bearer {SECRET}", "Bearer fresh"]


def test_a_renewed_credential_that_fails_too_is_final(tool):
    tool.route("GET", "/no", lambda ask: reply({"message": "Bad credentials"}, 401))
    with pytest.raises(UnauthorisedError):
        client(tool.url, SIGNED, quiet(), renew=lambda: SIGNED).get_json("/no")
    assert len(tool.log) == 2


def test_a_redirect_within_the_host_is_followed_with_the_credential(tool):
    tool.route("GET", "/old", lambda ask: Reply(301, headers={"location": "/items"}))
    assert asked(tool).get_json("/old") == ITEMS
    assert "authorization" in tool.log[1].headers


def test_a_redirect_to_another_host_carries_no_credential(tool):
    with Loopback() as other:
        other.route("GET", "/items", lambda ask: reply(["elsewhere"]))
        tool.route("GET", "/old", lambda ask: Reply(302, headers={"location": f"{other.url}/items"}))
        assert asked(tool).get_json("/old") == ["elsewhere"]
        assert "authorization" not in other.log[0].headers


def test_a_credential_does_not_return_after_a_foreign_redirect(tool):
    with Loopback() as other:
        other.route("GET", "/back", lambda ask: Reply(302, headers={"location": f"{tool.url}/items"}))
        tool.route("GET", "/old", lambda ask: Reply(302, headers={"location": f"{other.url}/back"}))
        asked(tool).get_json("/old")
    assert "authorization" not in tool.log[1].headers


def test_circular_redirects_are_an_error(tool):
    tool.route("GET", "/round", lambda ask: Reply(302, headers={"location": "/round"}))
    with pytest.raises(UnreachableError, match="more than 5 redirects"):
        asked(tool).get_json("/round")


def test_a_redirected_post_is_an_error(tool):
    tool.route("POST", "/graphql", lambda ask: Reply(307, headers={"location": "/other"}))
    with pytest.raises(RejectedError, match="only GET is"):
        asked(tool).post_json("/graphql", {"query": "{a}"})


def test_no_content_is_read_as_none_and_as_no_records(tool):
    tool.route("GET", "/none", lambda ask: empty())
    assert asked(tool).get_json("/none") is None
    assert list(asked(tool).pages("/none")) == [[]]


def test_an_answer_over_the_size_limit_is_an_error(tool):
    tool.route("GET", "/flood", lambda ask: reply("x" * 5000))
    with pytest.raises(BrokenAnswerError, match="more than 1,000 bytes; nothing of this slice was landed"):
        asked(tool, max_answer_bytes=1000).get_json("/flood")


def test_the_rate_limit_left_is_counted(tool):
    tool.route("GET", "/left", lambda ask: reply([], x_ratelimit_remaining="4321", x_ratelimit_reset=str(EPOCH)))
    http = asked(tool)
    http.get_json("/left")
    assert http.retries.counters.rate_limit_left == 4321


def test_a_judge_may_call_a_good_answer_a_limit(tool):
    from orchestration.connectors._http.retries import TransientError

    answers = iter([{"errors": "limited"}, {"data": 1}])

    def judge(answer, headers):
        if "errors" in answer:
            raise TransientError("limited", limited=True, headers=headers)

    tool.route("POST", "/graphql", lambda ask: reply(next(answers), retry_after="9"))
    pauses = []
    assert asked(tool, pauses).post_json("/graphql", {"query": "{a}"}, judge=judge) == {"data": 1}
    assert pauses == [9.0]


def test_importing_the_layer_imports_neither_dlt_nor_requests():
    script = "import sys, orchestration.connectors._http; print(sorted({'dlt', 'requests'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
