"""Pictures that Pillow opens: decoded once, when first asked for; and JPEG without its metadata."""

from __future__ import annotations

import contextlib
import io
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import imagecodecs
import numpy as np
import PIL.Image
import PIL.ImageOps
from numpy.typing import NDArray

from hubble_dash.builder.bounds.failures import failing
from hubble_dash.builder.bounds.promise import check_budget, check_promise
from hubble_dash.builder.codecs.boxes import xmp_in_boxes
from hubble_dash.builder.codecs.jpeg import check_metadata, check_scans, decode_jpeg
from hubble_dash.builder.codecs.png import (
    MAX_SIDE,
    check_chunks,
    decode_png,
    has_late_metadata,
    is_deep_png,
)
from hubble_dash.builder.quiet import quiet
from hubble_dash.builder.reading.pixel_source import (
    ArraySource,
    Decoded,
    Opened,
    split_alpha,
    turned,
)
from hubble_dash.builder.sky.avm import credit_from_xmp, sky_from_avm
from hubble_dash.errors import ImageError

__all__ = ["MAX_BYTES_READ_AT_ONCE", "MOVING", "decode_with_pillow", "open_picture"]

_FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "GIF", "BMP", "JPEG2000", "AVIF")
# Modes in which a JPEG or PNG means what it holds.
_PLAIN = ("L", "LA", "RGB", "RGBA")
_GRAY = ("1", "L", "LA")
_ORIENTATION = 0x0112
# Smaller files are read whole when they are opened, so that they are opened once.
MAX_BYTES_READ_AT_ONCE = 4_000_000
# SIZ marker of a JPEG 2000 codestream (ITU-T T.800, A.5.1), and how far behind it depths stand.
_SIZ, _DEPTH_AFTER_SIZ = b"\xff\x4f\xff\x51", 38
_N_BYTES_OF_HEADERS = 4096
# Runs of 255 pixels take two bytes, which nothing in BMP exceeds; Pillow unpacks them slowly.
_MAX_RATIO_OF_BMP = 128
MOVING = "a moving picture, of which the first frame is shown"
_bomb_limit = threading.Lock()


def open_picture(path: Path, content: Path | bytes, *, n_file: int, max_pixels: int) -> Opened:
    """Open a JPEG, PNG, WebP, GIF, BMP, JPEG 2000 or AVIF file.

    Parameters
    ----------
    path : Path
        The file.
    content : Path or bytes
        It, or all that is in it, unpacked.
    n_file : int
        Bytes of the file.
    max_pixels : int
        As of `hubble_dash.builder.reading.opening.open_image`.

    Returns
    -------
    Opened

    Raises
    ------
    ImageError
        If the file is damaged or too large.
    """
    with failing(path, "is damaged"):
        _check_metadata(path, content)
        picture = _open(io.BytesIO(content) if isinstance(content, bytes) else content)
        try:
            return _opened(path, picture, content, n_file=n_file, max_pixels=max_pixels)
        except BaseException:
            picture.close()
            raise


def _check_metadata(path: Path, content: Path | bytes) -> None:
    """Refuse a large file of little else than metadata, which Pillow reads as it opens it."""
    if isinstance(content, bytes) and len(content) <= MAX_BYTES_READ_AT_ONCE:
        return
    with io.BytesIO(content) if isinstance(content, bytes) else content.open("rb") as file:
        start = file.read(4)
        if start.startswith(b"\xff\xd8"):
            check_metadata(path, file)
        elif start == b"\x89PNG":
            check_chunks(path, file)


