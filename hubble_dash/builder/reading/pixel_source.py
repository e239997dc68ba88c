"""Where an image's pixels come from: an array that is in memory, mapped, or decoded when asked."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from hubble_dash.builder.bounds.memory import MEMORY
from hubble_dash.builder.sky.sky import Sky

__all__ = [
    "PART_KEY",
    "ArraySource",
    "Decoded",
    "Metadata",
    "Opened",
    "PixelSource",
    "split_alpha",
    "turned",
]

# Under which the metadata of an image that is one of several of its file say which it is.
PART_KEY = "HDU"

Metadata: TypeAlias = dict[str, str | float | int | bool]
Decoded: TypeAlias = tuple[NDArray[Any], NDArray[np.bool_] | None]


class PixelSource(Protocol):
    """Pixels that can be read by rows and columns.

    Attributes
    ----------
    shape : (int, int)
        Rows and columns, ``(ny, nx)``.
    n_channels : int
        1 (gray) or 3 (red, green, blue).
    is_flux : bool
        Whether the values need a stretch to be shown; False for 8-bit display values.
    """

    shape: tuple[int, int]
    n_channels: int
    is_flux: bool

    def read(self, rows: slice, columns: slice) -> NDArray[Any]:
        """Copy pixels.

        Parameters
        ----------
        rows, columns : slice
            Of the array, with their steps.

        Returns
        -------
        (h, w) or (h, w, 3) array
            In native byte order.
        """

    def valid(self, rows: slice, columns: slice) -> NDArray[np.bool_] | None:
        """Say which pixels are not transparent.

        Parameters
        ----------
        rows, columns : slice
            Of the array, with their steps.

        Returns
        -------
        (h, w) bool array or None
            None where all are.
        """

    def shrunk(self, factor: int) -> NDArray[Any] | None:
        """Decode all pixels at a fraction of their number, where that costs less than all of them.

        Parameters
        ----------
        factor : {2, 4, 8}
            Sides are divided by it, and rounded up.

        Returns
        -------
        (h, w) or (h, w, 3) array or None
            None where it costs no less.
        """

    def expect(self, places: Sequence[tuple[slice, slice]]) -> None:
        """Get ready for what will be read.

        Parameters
        ----------
        places : sequence of (slice, slice)
            Rows and columns.
        """

    def close(self) -> None:
        """Let go of files and arrays."""


class ArraySource:
    """Pixels of one array, which is made when first asked for; threads may share it.

    Parameters
    ----------
    load : callable
        Gives the array, ``(ny, nx)`` or ``(ny, nx, 3)``, and a ``(ny, nx)`` bool array that is
        True where a pixel is valid, or None where all are. Either may be memory-mapped.
    shape : (int, int)
        Rows and columns.
    n_channels : int
        1 or 3.
    is_flux : bool
        Whether the values need a stretch.
    release : callable
        Lets go of what `load` needs.
    n_bytes : int
        What the array takes of memory once it is made; 0 where it is mapped, or there already.
    load_shrunk : callable
        Gives the array with its sides divided by a number, all of it valid; None where it cannot.
    """

    def __init__(
        self,
        load: Callable[[], Decoded],
        *,
        shape: tuple[int, int],
        n_channels: int,
        is_flux: bool,
        release: Callable[[], None] = lambda: None,
        n_bytes: int = 0,
        load_shrunk: Callable[[int], NDArray[Any] | None] = lambda _: None,
    ) -> None:
        self.shape = shape
        self.n_bytes = n_bytes
        self.n_channels = n_channels
        self.is_flux = is_flux
        self._load, self._load_shrunk, self._release = load, load_shrunk, release
        self._loaded: Decoded | None = None
        self._loading = threading.Lock()

    def _arrays(self) -> Decoded:
        with self._loading:
            if self._loaded is None:
                with MEMORY.decoding(self.n_bytes):
                    self._loaded = self._load()
            return self._loaded

    def read(self, rows: slice, columns: slice) -> NDArray[Any]:
        """Copy pixels.

        Parameters
        ----------
        rows, columns : slice
            Of the array, with their steps.

        Returns
        -------
        (h, w) or (h, w, 3) array
            In native byte order.
        """
        pixels = self._arrays()[0][rows, columns]
        return np.array(pixels, dtype=pixels.dtype.newbyteorder("="), order="C")

    def valid(self, rows: slice, columns: slice) -> NDArray[np.bool_] | None:
        """Say which pixels are not transparent.

        Parameters
        ----------
        rows, columns : slice
            Of the array, with their steps.

        Returns
        -------
        (h, w) bool array or None
            None where all are.
        """
        valid = self._arrays()[1]
        return None if valid is None else np.array(valid[rows, columns])

    def shrunk(self, factor: int) -> NDArray[Any] | None:
        """Decode all pixels at a fraction of their number, where that costs less.

        Parameters
        ----------
        factor : {2, 4, 8}
            Sides are divided by it, and rounded up.

        Returns
        -------
        (h, w) or (h, w, 3) array or None
            None where the decoder cannot, or all pixels are there already.
        """
        if self._loaded is not None:
            return None
        n_bytes = self.n_bytes // factor**2
        with MEMORY.decoding(n_bytes):
            pixels = self._load_shrunk(factor)
        MEMORY.free(n_bytes)
        return pixels

    def expect(self, places: Sequence[tuple[slice, slice]]) -> None:
        """Do nothing: all of it is here.

        Parameters
        ----------
        places : sequence of (slice, slice)
            Rows and columns.
        """

    def close(self) -> None:
        """Let go of the array."""
        if self._loaded is not None:
            MEMORY.free(self.n_bytes)
        self._loaded = None
        self._release()


def split_alpha(pixels: NDArray[Any]) -> Decoded:
    """Take the alpha channel off.

    Parameters
    ----------
    pixels : (ny, nx), (ny, nx, 1), (ny, nx, 2), (ny, nx, 3) or (ny, nx, 4) array
        Gray or RGB; alpha, if any, is last.

    Returns
    -------
    pixels : (ny, nx) or (ny, nx, 3) array
        Without alpha.
    valid : (ny, nx) bool array or None
        False where fully transparent; None if no pixel is.
    """
    if pixels.ndim == 2:
        return pixels, None
    n_bands = pixels.shape[2]
    valid = None
    if n_bands in (2, 4):
        valid = pixels[..., -1] != 0
        valid = None if valid.all() else valid
    return (pixels[..., 0] if n_bands < 3 else pixels[..., :3]), valid


def turned(pixels: NDArray[Any], orientation: int) -> NDArray[Any]:
    """Turn and mirror pixels so that they are upright; a view, so that maps stay maps.

    Parameters
    ----------
    pixels : (ny, nx) or (ny, nx, c) array
        As they are stored.
    orientation : int
        1 to 8, as tag 274 of the TIFF 6.0 specification, and of EXIF, has it; any other is 1.

    Returns
    -------
    array
        ``(nx, ny)`` where it is 5 or more.
    """
    if orientation in (5, 6, 7, 8):
        pixels = np.swapaxes(pixels, 0, 1)
    flip_rows = orientation in (3, 4, 7, 8)
    flip_columns = orientation in (2, 3, 6, 7)
    return pixels[:: -1 if flip_rows else 1, :: -1 if flip_columns else 1]


@dataclass(frozen=True)
class Opened:
    """What a reader found in a file.

    `jpeg`, `credit`, `part`, `further` and `is_far` are as of `Image`.

    Attributes
    ----------
    n_bytes : int
        What the pixels take of memory when all are read; 0 where they are mapped.
    """

    source: PixelSource
    origin: Literal["lower", "upper"]
    sky: Sky | None = None
    metadata: Metadata = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    jpeg: bytes | None = None
    n_bytes: int = 0
    credit: str = ""
    part: str | None = None
    further: tuple[str, ...] = ()
    is_far: bool = False
