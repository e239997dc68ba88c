from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from helpers.images import flux_image, make_fits, sky_header
from helpers.reading import read

from hubble_dash.atlas.boxes import Box
from hubble_dash.builder.reading.opening import open_image
from hubble_dash.errors import ImageError


@pytest.mark.parametrize("name", ["a.fits", "a.fits.gz", "a.fits.bz2"])
def test_fits_box_equals_array(tmp_path: Path, name: str) -> None:
    flux = flux_image()
    path = make_fits(tmp_path / name, flux)
    with open_image(path) as image:
        assert (image.shape, image.n_channels) == ((60, 80), 1)
        assert (image.origin, image.is_flux, image.name) == ("lower", True, name)
        got = image.read(Box(10, 30, 5, 25))
        assert np.array_equal(got, flux[5:25, 10:30])
        assert got.dtype == np.float32
        assert got.dtype.isnative
        assert image.valid(Box(10, 30, 5, 25)) is None
        assert np.array_equal(image.read(step=7), flux[::7, ::7])


@pytest.mark.parametrize("tile_shape", [(1, 80), (16, 16)])
def test_compressed_fits(tmp_path: Path, tile_shape: tuple[int, int]) -> None:
    counts = flux_image().astype(np.int16)
    hdu = fits.CompImageHDU(counts, compression_type="RICE_1", tile_shape=tile_shape)
    fits.HDUList([fits.PrimaryHDU(), hdu]).writeto(tmp_path / "a.fits.fz")
    with open_image(tmp_path / "a.fits.fz") as image:
        for box in (Box(0, 9, 3, 60), Box(3, 12, 10, 20), Box(70, 80, 0, 5)):
            assert np.array_equal(image.read(box), counts[box.slices])
        assert np.array_equal(image.read(step=7), counts[::7, ::7])


@pytest.mark.parametrize("compress", [False, True])
@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.uint16, np.int32, np.uint32, np.float64])
def test_fits_types(tmp_path: Path, dtype: type, compress: bool) -> None:
    values = (flux_image() * 100).astype(dtype)
    kind = fits.CompImageHDU if compress else fits.ImageHDU
    # Without quantisation, floats are compressed losslessly.
    options = {"quantize_level": 0, "compression_type": "GZIP_2"} if compress else {}
    fits.HDUList([fits.PrimaryHDU(), kind(values, **options)]).writeto(tmp_path / "a.fits")
    got = read(tmp_path / "a.fits")
    assert np.array_equal(got, values)
    assert got.dtype == (np.float32 if np.dtype(dtype).itemsize < 4 else np.float64)


@pytest.mark.parametrize("compress", [False, True])
def test_fits_scaling_and_blank(tmp_path: Path, compress: bool) -> None:
    raw = np.arange(-300, 300, dtype=np.int16).reshape(20, 30)
    kind = fits.CompImageHDU if compress else fits.ImageHDU
    hdu = kind(raw.copy())
    hdu.header["BLANK"] = 7
    if not compress:
        hdu.header["BSCALE"], hdu.header["BZERO"] = 0.5, 100.0
    path = tmp_path / "a.fits"
    fits.HDUList([fits.PrimaryHDU(), hdu]).writeto(path)
    expected = raw.astype(float) if compress else raw * 0.5 + 100
    expected[raw == 7] = np.nan
    with open_image(path) as image:
        assert np.array_equal(image.read(), expected, equal_nan=True)
        box = Box(3, 20, 8, 17)
        assert np.array_equal(image.read(box), expected[box.slices], equal_nan=True)


def test_fits_hdu_is_chosen(tmp_path: Path) -> None:
    path = make_fits(tmp_path / "a.fits")
    assert read(path).shape == (60, 80)
    for hdu in ("SCI", "sci", "SCI,1", 3, "3"):
        assert read(path, hdu=hdu).shape == (60, 80)
    assert read(path, hdu="ERR").shape == (5, 4)
    with pytest.raises(ImageError, match=r"there is no HDU DQ; there are: 0 PRIMARY .* 3 SCI"):
        open_image(path, hdu="DQ")
    with pytest.raises(ImageError, match="HDU 1 is no image"):
        open_image(path, hdu=1)


