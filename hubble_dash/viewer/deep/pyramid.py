"""Bands of rows of an image -> its tiles, and those of the image at half the size, and so on.

No more is held than the rows that tiles wait for: of a level with its overlap one row of tiles.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, NamedTuple, TypeAlias

import imagecodecs
import numpy as np
from numpy.typing import NDArray

from hubble_dash.viewer.deep.levels import OVERLAP, Level

__all__ = ["Band", "Tile", "encoded", "halved", "tiles_of"]

# As previews have it.
JPEG_QUALITY = 90
SUBSAMPLING = "420"
# Pixels of a block that become one.
FULL = 4

# Rows as shown, (h, w) or (h, w, 3) uint8, and which pixels are known, (h, w) bool.
Band: TypeAlias = tuple[NDArray[np.uint8], NDArray[np.bool_]]


class Tile(NamedTuple):
    """A tile.

    Attributes
    ----------
    number : int
        Among all of the report.
    data : bytes
        A JPEG file.
    """

    number: int
    data: bytes


def tiles_of(
    bands: Iterable[Band], levels: Sequence[Level], side: int, pool: ThreadPoolExecutor
) -> Iterator[Tile]:
    """Cut an image into tiles, at all sizes.

    Parameters
    ----------
    bands : iterable of (pixels, valid)
        The whole image from top to bottom, some rows at a time.
    levels : sequence of Level
        What there is to be cut, the full size first.
    side : int
        Of a tile, even.
    pool : ThreadPoolExecutor
        Encodes.

    Yields
    ------
    Tile
        Those of a level in order; levels take turns.

    Raises
    ------
    ValueError
        If there are fewer rows than the first level has.
    """
    cutters = [_Cutter(level, side) for level in levels]
    for band in bands:
        yield from _cut(cutters, band, pool)
    if cutters[0].n_rows != levels[0].height:
        raise ValueError(f"an image of {levels[0].height} rows gave {cutters[0].n_rows}")


def _cut(cutters: Sequence[_Cutter], band: Band, pool: ThreadPoolExecutor) -> Iterator[Tile]:
    """Give rows to a level; give what tiles they complete, of it and of those below it."""
    cutter, *smaller = cutters
    cutter.take(band)
    for row, rows in cutter.complete():
        encode = partial(_encode, cutter, row, rows[0])
        yield from pool.map(encode, range(cutter.level.columns))
        if smaller:
            above = min(row, 1) * OVERLAP
            whole = slice(above, above + cutter.side)
            yield from _cut(smaller, halved(rows[0][whole], rows[1][whole]), pool)


class _Cutter:
    """Gathers the rows of a level until they make a row of tiles."""

    def __init__(self, level: Level, side: int) -> None:
        self.level, self.side = level, side
        self.n_rows = 0
        self._bands: list[Band] = []
        self._start = self._next = 0

    def take(self, band: Band) -> None:
        """Take rows that follow those before."""
        self._bands.append(band)
        self.n_rows += len(band[0])

    def complete(self) -> Iterator[tuple[int, Band]]:
        """Give rows of tiles that are complete with their overlap, each with its number."""
        while self._next < self.level.rows and self.n_rows >= self._stop:
            pixels, valid = map(np.concatenate, zip(*self._bands, strict=True))
            n = self._stop - self._start
            yield self._next, (pixels[:n], valid[:n])
            self._next += 1
            passed = self._next * self.side - OVERLAP - self._start
            # Copies, so that the rows above can go.
            self._bands = [(pixels[passed:].copy(), valid[passed:].copy())]
            self._start += passed

    @property
    def _stop(self) -> int:
        return min(self.level.height, (self._next + 1) * self.side + OVERLAP)


def _encode(cutter: _Cutter, row: int, pixels: NDArray[np.uint8], column: int) -> Tile:
    left = column * cutter.side
    part = pixels[:, max(0, left - OVERLAP) : left + cutter.side + OVERLAP]
    return Tile(cutter.level.first + row * cutter.level.columns + column, encoded(part))


def encoded(pixels: NDArray[np.uint8]) -> bytes:
    """Encode a tile.

    Parameters
    ----------
    pixels : (h, w) or (h, w, 3) uint8 array
        As shown.

    Returns
    -------
    bytes
        A JPEG file.
    """
    whole = np.ascontiguousarray(pixels)
    return bytes(imagecodecs.jpeg8_encode(whole, level=JPEG_QUALITY, subsampling=SUBSAMPLING))


def halved(pixels: NDArray[np.uint8], valid: NDArray[np.bool_]) -> Band:
    """Average the known pixels of blocks of two by two; those at the far edges may be smaller.

    Parameters
    ----------
    pixels : (h, w) or (h, w, 3) uint8 array
        As shown.
    valid : (h, w) bool array
        Which are known.

    Returns
    -------
    pixels, valid
        Half as high and wide, rounded up.
    """
    height, width = valid.shape
    if height % 2 or width % 2:
        more = ((0, height % 2), (0, width % 2))
        valid = np.pad(valid, more)
        pixels = np.pad(pixels, (*more, (0, 0))[: pixels.ndim])
    n = _sum_blocks(valid, np.uint8)
    total = _sum_blocks(pixels, np.uint16)
    if n.min() == FULL:
        return ((total + FULL // 2) // FULL).astype(np.uint8), n > 0
    count = np.maximum(n, 1).astype(np.uint16)
    count = count if total.ndim == 2 else count[..., np.newaxis]
    return ((total + count // 2) // count).astype(np.uint8), n > 0


def _sum_blocks(array: NDArray[Any], dtype: type[np.unsignedinteger[Any]]) -> NDArray[Any]:
    total = array[0::2, 0::2].astype(dtype)
    for rows, columns in ((0, 1), (1, 0), (1, 1)):
        total += array[rows::2, columns::2]
    return total
