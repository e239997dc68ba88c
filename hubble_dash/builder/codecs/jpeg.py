"""JPEG: decoded more quickly than by Pillow, and without its metadata."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import imagecodecs
import numpy as np
from numpy.typing import NDArray

from hubble_dash.errors import ImageError

__all__ = ["check_metadata", "check_scans", "decode_jpeg", "without_metadata"]

_END = b"\xff\xd9"
# Each scan of a progressive file goes over all pixels; real ones have a dozen.
_MAX_SCANS = 100
_SCAN = b"\xff\xda"
# Segments (ITU-T T.81, annex B).
_MARKER = 0xFF
_START_OF_SCAN = 0xDA
_COMMENT = 0xFE
# Of the applications' segments those that a picture needs: JFIF's density, and Adobe's word on how
# colours are coded, without which they would be wrong.
_NEEDED_APPLICATIONS = (0xE0, 0xEE)
_APPLICATION = range(0xE0, 0xF0)
# Of all before the pixels: Pillow copies what is of one kind again with each segment of 64 kB.
_MAX_METADATA = 32_000_000


def decode_jpeg(data: bytes, shape: tuple[int, int]) -> NDArray[np.uint8] | None:
    """Decode a plain file in half Pillow's time; None where Pillow is to judge it.

    Both use libjpeg-turbo, which fills up what is cut off and says nothing, where Pillow complains.

    Parameters
    ----------
    data : bytes
        The file.
    shape : (int, int)
        Rows and columns by its header.

    Returns
    -------
    (ny, nx) or (ny, nx, 3) uint8 array or None
    """
    if not data.endswith(_END):
        return None
    try:
        pixels: NDArray[np.uint8] = imagecodecs.jpeg8_decode(data)
    except (RuntimeError, ValueError):
        return None
    return pixels if pixels.shape in (shape, (*shape, 3)) else None


def check_scans(path: Path, data: bytes) -> None:
    """Refuse a progressive file that takes very long to decode.

    Parameters
    ----------
    path : Path
        The file.
    data : bytes
        All of it.

    Raises
    ------
    ImageError
        If it has far more scans than real ones have.
    """
    n_scans = data.count(_SCAN)
    if n_scans > _MAX_SCANS:
        raise ImageError(path, f"is a JPEG of {n_scans} scans, allowed are {_MAX_SCANS}")


def check_metadata(path: Path, file: BinaryIO) -> None:
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
    place = 2
    while place < _MAX_METADATA:
        file.seek(place)
        head = file.read(4)
        if len(head) < 4 or head[0] != _MARKER or head[1] == _START_OF_SCAN:
            return
        place += 2 + int.from_bytes(head[2:])
    raise ImageError(path, f"has more than {_MAX_METADATA:,} bytes of metadata before its pixels")


def without_metadata(data: bytes) -> bytes | None:
    """Leave out comments and what applications have added, such as EXIF, XMP and thumbnails.

    Parameters
    ----------
    data : bytes
        A JPEG file.

    Returns
    -------
    bytes or None
        None if its segments (ITU-T T.81, annex B) do not follow one another as they should.
    """
    kept, place = [data[:2]], 2
    while place + 4 <= len(data) and data[place] == _MARKER:
        kind = data[place + 1]
        if kind == _START_OF_SCAN:
            return b"".join([*kept, data[place:]])
        stop = place + 2 + int.from_bytes(data[place + 2 : place + 4])
        if kind != _COMMENT and (kind not in _APPLICATION or kind in _NEEDED_APPLICATIONS):
            kept.append(data[place:stop])
        place = stop
    return None
