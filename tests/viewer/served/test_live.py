"""The density of the map as a session sees it."""

from __future__ import annotations

import functools
import itertools
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import numpy as np
import pytest
from bokeh.client import ClientSession, pull_session
from helpers.served import Served

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.viewer.density.view import Density, View
from hubble_dash.viewer.served.builds import share


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


@pytest.mark.slow
@in_a_thread
def test_the_density_follows_the_view(served: Served, atlas: Atlas) -> None:
    shared = share(atlas)
    shared.prepare()
    session = pull_session(url=served.url("nebulae"))
    try:
        figure, renderer = served.models(session, "hd-map", "hd-map-density")
        assert figure.renderers[0] is renderer
        for color, part in itertools.product(["count", "own", 0], (1.0, 0.5)):
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


@pytest.mark.usefixtures("plain_page")
@in_a_thread
@pytest.mark.slow
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
