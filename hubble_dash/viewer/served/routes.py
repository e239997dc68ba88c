"""What a server gets beside the page that Panel serves: the data of large atlases, and a guard."""

from __future__ import annotations

import gc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from weakref import WeakSet

import numpy as np
from bokeh.document import Document
from bokeh.server.contexts import ApplicationContext
from bokeh.server.tornado import BokehTornado
from bokeh.server.views.auth_request_handler import AuthRequestHandler
from tornado.ioloop import IOLoop
from tornado.web import HTTPError, authenticated, stream_request_body

from hubble_dash.errors import AtlasError, ImageError
from hubble_dash.viewer.data.compared import like_answer
from hubble_dash.viewer.data.schema import MOST_AVERAGED, LikeAnswer
from hubble_dash.viewer.guarded.guard import (
    Hosts,
    allowed_origins,
    guard,
    is_from_own_page,
    without_port,
)
from hubble_dash.viewer.guarded.headers import add_headers
from hubble_dash.viewer.guarded.log import keep_log_short
from hubble_dash.viewer.served.builds import shared_by_key
from hubble_dash.viewer.served.shared import ROUTE, WORKERS
from hubble_dash.viewer.served.uploads import GuestHandler

__all__ = ["is_asked_by_stranger", "prepare_server", "prepare_server_of"]

# A browser that has not answered for so long is let go of, and its session soon after: a laptop
# that is shut closes nothing.
PING_S = 30.0

# The address holds a key that changes with the atlas, so that what it names never changes.
CACHE = "private, max-age=31536000, immutable"

# Images are read one at a time, which may take seconds; others are answered in the meantime.
_READERS = ThreadPoolExecutor(4, thread_name_prefix="hubble-dash-tiles")

# Of what a page sends that asks what is like some of its cutouts.
MAX_ROWS_SENT = 4 * MOST_AVERAGED

# Servers that are prepared, and the applications that are dashboards; others are left alone.
_servers: WeakSet[BokehTornado] = WeakSet()
_ours: WeakSet[ApplicationContext] = WeakSet()


class _DataHandler(AuthRequestHandler):  # type: ignore[misc]  # bokeh is untyped
    """Answers with what a worker makes; whoever may see the page may see its data."""

    def set_default_headers(self) -> None:
        # A script may be loaded from any site; these hold data.
        self.set_header("Cross-Origin-Resource-Policy", "same-origin")

    def compute_etag(self) -> str:
        return f'"{"-".join(self.path_args)}"'

    async def answer(
        self, kind: str, make: Callable[[], str | bytes], workers: ThreadPoolExecutor = WORKERS
    ) -> None:
        self.set_etag_header()
        self.set_header("Cache-Control", CACHE)
        if self.check_etag_header():
            self.set_status(304)
            return
        try:
            made = await IOLoop.current().run_in_executor(workers, make)
        except LookupError as err:
            raise HTTPError(404, str(err)) from err
        except AtlasError as err:
            # What is said here goes into the log, not to the browser.
            raise HTTPError(500, str(err)) from err
        self.set_header("Content-Type", kind)
        self.write(made)


class PieceHandler(_DataHandler):
    """Answers ``data/<kind>/<number>.js``."""

    @authenticated
    async def get(self, key: str, kind: str, number: str) -> None:
        """Answer with a piece, by the atlas's key, the kind and the number."""
        await self.answer(
            "text/javascript; charset=utf-8", lambda: shared_by_key(key).piece(kind, int(number))
        )


class ThumbnailHandler(_DataHandler):
    """Answers ``thumbnails/<row>.webp``."""

    @authenticated
    async def get(self, key: str, row: str) -> None:
        """Answer with a thumbnail, by the atlas's key and the row."""
        await self.answer("image/webp", lambda: shared_by_key(key).thumbnails.webp(int(row)))


class SkyTileHandler(_DataHandler):
    """Answers ``sky-tiles/<z>/<x>-<y>.png``."""

    @authenticated
    async def get(self, key: str, z: str, x: str, y: str) -> None:
        """Answer with a tile of the sky, by the atlas's key and the tile's level and place."""
        await self.answer("image/png", lambda: shared_by_key(key).sky_tiles[f"{z}/{x}/{y}"])


class DeepHandler(_DataHandler):
    """Answers ``deep/<number>.jpg``, or says in plain text why the image cannot be had."""

    @authenticated
    async def get(self, key: str, number: str) -> None:
        """Answer with a tile of a parent image, by the atlas's key and the number."""
        try:
            await self.answer("image/jpeg", lambda: _tile(key, int(number)), _READERS)
        except ImageError as err:
            self.clear_header("Etag")
            self.set_header("Cache-Control", "no-store")  # the file may come back
            self.set_status(410)
            self.set_header("Content-Type", "text/plain; charset=utf-8")
            self.finish(f"{err.reason}\n")


def _tile(key: str, number: int) -> bytes:
    tiles = shared_by_key(key).tiles
    if tiles is None:
        raise LookupError("this page has no tiles")
    return tiles.jpeg(number)


