"""The map: the more cutouts, the smaller the points."""

from __future__ import annotations

import holoviews as hv
import pytest

from hubble_dash.viewer.plots.map_view import map_view


@pytest.mark.parametrize(("n", "size"), [(0, 7), (499, 7), (500, 6), (1_000_000, 4)])
def test_points_are_smaller_where_there_are_more(n: int, size: int) -> None:
    points = map_view(n).get(0)
    assert hv.Store.lookup_options("bokeh", points, "style").kwargs["size"] == size
