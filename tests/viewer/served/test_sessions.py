"""Sessions of a server: what they share, what each has alone, and that nothing of them stays."""

from __future__ import annotations

import gc
import time
import weakref
from typing import Any

import panel as pn
import pytest
from bokeh.document import Document
from bokeh.models import Plot
from helpers.served import MOST_INSIDE, Served

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.viewer.page import Page
from hubble_dash.viewer.served.server import Dashboard, dashboard

# Sessions that nobody uses are over after so long, in milliseconds.
SOON = {"unused_session_lifetime_milliseconds": 1, "check_unused_sessions_milliseconds": 10}


def opened(page: Dashboard) -> Document:
    """A session's document, as the server fills it."""
    document = Document()
    page.server_doc(document)
    return document


def test_sessions_share_what_no_visitor_changes(atlas: Atlas) -> None:
    first, second = (opened(dashboard(atlas)) for _ in range(2))
    assert first.template is second.template
    for name in ("payload", "script", "style"):
        assert first.template_variables[name] is second.template_variables[name]


def test_one_dashboard_may_be_shown_to_many(atlas: Atlas) -> None:
    page = dashboard(atlas)
    first, second = opened(page), opened(page)
    names = [root.name for root in first.roots]
    assert names == [root.name for root in second.roots] == ["hd-map", "hd-image", "hd-sky"]
    assert not {root.id for root in first.roots} & {root.id for root in second.roots}


@pytest.mark.slow
@pytest.mark.parametrize("most_inside", [MOST_INSIDE, 1_000_000])
def test_what_one_visitor_does_no_other_sees(atlas: Atlas, most_inside: int) -> None:
    documents = [opened(dashboard(atlas, most_inside=most_inside)) for _ in range(2)]
    before = documents[1].to_json(deferred=False)
    figure = documents[0].select_one({"name": "hd-map"})
    figure.x_range.update(start=-3.0, end=4.0)
    points = documents[0].select_one({"name": "hd-map-points"})
    points.data = {"x": [1.0], "y": [2.0], "color": ["red"], "line": ["red"]}
    points.selected.indices = [0]
    if most_inside == MOST_INSIDE:
        live = documents[0].select_one({"name": "hd-live"})
        live.data = {**live.data, "color": ["own"], "right": [7.0]}
    assert documents[1].to_json(deferred=False) == before


@pytest.mark.slow
def test_nothing_of_a_session_stays(atlas: Atlas, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[weakref.ref[Any]] = []
    figures = Page.figures

    def watched_figures(page: Page) -> dict[str, Plot]:
        found = figures(page)
        made.extend(map(weakref.ref, [*found.values(), pn.state.curdoc]))
        return found

    def watched_page(**options: Any) -> Dashboard:
        page = dashboard(atlas, **options)
        made.append(weakref.ref(page))
        return page

    monkeypatch.setattr(Page, "figures", watched_figures)
    held = [len(pn.state._fake_roots), len(pn.state._views), len(pn.state._templates)]
    pages = {
        "small": lambda: watched_page(),
        "large": lambda: watched_page(most_inside=MOST_INSIDE),
    }
    served = Served(pages, **SOON)
    try:
        for name in pages:
            assert served.get(name)[0] == 200
        assert len(made) == 2 * (1 + 3 + 1)
        end = time.monotonic() + 30
        while any(one() is not None for one in made):
            assert time.monotonic() < end, [type(one()) for one in made]
            time.sleep(0.02)
            gc.collect()
    finally:
        served.stop()
    assert [len(pn.state._fake_roots), len(pn.state._views), len(pn.state._templates)] == held
