"""JPEG XL (ISO/IEC 18181): what a header says before a picture is decoded."""

from __future__ import annotations

import io
from typing import NamedTuple

from hubble_dash.builder.codecs.boxes import boxes_of

__all__ = ["HeaderOfJpegXl", "header_of_jpeg_xl"]

_CODESTREAM = b"\xff\x0a"
# Width by height, as the header may name it: ISO/IEC 18181-1, table of SizeHeader.
_RATIOS = {1: (1, 1), 2: (12, 10), 3: (4, 3), 4: (3, 2), 5: (16, 9), 6: (5, 4), 7: (2, 1)}
_BITS_OF_SIDES = (9, 13, 18, 30)


class HeaderOfJpegXl(NamedTuple):
    """What a header says.

    Attributes
    ----------
    nx, ny : int
        Columns and rows, which may be turned later.
    is_moving : bool
        Whether there may be several frames.
    is_turned : bool
        Whether it asks for the picture to be shown turned or mirrored.
    """

    nx: int
    ny: int
    is_moving: bool
    is_turned: bool


def header_of_jpeg_xl(data: bytes) -> HeaderOfJpegXl:
    """Read the start of the codestream.

    Parameters
    ----------
    data : bytes
        The file.

    Returns
    -------
    HeaderOfJpegXl

    Raises
    ------
    ValueError
        If there is no codestream.
    """
    start = _start_of_codestream(data)
    bits = _Bits(data[start + 2 : start + 34])
    nx, ny = _size(bits)
    is_usual = bits.take(1)
    if is_usual or not bits.take(1):
        return HeaderOfJpegXl(nx, ny, is_moving=False, is_turned=False)
    # The orientation of EXIF less one, the size that it is meant for, a smaller copy, an animation.
    is_turned = bits.take(3) != 0
    if bits.take(1):
        _size(bits)
    has_preview = bits.take(1)
    is_moving = bool(has_preview or bits.take(1))
    return HeaderOfJpegXl(nx, ny, is_moving=is_moving, is_turned=is_turned)


def _size(bits: _Bits) -> tuple[int, int]:
    is_small = bits.take(1)

    def side() -> int:
        if is_small:
            return (bits.take(5) + 1) * 8
        return bits.take(_BITS_OF_SIDES[bits.take(2)]) + 1

    ny = side()
    ratio = bits.take(3)
    if not ratio:
        return side(), ny
    across, down = _RATIOS[ratio]
    return ny * across // down, ny


def _start_of_codestream(data: bytes) -> int:
    """Find it among the boxes of a container, where it may be in parts, each with a number."""
    if data.startswith(_CODESTREAM):
        return 0
    for kind, start, _ in boxes_of(io.BytesIO(data)):
        if kind in (b"jxlc", b"jxlp"):
            return start + (4 if kind == b"jxlp" else 0)
    raise ValueError("there is no codestream")


class _Bits:
    """Numbers of so many bits each, the lowest first."""

    def __init__(self, data: bytes) -> None:
        self._left = int.from_bytes(data, "little")

    def take(self, n: int) -> int:
        value = self._left & ((1 << n) - 1)
        self._left >>= n
        return value
