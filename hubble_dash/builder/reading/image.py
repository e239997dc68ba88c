"""A file becomes pixels that can be read box by box, with a sky and metadata."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from hubble_dash.atlas.boxes import Box
from hubble_dash.builder.bounds.apart import try_apart
from hubble_dash.builder.bounds.failures import failing
from hubble_dash.builder.bounds.promise import is_suspicious
from hubble_dash.builder.files.content import look_into
from hubble_dash.builder.files.kinds import FITS, JPEG_XL, TIFF
from hubble_dash.builder.quiet import quiet
from hubble_dash.builder.reading.fits import open_fits
from hubble_dash.builder.reading.pictures import (
    MAX_BYTES_READ_AT_ONCE,
    open_jpeg_xl,
    open_picture,
)
from hubble_dash.builder.reading.pixel_source import ArraySource, Metadata, Opened, PixelSource
from hubble_dash.builder.reading.tiff import open_tiff
from hubble_dash.builder.sky.sky import Sky

__all__ = ["MAX_PIXELS", "Image", "open_image"]

logger = logging.getLogger(__name__)

# What may be decoded into memory at once; memory-mapped files may be larger.
MAX_PIXELS = 1_000_000_000
_PIXELS_A_BAND = 4_000_000


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
    ) -> None:
        self.path = Path(path)
        self.jpeg, self.credit = jpeg, credit
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
        sky, metadata, notes, credit
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
            path, source, origin=origin, sky=sky, metadata=metadata, notes=notes, credit=credit
        )

    @property
    def name(self) -> str:
        """The file's name, without its folder."""
        return self.path.name

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


def open_image(
    path: str | Path,
    *,
    hdu: str | int | None = None,
    plane: int | None = None,
    header_keys: Sequence[str] = (),
    max_pixels: int = MAX_PIXELS,
) -> Image:
    """Open an image file of any kind that is read, told apart by content, not by name.

    Parameters
    ----------
    path : path-like
        The file: FITS, TIFF, JPEG, PNG, WebP, GIF, BMP, JPEG 2000, JPEG XL or AVIF, as it is or
        packed by gzip, bzip2, xz or zip.
    hdu : str or int, optional
        FITS: name (``"SCI"``, ``"SCI,2"``) or number of the HDU; the first image with data if
        not given.
    plane : int, optional
        FITS cubes, TIFF stacks: which plane, from 0; the first, with a note, if not given.
    header_keys : sequence of str
        FITS: keys to keep in the metadata beside the usual ones.
    max_pixels : int
        The most pixels that may be decoded into memory; memory-mapped files may be larger.

    Returns
    -------
    Image
        Close it, or use it in a ``with`` statement.

    Raises
    ------
    ImageError
        If there is no such file, or it is empty, damaged, too large, or no image.
    """
    path = Path(path)
    options: dict[str, Any] = {"hdu": hdu, "plane": plane, "header_keys": header_keys}
    options["max_pixels"] = max_pixels
    with quiet(), failing(path):
        opened = _open(path, **options)
        if is_suspicious(opened.n_bytes, path.stat().st_size):
            opened.source.close()
            try_apart(_read_all, path, options)
            opened = _open(path, **options)
    for note in opened.notes:
        logger.info("%s: %s", path, note)
    return Image(
        path,
        opened.source,
        origin=opened.origin,
        sky=opened.sky,
        metadata=opened.metadata,
        notes=opened.notes,
        jpeg=opened.jpeg,
        credit=opened.credit,
    )


def _open(path: Path, *, plane: int | None, max_pixels: int, **of_fits: Any) -> Opened:
    kind, file, data = look_into(path, most=MAX_BYTES_READ_AT_ONCE)
    with ExitStack() as unpacked:
        if not isinstance(file, Path):
            unpacked.callback(file.close)
        opened = None
        if kind == FITS:
            opened = open_fits(path, file, plane=plane, max_pixels=max_pixels, **of_fits)
        elif kind == TIFF:
            opened = open_tiff(path, file, plane=plane, max_pixels=max_pixels)
        if opened is not None:
            # Closed with the image from here on.
            unpacked.pop_all()
            return opened
    if kind == JPEG_XL:
        return open_jpeg_xl(path, data or path.read_bytes(), max_pixels=max_pixels)
    return open_picture(path, data or path, max_pixels=max_pixels)


def _read_all(path: Path, options: Mapping[str, Any]) -> None:
    """Read all pixels, in bands, as they are read later on."""
    with open_image(path, **options) as image:
        ny, nx = image.shape
        n_rows = max(1, _PIXELS_A_BAND // nx)
        for start in range(0, ny, n_rows):
            box = Box(0, nx, start, min(ny, start + n_rows))
            image.read(box)
            image.valid(box)
