"""The HTTP layer of all connectors: a thin, typed layer over dlt's REST client.

Calls: `get_json`, `post_json`, `pages` (with any paginator of dlt; by default the next address of the `Link`
header), `download_lines` (a file behind a download link, without credentials).
Guarantees: `session` (size limits, redirects), `retries`, `rate_limits`, `credentials`.
Does not: write. No connector changes anything in a tool.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from pydantic import SecretStr

from orchestration.connectors._http.downloads import read_lines
from orchestration.connectors._http.errors import BrokenAnswerError, EndlessPagesError
from orchestration.connectors._http.retries import RetryPolicy
from orchestration.connectors._http.urls import origin, redacted_url

if TYPE_CHECKING:
    from dlt.sources.helpers.rest_client import RESTClient
    from dlt.sources.helpers.rest_client.paginators import BasePaginator
    from requests import Request

    from orchestration.connectors._http.credentials import IsStale, Renew
    from orchestration.connectors._http.session import GuardedSession, Judge

IN_MEMORY_BYTES = 16 * 2**20


def bearer(token: SecretStr) -> dict[str, SecretStr]:
    """The header of most tools: `Authorization: Bearer …`."""
    return {"Authorization": SecretStr(f"Bearer {token.get_secret_value()}")}


def client(
    base_url: str,
    auth_headers: Mapping[str, SecretStr],
    retries: RetryPolicy | None = None,
    headers: Mapping[str, str] | None = None,
    renew: Renew | None = None,
    is_stale: IsStale = lambda: False,
) -> Client:
    """A client for one tool; `auth_headers` go to the origin of `base_url` and nowhere else.

    `renew` gives new headers on a 401, and before a request where `is_stale` says so.
    """
    from dlt.common.configuration.specs import RuntimeConfiguration
    from dlt.sources.helpers.rest_client import RESTClient

    from orchestration.connectors._http.credentials import Credentials
    from orchestration.connectors._http.session import GuardedSession

    # urllib3 logs whole addresses at debug level, and download links carry their signature in the query
    logging.getLogger("urllib3.connectionpool").setLevel(logging.INFO)
    credentials = Credentials(base_url, auth_headers, renew, is_stale)
    session = GuardedSession(retries or RetryPolicy(), credentials)
    all_headers = {"Accept": "application/json", "User-Agent": "counterpoise", **(headers or {})}
    config = RuntimeConfiguration()
    return Client(RESTClient(base_url, all_headers, credentials, session=session, config=config), session)


class PageGuard:
    """Stops a listing whose pages repeat, or that has more pages than allowed."""

    def __init__(self, what: str, max_pages: int) -> None:
        self._what = what
        self._max_pages = max_pages
        self._seen: set[object] = set()

    def check(self, token: object) -> None:
        """Raise EndlessPagesError when the next page, named by `token`, is not allowed."""
        if token in self._seen:
            raise EndlessPagesError(
                f"{self._what}: page {len(self._seen) + 1} leads back to a page already read; "
                "nothing of this slice was landed."
            )
        self._seen.add(token)
        if len(self._seen) > self._max_pages:
            raise EndlessPagesError(
                f"{self._what}: no end after {self._max_pages:,} pages; nothing of this slice was landed."
            )


class Client:
    """The requests that a connector may send to a tool."""

    def __init__(self, rest: RESTClient, session: GuardedSession) -> None:
        self._rest = rest
        self._session = session
        self.retries = session.retries

    def get_json(
        self,
        path: str,
        params: Mapping[str, object] | None = None,
        *,
        attempts: int | None = None,
        judge: Judge | None = None,
    ) -> object:
        """The parsed answer; None where the tool sends no content."""
        answer: object = self._rest.get(path, dict(params or {}), attempts=attempts, judge=judge).json()
        return answer

    def post_json(
        self,
        path: str,
        body: Mapping[str, object],
        *,
        attempts: int | None = None,
        judge: Judge | None = None,
    ) -> object:
        """For queries that are sent by POST (GraphQL, searches); retried like a GET."""
        answer: object = self._rest.post(path, dict(body), attempts=attempts, judge=judge).json()
        return answer

    def pages(
        self,
        path: str,
        params: Mapping[str, object] | None = None,
        *,
        records: str | None = None,
        paginator: BasePaginator | None = None,
    ) -> Iterator[list[object]]:
        """The records of each page; `records` is the key that must hold them (None: the page is the list)."""
        from dlt.sources.helpers.rest_client.paginators import HeaderLinkPaginator

        guard = PageGuard(redacted_url("GET", f"{self._rest.base_url}/{path.lstrip('/')}"), self.retries.max_pages)
        following = self._rest.paginate(
            path,
            params=dict(params or {}),
            paginator=paginator or HeaderLinkPaginator(),
            data_selector="$",
            hooks={"response": []},
        )
        for page in following:
            if page.paginator.has_next_page:
                self._check_next(guard, page.request)
            yield list(page) if records is None else _under(page, records, redacted_url("GET", page.response.url))

    def _check_next(self, guard: PageGuard, following: Request) -> None:
        guard.check((following.url, repr(following.params), repr(following.json)))
        if origin(following.url) != origin(self._rest.base_url):
            raise EndlessPagesError(
                f"{redacted_url('GET', following.url)}: a next page on another host; nothing of this slice was landed."
            )

    def download_lines(self, url: str) -> Iterator[tuple[int, bytes]]:
        """Number and bytes of each line (or array element) of a file behind a link, read whole before the first."""
        from requests import Request

        from orchestration.connectors._http.credentials import Unsigned

        request = self._session.prepare_request(Request("GET", url, auth=Unsigned()))
        settings = self._session.merge_environment_settings(url, {}, True, None, None)
        with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY_BYTES) as spool:
            self._session.send(request, spool=spool, **settings)
            yield from read_lines(spool, redacted_url("GET", url), self.retries.max_download_bytes)


def _under(page: list[object], key: str, what: str) -> list[object]:
    found = page[0].get(key) if page and isinstance(page[0], dict) else None
    if not isinstance(found, list):
        raise BrokenAnswerError(f"{what}: no list under {key!r} in the answer; nothing of this slice was landed.")
    return found
