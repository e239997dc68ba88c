"""What the tags of a TIFF page say of its pixels."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import tifffile
from numpy.typing import NDArray

from hubble_dash.builder.codecs.tiff_bounds import MAX_PAGES
from hubble_dash.errors import ImageError

__all__ = [
    "GRAY_OR_RGB",
    "check_page",
    "colors_of",
    "full_pages",
    "has_further_channel",
    "inverse_of",
    "no_data_of",
    "orientation_of",
    "without_premultiplied_alpha",
]

_PHOTOMETRIC = tifffile.PHOTOMETRIC
GRAY_OR_RGB = (_PHOTOMETRIC.MINISBLACK, _PHOTOMETRIC.MINISWHITE, _PHOTOMETRIC.RGB)
_UNREAD = {
    _PHOTOMETRIC.CFA: "holds raw data of a camera; develop to TIFF",
    _PHOTOMETRIC.LINEAR_RAW: "holds raw data of a camera; develop to TIFF",
    _PHOTOMETRIC.LOGL: "holds logarithms of luminance, which are not read; convert to 32 bits",
    _PHOTOMETRIC.LOGLUV: "holds LogLuv colours, which are not read; convert to 32 bits",
    _PHOTOMETRIC.ICCLAB: "holds ICCLab colours, which are not read; convert to RGB",
    _PHOTOMETRIC.ITULAB: "holds ITULab colours, which are not read; convert to RGB",
    _PHOTOMETRIC.MASK: "holds a mask and no image",
    _PHOTOMETRIC.DEPTH_MAP: "holds distances and no image",
    _PHOTOMETRIC.SEMANTIC_MASK: "holds a mask and no image",
}
# Each tile or strip takes some 20 microseconds.
_MAX_TILES = 1_000_000
# What takes more when it is packed is no pixels.
_MAX_GROWTH, _FREE_BYTES_A_TILE = 4, 1_000_000
_GDAL_NODATA = 42113
_ALPHAS = (tifffile.EXTRASAMPLE.ASSOCALPHA, tifffile.EXTRASAMPLE.UNASSALPHA)


def full_pages(file: tifffile.TiffFile) -> list[tifffile.TiffPage]:
    """List the pages that hold images, not smaller copies of one, nor masks.

    Parameters
    ----------
    file : tifffile.TiffFile
        Open; of its pages the first thousand are looked at.

    Returns
    -------
    list of TiffPage
        All pages, and those below them, where each says that it is something else.
    """
    pages = []
    for number in range(MAX_PAGES):
        try:
            # It may be a TiffFrame, which lacks the tags.
            pages.append(file.pages[number].aspage())
        except IndexError:
            break
    # Cameras put a small copy first, and the image below it.
    below = [one for page in pages if page.subifds for one in page.pages or ()]
    return _full(pages) or _full(below) or pages


def _full(pages: Iterable[Any]) -> list[tifffile.TiffPage]:
    return [page for page in pages if not (page.is_reduced or page.is_mask)]


def check_page(path: Path, page: tifffile.TiffPage) -> None:
    """Refuse what is no image, or is cut into more tiles than can be read.

    Parameters
    ----------
    path : Path
        The file.
    page : TiffPage
        The page.

    Raises
    ------
    ImageError
        Says why.
    """
    ny, nx = page.imagelength, page.imagewidth
    # A tag may have several numbers, or none, where one belongs.
    for name, value in (("width", nx), ("height", ny)):
        if not isinstance(value, int):
            raise ImageError(path, f"its {name} is {value!r}, not one number")
    if page.imagedepth != 1:
        raise ImageError(path, f"holds a volume {page.imagedepth} planes deep, no image")
    if ny == 0 or nx == 0:
        raise ImageError(path, f"has no pixels: {nx} x {ny}")
    for photometric, why in _UNREAD.items():
        if page.photometric == photometric:
            raise ImageError(path, why)
    if page.dtype is not None and page.dtype.kind == "c":
        raise ImageError(path, "holds complex numbers; save their amplitude")
    height, width = (page.tilelength, page.tilewidth) if page.is_tiled else (page.rowsperstrip, nx)
    for side in (height, width):
        if not isinstance(side, int) or side < 1:
            raise ImageError(path, f"a tile or strip has sides of {height!r} x {width!r} pixels")
    n_tiles = math.ceil(ny / min(height, ny)) * math.ceil(nx / width)
    if n_tiles > _MAX_TILES:
        raise ImageError(path, f"is cut into {n_tiles:,} tiles, allowed are {_MAX_TILES:,}")
    bits = page.bitspersample if isinstance(page.bitspersample, int) else max(page.bitspersample)
    n_bytes = min(height, ny) * min(width, nx) * page.samplesperpixel * bits // 8
    longest = max(page.databytecounts, default=0)
    if not page.is_memmappable and longest > _MAX_GROWTH * n_bytes + _FREE_BYTES_A_TILE:
        raise ImageError(
            path, f"a tile or strip of {n_bytes:,} bytes says that it takes {longest:,} when packed"
        )


def has_further_channel(page: tifffile.TiffPage) -> bool:
    """Tell a second or fourth channel that is no alpha, such as infrared.

    Parameters
    ----------
    page : TiffPage
        The page.
    """
    has_alpha = any(sample in _ALPHAS for sample in page.extrasamples)
    return page.photometric in GRAY_OR_RGB and page.samplesperpixel in (2, 4) and not has_alpha


def orientation_of(page: tifffile.TiffPage) -> int:
    """Say how a page is to be turned.

    Parameters
    ----------
    page : TiffPage
        The page.

    Returns
    -------
    int
        1 to 8, as tag 274 of the TIFF 6.0 specification has it.
    """
    tag = page.tags.get("Orientation")
    value = 1 if tag is None or not isinstance(tag.value, int) else tag.value
    return value if 1 <= value <= 8 else 1


def no_data_of(page: tifffile.TiffPage) -> float | int | None:
    """Give the value of pixels that are none, as GDAL writes it.

    Parameters
    ----------
    page : TiffPage
        The page.

    Returns
    -------
    float or int or None
        None where there is no such value, or it is none that pixels of this page may have.
    """
    tag = page.tags.get(_GDAL_NODATA)
    try:
        # Some systems write numbers with their own decimal comma.
        value = math.nan if tag is None else float(str(tag.value).strip(" \0\n").replace(",", "."))
    except ValueError:
        return None
    if not math.isfinite(value) or page.dtype is None:
        return None
    if page.dtype.kind == "f":
        return float(page.dtype.type(value))
    is_whole = value.is_integer() and page.dtype.kind in "iu"
    ends = np.iinfo(page.dtype) if is_whole else None
    return int(value) if ends is not None and ends.min <= value <= ends.max else None


def inverse_of(page: tifffile.TiffPage) -> Callable[[NDArray[Any]], NDArray[Any]] | None:
    """Say how to make bright what is bright, where white is zero or there are few bits.

    Parameters
    ----------
    page : TiffPage
        The page, gray.

    Returns
    -------
    callable or None
        Takes pixels as they are stored, and gives values of the same type: of whole numbers the
        largest that their bits allow less each, of floats the negative. Fewer than 8 bits are
        spread over 8. None where pixels stay as they are.
    """
    dtype, bits = page.dtype, int(page.bitspersample)
    is_inverse = page.photometric == _PHOTOMETRIC.MINISWHITE
    if dtype is None or (not is_inverse and (bits >= 8 or dtype != np.uint8)):
        return None
    if dtype.kind == "f":
        return np.negative
    if dtype.kind == "i":
        return np.invert
    largest = (1 << bits) - 1
    if bits >= 8:
        return lambda pixels: np.subtract(dtype.type(largest), pixels)
    table = np.arange(largest + 1, dtype=np.uint16) * 255 // largest
    table = (table[::-1] if is_inverse else table).astype(np.uint8)
    return lambda pixels: table[np.minimum(pixels, largest)]


def colors_of(page: tifffile.TiffPage, indices: NDArray[Any]) -> NDArray[np.uint8]:
    """Look up the colours of a palette.

    Parameters
    ----------
    page : TiffPage
        The page.
    indices : (ny, nx) array
        Its pixels as they are stored.

    Returns
    -------
    (ny, nx, 3) uint8 array
    """
    palette = np.asarray(page.colormap)
    # Of 16 bits, but some programs write 8.
    palette = palette if palette.max(initial=0) < 256 else palette >> 8
    colors: NDArray[np.uint8] = palette.astype(np.uint8).T[indices]
    return colors


def without_premultiplied_alpha(page: tifffile.TiffPage, pixels: NDArray[Any]) -> NDArray[Any]:
    """Give colours as they are where they are stored times alpha.

    Parameters
    ----------
    page : TiffPage
        The page.
    pixels : (ny, nx) or (ny, nx, c) array
        Its pixels as they are stored, alpha last.

    Returns
    -------
    array
        Of the same shape and type; `pixels` itself where alpha is none, or stands by itself.
    """
    if page.photometric not in GRAY_OR_RGB or _ALPHAS[0] not in page.extrasamples:
        return pixels
    alpha = pixels[..., -1:].astype(np.float32)
    is_whole = pixels.dtype.kind in "iu"
    largest = np.iinfo(pixels.dtype).max if is_whole else 1.0
    colors = pixels[..., :-1] * (largest / np.where(alpha > 0, alpha, largest))
    if is_whole:
        colors = np.clip(np.rint(colors), 0, largest)
    return np.concatenate([colors.astype(pixels.dtype), pixels[..., -1:]], axis=-1)
