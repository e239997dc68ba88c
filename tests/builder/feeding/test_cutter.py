"""A file and its cutouts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from helpers.images import blocks, make_picture

import hubble_dash as hd
from hubble_dash.builder.cutouts.display import Display
from hubble_dash.builder.feeding import cutter as cutting
from hubble_dash.builder.feeding.cutter import CutImage, Cutter
from hubble_dash.builder.feeding.previews import fit_thumbnail, make_preview
from hubble_dash.builder.reading.image import Image
from hubble_dash.builder.reading.opening import open_image
from hubble_dash.builder.reading.pixel_source import ArraySource
from hubble_dash.config import Stretch
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


def smooth_jpeg(path: Path, side: int) -> Path:
    y, x = np.mgrid[:side, : side - 60] * 3.0 / side
    waves = np.stack([np.sin(3 * x + y), np.cos(2 * x * y), np.sin(x - 4 * y)], axis=2)
    return make_picture(path, np.rint(127 + 100 * waves).astype(np.uint8), quality=90)


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """How often all pixels of an image were decoded, and by what it was shrunk."""
    calls: list[object] = []
    arrays, shrunk = ArraySource._arrays, ArraySource.shrunk

    def look(source: ArraySource, factor: int) -> object:
        calls.append(factor)
        return shrunk(source, factor)

    monkeypatch.setattr(ArraySource, "_arrays", lambda own: calls.append("all") or arrays(own))
    monkeypatch.setattr(ArraySource, "shrunk", look)
    return calls


@pytest.mark.parametrize(
    ("side", "factor", "preview"), [(200, None, 200), (700, 2, 700), (1700, 2, 850)]
)
def test_a_large_jpeg_is_decoded_at_a_fraction_of_its_size(
    tmp_path: Path, decoded: list[object], side: int, factor: int | None, preview: int
) -> None:
    path = smooth_jpeg(tmp_path / "a.jpg", side)
    image = Cutter(hd.BuildSettings(), None, None, 96).read(0, path)
    assert isinstance(image, CutImage)
    assert image.cuts is not None
    assert image.cuts[0].thumbnail is not None
    assert set(decoded) == {factor or "all"}
    # Only what is decoded has changed.
    with open_image(path) as opened:
        display = Display(opened, Stretch())
        expected = fit_thumbnail(display.read(max_side=1024)[0], 96)
        shown = make_preview(display)
    assert np.abs(image.cuts[0].thumbnail.astype(int) - expected).max() <= 2
    assert image.found.boxes == [(0, side - 60, 0, side)]
    row, made = image.described.row, image.described.preview
    assert (row["nx"], row["ny"], made.height) == (side - 60, side, preview)
    assert made[1:] == shown[1:]
    assert (made.data == path.read_bytes()) == (preview == side)


def test_steps_and_windows_see_all_pixels(tmp_path: Path, decoded: list[object]) -> None:
    path = smooth_jpeg(tmp_path / "a.jpg", 700)
    for settings in (
        hd.BuildSettings(process_cutouts=[hd.Grayscale()]),
        hd.BuildSettings(process_images=[hd.Grayscale()]),
        hd.BuildSettings(cutouts=hd.SlidingWindow(size=300)),
    ):
        decoded.clear()
        assert isinstance(Cutter(settings, None, None, 96).read(0, path), CutImage)
        assert not {2, 4, 8} & set(decoded) or settings.process_images


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
