"""Pages with empty plots, for tests of all that is around them: HoloViews takes a second."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from bokeh.models import ColumnDataSource, Plot, Scatter

from hubble_dash.viewer import page


@contextmanager
def empty_plots() -> Iterator[None]:
    """Give pages plots of the right names, each of no points."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(page, "empty_figures", _plain_figures)
        yield


def _plain_figures(_n: int, *, has_sky: bool) -> dict[str, Plot]:
    names = ["hd-map", "hd-image", *(["hd-sky"] if has_sky else [])]
    return {name: _plain(name) for name in names}


def _plain(name: str) -> Plot:
    plot = Plot(name=name)
    plot.add_glyph(ColumnDataSource({"x": [], "y": []}), Scatter())
    return plot
