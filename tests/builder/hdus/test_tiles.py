"""The tiles of compressed images, looked at before they are unpacked."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits

from hubble_dash.builder.hdus.headers import Unit, read_units
from hubble_dash.builder.hdus.tiles import check_tiles
from hubble_dash.errors import ImageError

RANDOM = np.random.default_rng(0)
NOISE = RANDOM.normal(100, 30, (50, 70))


def unit_of(path: Path) -> Unit:
    return next(unit for unit in read_units(path, path) if unit.is_compressed)


@pytest.mark.parametrize("tile", [None, (50, 70), (7, 9)])
@pytest.mark.parametrize(
    ("kind", "pixels", "options"),
    [
        ("RICE_1", NOISE.astype(np.int16), {}),
        ("RICE_1", NOISE.astype(np.float32), {"quantize_level": 16}),
        ("GZIP_1", RANDOM.integers(0, 2**31, NOISE.shape).astype(np.int32), {}),
        ("GZIP_2", RANDOM.random(NOISE.shape), {"quantize_level": 0}),
        ("HCOMPRESS_1", NOISE.astype(np.int16), {}),
        ("PLIO_1", (NOISE > 100).astype(np.int16), {}),
        ("NOCOMPRESS", NOISE.astype(np.float32), {"quantize_level": 0}),
    ],
)
def test_what_astropy_packs_is_let_through(
    tmp_path: Path, kind: str, pixels: np.ndarray, options: dict[str, int], tile: tuple[int, int]
) -> None:
    if kind == "HCOMPRESS_1" and tile == (7, 9):
        tile = (10, 14)  # its edges need four pixels
    path = tmp_path / "a.fits"
    hdu = fits.CompImageHDU(pixels, compression_type=kind, tile_shape=tile, **options)
    fits.HDUList([fits.PrimaryHDU(), hdu]).writeto(path)
    check_tiles(path, path, unit_of(path), harmless=0)
    with path.open("rb") as stream:
        check_tiles(path, io.BytesIO(stream.read()), unit_of(path), harmless=0)


def packed(path: Path, side: int, *tiles: bytes) -> Path:
    """An image of tiles one below the other, each packed as given."""
    data = [np.frombuffer(tile, np.uint8) for tile in tiles]
    names = [
        fits.Column("ZSCALE", "1D", array=np.ones(len(tiles))),
        fits.Column("COMPRESSED_DATA", "1PB()", array=np.array([*data, None], object)[:-1]),
    ]
    hdu = fits.BinTableHDU.from_columns(names)
    cards = {"ZIMAGE": True, "ZCMPTYPE": "GZIP_1", "ZBITPIX": 16, "ZNAXIS": 2}
    cards |= {"ZNAXIS1": side, "ZNAXIS2": side * len(tiles), "ZTILE1": side, "ZTILE2": side}
    hdu.header.update(cards)
    fits.HDUList([fits.PrimaryHDU(), hdu]).writeto(path)
    return path


def test_tiles_that_become_too_much_are_refused(tmp_path: Path) -> None:
    good = gzip.compress(bytes(2 * 100 * 100))
    path = packed(tmp_path / "a.fits", 100, good, gzip.compress(bytes(10_000_000)))
    check_tiles(path, path, unit_of(path))
    with pytest.raises(ImageError, match="a tile of 20,000 bytes unpacks to far more"):
        check_tiles(path, path, unit_of(path), harmless=1_000_000)


def test_tiles_that_take_more_packed_than_unpacked_are_refused(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.fits", 10, gzip.compress(RANDOM.bytes(100_000)))
    with pytest.raises(ImageError, match=r"a tile of 200 bytes says that it takes 100,\d+ when"):
        check_tiles(path, path, unit_of(path))