@stream_request_body
class LikeHandler(_DataHandler):
    """Answers ``like/<n>``: rows come in, those most like the mean of them go out.

    Rows are four bytes each, little-endian, since of JSON a list of them is twice as long.
    """

    def initialize(self) -> None:
        self._sent = bytearray()

    def check_xsrf_cookie(self) -> None:
        """Nothing is changed, and where it comes from is looked at when it is here."""

    def data_received(self, chunk: bytes) -> None:
        """Keep what is sent; of what is too long so much that one sees it."""
        self._sent += chunk[: MAX_ROWS_SENT + 1 - len(self._sent)]

    @authenticated
    async def post(self, key: str, n: str) -> None:
        """Answer with a `LikeAnswer` as JSON, by the atlas's key and how many are wanted."""
        self.set_header("Cache-Control", "no-store")
        if not is_from_own_page(self.request, allowed_origins(self.application)):
            self._refuse(403, "Only pages of this server may ask.")
            return
        try:
            found = await IOLoop.current().run_in_executor(WORKERS, self._found, key, int(n))
        except LookupError as err:
            self._refuse(404, str(err))
        except ValueError as err:
            self._refuse(400, str(err))
        except AtlasError as err:
            raise HTTPError(500, str(err)) from err  # as above
        else:
            self.write(found)

    def _found(self, key: str, n: int) -> LikeAnswer:
        if len(self._sent) > MAX_ROWS_SENT or len(self._sent) % 4:
            raise ValueError(f"rows are four bytes each, and {MOST_AVERAGED:,} at most")
        rows = np.frombuffer(bytes(self._sent), "<i4").astype(np.int32)
        return like_answer(shared_by_key(key).atlas, rows, n)

    def _refuse(self, status: int, why: str) -> None:
        self.set_status(status)
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish(f"{why}\n")


# Wherever the page stands, below a prefix or with a slash at its end, its relative addresses fit.
_PATTERNS = [
    (rf".*/{ROUTE}/([0-9a-f]{{16}})/data/([a-z-]{{1,20}})/([0-9]{{1,9}})\.js", PieceHandler),
    (rf".*/{ROUTE}/([0-9a-f]{{16}})/deep/([0-9]{{1,9}})\.jpg", DeepHandler),
    (rf".*/{ROUTE}/([0-9a-f]{{16}})/like/([0-9]{{1,9}})", LikeHandler),
    (rf".*/{ROUTE}/([0-9a-f]{{16}})/guest/((?:[a-z0-9]{{1,8}}\.)?[a-z0-9]{{0,8}})", GuestHandler),
    (rf".*/{ROUTE}/([0-9a-f]{{16}})/thumbnails/([0-9]{{1,9}})\.webp", ThumbnailHandler),
    (
        rf".*/{ROUTE}/([0-9a-f]{{16}})/sky-tiles/([0-9])/([0-9]{{1,3}})-([0-9]{{1,3}})\.png",
        SkyTileHandler,
    ),
]


def prepare_server(
    server: BokehTornado, *, address: str | None = None, ping_s: float = PING_S
) -> None:
    """Make a server whose only purpose is a dashboard answer with its data, and nobody unknown.

    Parameters
    ----------
    server : bokeh.server.tornado.BokehTornado
        The server.
    address : str, optional
        The address that it listens at, as it was told; else it may be any.
    ping_s : float
        Seconds after which a browser is asked whether it is there, and in which it must answer.
    """
    _ours.update(server.applications.values())
    _prepare(server, address, ping_s)


def _prepare(server: BokehTornado, address: str | None = None, ping_s: float = PING_S) -> None:
    if server in _servers:
        return
    _servers.add(server)
    server.add_handlers(r".*", _PATTERNS)
    # Bokeh asks whether a browser is there, and does not mind that none answers.
    server.settings.setdefault("websocket_ping_interval", ping_s)
    server.settings.setdefault("websocket_ping_timeout", ping_s)
    origins = allowed_origins(server)
    concerns = partial(_is_ours, server)
    guard(server, Hosts(origins, address), concerns)
    add_headers(server, origins, concerns)
    keep_log_short()


def _is_ours(server: BokehTornado, path: str) -> bool:
    """Say whether a path is that of a dashboard, or of no application that may be another's."""
    if f"/{ROUTE}/" in path or all(one in _ours for one in server.applications.values()):
        return True
    above = [
        url
        for url in server.applications
        if f"{path}/".startswith(f"{server.prefix}{url}".rstrip("/") + "/")
    ]
    return bool(above) and server.applications[max(above, key=len)] in _ours


def prepare_server_of(document: Document) -> None:
    """Prepare the server of a session, which ``panel serve`` has started.

    Parameters
    ----------
    document : bokeh.document.Document
        The session's; where no server runs yet, as under ``panel serve --warm``, nothing is done.

    Notes
    -----
    ``panel serve`` runs a script in a server that is up already, and does not let it name the
    server or add addresses to it; so servers are looked for among the process's objects. That
    takes some 50 ms, once a server.
    """
    session = document.session_context
    if session is None or session.server_context is None:
        return
    application = session.server_context.application_context
    if application in _ours:
        return
    _ours.add(application)
    # By type: isinstance would ask each object for its class, and some answer with a warning.
    for server in [found for found in gc.get_objects() if issubclass(type(found), BokehTornado)]:
        _prepare(server)


def is_asked_by_stranger(document: Document) -> bool:
    """Say whether a session was begun under a host that its server does not know.

    Parameters
    ----------
    document : bokeh.document.Document
        The session's. Only the first of a server under ``panel serve`` can be: it was let in before
        there was anything here that could refuse it.
    """
    session = document.session_context
    request = None if session is None else session.request
    if request is None or session.server_context is None:
        return False
    host = next((v for k, v in request.headers.items() if k.lower() == "host"), "localhost")
    servers = [
        server
        for server in _servers
        if session.server_context.application_context in server.applications.values()
    ]
    return not all(Hosts(allowed_origins(server)).has(without_port(host)) for server in servers)