def _opened(
    path: Path,
    picture: PIL.Image.Image,
    content: Path | bytes,
    *,
    n_file: int,
    max_pixels: int,
) -> Opened:
    check_budget(path, picture.width, picture.height, max_pixels)
    n_bands, mode, codec = len(picture.getbands()), picture.mode, _deep_codec(picture, content)
    n_bytes = picture.width * picture.height * n_bands * (1 if codec is None else 2)
    check_promise(path, n_bytes, n_file)
    if picture.format == "BMP" and n_bytes > _MAX_RATIO_OF_BMP * n_file:
        raise ImageError(path, f"is cut short: a BMP of {picture.width} x {picture.height} pixels")
    if picture.format == "PNG" and max(picture.size) > MAX_SIDE:
        raise ImageError(path, f"is a PNG with a side of more than {MAX_SIDE:,} pixels")
    if "progressive" in picture.info:
        check_scans(path, _bytes_of(content))
    orientation = _exif(picture, content).get(_ORIENTATION, 1)
    shape = (picture.height, picture.width)
    if orientation in (5, 6, 7, 8):
        shape = shape[::-1]
    xmp = _xmp(picture, content)
    sky, notes = sky_from_avm(xmp, shape, is_turned=orientation in range(2, 9))
    jpeg = _shown_as_it_is(picture, content, orientation)
    if picture.format != "MPO" and getattr(picture, "is_animated", False):
        notes.append(MOVING)
    source = ArraySource(
        lambda: _load(path, picture, content, orientation),
        shape=shape,
        n_channels=1 if (n_bands < 3 if codec else mode in _GRAY) and mode != "P" else 3,
        is_flux=codec is not None,
        release=picture.close,
        n_bytes=n_bytes,
        load_shrunk=lambda factor: _load_shrunk(picture, content, orientation, factor),
    )
    return Opened(
        source,
        origin="upper",
        sky=sky,
        notes=notes,
        jpeg=jpeg,
        n_bytes=n_bytes,
        credit=credit_from_xmp(xmp),
    )


def _shown_as_it_is(
    picture: PIL.Image.Image, content: Path | bytes, orientation: int
) -> bytes | None:
    """Give a small JPEG that a browser shows just as it is shown here.

    A browser heeds colour profiles and nothing here does: it would show such a file differently.
    """
    if isinstance(content, Path) or len(content) > MAX_BYTES_READ_AT_ONCE:
        return None
    is_upright = orientation not in range(2, 9)
    is_plain = picture.mode in ("L", "RGB") and "icc_profile" not in picture.info
    return content if picture.format == "JPEG" and is_upright and is_plain else None


def _load(path: Path, picture: PIL.Image.Image, content: Path | bytes, orientation: int) -> Decoded:
    # Left open, it would hold the pixels a second time.
    with failing(path, "is damaged"), contextlib.closing(picture):
        codec, pixels = _deep_codec(picture, content), None
        if codec is not None:
            pixels = codec(_bytes_of(content))
        elif picture.format == "JPEG" and picture.mode in _PLAIN:
            pixels = decode_jpeg(_bytes_of(content), (picture.height, picture.width))
        elif picture.format == "PNG":
            pixels = decode_png(_bytes_of(content))
            if picture.mode not in _PLAIN or "transparency" in picture.info:
                pixels = None
        if pixels is None:
            return _decoded(picture)
        return split_alpha(turned(pixels, orientation))


