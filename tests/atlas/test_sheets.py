"""Reading an atlas's sheets of thumbnails."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as PillowImage

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.atlas.sheets import SheetLayout, sheet_name
from hubble_dash.errors import AtlasError


def test_a_sheet_is_read_as_pillow_reads_it(atlas: Atlas) -> None:
    with PillowImage.open(atlas.sheet_path(0)) as sheet:
        expected = np.asarray(sheet.convert("RGB"))
    np.testing.assert_array_equal(atlas.pictures.sheet_pixels(0), expected)


def test_thumbnails_follow_one_another_along_the_rows() -> None:
    layout = SheetLayout(size=8, columns=3, rows=2)
    sheets = np.full((3, 16, 24), -1)
    for i in range(3 * 6):
        sheet, number = layout.slot(i)
        assert number == i % 6
        spot = sheets[sheet][layout.box(i).slices]
        assert spot.shape == (8, 8)
        assert (spot == -1).all()
        spot[:] = i
    np.testing.assert_array_equal(sheets[:, ::8, ::8].ravel(), np.arange(18))
    assert (sheets >= 0).all()


def test_a_sheet_has_the_rows_it_needs() -> None:
    layout = SheetLayout(size=8, columns=3, rows=2)
    assert [layout.n_sheets(n) for n in (0, 1, 6, 7, 12, 13)] == [0, 1, 1, 2, 2, 3]
    assert [layout.blank(n).shape for n in (1, 3, 4, 6)] == [
        (8, 24, 3), (8, 24, 3), (16, 24, 3), (16, 24, 3),
    ]  # fmt: skip
    assert layout.blank(6).dtype == np.uint8
    assert not layout.blank(6).any()
    assert SheetLayout(**layout.to_entry()) == layout


def test_the_thumbnails_of_an_atlas_stand_where_its_layout_says(atlas: Atlas) -> None:
    """Each is that of its cutout, to what compression leaves."""
    sheet = atlas.pictures.sheet_pixels(0).astype(float)
    assert atlas.sheet_path(0).name == sheet_name(0) == "sheet_00000.webp"
    with PillowImage.open(atlas.path / "previews" / atlas.images["preview"][0]) as opened:
        picture = opened.convert("RGB")
    for row in (0, 17, 107):
        box = atlas.cutouts.loc[row, ["ixmin", "iymin", "ixmax", "iymax"]]
        cut = np.asarray(picture.crop(tuple(box)).resize((96, 96)), float)
        shown = sheet[atlas.sheet_layout.box(row).slices]
        assert np.abs(shown - cut).mean() < 5


@pytest.mark.parametrize("content", [b"", b"no picture", None])
def test_a_damaged_sheet_is_named(atlas: Atlas, tmp_path: Path, content: bytes | None) -> None:
    shutil.copytree(atlas.path, tmp_path / "copy")
    damaged = Atlas(tmp_path / "copy", atlas.manifest)
    path = damaged.sheet_path(0)
    path.unlink() if content is None else path.write_bytes(content)
    with pytest.raises(AtlasError, match=r"sheet_00000.webp (cannot be read .*build|is missing)"):
        damaged.pictures.sheet_pixels(0)
