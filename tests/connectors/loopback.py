"""A tool on loopback: a real HTTP server for the connectors' tests, which pages, throttles and fails on demand.

    with Loopback() as tool:
        tool.route("GET", "/items", lambda ask: reply([{"id": 1}]))
        tool.fault(2, throttled(retry_after="3"))          # the second request of all
        client(tool.url, bearer(SecretStr("secret")), quiet()).get_json("/items")
    assert tool.log[0].headers["authorization"] == "Bearer secret"

Routes are callables from `Ask` to `Reply`; faults are replies that take the place of the route's for one request
number. Nothing waits: `quiet()` is a retry policy whose sleep only records the pause.
"""

from __future__ import annotations

import json
import socket
import struct
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from orchestration.connectors._http import RetryPolicy

DATE = "Tue, 17 Nov 2026 03:00:00 GMT"
EPOCH = 1794884400


@dataclass(frozen=True)
class Ask:
    """One request as the server met it; header names in lower case."""

    number: int
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Reply:
    """`cut` drops that many bytes of the body, `stall` lets the rest never come, `reset` breaks the connection."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: int = 0
    stall: bool = False
    reset: bool = False


Route = Callable[[Ask], Reply]


def reply(content: object, status: int = 200, **headers: str) -> Reply:
    """JSON; header names are given with underscores: `reply([], x_ratelimit_remaining="5")`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, json.dumps(content).encode(), {"content-type": "application/json", **named})


def throttled(retry_after: str | None = None, status: int = 429, message: str = "slow down") -> Reply:
    return reply({"message": message}, status, **({"retry_after": retry_after} if retry_after else {}))


def secondary_limit(retry_after: str | None = None) -> Reply:
    """GitHub's 403 that is a rate limit and not a missing permission."""
    return throttled(retry_after, 403, "You have exceeded a secondary rate limit. Please wait.")


def used_up(resets_in: int) -> Reply:
    """GitHub's primary limit: nothing left until an epoch."""
    return reply(
        {"message": "API rate limit exceeded"},
        403,
        x_ratelimit_remaining="0",
        x_ratelimit_reset=str(EPOCH + resets_in),
    )


def forbidden(message: str = "Resource not accessible by personal access token") -> Reply:
    return reply({"message": message}, 403, x_ratelimit_remaining="4999")


def failing(status: int = 502) -> Reply:
    return Reply(status, b"<html>bad gateway</html>", {"content-type": "text/html"})


def reset() -> Reply:
    """The connection is reset before any answer."""
    return Reply(reset=True)


def truncated(content: object, cut: int = 5) -> Reply:
    """A full Content-Length and fewer bytes."""
    whole = reply(content)
    return Reply(whole.status, whole.body, whole.headers, cut=cut)


def half_json(content: object) -> Reply:
    """An honest length around JSON that ends in the middle."""
    whole = reply(content)
    return Reply(whole.status, whole.body[: len(whole.body) // 2], whole.headers)


def stalled(content: object) -> Reply:
    """A chunk that never ends: the socket stays open and silent."""
    whole = reply(content)
    return Reply(whole.status, whole.body, whole.headers, stall=True)


def empty(status: int = 204) -> Reply:
    return Reply(status)


def linked(pages: list[object], path: str, rotate: Callable[[int], str] | None = None) -> Route:
    """A route over `pages` whose `Link` header names the next; `rotate(page)` may name another path each time."""

    def route(ask: Ask) -> Reply:
        number = int(ask.query.get("page", "1"))
        target = rotate(number + 1) if rotate else f"{path}?page={number + 1}"
        link = {"link": f'<http://{ask.headers["host"]}{target}>; rel="next"'} if number < len(pages) else {}
        return reply(pages[number - 1], **link)

    return route


def quiet(pauses: list[float] | None = None, **changes: Any) -> RetryPolicy:
    """A retry policy that never sleeps; `pauses` collects the pauses, jitter is always 1."""
    collected = [] if pauses is None else pauses
    settings: dict[str, Any] = {"sleep": collected.append, "jitter": lambda: 1.0, "read_seconds": 5.0}
    return RetryPolicy(**{**settings, **changes})


class Server(ThreadingHTTPServer):
    """A client that hangs up is part of the tests and no error worth printing."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class Loopback:
    """The server, as a context manager on an ephemeral port of 127.0.0.1."""

    def __init__(self) -> None:
        self.log: list[Ask] = []
        self.routes: dict[tuple[str, str], Route] = {}
        self.faults: dict[int, Reply] = {}
        self._lock = threading.Lock()
        self._over = threading.Event()
        tool = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # else each body waits 40 ms for the acknowledgement of its headers

            def do_GET(self) -> None:
                tool._serve(self)

            def do_POST(self) -> None:
                tool._serve(self)

            def log_message(self, format: str, *args: object) -> None:
                return

        self._server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._server.shutdown()
        self._server.server_close()

    def route(self, method: str, path: str, answer: Route) -> None:
        """A path that ends in `*` answers for everything below it."""
        self.routes[method, path] = answer

    def fault(self, number: int, answer: Reply) -> None:
        """Let request `number` (from 1, over all paths) meet `answer` in place of its route."""
        self.faults[number] = answer

    def asked(self, path: str) -> list[Ask]:
        return [ask for ask in self.log if ask.path == path]

    def _serve(self, handler: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(handler.path)
        body = handler.rfile.read(int(handler.headers.get("content-length") or 0))
        headers = {name.lower(): value for name, value in handler.headers.items()}
        with self._lock:
            ask = Ask(len(self.log) + 1, handler.command, parts.path, dict(parse_qsl(parts.query)), headers, body)
            self.log.append(ask)
        answer = self.faults.get(ask.number) or self._routed(ask)
        with suppress(OSError):
            self._send(handler, answer)

    def _routed(self, ask: Ask) -> Reply:
        exact = self.routes.get((ask.method, ask.path))
        below = [
            route
            for (method, path), route in self.routes.items()
            if method == ask.method and path.endswith("*") and ask.path.startswith(path[:-1])
        ]
        chosen = exact or (below[0] if below else None)
        return chosen(ask) if chosen else reply({"message": "Not Found"}, 404)

    def _send(self, handler: BaseHTTPRequestHandler, answer: Reply) -> None:
        if answer.reset:
            linger = struct.pack("ii", 1, 0)
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            handler.close_connection = True
            handler.connection.close()
            return
        handler.send_response_only(answer.status)
        for name, value in {"date": DATE, **answer.headers}.items():
            handler.send_header(name, value)
        if answer.status != 204:
            handler.send_header("content-length", str(len(answer.body)))
        handler.end_headers()
        handler.wfile.write(answer.body[: len(answer.body) // 2 if answer.stall else len(answer.body) - answer.cut])
        handler.wfile.flush()
        if answer.stall:
            self._over.wait(30)
        if answer.stall or answer.cut:
            handler.close_connection = True
