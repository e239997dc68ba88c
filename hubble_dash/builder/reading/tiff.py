"""TIFF: memory-mapped where it is not compressed, else decoded once."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import tifffile
from numpy.typing import NDArray

from hubble_dash.builder.bounds.failures import failing
from hubble_dash.builder.bounds.promise import check_budget, check_promise
from hubble_dash.builder.codecs.tiff_bounds import check_tags
from hubble_dash.builder.codecs.tiff_tags import (
    GRAY_OR_RGB,
    check_page,
    colors_of,
    full_pages,
    has_further_channel,
    inverse_of,
    no_data_of,
    orientation_of,
    without_premultiplied_alpha,
)
from hubble_dash.builder.reading.pictures import decode_with_pillow
from hubble_dash.builder.reading.pixel_source import (
    ArraySource,
    Decoded,
    Opened,
    split_alpha,
    turned,
)
from hubble_dash.builder.sky.avm import credit_from_xmp, sky_from_avm
from hubble_dash.errors import ImageError

__all__ = ["open_tiff"]

# It logs each tag that it stumbles over; what matters is raised.
logging.getLogger("tifffile").addHandler(logging.NullHandler())

_PALETTE = tifffile.PHOTOMETRIC.PALETTE


class _TiffSource(ArraySource):
    """Pixels that may be stored upside down in brightness, and have a value that means none."""

    def __init__(
        self,
        load: Callable[[], Decoded],
        *,
        inverse: Callable[[NDArray[Any]], NDArray[Any]] | None,
        no_data: float | None,
        **options: Any,
    ) -> None:
        super().__init__(load, **options)
        self._inverse, self._no_data = inverse, no_data

    def read(self, rows: slice, columns: slice) -> NDArray[Any]:
        pixels = super().read(rows, columns)
        return pixels if self._inverse is None else self._inverse(pixels)

    def valid(self, rows: slice, columns: slice) -> NDArray[np.bool_] | None:
        valid = super().valid(rows, columns)
        if self._no_data is None:
            return valid
        there: NDArray[np.bool_] = super().read(rows, columns) != self._no_data
        there = there if there.ndim == 2 else np.asarray(there.any(axis=2))
        return there if valid is None else valid & there


def open_tiff(
    path: Path, content: Path | BinaryIO, *, plane: int | None, max_pixels: int
) -> Opened:
    """Open a TIFF file.

    Parameters
    ----------
    path : Path
        The file.
    content : Path or binary file
        It, unpacked.
    plane, max_pixels
        As of `hubble_dash.builder.reading.opening.open_image`.

    Returns
    -------
    Opened

    Raises
    ------
    ImageError
        If the file is damaged, too large, or has no such plane.
    """
    with failing(path, "is no readable TIFF file"), ExitStack() as opened:
        if isinstance(content, Path):
            check_tags(path, opened.enter_context(content.open("rb")))
        else:
            check_tags(path, content)
        file = opened.enter_context(_opened(path, content))
        page, notes = _choose_page(path, file, plane)
        check_page(path, page)
        if has_further_channel(page):
            notes.append("the last channel is no alpha; it is left out")
        source = _source(path, content, page, max_pixels)
        xmp = _xmp(page)
        is_turned = orientation_of(page) != 1
        sky, sky_notes = sky_from_avm(xmp, source.shape, is_turned=is_turned)
        return Opened(
            source,
            origin="upper",
            sky=sky,
            notes=notes + sky_notes,
            n_bytes=source.n_bytes,
            credit=credit_from_xmp(xmp),
        )


def _opened(path: Path, content: Path | BinaryIO) -> tifffile.TiffFile:
    if not isinstance(content, Path):
        content.seek(0)
    return tifffile.TiffFile(content, name=str(path))


def _choose_page(
    path: Path, file: tifffile.TiffFile, plane: int | None
) -> tuple[tifffile.TiffPage, list[str]]:
    pages = full_pages(file)
    number = plane or 0
    if not pages:
        raise ImageError(path, "holds no image: it has no pages")
    if not 0 <= number < len(pages):
        raise ImageError(path, f"there is no plane {plane}; allowed: 0 to {len(pages) - 1}")
    page, notes = pages[number], []
    if plane is None and len(pages) > 1:
        are_same = all(one.shape == page.shape for one in pages)
        what = f"a stack of {len(pages)} planes" if are_same else f"{len(pages)} images in one file"
        notes.append(f"{what}, of which the first is shown; name another")
    return page, notes


def _source(
    path: Path, content: Path | BinaryIO, page: tifffile.TiffPage, max_pixels: int
) -> ArraySource:
    ny, nx, n_bands = page.imagelength, page.imagewidth, page.samplesperpixel
    n_bytes = 0
    if not (page.is_memmappable and isinstance(content, Path)):
        n_bytes = ny * nx * n_bands * (1 if page.dtype is None else page.dtype.itemsize)
        check_budget(path, nx, ny, max_pixels)
        check_promise(path, n_bytes, path.stat().st_size)
    size: dict[str, Any] = {"shape": (ny, nx), "n_bytes": n_bytes}
    if not isinstance(content, Path):
        size["release"] = content.close
    if orientation_of(page) >= 5:
        size["shape"] = (nx, ny)
    number, offset = page.index, page.offset
    if page.photometric == _PALETTE:
        load = partial(_load, path, content, offset)
        return ArraySource(load, n_channels=3, is_flux=False, **size)
    is_plain = page.photometric in GRAY_OR_RGB
    if not is_plain or page.dtype is None or page.dtype == np.bool_:
        # CMYK, YCbCr and 1 bit are what Pillow does well.
        load = partial(_load_by_pillow, path, content, number)
        return ArraySource(load, n_channels=1 if is_plain else 3, is_flux=False, **size)
    if n_bands > 4:
        raise ImageError(path, f"has {n_bands} channels; allowed: gray, RGB, either with alpha")
    return _TiffSource(
        partial(_load, path, content, offset),
        inverse=inverse_of(page),
        no_data=no_data_of(page),
        n_channels=1 if n_bands < 3 else 3,
        is_flux=page.dtype != np.uint8,
        **size,
    )


def _load(path: Path, content: Path | BinaryIO, page_offset: int) -> Decoded:
    with failing(path, "is damaged"), _opened(path, content) as file:
        # A page may stand below another one.
        file.filehandle.seek(page_offset)
        page = tifffile.TiffPage(file, 0)
        if page.is_memmappable and page.dtype is not None and isinstance(content, Path):
            dtype = page.dtype.newbyteorder(file.byteorder)
            pixels: NDArray[Any] = np.memmap(content, dtype, "r", page.dataoffsets[0], page.shape)
        else:
            pixels = page.asarray()
        pixels = pixels.reshape(page.shape)
        if page.axes.startswith("S"):
            pixels = np.moveaxis(pixels, 0, -1)
        if page.photometric == _PALETTE:
            pixels = colors_of(page, pixels)
        elif has_further_channel(page):
            pixels = pixels[..., :-1]
        else:
            pixels = without_premultiplied_alpha(page, pixels)
        return split_alpha(turned(pixels, orientation_of(page)))


def _load_by_pillow(path: Path, content: Path | BinaryIO, page: int | tuple[int, ...]) -> Decoded:
    if not isinstance(page, int):
        raise ImageError(path, "holds its image below another, in colours that are not read there")
    return decode_with_pillow(path, content, frame=page)


def _xmp(page: tifffile.TiffPage) -> bytes:
    tag = page.tags.get("XMP")
    xmp = b"" if tag is None else tag.value
    return xmp.encode() if isinstance(xmp, str) else bytes(xmp)
