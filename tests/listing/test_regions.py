"""Regions of DS9, against the boxes and positions of the atlas."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from helpers.atlases import make_atlas, nebula

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.listing.regions import as_regions


def test_circles_on_the_sky(atlas: Atlas) -> None:
    rows = np.array([3, 110])
    lines = as_regions(atlas, rows, said="row in [3,\n110] {}").splitlines()
    assert lines[:3] == ["# Region file format: DS9 version 4.1", "# row in [3, 110] ()", "icrs"]
    for row, line in zip(rows, lines[3:], strict=True):
        found = re.fullmatch(r'circle\((.+),(.+),(.+)"\) # text=\{row (\d+)\}', line)
        assert found is not None
        ra, dec, radius, named = map(float, found.groups())
        assert named == row
        cutout = atlas.cutouts.iloc[row]
        assert (ra, dec) == pytest.approx((cutout["ra_deg"], cutout["dec_deg"]), abs=1e-7)
        # 48 pixels of 3.6 arcsec.
        assert radius == pytest.approx(86.4)


def test_points_where_the_scale_is_unknown(atlas: Atlas, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(vars(atlas), "cutouts", atlas.cutouts.assign(pixel_scale_arcsec=np.nan))
    line = as_regions(atlas, np.array([3]), said="").splitlines()[-1]
    assert re.fullmatch(r"point\(39\.90\d+,-19\.97\d+\) # point=cross text=\{row 3\}", line)


@pytest.mark.parametrize("origin", ["lower", "upper"])
def test_boxes_on_images_without_positions(origin: str, tmp_path: Path) -> None:
    pictures = [nebula(1, (100, 120)), nebula(2, (60, 80))]
    atlas = make_atlas(
        tmp_path / "x.atlas", pictures=pictures, size=40, step=20, origin=origin, sky=False
    )
    rows = np.array([0, 6, len(atlas) - 1])
    text = as_regions(atlas, rows, said="all")
    assert "icrs" not in text
    parts = text.split("# image: ")[1:]
    assert [part.splitlines()[:2] for part in parts] == [
        ["field_0.fits", "image"],
        ["field_1.fits", "image"],
    ]
    boxes = re.findall(r"box\((.+),(.+),40,40,0\) # text=\{row (\d+)\}", text)
    assert [int(row) for _, _, row in boxes] == rows.tolist()
    # The second image has two rows of three boxes; its last one reaches its ends.
    (x, y), ny = map(float, boxes[2][:2]), 60
    # From 40 to 80 and from 20 to 60, the first pixel's centre being 1.
    assert x == 60.5
    assert y == (40.5 if origin == "lower" else ny - 40 + 0.5)
