"""How cutouts lie in the pieces."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.viewer.data import orders
from hubble_dash.viewer.data.orders import AtlasOrder, HilbertOrder, Places

SIZES = {
    "map": 50, "sky": 40, "boxes": 30, "records": 25, "rows": 64, "images": 1, "outlines": 1,
    "blocks": 70,
}  # fmt: skip


def test_in_the_atlas_s_order_places_are_rows(atlas: Atlas) -> None:
    places = Places(atlas, AtlasOrder())
    rows = np.arange(len(atlas))
    for found in (places.row_at, places.place_of, places.box_rows, places.sky_rows):
        np.testing.assert_array_equal(found, rows)
    assert places.is_by_row
    kinds = ("map", "boxes", "records", "images", "sky", "outlines")
    assert places.n_pieces == dict.fromkeys(kinds, 1)
    assert (places.per_piece("map"), places.per_piece("images")) == (len(atlas), 2)


def test_along_the_curve_places_and_rows_undo_each_other(atlas: Atlas) -> None:
    places = Places(atlas, HilbertOrder(SIZES))
    rows = np.arange(len(atlas))
    np.testing.assert_array_equal(places.row_at[places.place_of], rows)
    np.testing.assert_array_equal(np.sort(places.sky_rows), rows)
    for kind, count in places.n_pieces.items():
        held = len(atlas.images) if kind in ("images", "outlines") else len(atlas)
        parts = [rows[:held][places.of_piece(kind, number)] for number in range(count)]
        assert all(0 < len(part) <= places.per_piece(kind) for part in parts)
        np.testing.assert_array_equal(np.concatenate(parts), rows[:held])


def test_what_is_near_on_the_map_has_near_places(atlas: Atlas) -> None:
    row_at = Places(atlas, HilbertOrder()).row_at
    steps, usual = (
        np.hypot(*np.diff(positions, axis=0).T).mean()
        for positions in (
            atlas.positions[row_at],
            np.random.default_rng(0).permutation(atlas.positions),
        )
    )
    assert steps < 0.4 * usual


def test_boxes_lie_by_image_and_then_near_each_other() -> None:
    random = np.random.default_rng(1)
    n = 400
    left, low = random.integers(0, 1000, (2, n))
    table = pd.DataFrame(
        {
            "image": random.integers(0, 3, n),
            "ixmin": left,
            "ixmax": left + 9,
            "iymin": low,
            "iymax": low + 9,
        }
    )
    order = HilbertOrder().of_boxes(table)
    np.testing.assert_array_equal(np.sort(order), np.arange(n))
    sorted_table = table.iloc[order]
    assert sorted_table["image"].is_monotonic_increasing
    for _, part in sorted_table.groupby("image"):
        steps = np.hypot(part["ixmin"].diff(), part["iymin"].diff())
        # Of so many points on so large a square, neighbours lie some 90 pixels apart.
        assert steps.median() < 120


@pytest.mark.parametrize("order", [AtlasOrder(), HilbertOrder()])
def test_unknown_positions_have_no_place_on_the_sky(
    flipped_atlas: Atlas, order: AtlasOrder | HilbertOrder
) -> None:
    places = Places(flipped_atlas, order)
    assert not places.has_sky
    assert "sky" not in places.n_pieces


def test_of_too_many_images_a_page_has_no_outlines(
    atlas: Atlas, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(orders, "MAX_OUTLINED", 1)
    assert "outlines" not in Places(atlas, AtlasOrder()).n_pieces
