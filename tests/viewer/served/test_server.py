"""A large atlas served: its data over HTTP, one copy for all sessions, the density on demand."""

from __future__ import annotations

import asyncio
import functools
import http.client
import io
import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bokeh.client import ClientSession, pull_session
from bokeh.server.server import Server
from panel.io.server import get_server
from PIL import Image as PillowImage

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.viewer.density.view import Density, View
from hubble_dash.viewer.served.server import Dashboard, dashboard
from hubble_dash.viewer.served.shared import share, shared_by_key

MOST_INSIDE = 10


class Served:
    """A server in a thread, below a prefix, and what is asked of it."""

    def __init__(self, pages: dict[str, Any]) -> None:
        self._pages = pages
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert self._started.wait(60)

    def _run(self) -> None:
        asyncio.set_event_loop(asyncio.new_event_loop())
        self._server: Server = get_server(self._pages, port=0, prefix="behind/a/proxy")
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
        connection = http.client.HTTPConnection("localhost", self.port, timeout=60)
        connection.request("GET", f"/behind/a/proxy/{path}", headers=headers)
        answer = connection.getresponse()
        found = answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()
        connection.close()
        return found

    def models(self, session: ClientSession, *names: str) -> list[Any]:
        """The server's own models of a session."""
        document = self._server.get_session("/nebulae", session.id).document
        return [document.select_one({"name": name}) for name in names]


@pytest.fixture(scope="module")
def served(atlas: Atlas, flipped_atlas: Atlas) -> Iterator[Served]:
    server = Served(
        {
            "nebulae": lambda: dashboard(atlas, most_inside=MOST_INSIDE),
            "flipped": lambda: dashboard(flipped_atlas, most_inside=MOST_INSIDE, title="Other"),
        }
    )
    yield server
    server.stop()


@pytest.fixture(scope="module")
def base(served: Served) -> str:
    """Where the data of the first atlas are; a page takes a second."""
    found: str = index_of(served, "nebulae")["base"]
    return found


def index_of(served: Served, name: str) -> dict[str, Any]:
    status, _, page = served.get(name)
    assert status == 200
    found = re.search(rb'id="hd-data">(.*?)</script>', page)
    assert found is not None
    index: dict[str, Any] = json.loads(found[1])
    return index


def test_the_page_says_where_its_data_are(served: Served, atlas: Atlas) -> None:
    index = index_of(served, "nebulae")
    assert index["live"] is True
    assert "pieces" not in index
    assert re.fullmatch(r"hubble-dash/[0-9a-f]{16}/", index["base"])
    size = atlas.sheet_layout.size
    assert index["thumbnails"] == {
        "size": size, "columns": 1, "rows": 1, "by": "row", "url": "thumbnails/{piece}.webp",
    }  # fmt: skip


def test_every_piece_is_there(served: Served, base: str, atlas: Atlas) -> None:
    pieces = share(atlas).pieces
    for kind, count in pieces.kinds().items():
        for number in range(count):
            status, headers, body = served.get(f"{base}data/{kind}/{number}.js")
            assert status == 200
            assert headers["content-type"] == "text/javascript; charset=utf-8"
            text = body.decode()
            start = f'hubbleDash.piece("{kind}/{number}",'
            assert text.startswith(start)
            assert text.endswith(");")
            made = json.loads(json.dumps(pieces.make(kind, number)))
            assert json.loads(text[len(start) : -2]) == made


