"""A tool on loopback that has two items, and clients that are signed for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import SecretStr

from orchestration.connectors._http import Client, bearer, client
from tests.connectors.loopback import Loopback, quiet, reply

SECRET = "ghp_neverInAMessage"
SIGNED = bearer(SecretStr(SECRET))
ITEMS = [{"id": 1}, {"id": 2}]


@contextmanager
def items_tool() -> Iterator[Loopback]:
    with Loopback() as server:
        server.route("GET", "/items", lambda ask: reply(ITEMS))
        yield server


def asked(tool: Loopback, pauses: list[float] | None = None, **changes: object) -> Client:
    return client(tool.url, SIGNED, quiet(pauses, **changes))
