from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from helpers.images import sky_header
from helpers.servers import FileServer, serving

from hubble_dash.atlas.boxes import Box
from hubble_dash.builder.cutouts.display import FAR_SIDE, Display
from hubble_dash.builder.files import content
from hubble_dash.builder.reading.opening import open_image
from hubble_dash.builder.remote import ranges
from hubble_dash.builder.remote.ranges import RangeFile
from hubble_dash.config import Stretch
from hubble_dash.errors import ImageError

SIDE = 1200
FLUX = np.random.default_rng(1).normal(size=(SIDE, SIDE)).astype(np.float32)
BOX = Box(500, 600, 700, 800)


def written(*further: fits.ImageHDU) -> bytes:
    file = io.BytesIO()
    image = fits.ImageHDU(FLUX, sky_header((SIDE, SIDE), sip=False), name="SCI")
    fits.HDUList([fits.PrimaryHDU(), image, *further]).writeto(file)
    return file.getvalue()


def packed() -> bytes:
    file = io.BytesIO()
    image = fits.CompImageHDU(FLUX, compression_type="GZIP_2", quantize_level=0.0)
    fits.HDUList([fits.PrimaryHDU(), image]).writeto(file)
    return file.getvalue()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FileServer]:
    monkeypatch.setattr(content, "MIN_BYTES_IN_PARTS", 1_000_000)
    monkeypatch.setattr(ranges, "BLOCK", 8192)
    with serving() as made:
        yield made


@pytest.mark.parametrize("name", ["/a.fits", "/a.fits.fz", "/cube.fits"])
def test_a_cutout_of_a_large_image_does_not_load_it(server: FileServer, name: str) -> None:
    cube = fits.ImageHDU(np.stack([FLUX + 1, FLUX, FLUX + 2]), name="CUBE")
    made = {"/a.fits": written, "/a.fits.fz": packed, "/cube.fits": lambda: written(cube)}
    server.files[name] = made[name]()
    options = {"hdu": "CUBE", "plane": 1} if "cube" in name else {}
    with open_image(server.url(name), in_parts=True, **options) as image:  # type: ignore[arg-type]
        assert image.is_far
        assert image.shape == (SIDE, SIDE)
        assert np.array_equal(image.read(BOX), FLUX[BOX.slices])
    # A hundred rows, the headers, and what was read ahead.
    assert server.sent[name] < 100 * SIDE * 4 + 200_000
    assert server.sent[name] < len(server.files[name]) / 5
    assert server.requests["GET", name] < 30


def test_the_same_pixels_as_of_a_copy(server: FileServer, tmp_path: Path) -> None:
    server.files["/a.fits"] = written()
    (tmp_path / "a.fits").write_bytes(written())
    with (
        open_image(server.url("/a.fits"), in_parts=True) as far,
        open_image(tmp_path / "a.fits") as here,
    ):
        assert far.sky is not None
        assert far.sky.quality == "exact"
        for box, step in ((BOX, 1), (Box(0, SIDE, 3, 4), 1), (Box(5, 1190, 7, 1100), 37)):
            assert np.array_equal(far.read(box, step=step), here.read(box, step=step))


@pytest.mark.slow
def test_limits_and_preview_are_of_few_rows(
    server: FileServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A row has several blocks, as in images that are worth it.
    monkeypatch.setattr(ranges, "BLOCK", 1024)
    monkeypatch.setattr(ranges, "MAX_KEPT", 8192)
    server.files["/a.fits"] = written()
    (tmp_path / "a.fits").write_bytes(written())
    with (
        open_image(server.url("/a.fits"), in_parts=True) as far,
        open_image(tmp_path / "a.fits") as here,
    ):
        shown, whole = Display(far, Stretch()), Display(here, Stretch())
        preview, valid = shown.read(max_side=600)
        assert preview.shape == valid.shape == (240, 240)
        assert max(preview.shape) <= FAR_SIDE
        close, same = shown.read(BOX)[0], whole.read(BOX)[0]
        # Both stretches have nearly the same limits.
        assert np.abs(close.astype(int) - same).mean() < 6
        assert any("no checksum" in note for note in far.notes)
    assert server.sent["/a.fits"] < 0.35 * len(server.files["/a.fits"])


def test_boxes_that_are_expected_come_in_few_requests(server: FileServer) -> None:
    server.files["/a.fits"] = written()
    with open_image(server.url("/a.fits"), in_parts=True) as image:
        before = server.requests["GET", "/a.fits"]
        boxes = [Box(10, 30, y, y + 10) for y in (100, 400, 900)]
        image.expect(boxes)
        asked = server.requests["GET", "/a.fits"]
        assert asked - before == 3
        for box in boxes:
            assert np.array_equal(image.read(box), FLUX[box.slices])
        assert server.requests["GET", "/a.fits"] == asked


def test_who_reads_most_of_a_file_gets_all_of_it_once(server: FileServer) -> None:
    server.files["/a.fits"] = written()
    with open_image(server.url("/a.fits"), in_parts=True) as image:
        for y in range(0, SIDE, 100):
            assert np.array_equal(image.read(Box(0, SIDE, y, y + 100)), FLUX[y : y + 100])
    assert server.sent["/a.fits"] < 1.7 * len(server.files["/a.fits"])


def test_a_server_without_ranges_sends_all_of_it_once(server: FileServer) -> None:
    server.files["/a.fits"], server.has_ranges = written(), False
    with open_image(server.url("/a.fits"), in_parts=True) as image:
        assert np.array_equal(image.read(BOX), FLUX[BOX.slices])
    assert server.requests["GET", "/a.fits"] <= 3


def test_small_files_and_pictures_are_read_whole(server: FileServer) -> None:
    file = io.BytesIO()
    fits.PrimaryHDU(FLUX[:100]).writeto(file)
    server.files["/small.fits"] = file.getvalue()
    server.files["/large.png"] = b"\x89PNG" + bytes(2_000_000)
    with open_image(server.url("/small.fits"), in_parts=True) as image:
        assert not image.is_far
    with pytest.raises(ImageError, match="is damaged"):
        open_image(server.url("/large.png"), in_parts=True)


def test_a_range_file_is_a_file() -> None:
    data = np.random.default_rng(2).bytes(3_000_000)
    asked: list[tuple[int, int]] = []

    def read(start: int, stop: int) -> bytes:
        asked.append((start, stop))
        return data[start:stop]

    file = RangeFile(read, len(data), lambda: io.BufferedReader(io.BytesIO(data)))  # type: ignore[arg-type]
    assert file.read(10) == data[:10]
    assert file.seek(-5, io.SEEK_END) == 2_999_995
    assert file.read() == data[-5:]
    file.end_at(100)
    assert file.read() == data[:100]
    assert file.read(1) == b""
    buffer = bytearray(7)
    file.seek(3)
    assert file.readinto(buffer) == 7
    assert bytes(buffer) == data[3:10]
    assert len(asked) == 2
