"""The page around its data."""

from __future__ import annotations

import json

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.viewer.data.orders import HilbertOrder
from hubble_dash.viewer.data.pieces import Pieces
from hubble_dash.viewer.data.schema import ThumbnailsIndex
from hubble_dash.viewer.page import PageOptions, make_page, page_data

THUMBNAILS: ThumbnailsIndex = {"size": 96, "columns": 1, "rows": 1, "by": "row", "url": "{piece}"}


def test_a_page_has_the_index_that_it_is_given(atlas: Atlas) -> None:
    index = Pieces(atlas, HilbertOrder(), similar=5).index(THUMBNAILS, base="</script>")
    page = make_page(atlas, page_data(index), PageOptions(title="A < B"))
    assert json.loads(page.variables["payload"]) == json.loads(json.dumps(index))
    assert "<" not in page.variables["payload"]
    assert (page.title, page.variables["page_title"]) == ("A < B", "A < B")
    assert page.variables["similar"] == 5
    assert set(page.figures()) == {"hd-map", "hd-image", "hd-sky"}


def test_without_positions_there_is_no_sky(flipped_atlas: Atlas) -> None:
    index = Pieces(flipped_atlas, HilbertOrder()).index(THUMBNAILS)
    assert set(make_page(flipped_atlas, page_data(index)).figures()) == {"hd-map", "hd-image"}
