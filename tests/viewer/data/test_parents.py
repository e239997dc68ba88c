"""The parent images: pieces of their previews."""

from __future__ import annotations

import base64
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from helpers.atlases import make_atlas

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.atlas.schema import CORNERS, PLANE
from hubble_dash.viewer.data.parents import Parents


def test_previews_share_pieces_as_far_as_they_fit(tmp_path: Path) -> None:
    """Three noisy pictures and one that is plain, and so a small file."""
    random = np.random.default_rng(0)
    pictures = [random.integers(0, 255, (60, 60, 3), dtype=np.uint8) for _ in range(4)]
    pictures[2][:] = 7
    atlas = make_atlas(tmp_path / "x.atlas", pictures=pictures, size=60, step=60)
    sizes = [len(atlas.pictures.preview(i)) for i in range(4)]
    assert sizes[2] < 0.2 * min(sizes[0], sizes[1], sizes[3])

    def grouped(preview_bytes: int) -> list[list[str]]:
        parents = Parents(atlas, preview_bytes=preview_bytes)
        return [list(parents.previews(number)) for number in range(parents.n_previews)]

    assert grouped(sum(sizes)) == [["0", "1", "2", "3"]]
    assert grouped(sizes[1] + sizes[2]) == [["0"], ["1", "2"], ["3"]]
    # A larger one has a piece of its own.
    assert grouped(1) == [["0"], ["1"], ["2"], ["3"]]


def test_an_image_says_which_piece_has_its_preview_or_waits_for_its_picture(atlas: Atlas) -> None:
    parents = Parents(atlas, preview_bytes=1)
    told = parents.describe(slice(0, 2), with_preview=True)
    assert [entry["preview"] for entry in told] == [0, 1]
    assert [entry["preview"] for entry in parents.describe(slice(1, 2), with_preview=True)] == [1]
    waiting = parents.describe(slice(0, 2), with_preview=False)
    assert [entry["url"] for entry in waiting] == [None, None]


def test_an_image_of_the_web_has_its_address(atlas: Atlas) -> None:
    paths = ["https://host/a.fits", "s3://bucket/a.fits", "/here/a.fits", "javascript:alert(1)"]
    images = atlas.images.iloc[[0] * 4].assign(path=paths)
    few = {"images": images, "cutouts": atlas.cutouts, "image_files": None}
    told = Parents(cast(Any, SimpleNamespace(**few))).describe(slice(0, 4), with_preview=False)
    assert [entry.get("source") for entry in told] == ["https://host/a.fits", None, None, None]


TOLD = [83.6, 22.0, -1e-3, 0.0, 0.0, 1e-3]


def entry_of(atlas: Atlas, n: int, plane: list[float] | None, quality: str = "exact") -> Any:
    """What the page is told of the first image with so many cutouts, with a plane or without."""
    images = atlas.images.iloc[:1].assign(position_quality=quality)
    if plane is not None:
        images = images.assign(**dict(zip(PLANE, plane, strict=True)))
    few = {"images": images, "cutouts": atlas.cutouts.iloc[:n], "image_files": None}
    return Parents(cast(Any, SimpleNamespace(**few))).describe(slice(0, 1), with_preview=False)[0]


def test_an_image_lies_on_the_sky_as_its_file_says(atlas: Atlas) -> None:
    entry = entry_of(atlas, 1, [*TOLD, 0.2])
    assert entry["wcs"] == [(320 - 1) / 2, (240 - 1) / 2, *TOLD]
    assert "distorted" not in entry
    assert entry["metadata"] == [("INSTRUME", "ACS")]
    # Of a distorted one few cutouts tell directions, and enough of them places as well.
    assert entry_of(atlas, 2, [*TOLD, 3.0])["distorted"] is True
    fitted = entry_of(atlas, 100, [*TOLD, 3.0])
    assert "distorted" not in fitted
    assert fitted["wcs"][2] == pytest.approx(40, abs=0.5)


def test_of_earlier_atlases_the_cutouts_tell_how_an_image_lies(atlas: Atlas) -> None:
    fitted = entry_of(atlas, 100, None)["wcs"]
    assert fitted == entry_of(atlas, 100, [np.nan] * 7)["wcs"]
    assert fitted[2] == pytest.approx(40, abs=0.5)
    assert "wcs" not in entry_of(atlas, 2, None)


def test_approximate_positions_say_nothing_of_how_an_image_lies(atlas: Atlas) -> None:
    assert "wcs" not in entry_of(atlas, 100, [*TOLD, 0.2], "approximate")


def outline_of(atlas: Atlas, n: int, columns: dict[str, Any], quality: str = "exact") -> Any:
    """The corners that the page has of the first image with so many cutouts, in degrees."""
    images = atlas.images.iloc[:1].assign(position_quality=quality, **columns)
    few = {"images": images, "cutouts": atlas.cutouts.iloc[:n], "image_files": None}
    piece = Parents(cast(Any, SimpleNamespace(**few))).outlines(slice(0, 1))
    corners = np.frombuffer(base64.b64decode(piece["corners"]["data"]), np.float32).reshape(4, 2)
    return corners, np.frombuffer(base64.b64decode(piece["exact"]["data"]), np.uint8)[0]


def test_outlines_are_as_the_file_says_or_as_cutouts_tell(atlas: Atlas) -> None:
    told = dict(zip(PLANE, [*TOLD, 0.2], strict=True))
    straight = [[0.16, -0.12], [-0.16, -0.12], [-0.16, 0.12], [0.16, 0.12]]
    np.testing.assert_allclose(outline_of(atlas, 1, told)[0], straight, atol=1e-7)
    # Of a distorted one the corners are told; where they are not, as in early atlases, about so.
    bent = told | {PLANE[-1]: 3.0}
    corners = dict(zip(CORNERS, np.arange(8) / 100, strict=True))
    found, is_exact = outline_of(atlas, 2, bent | corners)
    np.testing.assert_allclose(found.ravel(), np.arange(8) / 100, atol=1e-7)
    assert is_exact == 1
    np.testing.assert_allclose(outline_of(atlas, 2, bent)[0], straight, atol=1e-7)
    # Approximate positions have outlines, too; without any there is none.
    found, is_exact = outline_of(atlas, 100, {}, "approximate")
    assert np.isfinite(found).all()
    assert is_exact == 0
    assert np.isnan(outline_of(atlas, 1, {})[0]).all()
    assert np.isnan(outline_of(atlas, 100, {}, "")[0]).all()
