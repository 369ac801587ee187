"""A loopback server for all fake tools of the sample company at one instant.

`serve(world, as_of)` yields the addresses; set `as_of` on them to move to the next run. Nothing that happened at
or after `as_of` shows in any answer.
"""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from orchestration.sample_company.apis import TOOLS
from orchestration.sample_company.apis.base import Answer, Api, Request
from orchestration.sample_company.world.company import World

DOWN = Answer(500, {"message": "Internal Server Error"}, headers={"Retry-After": "0"})
"""Without a pause before the next try, so that a test with retries does not wait."""


@dataclass
class Addresses:
    """Where the tools answer and for which instant.

    down: names of tools that answer every request with an error.
    max_page, is_endless: see Request.
    answering: what becomes of each answer on its way, such as a fault in its place.
    log: the requests so far.
    """

    root: str
    downloads: str
    as_of: datetime
    down: frozenset[str] = frozenset()
    max_page: int | None = None
    is_endless: bool = False
    answering: Callable[[Request, Answer], Answer] = lambda request, answer: answer
    log: list[Request] = field(default_factory=list)

    def of(self, tool: str) -> str:
        """The base address of one tool, by its name in `TOOLS`."""
        return f"{self.root}/{tool}"


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    tools: Mapping[str, Api]
    addresses: Addresses


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else each body waits 40 ms for the acknowledgement of its headers
    server: _Server

    def do_GET(self) -> None:
        self._reply({})

    def do_POST(self) -> None:
        self._reply(json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"{}"))

    def _reply(self, body: Mapping[str, object]) -> None:
        parts = urlsplit(self.path)
        _, tool, *rest = parts.path.split("/")
        headers = {name.lower(): value for name, value in self.headers.items()}
        addresses = self.server.addresses
        request = Request(self.command, "/" + "/".join(rest), parse_qs(parts.query), headers, body,
                          f"{addresses.root}/{tool}", addresses.downloads, addresses.as_of, addresses.max_page,
                          addresses.is_endless)  # fmt: skip
        addresses.log.append(request)
        handler = self.server.tools.get(tool)
        found = handler.answer(request) if handler else Answer(404, {"message": "Not Found"})
        self._send(DOWN if tool in addresses.down else addresses.answering(request, found))

    def _send(self, answer: Answer) -> None:
        if answer.is_reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            self.close_connection = True
            return
        is_text = answer.text is not None
        content = b"" if answer.status == 204 else (answer.text or json.dumps(answer.value)).encode()
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/x-ndjson" if is_text else "application/json; charset=utf-8")
        if answer.status != 204:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[: len(content) - answer.cut])
        self.close_connection |= answer.cut > 0

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: every request would be a line on the terminal."""


def _start(tools: Mapping[str, Api]) -> tuple[_Server, str]:
    server = _Server(("127.0.0.1", 0), _Handler)
    server.tools = tools
    threading.Thread(target=server.serve_forever, args=(0.05,), name="sample-company", daemon=True).start()
    return server, f"http://127.0.0.1:{server.server_address[1]}"


@contextmanager
def serve(world: World, as_of: datetime | None = None) -> Iterator[Addresses]:
    """Answer on two free ports of 127.0.0.1 as the tools do at `as_of` (default: the last run).

    Signed downloads have an origin of their own, as at the real tool: no credential may be sent there.
    """
    apis = {tool.name: tool.api(world) for tool in TOOLS}
    api, root = _start(apis)
    files, downloads = _start({"signed": apis["copilot"]})
    api.addresses = files.addresses = Addresses(root, downloads, as_of or world.end)
    try:
        yield api.addresses
    finally:
        for server in (api, files):
            server.shutdown()
            server.server_close()
