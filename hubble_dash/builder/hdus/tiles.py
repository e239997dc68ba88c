"""The tiles of a compressed image, refused before they are unpacked."""

from __future__ import annotations

import math
import re
import zlib
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from hubble_dash.builder.hdus.headers import Unit, count
from hubble_dash.errors import ImageError

__all__ = ["check_tiles"]

# The FITS Standard 4.0, section 7.3.1.
MAX_FIELDS = 999
# Some ten microseconds each.
MAX_TILES = 500_000
MAX_TILE_BYTES = 1_000_000_000
# Bytes of a field by the letter of its kind, the FITS Standard 4.0, table 18; bits are eight each.
_WIDTHS = {"L": 1, "B": 1, "I": 2, "J": 4, "K": 8, "A": 1, "E": 4, "D": 8, "C": 8, "M": 16}
_DESCRIPTORS = {"P": ">i4", "Q": ">i8"}
_FIELD = re.compile(r"(\d*)([A-Z])([A-Z]?)")
_PACKED = ("COMPRESSED_DATA", "GZIP_COMPRESSED_DATA", "UNCOMPRESSED_DATA")
# Pixels are integers of 32 bits or floats of 64 when they are packed; more is no packing.
_BYTES_A_PIXEL, _MAX_GROWTH, _FREE_BYTES = 8, 2, 10_000
# Deflate makes so many bytes of one at most, and so many are harmless.
_MAX_INFLATION, HARMLESS = 1032, 256_000_000
_ROWS_AT_ONCE = 10_000
_CHUNK = 1_000_000


def check_tiles(
    path: Path, content: Path | BinaryIO, unit: Unit, *, harmless: int = HARMLESS
) -> None:
    """Refuse tiles that are not those of the image, or would become far more than it.

    Parameters
    ----------
    path : Path
        The file.
    content : Path or binary file
        It, unpacked.
    unit : Unit
        Its image, tile-compressed.
    harmless : int
        Bytes that a tile may become without being looked at before.

    Raises
    ------
    ImageError
        What was found, and what is allowed.
    """
    header, sides = unit.header, list(reversed(unit.shape))
    n_fields = count(header, "TFIELDS")
    if n_fields > MAX_FIELDS:
        raise ImageError(path, f"TFIELDS is {n_fields}; allowed are {MAX_FIELDS} columns")
    tile = [
        count(header, f"ZTILE{i}") if f"ZTILE{i}" in header else (side if i == 1 else 1)
        for i, side in enumerate(sides, 1)
    ]
    if 0 in tile:
        raise ImageError(path, f"its tiles have a side of 0 pixels: {tile}")
    n_tiles = math.prod(-(-side // of_tile) for side, of_tile in zip(sides, tile, strict=True))
    if n_tiles != count(header, "NAXIS2"):
        said = " x ".join(map(str, sides))
        raise ImageError(
            path, f"the header says {said} pixels in {n_tiles} tiles; there are {header['NAXIS2']}"
        )
    if n_tiles > MAX_TILES:
        raise ImageError(path, f"has {n_tiles} tiles; allowed are {MAX_TILES}; funpack it first")
    n_pixels = math.prod(map(min, tile, sides))
    n_bytes = n_pixels * abs(unit.bitpix) // 8
    if n_bytes > MAX_TILE_BYTES:
        raise ImageError(
            path, f"a tile has {n_bytes} bytes; allowed are {MAX_TILE_BYTES}; funpack it first"
        )
    most = n_pixels * _BYTES_A_PIXEL
    with path.open("rb") if isinstance(content, Path) else nullcontext(content) as stream:
        for place, size in _packed_tiles(stream, unit):
            if size > _MAX_GROWTH * most + _FREE_BYTES:
                raise ImageError(
                    path, f"a tile of {n_bytes:,} bytes says that it takes {size:,} when packed"
                )
            if size * _MAX_INFLATION > harmless and _inflates_beyond(stream, place, size, most):
                raise ImageError(path, f"a tile of {n_bytes:,} bytes unpacks to far more")


def _packed_tiles(stream: BinaryIO, unit: Unit) -> Iterator[tuple[int, int]]:
    """Where each packed tile begins in the file, and how many bytes it has."""
    width, n_rows = count(unit.header, "NAXIS1"), count(unit.header, "NAXIS2")
    heap = unit.data_start + count(unit.header, "THEAP", default=width * n_rows)
    for start, kind, item in _descriptors(unit):
        for first in range(0, n_rows, _ROWS_AT_ONCE):
            rows = min(_ROWS_AT_ONCE, n_rows - first)
            found = _column(stream, unit.data_start + first * width, (rows, width), start, kind)
            for n, offset in found.tolist():
                if n > 0:
                    yield heap + offset, n * item


def _descriptors(unit: Unit) -> Iterator[tuple[int, np.dtype[np.int_], int]]:
    """Where descriptors of tiles stand in a row, of what kind they are, and their items' bytes."""
    start = 0
    for i in range(1, count(unit.header, "TFIELDS") + 1):
        found = _FIELD.match(str(unit.header.get(f"TFORM{i}", "")).strip().upper())
        if found is None:
            raise ValueError(f"TFORM{i} is {unit.header.get(f'TFORM{i}')!r}")
        n, kind = int(found[1] or 1), found[2]
        name = str(unit.header.get(f"TTYPE{i}", "")).strip().upper()
        if kind in _DESCRIPTORS:
            numbers = np.dtype(_DESCRIPTORS[kind])
            if n and name in _PACKED:
                yield start, numbers, _WIDTHS.get(found[3], 1)
            start += 2 * numbers.itemsize * n
        else:
            start += -(-n // 8) if kind == "X" else n * _WIDTHS.get(kind, 1)


def _column(
    stream: BinaryIO, place: int, shape: tuple[int, int], start: int, kind: np.dtype[np.int_]
) -> NDArray[np.int_]:
    """Read the descriptors in some rows: of each how many items, and where in the heap."""
    stream.seek(place)
    n_rows, width = shape
    read = np.frombuffer(stream.read(n_rows * width), np.uint8)
    table = read[: len(read) // width * width].reshape(-1, width)
    wanted = np.ascontiguousarray(table[:, start : start + 2 * kind.itemsize])
    return wanted.view(kind).reshape(-1, 2)


def _inflates_beyond(stream: BinaryIO, place: int, size: int, most: int) -> bool:
    """Say whether a packed tile becomes more than so many bytes; what is not deflated does not."""
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)  # of zlib or of gzip
    stream.seek(place)
    left, made = size, 0
    try:
        while left > 0 and not unpacker.eof:
            chunk = stream.read(min(left, _CHUNK))
            left -= len(chunk) or left
            while chunk:
                made += len(unpacker.decompress(chunk, _CHUNK))
                chunk = unpacker.unconsumed_tail
                if made > most:
                    return True
    except zlib.error:
        return False
    return False
