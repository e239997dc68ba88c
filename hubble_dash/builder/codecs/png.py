"""PNG: what Pillow does not say at once, and pixels that are all there."""

from __future__ import annotations

from pathlib import Path
from typing import Any, BinaryIO

import imagecodecs
from numpy.typing import NDArray

from hubble_dash.errors import ImageError

__all__ = ["MAX_SIDE", "check_chunks", "decode_png", "has_late_metadata", "is_deep_png"]

_START = b"\x89PNG"
_N_MAGIC = 8
# Length, kind, and checksum of a chunk.
_N_AROUND = 12
_MAX_CHUNKS = 100_000
# Of all before the pixels, which Pillow reads one by one.
_MAX_METADATA = 64_000_000
# libpng decodes no longer ones.
MAX_SIDE = 1_000_000
_OF_PIXELS = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")
_METADATA = (b"eXIf", b"iTXt", b"tEXt", b"zTXt")


def is_deep_png(start: bytes) -> bool:
    """Tell 16 bits a channel, of which Pillow would drop 8 in colour, from the header.

    Parameters
    ----------
    start : bytes
        The first bytes of a file.
    """
    return start.startswith(_START) and start[12:16] == b"IHDR" and start[24:25] == b"\x10"


def check_chunks(path: Path, file: BinaryIO) -> None:
    """Refuse a file with far more metadata than pictures have, before all of it is read.

    Parameters
    ----------
    path : Path
        The file.
    file : binary file
        It, unpacked.

    Raises
    ------
    ImageError
        If so; what is damaged is left to those who read it.
    """
    place = _N_MAGIC
    for _ in range(_MAX_CHUNKS):
        file.seek(place)
        head = file.read(8)
        if len(head) < 8 or head[4:] in (b"IDAT", b"IEND"):
            return
        place += int.from_bytes(head[:4]) + _N_AROUND
        if place > _MAX_METADATA:
            raise ImageError(
                path, f"has more than {_MAX_METADATA:,} bytes of metadata before its pixels"
            )
    raise ImageError(path, f"has more than {_MAX_CHUNKS:,} chunks before its pixels")


def has_late_metadata(file: BinaryIO) -> bool:
    """Say whether metadata follow the pixels, so that Pillow must decode these to see them.

    Parameters
    ----------
    file : binary file
        At its start.
    """
    file.seek(_N_MAGIC)
    after_pixels = False
    for _ in range(_MAX_CHUNKS):
        head = file.read(8)
        kind = head[4:]
        if len(kind) < 4 or kind == b"IEND":
            return False
        after_pixels |= kind == b"IDAT"
        if after_pixels and kind in _METADATA:
            return True
        file.seek(int.from_bytes(head[:4]) + _N_AROUND - 8, 1)
    return True


def decode_png(data: bytes) -> NDArray[Any]:
    """Decode a file, which Pillow would fill up with black where its pixels end early.

    Parameters
    ----------
    data : bytes
        The file. Nothing but pixels is looked at, since libpng remarks on what else is wrong.

    Returns
    -------
    (ny, nx) or (ny, nx, 2), (ny, nx, 3), (ny, nx, 4) array
        uint8 or uint16, not turned; palettes become RGB.

    Raises
    ------
    RuntimeError, ValueError
        If it is damaged.
    """
    kept, place, is_whole = [data[:_N_MAGIC]], _N_MAGIC, True
    while place + _N_AROUND <= len(data):
        stop = place + int.from_bytes(data[place : place + 4]) + _N_AROUND
        if data[place + 4 : place + 8] in _OF_PIXELS:
            kept.append(data[place:stop])
        else:
            is_whole = False
        place = stop
    pixels: NDArray[Any] = imagecodecs.png_decode(data if is_whole else b"".join(kept))
    return pixels