def test_fits_without_image(tmp_path: Path) -> None:
    table = fits.BinTableHDU.from_columns([fits.Column("a", "E", array=np.arange(3.0))])
    fits.HDUList([fits.PrimaryHDU(), table]).writeto(tmp_path / "a.fits")
    with pytest.raises(ImageError, match="no HDU holds an image"):
        open_image(tmp_path / "a.fits")


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (b"SIMPLE  =                    T", b"SIMPLE  =                    F", "SIMPLE is F"),
        (
            b"BSCALE  =                  2.0",
            b"BSCALE  = 'two'               ",
            "BSCALE is 'two', no",
        ),
        (
            b"BZERO   =                  3.0",
            b"BZERO   =                    T",
            "BZERO is True, no num",
        ),
    ],
)
def test_what_makes_no_sense_is_told_in_words(
    tmp_path: Path, old: bytes, new: bytes, why: str
) -> None:
    hdu = fits.PrimaryHDU(np.ones((3, 4), np.int16))
    hdu.header["BSCALE"], hdu.header["BZERO"] = 2.0, 3.0
    hdu.writeto(tmp_path / "a.fits", output_verify="ignore")
    data = (tmp_path / "a.fits").read_bytes()
    assert old in data
    (tmp_path / "a.fits").write_bytes(data.replace(old, new))
    with pytest.raises(ImageError, match=why), open_image(tmp_path / "a.fits") as image:
        image.read()


def test_fits_cube(tmp_path: Path) -> None:
    cube = np.arange(2 * 3 * 4 * 5, dtype=np.float32).reshape(2, 3, 4, 5)
    fits.writeto(tmp_path / "a.fits", cube)
    with open_image(tmp_path / "a.fits") as image:
        assert np.array_equal(image.read(), cube[0, 0])
        assert "6 planes" in image.notes[0]
    with open_image(tmp_path / "a.fits", plane=4) as image:
        assert np.array_equal(image.read(), cube[1, 1])
        assert image.notes == []
    with pytest.raises(ImageError, match="no plane 6; allowed: 0 to 5"):
        open_image(tmp_path / "a.fits", plane=6)


def test_plane_of_a_compressed_cube(tmp_path: Path) -> None:
    cube = np.arange(3 * 40 * 50, dtype=np.int32).reshape(3, 40, 50)
    hdu = fits.CompImageHDU(cube, compression_type="RICE_1")
    fits.HDUList([fits.PrimaryHDU(), hdu]).writeto(tmp_path / "a.fits.fz")
    box = Box(3, 30, 5, 25)
    assert np.array_equal(read(tmp_path / "a.fits.fz", box, plane=2), cube[2][box.slices])


def test_fits_metadata(tmp_path: Path) -> None:
    header = sky_header()
    header["OBJECT"] = " NGC 3372 "
    header["EXPTIME"] = 600.0
    path = make_fits(tmp_path / "a.fits", header=header, OBSERVER="Hubble", QUALITY="")
    with open_image(path, header_keys=["observer", "quality", "absent"]) as image:
        assert image.metadata == {
            "OBJECT": "NGC 3372",
            "TELESCOP": "HST",
            "INSTRUME": "ACS",
            "DETECTOR": "WFC",
            "FILTER1": "F606W",
            "FILTER2": "CLEAR2L",
            "EXPTIME": 600.0,
            "PROPOSID": 9490,
            "ROOTNAME": "j8za09050",
            "OBSERVER": "Hubble",
        }


def test_fits_is_not_copied_whole(tmp_path: Path) -> None:
    path = tmp_path / "large.fits"
    header = fits.Header({"SIMPLE": True, "BITPIX": -32, "NAXIS": 2}.items())
    header["NAXIS1"], header["NAXIS2"] = 20_000, 20_000
    with path.open("wb") as file:
        file.write(header.tostring().encode())
        # A hole: 1.6 GB that take no room on disk.
        file.truncate(file.tell() + 4 * 20_000**2)
    with open_image(path, max_pixels=1000) as image:
        assert image.shape == (20_000, 20_000)
        assert image.read(Box(19_000, 19_100, 19_900, 20_000)).shape == (100, 100)
