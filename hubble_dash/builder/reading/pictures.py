"""JPEG, PNG and WebP: decoded once, when first asked for; and a JPEG file without its metadata."""

from __future__ import annotations

import contextlib
import io
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import PIL.Image
import PIL.ImageOps
from numpy.typing import NDArray

from hubble_dash.builder.reading.pixel_source import ArraySource, Decoded, Opened
from hubble_dash.builder.sky.avm import sky_from_avm
from hubble_dash.errors import ImageError

__all__ = [
    "MAX_BYTES_READ_AT_ONCE",
    "check_budget",
    "decode_with_pillow",
    "open_picture",
    "split_alpha",
    "without_metadata",
]

# What Pillow raises on damaged files, whichever part is damaged.
_DAMAGE = (OSError, EOFError, ValueError, TypeError, SyntaxError, KeyError, IndexError, MemoryError)
_FORMATS = ("JPEG", "PNG", "WEBP", "TIFF")
_ORIENTATION = 0x0112
_END_OF_JPEG = b"\xff\xd9"
# Smaller files are read whole when they are opened, so that they are opened once.
MAX_BYTES_READ_AT_ONCE = 4_000_000
# Segments of a JPEG file (ITU-T T.81, annex B).
_MARKER = 0xFF
_START_OF_SCAN = 0xDA
_COMMENT = 0xFE
# Of the applications' segments those that a picture needs: JFIF's density, and Adobe's word on how
# colours are coded, without which they would be wrong.
_NEEDED_APPLICATIONS = (0xE0, 0xEE)
_APPLICATION = range(0xE0, 0xF0)
_bomb_limit = threading.Lock()


def open_picture(path: Path, start: bytes, *, max_pixels: int) -> Opened:
    """Open a JPEG, PNG or WebP file.

    Parameters
    ----------
    path : Path
        The file.
    start : bytes
        Its first bytes; all of it if they are no more than `MAX_BYTES_READ_AT_ONCE`, so that a
        small picture is not opened again.
    max_pixels : int
        As of `hubble_dash.builder.reading.image.open_image`.

    Returns
    -------
    Opened

    Raises
    ------
    ImageError
        If the file is damaged or too large.
    """
    data = start if len(start) <= MAX_BYTES_READ_AT_ONCE else None
    try:
        picture = _open(path if data is None else io.BytesIO(data))
    except _DAMAGE as err:
        raise ImageError(path, f"is damaged: {err}") from err
    try:
        return _opened(path, picture, data, start, max_pixels=max_pixels)
    except _DAMAGE as err:
        picture.close()
        raise ImageError(path, f"is damaged: {err}") from err
    except ImageError:
        picture.close()
        raise


def _opened(
    path: Path, picture: PIL.Image.Image, data: bytes | None, start: bytes, *, max_pixels: int
) -> Opened:
    check_budget(path, picture.width, picture.height, max_pixels)
    # To find this tag, Pillow may decode all of a PNG. It does so once, as the picture stays open.
    orientation = picture.getexif().get(_ORIENTATION, 1)
    xmp = picture.info.get("xmp", b"")
    bands, mode = len(picture.getbands()), picture.mode
    nx, ny = picture.size
    if orientation in (5, 6, 7, 8):
        nx, ny = ny, nx
    is_turned = orientation in range(2, 9)
    sky, notes = sky_from_avm(
        xmp.encode() if isinstance(xmp, str) else xmp, (ny, nx), is_turned=is_turned
    )
    # A browser heeds colour profiles and nothing here does: it would show such a file differently.
    plain = mode in ("L", "RGB") and not is_turned and "icc_profile" not in picture.info
    jpeg = data if picture.format == "JPEG" and plain else None

    def load() -> Decoded:
        pixels = None if jpeg is None else _decode_jpeg(jpeg, (ny, nx))
        return _decoded(path, picture) if pixels is None else (pixels, None)

    if _is_deep_png(start):
        picture.close()
        n_channels = 1 if bands < 3 and mode != "P" else 3
        source = ArraySource(
            lambda: _decode_deep_png(path), shape=(ny, nx), n_channels=n_channels, is_flux=True
        )
    else:
        source = ArraySource(
            load,
            shape=(ny, nx),
            n_channels=1 if mode in ("1", "L", "LA") else 3,
            is_flux=False,
            release=picture.close,
        )
    return Opened(source, origin="upper", sky=sky, notes=notes, jpeg=jpeg)


