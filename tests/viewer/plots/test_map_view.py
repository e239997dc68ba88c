"""The map: the more cutouts, the smaller the points."""

from __future__ import annotations

import pytest

from hubble_dash.viewer.plots.map_view import point_size


@pytest.mark.parametrize(("n", "size"), [(0, 7), (499, 7), (500, 6), (1_000_000, 4)])
def test_points_are_smaller_where_there_are_more(n: int, size: int) -> None:
    assert point_size(n) == size
