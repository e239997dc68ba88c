"""The images of an atlas with all their pixels, against what readers give of their files."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from astropy.io import fits
from helpers.atlases import QuickBuild, make_atlas, nebula
from helpers.images import flux_image, make_fits
from helpers.waiting import wait
from numpy.typing import NDArray
from PIL import Image as Pillow

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.builder.cutouts.display import Display
from hubble_dash.builder.query.originals import Originals
from hubble_dash.builder.reading.opening import open_image
from hubble_dash.config import FlipLeftRight, SlidingWindow, Stretch
from hubble_dash.errors import ImageError

SHAPE = (150, 210)


def atlas_of(tmp_path: Path, source: Path, *, origin: str = "upper", **settings: Any) -> Atlas:
    """An atlas that says it was built of a file, without checksums as of early versions."""
    plain = make_atlas(tmp_path / "plain.atlas", pictures=[nebula(1, SHAPE)], origin=origin)
    told = {**plain.manifest["settings"], **settings}
    made = make_atlas(
        tmp_path / "a.atlas", pictures=[nebula(1, SHAPE)], origin=origin, settings=told
    )
    made.images.loc[0, "path"] = str(source)
    return made


def whole(atlas: Atlas) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    bands = [*Originals(atlas, band_pixels=5000).bands(0)]
    assert len(bands) > 2
    pixels, valid = (np.concatenate(parts) for parts in zip(*bands, strict=True))
    return pixels, valid


@pytest.mark.parametrize("per", ["image", "cutout"])
def test_flux_has_one_stretch_and_its_first_row_at_the_bottom(tmp_path: Path, per: Any) -> None:
    flux = flux_image(SHAPE)
    flux[20:30, 40:60] = np.nan
    path = make_fits(tmp_path / "field.fits", flux)
    stretch = Stretch(per=per)
    atlas = atlas_of(tmp_path, path, origin="lower", stretch=asdict(stretch))
    pixels, valid = whole(atlas)
    assert (valid == np.isfinite(flux)[::-1]).all()
    with open_image(path) as image:
        shown, _ = Display(image, stretch).read()
    np.testing.assert_array_equal(pixels, shown)


def test_a_picture_and_its_steps(tmp_path: Path) -> None:
    picture = nebula(2, SHAPE)
    Pillow.fromarray(picture).save(tmp_path / "field.png")
    atlas = atlas_of(tmp_path, tmp_path / "field.png", process_images=[asdict(FlipLeftRight())])
    pixels, valid = whole(atlas)
    assert valid.all()
    np.testing.assert_array_equal(pixels, picture[:, ::-1])


def test_an_image_of_another_size_is_refused(tmp_path: Path) -> None:
    Pillow.fromarray(nebula(1, (60, 80))).save(tmp_path / "small.png")
    atlas = atlas_of(tmp_path, tmp_path / "small.png")
    with pytest.raises(ImageError, match="has 80 x 60 pixels now; the atlas says 210 x 150"):
        next(Originals(atlas).bands(0))


def test_why_an_image_cannot_be_had(tmp_path: Path) -> None:
    there = tmp_path / "field.png"
    Pillow.fromarray(nebula(1, SHAPE)).save(there)
    atlas = atlas_of(tmp_path, there)
    assert Originals(atlas).why_not(0) is None
    there.unlink()
    assert Originals(atlas).why_not(0) == "the file is no longer there"
    atlas.images.loc[0, "path"] = "https://example.org/field.fits"
    assert Originals(atlas).why_not(0) == "the file lies on a server, which is not asked"


def test_of_a_real_build(tmp_path: Path, quick_build: QuickBuild) -> None:
    """Each image of a file, as its preview has it; another file of the name is told."""
    planes = [flux_image(SHAPE, seed=seed) for seed in (1, 2)]
    images = [fits.ImageHDU(plane, name="SCI", ver=i) for i, plane in enumerate(planes, 1)]
    field = tmp_path / "two.fits"
    fits.HDUList([fits.PrimaryHDU(), *images]).writeto(field)
    atlas = quick_build(field, tmp_path / "a.atlas", cutouts=SlidingWindow(size=96, step=54))
    originals = Originals(atlas)
    for image in range(2):
        assert originals.why_not(image) is None
        ((pixels, _),) = originals.bands(image)
        with Pillow.open(atlas.path / "previews" / atlas.images["preview"][image]) as preview:
            off = np.abs(pixels.astype(int) - np.asarray(preview))
        assert off.mean() < 4
        part, valid = originals.part(image, slice(10, 40), slice(20, 90))
        np.testing.assert_array_equal(part, pixels[10:40, 20:90])
        assert valid.all()
    data = bytearray(field.read_bytes())
    data[-3000] ^= 1
    field.write_bytes(data)
    with pytest.raises(ImageError) as told:
        originals.part(0, slice(0, 9), slice(0, 9))
    assert told.value.path == field
    assert told.value.reason == originals.why_not(0)
    assert told.value.reason == (
        "the file is not the one that the atlas was made of: its SHA-256 differs"
    )


def test_parts_are_of_what_is_shown_and_few_images_stay_open(tmp_path: Path) -> None:
    pictures = [nebula(seed, SHAPE) for seed in range(3)]
    made = make_atlas(tmp_path / "a.atlas", pictures=pictures, origin="lower")
    paths = [
        make_fits(tmp_path / f"{seed}.fits", flux_image(SHAPE, seed=seed)) for seed in range(3)
    ]
    made.images["path"] = list(map(str, paths))
    originals = Originals(made, kept_s=0.02)
    wholes = [next(originals.bands(image)) for image in range(3)]
    for image in (0, 1, 2, 0):
        pixels, valid = originals.part(image, slice(100, 130), slice(7, 20))
        np.testing.assert_array_equal(pixels, wholes[image][0][100:130, 7:20])
        np.testing.assert_array_equal(valid, wholes[image][1][100:130, 7:20])
        assert len(originals._open) <= 2
    wait(lambda: not originals._open, "images to be closed")
    # A file that is written anew under its name is read anew.
    originals = Originals(made)
    originals.part(0, slice(0, 9), slice(0, 9))
    other = flux_image(SHAPE, seed=9)
    make_fits(paths[0], other)
    pixels, _ = originals.part(0, slice(0, 9), slice(0, 9))
    with open_image(paths[0]) as image:
        shown, _ = Display(image, Stretch()).read()
    np.testing.assert_array_equal(pixels, shown[:9, :9])
    originals.close()