def check_budget(path: Path, nx: int, ny: int, max_pixels: int) -> None:
    """Refuse a picture that would take too much memory, before it is decoded.

    Parameters
    ----------
    path : Path
        The file.
    nx, ny : int
        Columns and rows.
    max_pixels : int
        The most pixels that may be decoded.

    Raises
    ------
    ImageError
        If ``nx * ny > max_pixels``.
    """
    if nx * ny > max_pixels:
        raise ImageError(path, f"{nx} x {ny} pixels to decode, allowed are {max_pixels} in all")


def decode_with_pillow(path: Path, *, frame: int = 0) -> Decoded:
    """Decode a picture to 8 bit, turned as its EXIF orientation says.

    Parameters
    ----------
    path : Path
        The file, whose size has been checked.
    frame : int
        Which page of a TIFF, from 0.

    Returns
    -------
    pixels : (ny, nx) or (ny, nx, 3) uint8 array
        Palettes and CMYK become RGB.
    valid : (ny, nx) bool array or None
        False where fully transparent; None if no pixel is.

    Raises
    ------
    ImageError
        If the file is damaged or cut short.
    """
    try:
        with _open(path) as picture:
            # Pillow holds its limit against the page of a TIFF when the page is sought.
            with _no_bomb_limit():
                picture.seek(frame)
            return _decoded(path, picture)
    except _DAMAGE as err:
        raise ImageError(path, f"is damaged: {err}") from err


def _decode_jpeg(data: bytes, shape: tuple[int, int]) -> NDArray[np.uint8] | None:
    """Decode a plain JPEG file in half Pillow's time; None where Pillow is to judge it.

    Both use libjpeg-turbo, which fills up what is cut off and says nothing, where Pillow complains.
    """
    if not data.endswith(_END_OF_JPEG):
        return None
    try:
        pixels: NDArray[np.uint8] = imagecodecs.jpeg8_decode(data)
    except (RuntimeError, ValueError):
        return None
    return pixels if pixels.shape in (shape, (*shape, 3)) else None


def _decoded(path: Path, picture: PIL.Image.Image) -> Decoded:
    try:
        picture.load()
        turned = picture
        # exif_transpose copies a picture even where there is nothing to turn.
        if picture.getexif().get(_ORIENTATION, 1) in range(2, 9):
            turned = PIL.ImageOps.exif_transpose(picture)
        has_alpha = "A" in turned.getbands() or "transparency" in turned.info
        gray = turned.mode in ("1", "L", "LA")
        mode = ("L" if gray else "RGB") + ("A" if has_alpha else "")
        pixels = np.asarray(turned if turned.mode == mode else turned.convert(mode))
    except _DAMAGE as err:
        raise ImageError(path, f"is damaged: {err}") from err
    finally:
        # Left open, it would hold the pixels a second time.
        picture.close()
    return split_alpha(pixels)


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


def _open(file: Path | io.BytesIO) -> PIL.Image.Image:
    """Open with our own budget in place of Pillow's, which is below a Hubble mosaic."""
    with _no_bomb_limit():
        return PIL.Image.open(file, formats=_FORMATS)


@contextlib.contextmanager
def _no_bomb_limit() -> Iterator[None]:
    """Lift Pillow's limit, which belongs to the process and is looked at while a file is opened."""
    with _bomb_limit:
        limit, PIL.Image.MAX_IMAGE_PIXELS = PIL.Image.MAX_IMAGE_PIXELS, None
        try:
            yield
        finally:
            PIL.Image.MAX_IMAGE_PIXELS = limit


def _is_deep_png(start: bytes) -> bool:
    """Tell 16 bits a channel, of which Pillow would drop 8 in colour, from the PNG's header."""
    return start.startswith(b"\x89PNG") and start[12:16] == b"IHDR" and start[24:25] == b"\x10"


def _decode_deep_png(path: Path) -> Decoded:
    try:
        return split_alpha(imagecodecs.png_decode(path.read_bytes()))
    except (RuntimeError, ValueError, OSError, MemoryError) as err:
        raise ImageError(path, f"is damaged: {err}") from err


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
