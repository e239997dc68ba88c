"""Formats told by first bytes, and files that are packed."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zipfile
from pathlib import Path

import numpy as np
import pytest
import tifffile
from helpers.images import color_picture, flux_image, make_fits, make_picture
from helpers.reading import read

from hubble_dash.builder.bounds import promise
from hubble_dash.builder.files.kinds import GZIP, SUFFIXES, kind_by_suffix, kind_of
from hubble_dash.builder.files.packed import unpack
from hubble_dash.builder.reading.fits import open_fits
from hubble_dash.builder.reading.opening import open_image
from hubble_dash.builder.reading.tiff import open_tiff
from hubble_dash.errors import ImageError

PACKERS = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress}


def pack(path: Path, suffix: str) -> Path:
    to = path.with_name(f"{path.name}.{suffix}")
    if suffix == "zip":
        with zipfile.ZipFile(to, "w") as archive:
            archive.writestr("__MACOSX/._" + path.name, b"of the system")
            archive.writestr("folder/" + path.name, path.read_bytes())
    else:
        to.write_bytes(PACKERS[suffix](path.read_bytes()))
    assert to.name.endswith(SUFFIXES)
    return to


def make(
    folder: Path, suffix: str
) -> tuple[Path, np.ndarray[tuple[int, ...], np.dtype[np.generic]]]:
    path = folder / f"a.{suffix}"
    if suffix == "fits":
        return make_fits(path), flux_image()
    if suffix == "tif":
        tifffile.imwrite(path, color_picture(), photometric="rgb")
        return path, color_picture()
    return make_picture(path, color_picture(), **({"quality": 95} if suffix == "jpg" else {})), (
        color_picture()
    )


@pytest.mark.parametrize("kind", ["fits", "tif", "png", "jpg"])
@pytest.mark.parametrize("suffix", [*PACKERS, "zip"])
def test_packed_files_are_read(tmp_path: Path, suffix: str, kind: str) -> None:
    path, pixels = make(tmp_path, kind)
    got = read(pack(path, suffix))
    np.testing.assert_allclose(got, pixels, atol=9 if kind == "jpg" else 0)


@pytest.mark.parametrize("most_in_memory", [1000, 10**6])
def test_large_packed_files_go_to_the_disk(tmp_path: Path, most_in_memory: int) -> None:
    path, _ = make(tmp_path, "fits")
    packed = pack(path, "gz")
    with unpack(packed, GZIP, most_in_memory=most_in_memory, bytes_a_step=700) as content:
        assert isinstance(content, io.BytesIO) == (most_in_memory > 1000)
        assert content.read() == path.read_bytes()


@pytest.mark.parametrize("kind", ["fits", "tif"])
def test_what_was_unpacked_to_the_disk_is_read(tmp_path: Path, kind: str) -> None:
    path, pixels = make(tmp_path, kind)
    content = unpack(pack(path, "gz"), GZIP, most_in_memory=1000, bytes_a_step=700)
    bounds = {"plane": None, "max_pixels": pixels.size}
    if kind == "tif":
        opened = open_tiff(path, content, **bounds)
    else:
        opened = open_fits(
            path, content, hdu=None, part=None, several=False, header_keys=(), **bounds
        )
    np.testing.assert_array_equal(opened.source.read(slice(None), slice(None)), pixels)
    opened.source.close()


def test_an_archive_of_several_files_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.png", b"")
        archive.writestr("b.png", b"")
    with pytest.raises(ImageError, match="archive of 2 files; unpack it"):
        open_image(tmp_path / "a.zip")


def test_packed_twice_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.gz").write_bytes(gzip.compress(gzip.compress(b"x")))
    with pytest.raises(ImageError, match="holds what is packed by gzip, not read; unpack"):
        open_image(tmp_path / "a.gz")


def test_what_unpacks_without_end_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A small image, and behind it zeros."""
    path, _ = make(tmp_path, "fits")
    (tmp_path / "b.fits.gz").write_bytes(gzip.compress(path.read_bytes() + bytes(3_000_000)))
    monkeypatch.setattr(promise, "FREE_BYTES", 1_000_000)
    with pytest.raises(ImageError, match="unpacks to more than 2 MB from"):
        open_image(tmp_path / "b.fits.gz")
    monkeypatch.setattr(promise, "FREE_SECONDS", -9.0)
    monkeypatch.setattr(promise, "FREE_BYTES", 4_000_000)
    with pytest.raises(ImageError, match="s to unpack"):
        open_image(tmp_path / "b.fits.gz")


@pytest.mark.parametrize(
    ("start", "name"),
    [
        (b"\x00\x00\x00\x18ftypheic" + bytes(64), "HEIC"),
        (b"\x00\x00\x00\x18ftypmif1\0\0\0\0miafheic", "HEIC"),
        (b"\x00\x00\x00\x18ftypcrx isom", "raw data of a camera"),
        (b"\x00\x00\x00\x18ftypisomiso2mp41", "a video"),
        (b"\x1f\x9d\x90", "packed by compress"),
        (b"\x89HDF\r\n\x1a\n", "HDF5"),
        (b"8BPS\0\1", "Photoshop"),
        (bytes(257) + b"ustar", "a tar archive"),
        (b"\n<!DOCTYPE html><html>", "a web page"),
        (b'<?xml version="1.0"?><svg>', "SVG"),
        (b"P5 3 3 255\n", "PNM"),
        (b"version https://git-lfs.github.com/spec/v1", "a pointer of Git LFS"),
        (b"XISF0100", "XISF"),
        (b"\xff\xd8\xff\xf7\0\x11\x08", "JPEG-LS"),
        (b"\xff\xd8\xff\xe8\0\x20SPIFF\0", "JPEG-LS"),
        (b"II\xbc\x01", "JPEG XR"),
        (b"\n\5\1\x08", "PCX"),
        (b"\x01\xda\1\1", "SGI"),
        (b"DDS |", "DirectDraw"),
    ],
)
def test_what_is_not_read_is_named_with_what_to_do(tmp_path: Path, start: bytes, name: str) -> None:
    (tmp_path / "a.png").write_bytes(start)
    with pytest.raises(ImageError, match=f"is {name}, not read; [a-z]+ "):
        open_image(tmp_path / "a.png")


def test_an_avif_may_name_its_brand_second() -> None:
    kind = kind_of(b"\x00\x00\x00\x1cftypmif1\0\0\0\0avifmif1miaf")
    assert kind is not None
    assert kind.name == "AVIF"


def test_suffixes_of_what_is_not_read() -> None:
    names = {"a.heic": "HEIC", "a.tar.gz": "a tar archive", "a.csv.gz": "no image"}
    names |= {"a.fits.lzma": "packed by LZMA", "a.fits.br": "packed by Brotli"}
    for name, kind in names.items():
        found = kind_by_suffix(name)
        assert found is not None
        assert found.name == kind
    assert kind_by_suffix("a.unknown") is kind_by_suffix("heic") is None
    # Swift's images in FITS are called so, and PDS.
    assert kind_by_suffix("sw00030_sk.img") is None


def test_text_is_no_image(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_text("dear diary")
    with pytest.raises(ImageError, match="is none of FITS, TIFF, JPEG, PNG"):
        open_image(tmp_path / "a.png")
