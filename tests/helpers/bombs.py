"""Files that are small and would take all memory or time, of each format that is read."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import PIL.Image
import tifffile
from astropy.io import fits

from helpers.images import flux_image

__all__ = ["BOMBS", "sparse_tiff"]

MB, GB = 1_000_000, 1_000_000_000
# Sides of pictures that are just below what a file may become.
SIDE, SIDE_RGB, SIDE_WEBP = 30_000, 18_000, 16_383


def _zeros(n: int, compressor: Any) -> bytes:
    """Pack so many zeros, a part at a time."""
    part = bytes(4 * MB)
    packed = [compressor.compress(part) for _ in range(n // len(part))]
    return b"".join([*packed, compressor.compress(bytes(n % len(part))), compressor.flush()])


def _png(side: int, kind: int, *before: bytes, after: bytes = b"", pixels: bytes = b"") -> bytes:
    n_bands = {0: 1, 2: 3, 3: 1}[kind]
    header = struct.pack(">IIBBBBB", side, side, 8, kind, 0, 0, 0)
    packed = pixels or _zeros(side * (side * n_bands + 1), zlib.compressobj(9))
    palette = [_chunk(b"PLTE", bytes(768))] if kind == 3 else []
    parts = [_chunk(b"IHDR", header), *before, *palette, _chunk(b"IDAT", packed), after]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _inflating_png(kind: bytes, head: bytes) -> bytes:
    """Give a small picture with a text of one gigabyte."""
    text = _chunk(kind, head + _zeros(GB, zlib.compressobj(9)))
    return _png(60, 2, text, pixels=zlib.compress(bytes(60 * 181)))


def _large_text(path: Path) -> None:
    """Write a text of one gigabyte that takes nothing on the disk."""
    start = b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", struct.pack(">IIBBBBB", 60, 60, 8, 2, 0, 0, 0))
    head = b"XML:com.adobe.xmp\0\0\0\0\0"
    _sparse(path, {0: start + struct.pack(">I", GB) + b"iTXt" + head, GB + 100: b"\0" * 50})


def _unfinished(path: Path) -> None:
    """Write a small FITS image, and behind it gigabytes as of a download that never ended."""
    image = _fits(fits.PrimaryHDU(np.arange(6000, dtype=np.float32).reshape(60, 100)))
    _sparse(path, {0: image, 3 * GB: b"\0"})


def _small_chunks() -> bytes:
    return _png(60, 2, _chunk(b"gAMA", bytes(4)) * 3 * MB, pixels=zlib.compress(bytes(60 * 181)))


def _sparse(path: Path, parts: Mapping[int, bytes]) -> None:
    with path.open("wb") as file:
        for place, data in parts.items():
            file.seek(place)
            file.write(data)


def _gif(side: int, frames: int, comments: int = 0) -> bytes:
    """Give a large canvas with frames of one pixel, and comments of 255 bytes."""
    screen = b"GIF89a" + struct.pack("<HHBBB", side, side, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    comment = b"!\xfe" + (b"\xff" + b"x" * 255) * comments + b"\0"
    frame = b"," + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\0"
    return screen + (comment if comments else b"") + frame * frames + b";"


def _webp(nx: int, ny: int, frames: int) -> bytes:
    """Give a large canvas with frames of one pixel."""
    file = io.BytesIO()
    PIL.Image.new("RGB", (2, 2)).save(file, "WEBP", lossless=True)
    pixel = file.getvalue()[12:]
    area = bytes(6) + (1).to_bytes(3, "little") * 2 + (40).to_bytes(3, "little") + b"\0"
    frame = _riff(b"ANMF", area + pixel)
    size = b"\x02\0\0\0" + (nx - 1).to_bytes(3, "little") + (ny - 1).to_bytes(3, "little")
    parts = _riff(b"VP8X", size) + _riff(b"ANIM", bytes(6)) + frame * frames
    return b"RIFF" + struct.pack("<I", len(parts) + 4) + b"WEBP" + parts


def _riff(kind: bytes, data: bytes) -> bytes:
    return kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def _avif(side: int, said: int) -> bytes:
    """Give a black picture whose header may say another size."""
    data = bytes(imagecodecs.avif_encode(np.zeros((side, side, 3), np.uint8), speed=10))
    return data.replace(struct.pack(">II", side, side), struct.pack(">II", said, said))


def _jpeg_2000(side: int, said: int, tile: int) -> bytes:
    """Give a black picture whose header says another size, and tiles."""
    data = bytearray(imagecodecs.jpeg2k_encode(np.zeros((side, side), np.uint8), codecformat=0))
    place = data.index(b"\xff\x51")
    data[place + 6 : place + 14] = struct.pack(">II", said, said)
    data[place + 22 : place + 30] = struct.pack(">II", tile, tile)
    return bytes(data)


def _jpeg_segments(marker: int, start: bytes, n: int) -> bytes:
    """Give a small picture behind many segments of 64 kB."""
    file = io.BytesIO()
    PIL.Image.new("RGB", (60, 60)).save(file, "JPEG")
    segment = bytes((0xFF, marker)) + struct.pack(">H", 65535) + start.ljust(65533, b"\0")
    return file.getvalue()[:2] + segment * n + file.getvalue()[2:]


def _jpeg_scans(side: int, n: int) -> bytes:
    """Give a progressive picture whose last scan comes again and again."""
    file = io.BytesIO()
    PIL.Image.new("L", (side, side)).save(file, "JPEG", progressive=True)
    data = file.getvalue()
    last = data.rindex(b"\xff\xda")
    return data[:last] + data[last:-2] * n + data[-2:]


def sparse_tiff(
    path: Path, nx: int, ny: int, tags: Iterable[tuple[int, int, int, int]], end: int
) -> None:
    """Write the header of a TIFF file, and nothing behind it.

    Parameters
    ----------
    path : Path
        The file.
    nx, ny : int
        Columns and rows.
    tags : iterable of (code, type, count, value)
        Beside the usual ones.
    end : int
        Bytes of the file, which take no room on the disk.
    """
    usual = [(256, 4, 1, nx), (257, 4, 1, ny), (258, 3, 1, 8), (262, 3, 1, 1), (277, 3, 1, 1)]
    given = sorted([*usual, *tags])
    packed = [struct.pack("<HHII", *tag) for tag in given]
    head = struct.pack("<2sHIH", b"II", 42, 8, len(given)) + b"".join(packed) + bytes(4)
    _sparse(path, {0: head, end: b"\0"})


def _tiles(path: Path) -> None:
    n = 10**8
    tags = [(259, 3, 1, 1), (322, 3, 1, 16), (323, 3, 1, 16)]
    tags += [(324, 4, n, 1000), (325, 4, n, 1000 + 4 * n)]
    sparse_tiff(path, 160_000, 160_000, tags, 1000 + 8 * n)


def _strips(path: Path) -> None:
    tags = [(259, 3, 1, 8), (273, 4, 1, 500), (278, 4, 1, 60), (279, 4, 1, 2**32 - 600)]
    sparse_tiff(path, 60, 60, tags, 2**32 - 100)


def _tag(path: Path, code: int) -> None:
    tags = [(259, 3, 1, 1), (273, 4, 1, 500), (279, 4, 1, 3600), (code, 2, GB, 5000)]
    sparse_tiff(path, 60, 60, tags, GB + 5000)


def _packed_tile(path: Path, compression: int, packed: bytes, side: int = 64) -> None:
    tags = [(259, 3, 1, compression), (278, 4, 1, side), (273, 4, 1, 500), (279, 4, 1, len(packed))]
    sparse_tiff(path, side, side, tags, 500)
    with path.open("r+b") as file:
        file.seek(500)
        file.write(packed)


def _pages(path: Path) -> None:
    """Write a million pages."""
    file = io.BytesIO()
    tifffile.imwrite(file, flux_image(), metadata=None)
    data = file.getvalue()
    first = struct.unpack("<I", data[4:8])[0]
    n_tags = struct.unpack("<H", data[first : first + 2])[0]
    page = data[first : first + 2 + 12 * n_tags]
    n, start = MB, len(data)
    places = np.arange(1, n + 1) * (len(page) + 4) + start
    nexts = places.astype("<u4").view("u1").reshape(n, 4)
    pages = np.hstack([np.tile(np.frombuffer(page, "u1"), (n, 1)), nexts]).tobytes()
    path.write_bytes(data[:4] + struct.pack("<I", start) + data[8:] + pages)


def _fits(*hdus: Any) -> bytes:
    file = io.BytesIO()
    fits.HDUList(list(hdus)).writeto(file)
    return file.getvalue()


def _with_cards(data: bytes, **cards: object) -> bytes:
    """Put other values into the cards of a FITS file."""
    for key, value in cards.items():
        place = data.rindex(key.ljust(8).encode() + b"=") + 10
        data = data[:place] + str(value).rjust(20).encode() + data[place + 20 :]
    return data


def _compressed(kind: str, **cards: object) -> bytes:
    pixels = flux_image().astype(np.int16)
    return _with_cards(
        _fits(fits.PrimaryHDU(), fits.CompImageHDU(pixels, compression_type=kind)), **cards
    )


def _lying_tiles(kind: str, length: int, offset: int) -> bytes:
    """Let each tile lie in the heap where it is not."""
    data = bytearray(_compressed(kind))
    start = data.index(b"XTENSION")
    end = data.index(b"END" + b" " * 77, start) // 2880 * 2880 + 2880
    for row in range(60):
        data[end + 8 * row : end + 8 * row + 8] = struct.pack(">II", length, offset)
    return bytes(data)


def _inflating_tile() -> bytes:
    """Give a tile that becomes four gigabytes."""
    packed = np.frombuffer(_zeros(4 * GB, zlib.compressobj(9, wbits=31)), np.uint8)
    columns = [fits.Column("COMPRESSED_DATA", f"1PB({len(packed)})", array=[packed])]
    hdu = fits.BinTableHDU.from_columns(columns)
    cards = {"ZIMAGE": True, "ZCMPTYPE": "GZIP_1", "ZBITPIX": 16, "ZNAXIS": 2}
    cards |= {"ZNAXIS1": 64, "ZNAXIS2": 64, "ZTILE1": 64, "ZTILE2": 64}
    hdu.header.update(cards)
    return _fits(fits.PrimaryHDU(), hdu)


def _fields() -> bytes:
    table = fits.BinTableHDU.from_columns([fits.Column("a", "E", array=np.arange(3.0))])
    data = _fits(fits.PrimaryHDU(), table)
    return (
        _with_cards(data, TFIELDS=GB) + _fits(fits.PrimaryHDU(), fits.ImageHDU(flux_image()))[2880:]
    )


def _long_headers() -> bytes:
    """Give a hundred headers of ten megabytes, packed."""
    card = b"COMMENT".ljust(80)
    image = fits.ImageHDU(flux_image())
    unit = _fits(fits.PrimaryHDU(), fits.ImageHDU())[2880:5760]
    end = unit.index(b"END" + b" " * 77)
    head = unit[:end] + card * 124_900 + b"END"
    head = head.ljust(-(-len(head) // 2880) * 2880)
    return gzip.compress(
        _fits(fits.PrimaryHDU()) + head * 90 + _fits(fits.PrimaryHDU(), image)[2880:]
    )


def _behind(pack: Callable[[bytes], bytes]) -> bytes:
    """Pack a good file, and ten gigabytes of zeros behind it."""
    return pack(_fits(fits.PrimaryHDU(flux_image()))) + pack(bytes(100 * MB)) * 100


def _zip(path: Path) -> None:
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("a.fits", "w", force_zip64=True) as file,
    ):
        file.write(_fits(fits.PrimaryHDU(flux_image())))
        for _ in range(40):
            file.write(bytes(100 * MB))


def _header(nx: int, ny: int) -> bytes:
    return _with_cards(_fits(fits.PrimaryHDU(flux_image())), NAXIS1=nx, NAXIS2=ny)


BOMBS: dict[str, Callable[[], bytes] | Callable[[Path], None]] = {
    "black.png": lambda: _png(SIDE, 0),
    "black_rgb.png": lambda: _png(SIDE_RGB, 2),
    "black_palette.png": lambda: _png(SIDE, 3),
    "black_exif_behind.png": lambda: _png(SIDE, 0, after=_chunk(b"eXIf", b"II*\0\x08\0\0\0\0\0")),
    "ztxt_1GB.png": lambda: _inflating_png(b"zTXt", b"a\0\0"),
    "itxt_1GB.png": lambda: _inflating_png(b"iTXt", b"XML:com.adobe.xmp\0\x01\0\0\0"),
    "iccp_1GB.png": lambda: _inflating_png(b"iCCP", b"a\0\0"),
    "xmp_1GB.png": _large_text,
    "chunks_3e6.png": _small_chunks,
    "canvas.gif": lambda: _gif(SIDE, 1),
    "frames_1e6.gif": lambda: _gif(SIDE // 3, MB),
    "comments_100MB.gif": lambda: _gif(60, 1, 400_000),
    "canvas.webp": lambda: _webp(SIDE_WEBP, SIDE_WEBP, 1),
    "frames_1e5.webp": lambda: _webp(4000, 4000, 100_000),
    "wide.webp": lambda: _webp(2**24, 59, 1),
    "black.avif": lambda: _avif(6000, 6000),
    "lie.avif": lambda: _avif(300, SIDE),
    "black.jxl": lambda: bytes(
        imagecodecs.jpegxl_encode(np.zeros((15_000, 15_000), np.uint8), effort=1)
    ),
    "frames.jxl": lambda: bytes(
        imagecodecs.jpegxl_encode(np.zeros((400, 1000, 1000), np.uint8), effort=1)
    ),
    "lie.jp2": lambda: _jpeg_2000(64, SIDE, SIDE),
    "tiles.jp2": lambda: _jpeg_2000(64, 16_000, 63),
    "exif_200MB.jpg": lambda: _jpeg_segments(0xE1, b"Exif\0\0II*\0", 3000),
    "icc_200MB.jpg": lambda: _jpeg_segments(0xE2, b"ICC_PROFILE\0\1\1", 3000),
    "scans.jpg": lambda: _jpeg_scans(8000, 95),
    "unfinished.fits": _unfinished,
    "tiles_1e8.tif": _tiles,
    "strip_4GB.tif": _strips,
    "xmp_1GB.tif": lambda path: _tag(path, 700),
    "description_1GB.tif": lambda path: _tag(path, 270),
    "pages_1e6.tif": _pages,
    "deflate_4GB_tile.tif": lambda path: _packed_tile(path, 8, _zeros(4 * GB, zlib.compressobj(9))),
    "lzma_4GB_tile.tif": lambda path: _packed_tile(
        path, 34925, _zeros(4 * GB, lzma.LZMACompressor(preset=0))
    ),
    "deflate_black.tif": lambda path: _packed_tile(
        path, 8, _zeros(SIDE**2, zlib.compressobj(9)), SIDE
    ),
    "zeros_10GB.fits.gz": lambda: _behind(lambda data: gzip.compress(data, 9, mtime=0)),
    "zeros_10GB.fits.bz2": lambda: _behind(bz2.compress),
    "zeros_10GB.fits.xz": lambda: _behind(lzma.compress),
    "zeros_4GB.fits.zip": _zip,
    "long_headers.fits.gz": _long_headers,
    "naxis_1e14.fits": lambda: _header(10**7, 10**7),
    "naxis_2e9.fits": lambda: _header(45_000, 45_000),
    "tfields_1e9.fits": _fields,
    "tfields_1e9.fits.fz": lambda: _compressed("RICE_1", TFIELDS=GB),
    "pcount_1e12.fits.fz": lambda: _compressed("RICE_1", PCOUNT=10**12),
    "pcount_0.fits.fz": lambda: _compressed("RICE_1", PCOUNT=0),
    "tile_1e9.fits.fz": lambda: _compressed("RICE_1", ZTILE1=GB),
    "rice_lies.fits.fz": lambda: _lying_tiles("RICE_1", 2**31 - 1, 2**31 - 1),
    "rice_long.fits.fz": lambda: _lying_tiles("RICE_1", 2**31 - 1, 0),
    "gzip_4GB_tile.fits.fz": _inflating_tile,
}  # fmt: skip