def test_thumbnails_are_those_of_the_sheets(served: Served, base: str, atlas: Atlas) -> None:
    layout = atlas.sheet_layout
    for row in (0, 1, layout.columns, len(atlas) - 1):
        status, headers, body = served.get(f"{base}thumbnails/{row}.webp")
        assert (status, headers["content-type"]) == (200, "image/webp")
        with PillowImage.open(io.BytesIO(body)) as picture:
            shown = np.asarray(picture.convert("RGB"), float)
        with PillowImage.open(atlas.sheet_path(row // layout.per_sheet)) as sheet:
            down, across = divmod(row % layout.per_sheet, layout.columns)
            left, top = layout.size * across, layout.size * down
            box = (left, top, left + layout.size, top + layout.size)
            expected = np.asarray(sheet.convert("RGB").crop(box), float)
        assert shown.shape == (layout.size, layout.size, 3)
        # compressed a second time
        assert np.abs(shown - expected).mean() < 3


@pytest.mark.parametrize(
    "path",
    [
        "data/map/1.js", "data/map/999999999.js", "data/nothing/0.js", "data/map/-1.js",
        "data/map/0.json", "data/__class__/0.js", "data/../../app.py", "data/map/..%2f0.js",
        "data/%2e%2e/0.js", "thumbnails/100000.webp", "thumbnails/x.webp", "thumbnails/1.png",
        "thumbnails/../manifest.json", "manifest.json", "",
    ],
)  # fmt: skip
def test_nothing_else_is_there(served: Served, base: str, path: str) -> None:
    status, headers, body = served.get(base + path)
    assert status == 404
    assert "immutable" not in headers.get("cache-control", "")
    assert b"piece(" not in body


def test_an_unknown_atlas_is_not_there(served: Served) -> None:
    index_of(served, "nebulae")
    assert served.get(f"hubble-dash/{'0' * 16}/data/map/0.js")[0] == 404
    with pytest.raises(LookupError):
        shared_by_key("0" * 16)


def test_two_atlases_of_one_server_are_told_apart(
    served: Served, atlas: Atlas, flipped_atlas: Atlas
) -> None:
    one, other = index_of(served, "nebulae"), index_of(served, "flipped")
    assert one["base"] != other["base"]
    assert b"<title>Other</title>" in served.get("flipped")[2]
    images = [served.get(f"{index['base']}data/images/0.js")[2] for index in (one, other)]
    for body, shown in zip(images, (atlas, flipped_atlas), strict=True):
        assert len(re.findall(rb'"origin":', body)) == len(shown.images)
    assert b'"lower"' not in images[0]
    assert b'"lower"' in images[1]


def test_a_browser_asks_once(served: Served, base: str) -> None:
    _, first, _ = served.get(f"{base}data/records/0.js")
    assert "immutable" in first["cache-control"]
    status, _, body = served.get(f"{base}data/records/0.js", **{"If-None-Match": first["etag"]})
    assert (status, body) == (304, b"")
    other = served.get(f"{base}thumbnails/0.webp", **{"If-None-Match": first["etag"]})
    assert other[0] == 200
    assert other[1]["etag"] != first["etag"]


def in_a_thread(test: Callable[..., None]) -> Callable[..., None]:
    """Run in a thread: Bokeh's client needs a loop, and Playwright's runs in the main one."""

    @functools.wraps(test)
    def run(*args: Any, **options: Any) -> None:
        with ThreadPoolExecutor(1) as thread:
            thread.submit(test, *args, **options).result()

    return run


def look(session: ClientSession, view: View) -> None:
    """Say to the server what a browser sees."""
    live = session.document.select_one({"name": "hd-live"})
    live.data = {name: [value] for name, value in view._asdict().items()}
    session.force_roundtrip()


def wait_for(condition: Any) -> None:
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end, "the server does not answer"
        time.sleep(0.01)


def lies_at(source: Any, place: list[float]) -> bool:
    """Whether a picture lies at left, bottom, width, height."""
    found = [source.data[name][0] for name in ("x", "y", "dw", "dh")]
    return bool(np.allclose(found, place))


@pytest.mark.parametrize("color", ["count", "own", 0])
@in_a_thread
def test_the_density_follows_the_view(served: Served, atlas: Atlas, color: str | int) -> None:
    shared = share(atlas)
    shared.prepare()
    session = pull_session(url=served.url("nebulae"))
    try:
        figure, renderer = served.models(session, "hd-map", "hd-map-density")
        assert figure.renderers[0] is renderer
        for part in (1.0, 0.5):
            left, right, bottom, top = (part * side for side in shared.index["map"]["extent"])
            view = View(left, right, bottom, top, 60, 40, color)
            look(session, view)
            place = [left, bottom, right - left, top - bottom]
            wait_for(partial(lies_at, renderer.data_source, place))
            shown = renderer.data_source.data["image"][0].view(np.uint8).reshape(40, 60, 4)
            expected = shared.density.picture(view)
            assert expected.any()
            np.testing.assert_array_equal(shown, expected)
        assert renderer.name == "hd-map-density"
    finally:
        session.close()


@in_a_thread
def test_a_drag_does_not_queue_up(
    served: Served, atlas: Atlas, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the views that come while one is being drawn, only the last is drawn."""
    share(atlas).prepare()
    drawn: list[View] = []
    go_on = threading.Event()

    def picture(_: Any, view: View) -> Any:
        drawn.append(view)
        assert go_on.wait(30)
        return np.full((view.height, view.width, 4), 255, np.uint8)

    monkeypatch.setattr(Density, "picture", picture)
    session = pull_session(url=served.url("nebulae"))
    try:
        [source] = served.models(session, "hd-map-density-source")
        views = [View(0.0, 1.0 + i, 0.0, 1.0, 8, 8, "count") for i in range(6)]
        for view in views:
            look(session, view)
            wait_for(lambda: drawn)
        go_on.set()
        wait_for(partial(lies_at, source, [0.0, 0.0, 6.0, 1.0]))
        assert drawn == [views[0], views[-1]]
    finally:
        go_on.set()
        session.close()


def test_a_notebook_says_what_to_do_instead(atlas: Atlas) -> None:
    shown = dashboard(atlas, most_inside=MOST_INSIDE)._repr_mimebundle_()[0]["text/html"]
    assert f"{len(atlas):,} cutouts" in shown
    assert f"hubble-dash serve {atlas.path}" in shown
    assert f"hubble-dash export {atlas.path}" in shown
    assert "<iframe" not in shown
    strange = Atlas(Path("/tmp/<b> & c.atlas"), {**atlas.manifest, "title": "<script>"})
    page = Dashboard.__new__(Dashboard)
    page._atlas = strange
    advice = page._advice()
    assert "<script>" not in advice
    assert "&#x27;/tmp/&lt;b&gt; &amp; c.atlas&#x27;" in advice
