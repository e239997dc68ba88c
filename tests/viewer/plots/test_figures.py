"""The figures of a page: as HoloViews renders them, and nothing of one page is another's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import is_dataclass
from typing import Any

import holoviews as hv
import numpy as np
import pytest
from bokeh.document import Document
from bokeh.io.doc import patch_curdoc
from bokeh.models import GlyphRenderer, Model

from hubble_dash.viewer.plots import figures
from hubble_dash.viewer.plots.figures import empty_figures
from hubble_dash.viewer.plots.image_view import image_view
from hubble_dash.viewer.plots.map_view import map_view, point_size
from hubble_dash.viewer.plots.sky_view import sky_view

FEW = 100


def assert_alike(found: Any, expected: Any, seen: set[int]) -> None:
    """Compare two models in all that they have but ids, and all that they refer to."""
    if isinstance(expected, Model):
        assert type(found) is type(expected)
        if id(expected) not in seen:
            seen.add(id(expected))
            parts = found.properties_with_values()
            assert_alike(parts, expected.properties_with_values(), seen)
    elif isinstance(expected, dict):
        assert found.keys() == expected.keys()
        for name in expected:
            assert_alike(found[name], expected[name], seen)
    elif is_dataclass(expected):
        assert type(found) is type(expected)
        assert_alike(vars(found), vars(expected), seen)
    elif isinstance(expected, (list, tuple)):
        assert len(found) == len(expected)
        for one, other in zip(found, expected, strict=True):
            assert_alike(one, other, seen)
    else:
        np.testing.assert_equal(found, expected)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "view"),
    [("hd-map", lambda: map_view(point_size(FEW))), ("hd-image", image_view), ("hd-sky", sky_view)],
)
def test_a_figure_is_as_holoviews_renders_it(name: str, view: Callable[[], hv.Overlay]) -> None:
    seen: set[int] = set()
    assert_alike(empty_figures(FEW, has_sky=True)[name], hv.render(view()), seen)
    assert len(seen) > 30


def test_without_positions_there_is_no_sky() -> None:
    assert set(empty_figures(FEW, has_sky=False)) == {"hd-map", "hd-image"}


def test_what_renders_them_stays_with_no_session() -> None:
    session = Document()
    with patch_curdoc(session):
        figures._rendered.__wrapped__(image_view)
    assert session.session_destroyed_callbacks == set()


def test_pages_have_no_model_in_common() -> None:
    pages = [
        {model.id: model for figure in empty_figures(FEW, has_sky=True).values()
         for model in figure.select({"type": Model})}
        for _ in range(2)
    ]  # fmt: skip
    assert len(pages[0]) == len(pages[1]) > FEW
    assert not pages[0].keys() & pages[1].keys()


def test_figures_of_one_page_go_into_one_document_and_others_into_another() -> None:
    documents = [Document(), Document()]
    for document in documents:
        for figure in empty_figures(FEW, has_sky=True).values():
            document.add_root(figure)
    first, second = (document.select_one({"name": "hd-map"}) for document in documents)
    first.x_range.start = -5.0
    points = documents[0].select_one({"name": "hd-map-points"})
    points.data = {"x": [1.0], "y": [2.0], "color": ["red"], "line": ["red"]}
    points.selected.indices = [3]
    assert second.x_range.start == 0
    other = documents[1].select_one({"name": "hd-map-points"})
    assert list(other.data["x"]) == []
    assert other.selected.indices == []


def test_what_is_hovered_or_selected_is_drawn_apart_from_the_points() -> None:
    made = empty_figures(FEW, has_sky=True)
    levels = {
        shown.data_source.name: shown.level
        for figure in made.values()
        for shown in figure.select({"type": GlyphRenderer})
    }
    marks = {name for name, level in levels.items() if level == "overlay"}
    parts = ("nine", "numbers", "selected", "hovered")
    assert marks == {f"{name}-{part}" for name in made for part in parts} | {"hd-map-lines"}
    assert {"hd-map-points", "hd-sky-points"} <= levels.keys() - marks
