"""The one HTTP layer of the connectors: a thin, typed layer over dlt's REST client.

Calls: `get_json`, `post_json`, `pages` (with any paginator of dlt; the next address of the `Link` header is
followed as given), `download_lines` (NDJSON behind a download link, without credentials).
Guarantees: `session` (reading, redirects), `retries` (retries, rate limits), `credentials`.
Leaves out writing: no connector changes anything at a tool.
"""

from __future__ import annotations

import gzip
import logging
import tempfile
import zlib
from collections.abc import Iterator, Mapping
from typing import IO, TYPE_CHECKING

import orjson
from pydantic import SecretStr

from orchestration.connectors._http.errors import BrokenAnswerError, EndlessPagesError
from orchestration.connectors._http.retries import RetryPolicy

if TYPE_CHECKING:
    from dlt.sources.helpers.rest_client import RESTClient
    from dlt.sources.helpers.rest_client.paginators import BasePaginator

    from orchestration.connectors._http.credentials import Renew
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
) -> Client:
    """A client for one tool; `auth_headers` go to the origin of `base_url` and nowhere else."""
    from dlt.common.configuration.specs import RuntimeConfiguration
    from dlt.sources.helpers.rest_client import RESTClient

    from orchestration.connectors._http.credentials import Credentials
    from orchestration.connectors._http.session import GuardedSession

    # urllib3 logs whole addresses at debug level, and download links carry their signature in the query
    logging.getLogger("urllib3.connectionpool").setLevel(logging.INFO)
    credentials = Credentials(base_url, auth_headers, renew)
    session = GuardedSession(retries or RetryPolicy(), credentials)
    said = {"Accept": "application/json", "User-Agent": "counterpoise", **(headers or {})}
    config = RuntimeConfiguration()
    return Client(RESTClient(base_url, said, credentials, session=session, config=config), session)


class PageGuard:
    """Refuses pages that come back, and more of them than anyone can mean."""

    def __init__(self, what: str, max_pages: int) -> None:
        self._what = what
        self._max_pages = max_pages
        self._seen: set[object] = set()

    def check(self, token: object) -> None:
        """`token` names the page that would be asked for next."""
        if token in self._seen:
            raise EndlessPagesError(
                f"{self._what}: page {len(self._seen) + 1} leads back to a page already read; stopped, "
                "nothing of this slice counts."
            )
        self._seen.add(token)
        if len(self._seen) > self._max_pages:
            raise EndlessPagesError(f"{self._what}: no end after {self._max_pages:,} pages; stopped.")


class Client:
    """What a connector may do with a tool."""

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
        """For questions that travel as POST (GraphQL, searches); repeated like a GET."""
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

        from orchestration.connectors._http.credentials import origin, redacted_url

        guard = PageGuard(redacted_url("GET", f"{self._rest.base_url}/{path.lstrip('/')}"), self.retries.max_pages)
        following = self._rest.paginate(
            path,
            params=dict(params or {}),
            paginator=paginator or HeaderLinkPaginator(),
            data_selector="$",
            hooks={"response": []},
        )
        for page in following:
            asked = page.request
            if page.paginator.has_next_page:
                guard.check((asked.url, repr(asked.params), repr(asked.json)))
                if origin(asked.url) != origin(self._rest.base_url):
                    raise EndlessPagesError(f"{redacted_url('GET', asked.url)}: a next page on another host; stopped.")
            yield list(page) if records is None else _under(page, records, redacted_url("GET", page.response.url))

    def download_lines(self, url: str) -> Iterator[tuple[int, bytes]]:
        """Number and bytes of each line of a file behind a (pre-signed) link, read whole before the first.

        A JSON array instead of lines gives its elements; gzip is unpacked; blank lines are skipped.
        """
        from requests import Request

        from orchestration.connectors._http.credentials import Unsigned, redacted_url

        asked = self._session.prepare_request(Request("GET", url, auth=Unsigned()))
        settings = self._session.merge_environment_settings(url, {}, True, None, None)
        with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY_BYTES) as spool:
            self._session.send(asked, spool=spool, **settings)
            yield from _lines(spool, redacted_url("GET", url), self.retries.max_download_bytes)


def _under(page: list[object], key: str, what: str) -> list[object]:
    found = page[0].get(key) if page and isinstance(page[0], dict) else None
    if not isinstance(found, list):
        raise BrokenAnswerError(f"{what}: no list under {key!r} in the answer; nothing of this slice counts.")
    return found


def _lines(spool: IO[bytes], what: str, limit: int) -> Iterator[tuple[int, bytes]]:
    packed = spool.read(2) == b"\x1f\x8b"
    spool.seek(0)
    file = gzip.GzipFile(fileobj=spool, mode="rb") if packed else spool
    try:
        yield from _elements(file) if _opens_array(file) else _filled(file, what, limit)
    except (EOFError, gzip.BadGzipFile, zlib.error):
        broken = "the packed file is cut off or damaged"
    except orjson.JSONDecodeError:
        broken = "a JSON array that is not whole"
    else:
        return
    raise BrokenAnswerError(f"{what}: {broken}; nothing of this slice counts. Run the run again.")


def _opens_array(file: IO[bytes] | gzip.GzipFile) -> bool:
    start = file.read(64).removeprefix(b"\xef\xbb\xbf").lstrip()
    file.seek(0)
    return start.startswith(b"[")


def _elements(file: IO[bytes] | gzip.GzipFile) -> Iterator[tuple[int, bytes]]:
    for number, element in enumerate(orjson.loads(file.read().removeprefix(b"\xef\xbb\xbf")), start=1):
        yield number, orjson.dumps(element)


def _filled(file: IO[bytes] | gzip.GzipFile, what: str, limit: int) -> Iterator[tuple[int, bytes]]:
    total = 0
    for number, line in enumerate(file, start=1):
        total += len(line)
        if total > limit:
            raise BrokenAnswerError(f"{what}: unpacks to more than {limit:,} bytes; stopped reading.")
        text = line.removeprefix(b"\xef\xbb\xbf").strip() if number == 1 else line.strip()
        if text:
            yield number, text
