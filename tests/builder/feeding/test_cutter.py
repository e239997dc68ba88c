"""A file and its cutouts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from helpers.images import blocks, make_picture

import hubble_dash as hd
from hubble_dash.builder.feeding import cutter as cutting
from hubble_dash.builder.feeding.cutter import CutImage, Cutter
from hubble_dash.builder.reading.image import Image
from hubble_dash.errors import CatalogError, ImageError

WINDOWS = hd.BuildSettings(cutouts=hd.SlidingWindow(size=30, step=20, cover_edges=False))


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    return make_picture(tmp_path / "a.png", blocks(np.random.default_rng(0)))


@pytest.fixture
def closed(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Files that have been closed."""
    paths, close = [], Image.close

    def look(image: Image) -> None:
        paths.append(image.path)
        close(image)

    monkeypatch.setattr(Image, "close", look)
    return paths


@pytest.mark.parametrize("max_pixels", [6 * 30 * 30, 6 * 30 * 30 - 1])
def test_few_pixels_are_cut_at_once(picture: Path, closed: list[Path], max_pixels: int) -> None:
    cutter = Cutter(WINDOWS, None, None, 96, max_pixels_at_once=max_pixels)
    image = cutter.read(3, picture)
    assert isinstance(image, CutImage)
    assert (image.number, len(image.found)) == (3, 6)
    if max_pixels == 6 * 30 * 30:
        assert image.cuts is not None
        assert (len(image.cuts), image.display, closed) == (6, None, [picture])
    else:
        assert (image.cuts, closed) == (None, [])
        assert image.display is not None
        image.close()
        image.close()
        assert closed == [picture] * 2


def test_a_single_cutout_is_cut_at_once(picture: Path) -> None:
    image = Cutter(hd.BuildSettings(), None, None, 96, max_pixels_at_once=1).read(0, picture)
    assert isinstance(image, CutImage)
    assert image.cuts is not None
    (cut,) = image.cuts
    assert cut.thumbnail is not None
    assert cut.thumbnail.shape == (96, 96, 3)
    assert cut.color == tuple((cut.thumbnail.mean(axis=(0, 1)) + 0.5).astype(int))
    assert cut.pictures.size == 0


def test_windows_of_a_large_image_have_all_their_pixels_in_its_preview(tmp_path: Path) -> None:
    path = make_picture(
        tmp_path / "a.png", np.tile(np.arange(1800) % 251, (120, 1)).astype(np.uint8)
    )
    for cutouts, width in ((hd.WholeImage(), 900), (hd.SlidingWindow(size=120), 1800)):
        image = Cutter(hd.BuildSettings(cutouts=cutouts), None, None, 96).read(0, path)
        assert isinstance(image, CutImage)
        assert image.described.row["preview_width"] == image.described.preview.width == width


def test_what_is_left_out_says_why(tmp_path: Path) -> None:
    path = make_picture(tmp_path / "a.png", np.zeros((40, 50), np.uint8))
    image = Cutter(hd.BuildSettings(), None, None, 96).read(0, path)
    assert isinstance(image, CutImage)
    assert image.cuts is not None
    assert [(cut.thumbnail, cut.left_out) for cut in image.cuts] == [(None, "blank")]


def test_a_file_that_cannot_be_read_is_an_answer(
    tmp_path: Path, picture: Path, closed: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    cutter = Cutter(WINDOWS, None, None, 96)
    error = cutter.read(0, tmp_path / "none.png")
    assert isinstance(error, ImageError)
    assert "no such file" in error.reason

    def damaged(_: object) -> None:
        raise ImageError(picture, "is damaged")

    monkeypatch.setattr(cutting, "make_preview", damaged)
    assert isinstance(cutter.read(0, picture), ImageError)
    assert closed == [picture]


class LibraryError(Exception):
    """Of a library, in no tree of ours."""


@pytest.mark.parametrize(
    "error",
    [ValueError("math domain error"), MemoryError(), LibraryError("bad"), KeyError()],
)
@pytest.mark.parametrize("place", ["make_preview", "find_cutouts", "Recipe"])
def test_whatever_goes_wrong_with_a_file_is_an_answer(
    picture: Path,
    closed: list[Path],
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    place: str,
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    if place == "Recipe":
        monkeypatch.setattr(cutting.Recipe, "open", fail)
    else:
        monkeypatch.setattr(cutting, place, fail)
    answer = Cutter(WINDOWS, None, None, 96).read(0, picture)
    assert isinstance(answer, ImageError)
    assert answer.path == picture
    assert str(error) in answer.reason
    assert closed == [picture] * (place != "Recipe")


@pytest.mark.parametrize("error", [KeyboardInterrupt(), CatalogError("hours")])
def test_what_concerns_all_files_is_raised(
    picture: Path, closed: list[Path], monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(cutting, "make_preview", fail)
    with pytest.raises(type(error)):
        Cutter(WINDOWS, None, None, 96).read(0, picture)
    assert closed == [picture]
