"""A file becomes pixels that can be read box by box, with a sky and metadata."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from hubble_dash.atlas.boxes import Box
from hubble_dash.builder.bounds.failures import failing
from hubble_dash.builder.reading.pixel_source import ArraySource, Metadata, PixelSource
from hubble_dash.builder.remote.path import path_of
from hubble_dash.builder.sky.sky import Sky

__all__ = ["Image"]


class Image:
    """The pixels of a file, read on demand; use it in a ``with`` statement. Threads may share it.

    Parameters
    ----------
    path : path-like
        The file it came from.
    source : PixelSource
        Gives the pixels.
    origin : {"lower", "upper"}
        Where row 0 lies when the image is shown: "lower" for FITS, "upper" for pictures.
    sky : Sky, optional
        Where the pixels lie on the sky.
    metadata : dict, optional
        Header keys and values.
    notes : list of str, optional
        What the user should know, e.g. why there are no positions.
    jpeg : bytes, optional
        The file itself, where it is small and a browser shows it just as it is shown here: a JPEG,
        not turned, gray or RGB, without a colour profile.
    credit : str
        Whom to thank for the image, as the file itself says; empty where it does not.
    part : str, optional
        Which image of its file it is, where that has several: an HDU, such as ``"SCI,2"``.
    further : sequence of str
        The other images of the file, for the first of them.
    is_far : bool
        Whether its pixels come from a server, part by part, so that few should be asked for.
    release : callable, optional
        Called when it is closed.
    """

    def __init__(
        self,
        path: str | Path,
        source: PixelSource,
        *,
        origin: Literal["lower", "upper"],
        sky: Sky | None = None,
        metadata: Metadata | None = None,
        notes: Sequence[str] = (),
        jpeg: bytes | None = None,
        credit: str = "",
        part: str | None = None,
        further: Sequence[str] = (),
        is_far: bool = False,
        release: Callable[[], None] = lambda: None,
    ) -> None:
        self.path = path_of(path)
        self.is_far, self._release = is_far, release
        self.jpeg, self.credit = jpeg, credit
        self.part, self.further = part, tuple(further)
        self.origin = origin
        self.sky = sky
        self.metadata: Metadata = dict(metadata or {})
        self.notes = list(notes)
        self._source: PixelSource | None = source
        self.shape = source.shape
        self.n_channels = source.n_channels
        self.is_flux = source.is_flux
        # One thread reads at a time, since a reader of a file keeps its place in it.
        self._reading = threading.Lock()

    @classmethod
    def from_array(
        cls,
        pixels: NDArray[Any],
        *,
        path: str | Path = "array",
        origin: Literal["lower", "upper"] = "upper",
        valid: NDArray[np.bool_] | None = None,
        sky: Sky | None = None,
        metadata: Metadata | None = None,
        notes: Sequence[str] = (),
        credit: str = "",
        part: str | None = None,
        further: Sequence[str] = (),
    ) -> Image:
        """Wrap an array, for processed images and tests.

        Parameters
        ----------
        pixels : (ny, nx) or (ny, nx, 3) array
            uint8 is taken as display values, everything else as flux.
        path : path-like
            What to call it.
        origin : {"lower", "upper"}
            Where row 0 lies when the image is shown.
        valid : (ny, nx) bool array, optional
            False where a pixel is blank.
        sky, metadata, notes, credit, part, further
            As of the class.

        Raises
        ------
        ValueError
            If the array is neither ``(ny, nx)`` nor ``(ny, nx, 3)``, or empty.
        """
        if pixels.ndim not in (2, 3) or pixels.shape[2:] not in ((), (3,)) or pixels.size == 0:
            raise ValueError(f"pixels have shape {pixels.shape}; allowed: (ny, nx), (ny, nx, 3)")
        ny, nx = pixels.shape[:2]
        if valid is not None and valid.shape != (ny, nx):
            raise ValueError(f"valid has shape {valid.shape}, the pixels {(ny, nx)}")
        source = ArraySource(
            lambda: (pixels, valid),
            shape=(ny, nx),
            n_channels=1 if pixels.ndim == 2 else 3,
            is_flux=pixels.dtype != np.uint8,
        )
        return cls(
            path,
            source,
            origin=origin,
            sky=sky,
            metadata=metadata,
            notes=notes,
            credit=credit,
            part=part,
            further=further,
        )

    @property
    def name(self) -> str:
        """The file's name, without its folder; with the part where the file has several images."""
        return self.path.name if self.part is None else f"{self.path.name}[{self.part}]"

    @property
    def address(self) -> Path:
        """The file's folder with the image's name: the path of this image and of no other one."""
        return self.path if self.part is None else self.path.with_name(self.name)

    def read(self, box: Box | None = None, *, step: int = 1) -> NDArray[Any]:
        """Copy the pixels of a box, in array orientation and native byte order.

        Parameters
        ----------
        box : Box, optional
            The whole image if not given.
        step : int
            Take only every `step`-th row and column.

        Returns
        -------
        (h, w) or (h, w, 3) array
            FITS: float32 or float64, NaN where blank. Pictures: uint8 display values. Other TIFF
            and PNG: as in the file.

        Raises
        ------
        ImageError
            If the data cannot be decoded; pictures are decoded only now.
        ValueError
            If the box does not lie in the image, or the image has been closed.
        """
        rows, columns = self._slices(box, step)
        with self._reading:
            source = self._open_source()
            with failing(self.path, "the data cannot be read"):
                return source.read(rows, columns)

    def valid(self, box: Box | None = None, *, step: int = 1) -> NDArray[np.bool_] | None:
        """Say which pixels of a box are not transparent.

        Parameters
        ----------
        box, step
            As in `read`.

        Returns
        -------
        (h, w) bool array or None
            None where all are. Values that are not finite are not looked at.

        Raises
        ------
        ImageError, ValueError
            As in `read`.
        """
        rows, columns = self._slices(box, step)
        with self._reading:
            source = self._open_source()
            with failing(self.path, "the data cannot be read"):
                return source.valid(rows, columns)

    def shrunk(self, factor: int) -> NDArray[Any] | None:
        """Decode the whole image at a fraction of its pixels, where that costs less than all.

        Parameters
        ----------
        factor : {2, 4, 8}
            Sides are divided by it, and rounded up. Frequencies that are not seen are left out.

        Returns
        -------
        (h, w) or (h, w, 3) uint8 array or None
            All of it valid; None where it costs no less, or the data are damaged.

        Raises
        ------
        ImageError, ValueError
            As in `read`.
        """
        with self._reading:
            source = self._open_source()
            with failing(self.path, "the data cannot be read"):
                return source.shrunk(factor)

    def expect(self, boxes: Sequence[Box]) -> None:
        """Say what will be read, so that it comes from a server in one go; else nothing is done.

        Parameters
        ----------
        boxes : sequence of Box
            Of this image.

        Raises
        ------
        ImageError
            If it cannot be had.
        """
        if self.is_far:
            with self._reading, failing(self.path, "the data cannot be read"):
                self._open_source().expect([self._slices(box, 1) for box in boxes])

    def _open_source(self) -> PixelSource:
        if self._source is None:
            raise ValueError(f"{self.path} has been closed; read it inside its with statement")
        return self._source

    def _slices(self, box: Box | None, step: int) -> tuple[slice, slice]:
        ny, nx = self.shape
        box = Box(0, nx, 0, ny) if box is None else box
        if not (0 <= box.ixmin < box.ixmax <= nx and 0 <= box.iymin < box.iymax <= ny):
            raise ValueError(f"{box} does not lie in {self.name}, {nx} x {ny} pixels")
        if step < 1:
            raise ValueError(f"step is {step}; it must be at least 1 pixel")
        return slice(box.iymin, box.iymax, step), slice(box.ixmin, box.ixmax, step)

    def close(self) -> None:
        """Let go of the file; may be called twice."""
        if self._source is not None:
            self._source.close()
            self._source = None
            self._release()

    def __enter__(self) -> Image:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        ny, nx = self.shape
        return f"<Image {self.name}, {nx} x {ny} x {self.n_channels}>"
