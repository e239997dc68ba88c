"""TIFF: memory-mapped where it is not compressed, else decoded once."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np
import tifffile
from numpy.typing import NDArray

from hubble_dash.builder.reading.pictures import check_budget, decode_with_pillow, split_alpha
from hubble_dash.builder.reading.pixel_source import ArraySource, Opened
from hubble_dash.builder.sky.avm import sky_from_avm
from hubble_dash.builder.sky.sky import Sky
from hubble_dash.errors import ImageError

__all__ = ["open_tiff"]

# What tifffile and its codecs raise on damaged files, whichever part is damaged.
_DAMAGE = (
    tifffile.TiffFileError,
    OSError,
    EOFError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    RuntimeError,
    ZeroDivisionError,
    MemoryError,
    struct.error,
)
_GRAY_OR_RGB = (
    tifffile.PHOTOMETRIC.MINISBLACK,
    tifffile.PHOTOMETRIC.MINISWHITE,
    tifffile.PHOTOMETRIC.RGB,
)


def open_tiff(path: Path, *, plane: int | None, max_pixels: int) -> Opened:
    """Open a TIFF file.

    Parameters
    ----------
    path : Path
        The file.
    plane, max_pixels
        As of `hubble_dash.builder.reading.image.open_image`.

    Returns
    -------
    Opened

    Raises
    ------
    ImageError
        If the file is damaged, too large, or has no such plane.
    """
    try:
        with tifffile.TiffFile(path) as file:
            page, notes = _choose_page(path, file, plane)
            source = _source(path, page, max_pixels)
            if _has_further_channel(page):
                notes.append("the last channel is no alpha; it is left out")
            sky, sky_notes = _sky(page, source.shape)
    except _DAMAGE as err:
        raise ImageError(path, f"is no readable TIFF file: {err}") from err
    return Opened(source, origin="upper", sky=sky, notes=notes + sky_notes)


def _choose_page(
    path: Path, file: tifffile.TiffFile, plane: int | None
) -> tuple[tifffile.TiffPage, list[str]]:
    pages = file.pages
    number = plane or 0
    if not 0 <= number < len(pages):
        raise ImageError(path, f"there is no plane {plane}; allowed: 0 to {len(pages) - 1}")
    # pages[number] may be a TiffFrame, which lacks the tags.
    page = pages[number].aspage()
    notes = []
    same = sum(p.shape == page.shape for p in pages)
    if plane is None and same > 1:
        notes.append(f"a stack of {same} planes, of which the first is shown; name another")
    return page, notes


def _source(path: Path, page: tifffile.TiffPage, max_pixels: int) -> ArraySource:
    ny, nx = page.imagelength, page.imagewidth
    if page.imagedepth != 1:
        raise ImageError(path, f"holds a volume {page.imagedepth} planes deep, no image")
    if ny == 0 or nx == 0:
        raise ImageError(path, f"has no pixels: {nx} x {ny}")
    number, orientation = page.index, _orientation(page)
    shape = (nx, ny) if orientation >= 5 else (ny, nx)
    if page.photometric not in _GRAY_OR_RGB or page.dtype in (None, np.bool_):
        # Palettes, CMYK, YCbCr and 1 bit are what Pillow does well.
        check_budget(path, nx, ny, max_pixels)
        gray = page.dtype == np.bool_ and page.photometric in _GRAY_OR_RGB
        return ArraySource(
            lambda: decode_with_pillow(path, frame=number),
            shape=shape,
            n_channels=1 if gray else 3,
            is_flux=False,
        )
    n_bands = page.samplesperpixel
    if n_bands > 4:
        raise ImageError(path, f"has {n_bands} channels; allowed: gray, RGB, either with alpha")
    if not page.is_memmappable:
        check_budget(path, nx, ny, max_pixels)
    return ArraySource(
        lambda: _load(path, number, orientation),
        shape=shape,
        n_channels=1 if n_bands < 3 else 3,
        is_flux=page.dtype != np.uint8,
    )


def _load(path: Path, number: int, orientation: int) -> Any:
    try:
        with tifffile.TiffFile(path) as file:
            page = file.pages[number].aspage()
            if page.is_memmappable:
                pixels: NDArray[Any] = tifffile.memmap(path, page=number, mode="r")
            else:
                pixels = page.asarray()
            pixels = _bands_last(pixels.reshape(page.shape), page.axes)
            if page.photometric == tifffile.PHOTOMETRIC.MINISWHITE:
                pixels = pixels.max() - pixels
            if _has_further_channel(page):
                pixels = pixels[..., :-1]
    except _DAMAGE as err:
        raise ImageError(path, f"is damaged: {err}") from err
    return split_alpha(_turned(pixels, orientation))


def _has_further_channel(page: tifffile.TiffPage) -> bool:
    """Tell a second or fourth channel that is no alpha, such as infrared."""
    alphas = (tifffile.EXTRASAMPLE.ASSOCALPHA, tifffile.EXTRASAMPLE.UNASSALPHA)
    has_alpha = any(sample in alphas for sample in page.extrasamples)
    return page.photometric in _GRAY_OR_RGB and page.samplesperpixel in (2, 4) and not has_alpha


def _bands_last(pixels: NDArray[Any], axes: str) -> NDArray[Any]:
    return np.moveaxis(pixels, 0, -1) if axes.startswith("S") else pixels


def _orientation(page: tifffile.TiffPage) -> int:
    tag = page.tags.get("Orientation")
    value = 1 if tag is None else int(tag.value)
    return value if 1 <= value <= 8 else 1


def _turned(pixels: NDArray[Any], orientation: int) -> NDArray[Any]:
    """Turn as tag 274 of the TIFF 6.0 specification says; a view, so that maps stay maps."""
    if orientation >= 5:
        pixels = np.swapaxes(pixels, 0, 1)
    flip_rows = orientation in (3, 4, 7, 8)
    flip_columns = orientation in (2, 3, 6, 7)
    return pixels[:: -1 if flip_rows else 1, :: -1 if flip_columns else 1]


def _sky(page: tifffile.TiffPage, shape: tuple[int, int]) -> tuple[Sky | None, list[str]]:
    tag = page.tags.get("XMP")
    if tag is None:
        return None, []
    xmp = tag.value
    is_turned = _orientation(page) != 1
    return sky_from_avm(
        xmp.encode() if isinstance(xmp, str) else bytes(xmp), shape, is_turned=is_turned
    )
