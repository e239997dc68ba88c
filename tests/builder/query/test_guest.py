"""An image that a visitor brings is read as the atlas's own, and nothing in it ends the server."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from astropy.wcs import WCS
from helpers.atlases import QuickBuild
from helpers.bombs import BOMBS
from helpers.images import flux_image, make_fits, sky_header

import hubble_dash as hd
from hubble_dash.atlas.atlas import Atlas
from hubble_dash.builder.query.image import fingerprint_image
from hubble_dash.errors import ImageError

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def asked(
    quick_build: QuickBuild, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Atlas, list[Path]]:
    """An atlas of FITS images that are one cutout each, with positions."""
    folder = tmp_path_factory.mktemp("guests")
    files = [
        make_fits(folder / f"{seed}.fits", flux_image((60, 80), seed=seed)) for seed in range(4)
    ]
    return quick_build(files, folder / "x.atlas"), files


def test_it_finds_itself_with_its_picture_and_its_place(
    asked: tuple[Atlas, list[Path]], small_weights: Path
) -> None:
    atlas, files = asked
    read = hd.GuestReader(atlas, weights=small_weights)
    for row, path in enumerate(files[:2]):
        guest = read(path)
        expected = fingerprint_image(atlas, path, weights=small_weights)
        np.testing.assert_allclose(guest.fingerprint, expected, rtol=1e-5, atol=1e-6)
        assert atlas.similar(guest.fingerprint, n=1).rows.tolist() == [row]
        assert guest.shape == guest.pixels.shape[:2] == (60, 80)
        assert guest.position is not None
        middle = WCS(sky_header()).pixel_to_world(39.5, 29.5).icrs
        np.testing.assert_allclose(
            guest.position[:2], [middle.ra.deg, middle.dec.deg], rtol=0, atol=1e-9
        )
        assert not guest.position.approximate


def test_damage_bombs_and_what_is_no_image_are_errors(
    asked: tuple[Atlas, list[Path]], small_weights: Path, tmp_path: Path
) -> None:
    atlas, files = asked
    read = hd.GuestReader(atlas, weights=small_weights)
    bomb = tmp_path / "bomb.png"
    made = BOMBS["black.png"]
    bomb.write_bytes(made())  # type: ignore[call-arg, arg-type]
    cut, words = tmp_path / "cut.fits", tmp_path / "words.png"
    cut.write_bytes(files[0].read_bytes()[:-9000])
    words.write_bytes(b"no image at all")
    for path in (bomb, cut, words, tmp_path / "not there.png"):
        with pytest.raises(ImageError) as failed:
            read(path)
        assert (path == bomb) == ("30000 x 30000 pixels to decode" in failed.value.reason)
    assert read(files[0]).shape == (60, 80)


def test_nothing_large_is_imported_before_the_first_image_comes(
    asked: tuple[Atlas, list[Path]], small_weights: Path
) -> None:
    code = (
        "import sys, hubble_dash as hd\n"
        f"atlas = hd.open_atlas({str(asked[0].path)!r})\n"
        f"hd.GuestReader(atlas, weights={str(small_weights)!r})\n"
        "assert not {'torch', 'timm', 'astropy'} & set(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
