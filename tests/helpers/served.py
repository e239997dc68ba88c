"""A server in the tests' own process, and what is asked of it."""

from __future__ import annotations

import asyncio
import http.client
import json
import re
import threading
from collections.abc import Callable
from typing import Any

from bokeh.client import ClientSession
from bokeh.server.server import Server
from bokeh.server.tornado import BokehTornado
from panel.io.server import get_server

# Small enough that every atlas of the tests counts as a large one.
MOST_INSIDE = 10


class Served:
    """A server in a thread, below a prefix, and what is asked of it."""

    def __init__(
        self,
        pages: dict[str, Any],
        *,
        prepare: Callable[[BokehTornado], None] | None = None,
        **options: Any,
    ) -> None:
        self._pages, self._prepare, self._options = pages, prepare, options
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert self._started.wait(60)

    def _run(self) -> None:
        asyncio.set_event_loop(asyncio.new_event_loop())
        self._server: Server = get_server(
            self._pages, port=0, prefix="behind/a/proxy", **self._options
        )
        if self._prepare is not None:
            self._prepare(self._server._tornado)
        self._server.start()
        self.port = self._server.port
        self._server.io_loop.add_callback(self._started.set)
        self._server.io_loop.start()
        self._server.io_loop.close()

    def stop(self) -> None:
        self._server.io_loop.add_callback(self._server.stop)
        self._server.io_loop.add_callback(self._server.io_loop.stop)
        self._thread.join(20)
        assert not self._thread.is_alive()

    def url(self, path: str) -> str:
        return f"http://localhost:{self.port}/behind/a/proxy/{path}"

    def get(self, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
        return self.ask("GET", path, None, **headers)

    def post(self, path: str, body: bytes, **headers: str) -> tuple[int, dict[str, str], bytes]:
        """Post as a page of the server does, whose browser names it."""
        return self.ask("POST", path, body, **{"Origin": self.origin, **headers})

    @property
    def origin(self) -> str:
        return f"http://localhost:{self.port}"

    def ask(
        self, method: str, path: str, body: bytes | None, **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection("localhost", self.port, timeout=60)
        connection.request(method, f"/behind/a/proxy/{path}", body, headers)
        answer = connection.getresponse()
        names = {name.lower() for name, _ in answer.getheaders()}
        given = {name: "\n".join(answer.headers.get_all(name, ())) for name in names}
        found = answer.status, given, answer.read()
        connection.close()
        return found

    def models(self, session: ClientSession, *names: str) -> list[Any]:
        """The server's own models of a session."""
        document = self._server.get_session("/nebulae", session.id).document
        return [document.select_one({"name": name}) for name in names]


def index_of(served: Served, name: str) -> dict[str, Any]:
    """The index of a page."""
    status, _, page = served.get(name)
    assert status == 200
    return index_in(page)


def index_in(page: bytes) -> dict[str, Any]:
    """The index that stands in a page."""
    found = re.search(rb'id="hd-data">(.*?)</script>', page)
    assert found is not None
    index: dict[str, Any] = json.loads(found[1])
    return index
