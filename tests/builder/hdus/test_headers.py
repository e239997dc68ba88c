"""Headers that lie, refused before they take memory or time."""

from __future__ import annotations

import gzip
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from astropy.io import fits

from hubble_dash.builder.hdus.headers import read_units
from hubble_dash.builder.reading.opening import open_image
from hubble_dash.builder.tables.read import read_table
from hubble_dash.errors import ImageError


def compressed(path: Path, *, compression: str = "RICE_1", **changes: Any) -> Path:
    """A tile-compressed image with other values in its header, which has its length still."""
    image = np.arange(40 * 50, dtype=np.int32).reshape(40, 50)
    hdu = fits.CompImageHDU(image, compression_type=compression, tile_shape=(1, 50))
    fits.HDUList([fits.PrimaryHDU(), hdu]).writeto(path)
    return lie(path, **changes)


def lie(path: Path, **changes: Any) -> Path:
    raw = bytearray(path.read_bytes())
    for key, value in changes.items():
        place = raw.rindex(f"{key:<8}=".encode())
        raw[place : place + 80] = f"{key:<8}= {value:>20}".encode().ljust(80)
    path.write_bytes(raw)
    return path


def test_units_are_astropys(tmp_path: Path) -> None:
    path = compressed(tmp_path / "a.fits")
    table = fits.BinTableHDU.from_columns(
        [fits.Column("a", "PE()", array=np.array([np.arange(3.0), np.arange(9.0)], dtype=object))]
    )
    with fits.open(path, mode="append") as hdus:
        hdus.append(table)
        hdus.append(fits.ImageHDU(np.zeros((3, 4, 5), ">i2"), name="LAST", ver=3))
    with fits.open(path, disable_image_compression=True) as hdus:
        expected = [(hdu.fileinfo()["datLoc"], hdu.size) for hdu in hdus]
    units = list(read_units(path, path))
    assert [(unit.data_start, unit.n_bytes) for unit in units] == expected
    assert [unit.is_image for unit in units] == [False, True, False, True]
    assert (units[1].shape, units[3].shape, units[2].shape) == ((40, 50), (3, 4, 5), ())
    assert (units[3].name, units[3].version, units[3].bitpix) == ("LAST", 3, 16)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"TFIELDS": 10**9}, "TFIELDS of HDU 1 is 1000000000; allowed are 10000"),
        ({"TFIELDS": 1000}, "TFIELDS is 1000; allowed are 999"),
        ({"TFIELDS": -1}, "TFIELDS is -1"),
        ({"ZNAXIS1": 10**9}, r"1000000000 x 40 pixels in 800000000 tiles; there are 40"),
        ({"ZNAXIS1": 10**9, "ZTILE1": 10**9}, "a tile has 4000000000 bytes; allowed are"),
        ({"ZNAXIS2": 10**8, "NAXIS2": 10**8}, "is cut short: .* bytes of at least 800"),
        ({"ZNAXIS": 10**6}, "ZNAXIS is 1000000; allowed are 999"),
        ({"ZTILE1": 0}, "side of 0 pixels"),
        ({"NAXIS1": 10**15}, "is cut short"),
        ({"ZNAXIS1": -50}, "ZNAXIS1 is -50"),
    ],
)
def test_lying_tables_are_refused(tmp_path: Path, changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(ImageError, match=reason):
        open_image(compressed(tmp_path / "a.fits", **changes))


def test_very_many_tiles_are_refused(tmp_path: Path) -> None:
    path = compressed(tmp_path / "a.fits", ZNAXIS2=10**8, NAXIS2=10**8)
    with path.open("r+b") as file:
        # A hole: it takes no room on disk.
        file.truncate(10**9)
    with pytest.raises(ImageError, match="has 100000000 tiles; allowed are 500000"):
        open_image(path)


def test_a_packed_image_that_is_not_there_is_refused(tmp_path: Path) -> None:
    header = fits.Header({"SIMPLE": True, "BITPIX": -64, "NAXIS": 2}.items())
    header["NAXIS1"], header["NAXIS2"] = 30_000, 30_000
    path = tmp_path / "a.fits.gz"
    path.write_bytes(gzip.compress(header.tostring().encode() + bytes(10**6)))
    with pytest.raises(ImageError, match="is cut short: 1002880 bytes of at least 7200002880"):
        open_image(path)


def test_a_header_without_end(tmp_path: Path) -> None:
    path = tmp_path / "a.fits"
    with path.open("wb") as file:
        file.write(b"SIMPLE  =                    T".ljust(80))
        file.truncate(20_000_000)
    with pytest.raises(ImageError, match="no END in 10000000 bytes"):
        open_image(path)


def test_what_stands_behind_the_last_hdu_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "a.fits"
    fits.PrimaryHDU(np.ones((4, 5), np.float32)).writeto(path)
    path.write_bytes(path.read_bytes() + b"<html>502 Bad Gateway</html>" * 200)
    with open_image(path, several=True) as image:
        assert image.read().sum() == 20
    assert len(list(read_units(path, path))) == 1


@pytest.mark.parametrize("said", ["", "T", "'16'", "7", "1E3", "(1,2)"])
def test_pixels_of_no_size(tmp_path: Path, said: str) -> None:
    path = tmp_path / "a.fits"
    image = np.ones((4, 5), np.float32)
    fits.HDUList([fits.PrimaryHDU(image), fits.ImageHDU(image)]).writeto(path)
    lie(path, BITPIX=said)  # of the second HDU
    assert len(list(read_units(path, path))) == 1
    first = tmp_path / "b.fits"
    fits.PrimaryHDU(image).writeto(first)
    with pytest.raises(ImageError, match=r"BITPIX is .*; allowed are 8, 16, 32, 64, -32, -64"):
        open_image(lie(first, BITPIX=said))


def test_columns_are_counted_whatever_else_a_header_says(tmp_path: Path) -> None:
    table = fits.BinTableHDU.from_columns([fits.Column("a", "J", array=[1])])
    path = tmp_path / "a.fits"
    fits.HDUList([fits.PrimaryHDU(), table]).writeto(path)
    data = path.read_bytes()
    for key, value in ((b"TFIELDS", b"99999999999999"), (b"PCOUNT ", b"T")):
        at = data.index(key)
        data = data[: at + 10] + value.rjust(20) + data[at + 30 :]
    path.write_bytes(data)
    with pytest.raises(ImageError, match="TFIELDS of HDU 1 is 99999999999999; allowed are"):
        list(read_units(path, path))


def test_nothing_behind_the_last_hdu_is_read(tmp_path: Path) -> None:
    """Gigabytes of zeros, as downloads leave that were never finished, take no memory."""
    image, table = tmp_path / "a.fits", tmp_path / "t.fits"
    fits.PrimaryHDU(np.arange(12, dtype=np.int16).reshape(3, 4)).writeto(image)
    columns = [fits.Column("RA", "D", array=[1.0, 2.0]), fits.Column("DEC", "D", array=[3.0, 4.0])]
    fits.HDUList([fits.PrimaryHDU(), fits.BinTableHDU.from_columns(columns)]).writeto(table)
    for path in (image, table):
        with path.open("ab") as file:
            file.truncate(path.stat().st_size + 400_000_000)
    tracemalloc.start()
    try:
        with open_image(image) as opened:
            assert opened.read().tolist() == np.arange(12).reshape(3, 4).tolist()
        assert read_table(table).data["RA"].tolist() == [1, 2]
        assert tracemalloc.get_traced_memory()[1] < 50_000_000
    finally:
        tracemalloc.stop()
