"""A file of any kind that is read becomes an open image, told apart by content."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from hubble_dash.atlas.boxes import Box
from hubble_dash.builder.bounds.apart import try_apart
from hubble_dash.builder.bounds.failures import failing
from hubble_dash.builder.bounds.promise import is_suspicious
from hubble_dash.builder.files.content import look_into
from hubble_dash.builder.files.kinds import FITS, JPEG_XL, TIFF
from hubble_dash.builder.hdus.choice import parts_of
from hubble_dash.builder.quiet import quiet
from hubble_dash.builder.reading.fits import open_fits
from hubble_dash.builder.reading.image import Image
from hubble_dash.builder.reading.jpeg_xl import open_jpeg_xl
from hubble_dash.builder.reading.pictures import MAX_BYTES_READ_AT_ONCE, open_picture
from hubble_dash.builder.reading.pixel_source import Opened
from hubble_dash.builder.reading.tiff import open_tiff
from hubble_dash.builder.remote.path import path_of
from hubble_dash.errors import ImageError

__all__ = ["MAX_PIXELS", "count_images", "open_image", "read_through"]

logger = logging.getLogger(__name__)

# What may be decoded into memory at once; memory-mapped files may be larger.
MAX_PIXELS = 1_000_000_000
_PIXELS_A_BAND = 4_000_000


def open_image(
    path: str | Path,
    *,
    hdu: str | int | None = None,
    part: str | None = None,
    several: bool = False,
    plane: int | None = None,
    header_keys: Sequence[str] = (),
    max_pixels: int = MAX_PIXELS,
    in_parts: bool = False,
) -> Image:
    """Open an image file of any kind that is read, told apart by content, not by name.

    Parameters
    ----------
    path : path-like
        The file: FITS, TIFF, JPEG, PNG, WebP, GIF, BMP, JPEG 2000, JPEG XL or AVIF, as it is or
        packed by gzip, bzip2, xz or zip. Or its address on a server.
    hdu : str or int, optional
        FITS: name (``"SCI"``, ``"SCI,2"``, ``"N*"``) or number of the HDU; the first image with
        data if not given.
    part : str, optional
        FITS: one of `Image.further` of this file, in the place of `hdu`.
    several : bool
        FITS: whether further images of the kind count. The first is opened all the same, and its
        `Image.further` has the others.
    plane : int, optional
        FITS cubes, TIFF stacks: which plane, from 0; the first, with a note, if not given.
    header_keys : sequence of str
        FITS: keys to keep in the metadata beside the usual ones.
    max_pixels : int
        The most pixels that may be decoded into memory; memory-mapped files may be larger.
    in_parts : bool
        Whether few pixels will be wanted, so that of a large FITS file of a server no more is read.

    Returns
    -------
    Image
        Close it, or use it in a ``with`` statement.

    Raises
    ------
    ImageError
        If there is no such file, or it is empty, damaged, too large, or no image.
    """
    path = path_of(path)
    options: dict[str, Any] = {"hdu": hdu, "part": part, "several": several}
    options |= {"plane": plane, "header_keys": header_keys, "max_pixels": max_pixels}
    options |= {"in_parts": in_parts}
    with quiet(), failing(path), ExitStack() as used:
        opened, n_file = _open(path, used, **options)
        if is_suspicious(opened.n_bytes, n_file):
            opened.source.close()
            try_apart(_read_all, path, options)
            opened, _ = _open(path, used, **options)
        release = used.pop_all().close
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
        part=opened.part,
        further=opened.further,
        is_far=opened.is_far,
        release=release,
    )


def count_images(path: Path, hdu: str | int | None) -> int:
    """Count the images of a file; of data nothing is read.

    Parameters
    ----------
    path : Path
        The file.
    hdu : str, int or None
        As of `open_image`, which opens `several`.

    Returns
    -------
    int
        One where it cannot be read.
    """
    try:
        with failing(path), ExitStack() as used:
            content = look_into(path, most=0, used=used, in_parts=True)
            is_fits = content.kind == FITS
            return max(1, len(parts_of(path, content.file, hdu)[1])) if is_fits else 1
    except ImageError:
        return 1


def _open(
    path: Path,
    used: ExitStack,
    *,
    plane: int | None,
    max_pixels: int,
    in_parts: bool,
    **of_fits: Any,
) -> tuple[Opened, int]:
    """Open a file; give how many bytes it has, too."""
    kind, file, data, n_file = look_into(
        path, most=MAX_BYTES_READ_AT_ONCE, used=used, in_parts=in_parts
    )
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
            return opened, n_file
    bounds = {"n_file": n_file, "max_pixels": max_pixels}
    # Of pictures that are not packed; of the others the data are all here.
    here = file if isinstance(file, Path) else path
    if kind == JPEG_XL:
        return open_jpeg_xl(path, data or here.read_bytes(), **bounds), n_file
    return open_picture(path, data or here, **bounds), n_file


def _read_all(path: Path, options: Mapping[str, Any]) -> None:
    with open_image(path, **options) as image:
        read_through(image)


def read_through(image: Image) -> None:
    """Read all pixels, in bands, as they are read later on, and forget them.

    Parameters
    ----------
    image : Image
        Open.

    Raises
    ------
    ImageError
        If the data cannot be decoded.
    """
    ny, nx = image.shape
    n_rows = max(1, _PIXELS_A_BAND // nx)
    for start in range(0, ny, n_rows):
        box = Box(0, nx, start, min(ny, start + n_rows))
        image.read(box)
        image.valid(box)