def _load_shrunk(
    picture: PIL.Image.Image, content: Path | bytes, orientation: int, factor: int
) -> NDArray[np.uint8] | None:
    """Decode a JPEG by its lower frequencies; None of others, or where it is damaged."""
    if picture.format != "JPEG" or picture.mode not in ("L", "RGB"):
        return None
    nx, ny = picture.size
    with _open(io.BytesIO(content) if isinstance(content, bytes) else content) as shrunk:
        shrunk.draft(picture.mode, (nx // factor, ny // factor))
        if shrunk.size != (-(-nx // factor), -(-ny // factor)):
            return None
        try:
            shrunk.load()
        except OSError:
            # Whoever decodes all of it says what is wrong.
            return None
        return turned(np.array(shrunk), orientation)


def _xmp(picture: PIL.Image.Image, content: Path | bytes) -> bytes:
    """Give the packet of XMP, of which Pillow knows nothing in JPEG 2000."""
    if picture.format == "JPEG2000":
        with io.BytesIO(content) if isinstance(content, bytes) else content.open("rb") as file:
            return xmp_in_boxes(file)
    xmp = picture.info.get("xmp", b"")
    return xmp.encode() if isinstance(xmp, str) else bytes(xmp)


def _exif(picture: PIL.Image.Image, content: Path | bytes) -> PIL.Image.Exif:
    """Read the EXIF, for which Pillow decodes all of a PNG that has none before its pixels."""
    if picture.format == "PNG" and not any("exif" in str(key) for key in picture.info):
        with io.BytesIO(content) if isinstance(content, bytes) else content.open("rb") as file:
            if not has_late_metadata(file):
                return PIL.Image.Image.getexif(picture)
    return picture.getexif()


def _bytes_of(content: Path | bytes) -> bytes:
    return content if isinstance(content, bytes) else content.read_bytes()


def _deep_codec(
    picture: PIL.Image.Image, content: Path | bytes
) -> Callable[[bytes], NDArray[Any]] | None:
    """Give what decodes more than 8 bits a channel, of which Pillow would drop some."""
    if picture.format not in ("PNG", "JPEG2000"):
        return None
    if isinstance(content, bytes):
        start = content[:_N_BYTES_OF_HEADERS]
    else:
        with content.open("rb") as file:
            start = file.read(_N_BYTES_OF_HEADERS)
    if picture.format == "PNG":
        return decode_png if is_deep_png(start) else None
    _, found, header = start.partition(_SIZ)
    depth = header[_DEPTH_AFTER_SIZ : _DEPTH_AFTER_SIZ + 1]
    # Bits less one; the upper bit is the sign.
    is_deep = found and depth and depth[0] & 0x7F > 7
    return imagecodecs.jpeg2k_decode if is_deep else None


def decode_with_pillow(path: Path, content: Path | BinaryIO, *, frame: int = 0) -> Decoded:
    """Decode a picture to 8 bit, turned as its EXIF orientation says.

    Parameters
    ----------
    path : Path
        The file, whose size has been checked.
    content : Path or binary file
        It, unpacked.
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
    # Pillow holds its limit against the page of a TIFF when the page is sought.
    with quiet(), failing(path, "is damaged"), contextlib.closing(_open(content)) as picture:
        with _no_bomb_limit():
            picture.seek(frame)
        return _decoded(picture)


def _decoded(picture: PIL.Image.Image) -> Decoded:
    picture.load()
    upright = picture
    # exif_transpose copies a picture even where there is nothing to turn.
    if picture.getexif().get(_ORIENTATION, 1) in range(2, 9):
        upright = PIL.ImageOps.exif_transpose(picture)
    has_alpha = "A" in upright.getbands() or "transparency" in upright.info
    mode = ("L" if upright.mode in _GRAY else "RGB") + ("A" if has_alpha else "")
    return split_alpha(np.asarray(upright if upright.mode == mode else upright.convert(mode)))


def _open(file: Path | BinaryIO) -> PIL.Image.Image:
    """Open with our own budget in place of Pillow's, which is below a Hubble mosaic."""
    with _no_bomb_limit():
        try:
            return PIL.Image.open(file, formats=_FORMATS)
        except PIL.UnidentifiedImageError:
            # Its words have the address of an object in memory.
            raise ValueError("its header makes no sense") from None


@contextlib.contextmanager
def _no_bomb_limit() -> Iterator[None]:
    """Lift Pillow's limit, which belongs to the process and is looked at while a file is opened."""
    with _bomb_limit:
        limit, PIL.Image.MAX_IMAGE_PIXELS = PIL.Image.MAX_IMAGE_PIXELS, None
        try:
            yield
        finally:
            PIL.Image.MAX_IMAGE_PIXELS = limit
