"""Sheets of any layout, boxes at any places: what holds for all of them."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from hubble_dash.atlas.boxes import Box, Boxes
from hubble_dash.atlas.schema import IMAGE_AND_BOX
from hubble_dash.atlas.sheets import SheetLayout

sides = st.integers(1, 7)


@given(size=sides, columns=sides, rows=sides, n=st.integers(1, 120))
def test_each_thumbnail_has_its_own_pixels_of_a_sheet(
    size: int, columns: int, rows: int, n: int
) -> None:
    layout = SheetLayout(size, columns, rows)
    taken: dict[int, NDArray[np.int64]] = {}
    for i in range(n):
        # As the browser side finds it.
        sheet, number = i // (columns * rows), i % (columns * rows)
        assert layout.slot(i) == (sheet, number)
        box = layout.box(i)
        corner = (number % columns) * size, number // columns * size
        assert box == Box(corner[0], corner[0] + size, corner[1], corner[1] + size)
        taken.setdefault(sheet, np.zeros((rows * size, columns * size), int))[box.slices] += 1
    assert sorted(taken) == list(range(layout.n_sheets(n)))
    for sheet, pixels in taken.items():
        held = min(n - sheet * layout.per_sheet, layout.per_sheet)
        assert pixels.max() == 1
        assert pixels.sum() == held * size**2
        # What lies below the last row of thumbnails is cut off, and holds none.
        assert not pixels[layout.blank_shape(held)[0] :].any()


@st.composite
def boxes_of_images(draw: st.DrawFn) -> list[tuple[int, int, int, int, int]]:
    """Some boxes of up to 6 pixels a side, in two images."""
    places, lengths = st.integers(0, 9), st.integers(1, 6)
    found = []
    for _ in range(draw(st.integers(1, 8))):
        (x, width), (y, height) = (draw(st.tuples(places, lengths)) for _ in range(2))
        found.append((draw(st.integers(0, 1)), x, x + width, y, y + height))
    return found


@given(boxes_of_images())
def test_boxes_overlap_where_they_share_pixels(rows: list[tuple[int, int, int, int, int]]) -> None:
    painted = np.zeros((len(rows), 2, 16, 16), bool)
    for number, (image, *box) in enumerate(rows):
        painted[number, image][Box(*box).slices] = True
    expected = np.einsum("aiyx,biyx->ab", painted, painted)
    boxes = Boxes.of(pd.DataFrame(rows, columns=IMAGE_AND_BOX))
    found = boxes[np.arange(len(rows))[:, None]].overlap(boxes)
    np.testing.assert_array_equal(found, expected)
