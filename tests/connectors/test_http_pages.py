"""Pages and downloads over HTTP, against a real server on loopback: followed, bounded, fetched again from the start."""

from __future__ import annotations

import gzip
import json

import pytest

from orchestration.connectors._http.errors import (
    BrokenAnswerError,
    EndlessPagesError,
)
from tests.connectors.items_tool import asked, items_tool
from tests.connectors.loopback import (
    Reply,
    failing,
    linked,
    reply,
    throttled,
)


@pytest.fixture
def tool():
    with items_tool() as server:
        yield server


def test_next_links_are_followed_though_their_path_changes(tool):
    pages = [[{"n": 1}, {"n": 2}], [{"n": 3}], [{"n": 4}]]
    route = linked(pages, "/rows", lambda page: f"/rotated/{page}?page={page}&token=t{page}")
    tool.route("GET", "/rows", route)
    tool.route("GET", "/rotated/*", route)
    assert list(asked(tool).pages("/rows", {"since": "2026-11-01"})) == pages
    assert [ask.path for ask in tool.log] == ["/rows", "/rotated/2", "/rotated/3"]
    assert tool.log[1].query == {"page": "2", "token": "t2"}


def test_pages_are_read_despite_a_failure_and_a_rate_limit(tool):
    tool.route("GET", "/rows", linked([[1], [2], [3]], "/rows"))
    tool.fault(2, failing(503))
    tool.fault(4, throttled("2"))
    assert list(asked(tool).pages("/rows")) == [[1], [2], [3]]


def test_pages_that_lead_back_are_an_error(tool):
    tool.route("GET", "/rows", linked([[1], [2], [3]], "/rows", lambda page: "/rows?page=2"))
    with pytest.raises(EndlessPagesError, match="leads back to a page already read"):
        list(asked(tool).pages("/rows"))


def test_pages_without_end_are_an_error(tool):
    tool.route("GET", "/rows", linked([[n] for n in range(99)], "/rows"))
    with pytest.raises(EndlessPagesError, match="no end after 5 pages"):
        list(asked(tool, max_pages=5).pages("/rows"))


def test_a_next_page_on_another_host_is_an_error(tool):
    foreign = reply([1], link='<http://localhost:1/rows?page=2>; rel="next"')
    tool.route("GET", "/rows", lambda ask: foreign)
    with pytest.raises(EndlessPagesError, match="a next page on another host"):
        list(asked(tool).pages("/rows"))


def test_records_are_taken_from_their_key_with_a_paginator_of_dlt(tool):
    from dlt.sources.helpers.rest_client.paginators import OffsetPaginator

    tool.route(
        "GET", "/rows", lambda ask: reply({"rows": [int(ask.query["offset"])], "more": ask.query["offset"] < "2"})
    )
    offsets = OffsetPaginator(limit=1, total_path=None, has_more_path="more")
    assert list(asked(tool).pages("/rows", records="rows", paginator=offsets)) == [[0], [1], [2]]


def test_a_missing_key_is_an_error_and_not_an_empty_page(tool):
    tool.route("GET", "/rows", lambda ask: reply({"other": []}))
    with pytest.raises(BrokenAnswerError, match="no list under 'rows'"):
        list(asked(tool).pages("/rows", records="rows"))


def test_a_download_is_fetched_without_the_credential(tool):
    tool.route("GET", "/file", lambda ask: Reply(body=b'{"a": 1}\n\n{"a": 2}'))
    assert list(asked(tool).download_lines(f"{tool.url}/file?sig=x")) == [(1, b'{"a": 1}'), (3, b'{"a": 2}')]
    assert "authorization" not in tool.log[0].headers


@pytest.mark.parametrize(
    "body",
    [b'\xef\xbb\xbf{"a":1}\n{"a":2}\n', b' [\n{"a":1}, {"a": 2}]', gzip.compress(b'{"a":1}\r\n{"a":2}')],
    ids=["byte order mark", "array", "gzip"],
)
def test_a_download_may_be_lines_an_array_or_packed(tool, body):
    tool.route("GET", "/file", lambda ask: Reply(body=body))
    assert [json.loads(line) for _, line in asked(tool).download_lines(f"{tool.url}/file")] == [{"a": 1}, {"a": 2}]


def test_a_download_that_breaks_off_is_read_again_from_the_start(tool):
    tool.route("GET", "/file", lambda ask: Reply(body=b'{"a":1}\n{"a":2}\n'))
    tool.fault(1, Reply(body=b'{"a":1}\n{"a":2}\n', cut=6))
    assert [line for _, line in asked(tool).download_lines(f"{tool.url}/file")] == [b'{"a":1}', b'{"a":2}']


def test_a_damaged_packed_download_is_an_error(tool):
    tool.route("GET", "/file", lambda ask: Reply(body=gzip.compress(b'{"a":1}\n' * 100)[:-12]))
    with pytest.raises(BrokenAnswerError, match="cut off or damaged"):
        list(asked(tool).download_lines(f"{tool.url}/file"))


def test_a_packed_file_that_unpacks_to_too_much_is_an_error(tool):
    tool.route("GET", "/file", lambda ask: Reply(body=gzip.compress(b"{}\n" * 100_000)))
    with pytest.raises(BrokenAnswerError, match="unpacks to more than 10,000 bytes"):
        list(asked(tool, max_download_bytes=10_000).download_lines(f"{tool.url}/file"))
