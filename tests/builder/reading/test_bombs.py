"""Files that would take all memory or time are refused at once; `scripts/bombs` has more."""

from __future__ import annotations

import io
import time
import zlib
from pathlib import Path

import pytest
import tifffile
from helpers import bombs
from helpers.images import flux_image
from helpers.reading import read

from hubble_dash.builder.codecs.tiff_bounds import check_tags
from hubble_dash.builder.reading import pictures
from hubble_dash.builder.reading.opening import open_image
from hubble_dash.errors import ImageError


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("tiles_1e8.tif", "its tags hold 800,000,0.. bytes or more; allowed are 32,000,000"),
        ("xmp_1GB.tif", "its tags hold 1,000,000,0.. bytes"),
        ("description_1GB.tif", "its tags hold 1,000,000,0.. bytes"),
        ("strip_4GB.tif", "a tile or strip of 3,600 bytes says that it takes 4,294,966,696"),
        ("xmp_1GB.png", "has more than 64,000,000 bytes of metadata before its pixels"),
        ("lie.avif", "is damaged: its header makes no sense$"),
        ("naxis_1e14.fits", r"is cut short: \d+ bytes of at least 4000000000"),
        ("naxis_2e9.fits", "is cut short: "),
        ("tfields_1e9.fits", "TFIELDS of HDU 1 is 1000000000; allowed are 10000 columns"),
        ("tfields_1e9.fits.fz", "TFIELDS of HDU 1 is 1000000000"),
        ("pcount_1e12.fits.fz", "is cut short: "),
        ("rice_lies.fits.fz", "says that it takes 2,147,483,647 when packed"),
        ("rice_long.fits.fz", "says that it takes 2,147,483,647 when packed"),
        ("pcount_0.fits.fz", "the data cannot be read: |$"),
    ],
)
def test_headers_that_promise_all_memory_are_refused_at_once(
    tmp_path: Path, name: str, why: str
) -> None:
    make = bombs.BOMBS[name]
    if make.__code__.co_argcount:
        make(tmp_path / name)  # type: ignore[call-arg]
    else:
        (tmp_path / name).write_bytes(make())  # type: ignore[arg-type, call-arg]
    start = time.monotonic()
    with pytest.raises(ImageError, match=why), open_image(tmp_path / name) as image:
        image.read()
    assert time.monotonic() - start < 1


@pytest.mark.parametrize("is_packed", [False, True])
def test_a_jpeg_of_metadata_is_refused_before_it_is_read(tmp_path: Path, is_packed: bool) -> None:
    much, too_much = (bombs._jpeg_segments(0xEF, b"of a camera", n) for n in (100, 500))
    (tmp_path / "a.jpg").write_bytes(much)
    assert read(tmp_path / "a.jpg").shape == (60, 60, 3)
    (tmp_path / "a.jpg").write_bytes(too_much)
    with pytest.raises(ImageError, match=r"more than 32,000,000 bytes of metadata"):
        pictures.open_picture(
            tmp_path / "a.jpg",
            too_much if is_packed else tmp_path / "a.jpg",
            n_file=len(too_much),
            max_pixels=10**6,
        )


def test_a_png_of_chunks_is_refused_before_it_is_read(tmp_path: Path) -> None:
    """Of more than are read at once anyway."""
    path = tmp_path / "a.png"
    pixels = zlib.compress(bytes(60 * 181))
    path.write_bytes(bombs._png(60, 2, bombs._chunk(b"prVt", bytes(5_000_000)), pixels=pixels))
    assert read(path).shape == (60, 60, 3)
    chunks = bombs._chunk(b"prVt", bytes(30)) * 100_000
    path.write_bytes(bombs._png(60, 2, chunks, pixels=pixels))
    with pytest.raises(ImageError, match="has more than 100,000 chunks before its pixels"):
        open_image(path)


@pytest.mark.parametrize("byteorder", ["<", ">"])
@pytest.mark.parametrize("bigtiff", [False, True])
def test_tags_are_counted_in_all_pages(tmp_path: Path, byteorder: str, bigtiff: bool) -> None:
    path = tmp_path / "a.tif"
    with tifffile.TiffWriter(path, byteorder=byteorder, bigtiff=bigtiff) as file:
        for _ in range(3):
            file.write(flux_image((64, 64)), tile=(16, 16), subifds=1, metadata=None)
            file.write(flux_image((32, 32)), tile=(16, 16), subfiletype=1, metadata=None)
    # Where 16 and 4 tiles lie, and how long they are, three times.
    least = 3 * (16 + 4) * 2 * 4
    assert read(path).shape == (64, 64)
    with path.open("rb") as file:
        check_tags(path, file, max_bytes=5 * least)
        with pytest.raises(ImageError, match=f"bytes or more; allowed are {least - 1}"):
            check_tags(path, file, max_bytes=least - 1)


def test_pages_in_a_circle_end(tmp_path: Path) -> None:
    file = io.BytesIO()
    tifffile.imwrite(file, flux_image(), metadata=None, byteorder="<")
    data = bytearray(file.getvalue())
    first = int.from_bytes(data[4:8], "little")
    behind = first + 2 + 12 * int.from_bytes(data[first : first + 2], "little")
    data[behind : behind + 4] = data[4:8]
    (tmp_path / "a.tif").write_bytes(data)
    assert read(tmp_path / "a.tif").shape == flux_image().shape
