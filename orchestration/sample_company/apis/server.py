"""A loopback server that answers for all of the sample company's tools at one instant.

`serve(world, as_of)` yields the addresses; setting `as_of` on what it yields plays the next run. Nothing that
happened at or after `as_of` shows in any answer.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Protocol
from urllib.parse import parse_qs, urlsplit

from orchestration.sample_company.apis.anthropic import Anthropic
from orchestration.sample_company.apis.base import Answer, Request
from orchestration.sample_company.apis.copilot import Copilot
from orchestration.sample_company.apis.github import GitHub
from orchestration.sample_company.apis.pagerduty import PagerDuty
from orchestration.sample_company.world.company import World

DOWN = Answer(500, {"message": "Internal Server Error"}, headers={"Retry-After": "0"})
"""It asks for no pause, so that whoever tries again need not wait."""


class Tool(Protocol):
    def answer(self, request: Request) -> Answer: ...


@dataclass
class Addresses:
    """Where the tools answer, and for which instant they do. A tool that is `down` answers nothing but an error."""

    root: str
    downloads: str
    as_of: datetime
    down: frozenset[str] = frozenset()

    @property
    def github(self) -> str:
        return f"{self.root}/github"

    @property
    def copilot(self) -> str:
        return f"{self.root}/copilot"

    @property
    def anthropic(self) -> str:
        return f"{self.root}/anthropic"

    @property
    def pagerduty(self) -> str:
        return f"{self.root}/pagerduty"


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    tools: Mapping[str, Tool]
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
                          f"{addresses.root}/{tool}", addresses.downloads, addresses.as_of)  # fmt: skip
        handler = self.server.tools.get(tool)
        found = handler.answer(request) if handler else Answer(404, {"message": "Not Found"})
        self._send(DOWN if tool in addresses.down else found)

    def _send(self, answer: Answer) -> None:
        is_text = answer.text is not None
        content = b"" if answer.status == 204 else (answer.text or json.dumps(answer.value)).encode()
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/x-ndjson" if is_text else "application/json; charset=utf-8")
        if answer.status != 204:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Silence: every request would be a line on the terminal."""


def _start(tools: Mapping[str, Tool]) -> tuple[_Server, str]:
    server = _Server(("127.0.0.1", 0), _Handler)
    server.tools = tools
    threading.Thread(target=server.serve_forever, args=(0.05,), name="sample-company", daemon=True).start()
    return server, f"http://127.0.0.1:{server.server_address[1]}"


@contextmanager
def serve(world: World, as_of: datetime | None = None) -> Iterator[Addresses]:
    """Answer on two ephemeral ports of 127.0.0.1 as the tools would have at `as_of` (default: the last run).

    Signed downloads have an origin of their own, as in the real world: a credential must not follow them there.
    """
    copilot = Copilot(world)
    api, root = _start({"github": GitHub(world), "copilot": copilot, "anthropic": Anthropic(world),
                        "pagerduty": PagerDuty(world)})  # fmt: skip
    files, downloads = _start({"signed": copilot})
    api.addresses = files.addresses = Addresses(root, downloads, as_of or world.end)
    try:
        yield api.addresses
    finally:
        for server in (api, files):
            server.shutdown()
            server.server_close()
