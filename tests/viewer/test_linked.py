"""What a page in a notebook shows, as values in Python."""

from __future__ import annotations

import sys
from typing import Any

import pandas as pd
import pytest

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.viewer import notebook
from hubble_dash.viewer.served import server
from hubble_dash.viewer.served.server import Dashboard, dashboard

pytestmark = pytest.mark.usefixtures("plain_page")


@pytest.fixture
def dash(atlas: Atlas) -> Dashboard:
    return dashboard(atlas)


def heard_by(dash: Dashboard) -> list[tuple[str, Any]]:
    heard: list[tuple[str, Any]] = []
    dash.param.watch(lambda event: heard.append((event.name, event.new)), ["selected", "tags"])
    return heard


def test_what_python_says(dash: Dashboard, atlas: Atlas) -> None:
    heard = heard_by(dash)
    assert (dash.selected, dash.tags, len(dash.subset)) == (None, {}, len(atlas))
    frame = dash._linked_frame("<p>page</p>", "A title")
    assert dash._linked_frame("", "A title") is frame  # one for all cells
    dash.select(17)
    dash.filter("image == 1")
    dash.tags = {3: 5}
    assert (frame.selected, frame.tagged, frame.asked) == (17, [[3, 5]], ["image == 1", 0])
    assert dash.subset.index.tolist() == atlas.select("image == 1").tolist()
    pd.testing.assert_frame_equal(dash.subset, atlas.cutouts[atlas.cutouts["image"] == 1])
    dash.filter("image == 1")
    assert frame.asked == ["image == 1", 1]  # asked again
    dash.filter()
    assert (frame.asked, len(dash.subset)) == (["", 2], len(atlas))
    dash.select(None)
    assert frame.selected is None
    assert heard == [("selected", 17), ("tags", {3: 5}), ("selected", None)]


def test_what_is_said_before_the_page_is_shown(dash: Dashboard) -> None:
    dash.selected = 4
    dash.filter("row < 9")
    dash.tags = {1: 1}
    frame = dash._linked_frame("<p>page</p>", "A title")
    assert (frame.selected, frame.asked, frame.tagged) == (4, ["row < 9", 0], [[1, 1]])


def test_what_the_page_says(dash: Dashboard, atlas: Atlas) -> None:
    heard, frame = heard_by(dash), dash._linked_frame("<p>page</p>", "A title")
    frame.selected, frame.tagged, frame.rows = 5, [[7, 2]], [4, 9]
    assert (dash.selected, dash.tags, dash.subset.index.tolist()) == (5, {7: 2}, [4, 9])
    assert heard == [("selected", 5), ("tags", {7: 2})]
    # A browser may say anything.
    frame.selected, frame.tagged, frame.rows = 216, [[7, 9]], [0, 216]
    frame.rows = ["1"]
    frame.tagged = [[-1, 1]]
    assert (dash.selected, dash.tags, dash.subset.index.tolist()) == (5, {7: 2}, [4, 9])
    frame.rows = None
    assert len(dash.subset) == len(atlas)


def test_what_cannot_be_is_an_error_and_changes_nothing(dash: Dashboard) -> None:
    dash.select(3)
    dash.tags = {3: 3}
    with pytest.raises(IndexError, match="there is no row 216; rows are 0 to 215"):
        dash.select(216)
    with pytest.raises(TypeError, match=r"the row is '3'; give a whole number from 0 to 215, or"):
        dash.select("3")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"selected' must be at most 215, not 500"):
        dash.selected = 500
    with pytest.raises(ValueError, match="there is no column clas; did you mean class"):
        dash.filter("clas == 'x'")
    for tags, why in (
        ({216: 1}, "tags has the row 216; rows are 0 to 215"),
        ({"a": 1}, "tags has the row 'a'"),
        ({1: 6}, "row 1 has the tag 6; tags are 1 to 5"),
    ):
        with pytest.raises(ValueError, match=why):
            dash.tags = tags
    with pytest.raises(TypeError, match="Constant parameter 'subset'"):
        dash.subset = pd.DataFrame()
    assert (dash.selected, dash.tags, len(dash.subset)) == (3, {3: 3}, 216)


def test_two_dashboards_of_one_atlas_have_values_of_their_own(atlas: Atlas) -> None:
    one, other = dashboard(atlas), dashboard(atlas)
    one.select(1)
    one.tags = {1: 1}
    one.filter("row < 5")
    assert (other.selected, other.tags, len(other.subset)) == (None, {}, len(atlas))


def test_without_anywidget_a_notebook_has_the_page_alone(
    dash: Dashboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "has_kernel", lambda: True)
    monkeypatch.setitem(sys.modules, "anywidget", None)
    notebook._frame_class.cache_clear()
    shown = dash._repr_mimebundle_()[0]["text/html"]
    assert "pip install &#x27;hubble-dash[notebook]&#x27;" in shown
    assert "<iframe srcdoc=" in shown
    monkeypatch.undo()
    notebook._frame_class.cache_clear()
    monkeypatch.setattr(server, "has_kernel", lambda: True)
    assert "application/vnd.jupyter.widget-view+json" in dash._repr_mimebundle_()[0]
