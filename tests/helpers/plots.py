"""Pages with empty plots, for tests of all that is around them: HoloViews takes a second."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
from bokeh.models import ColumnDataSource, Plot, Scatter

from hubble_dash.viewer import page


@contextmanager
def empty_plots() -> Iterator[None]:
    """Give pages plots of the right names, each of no points."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        for name in ("map", "image", "sky"):
            monkeypatch.setattr(page, f"{name}_view", lambda *_, name=name: f"hd-{name}")
        monkeypatch.setattr(page, "hv", SimpleNamespace(render=_empty))
        yield


def _empty(name: str) -> Plot:
    plot = Plot(name=name)
    plot.add_glyph(ColumnDataSource({"x": [], "y": []}), Scatter())
    return plot
