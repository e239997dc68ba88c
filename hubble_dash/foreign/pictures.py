"""Pictures from outside: proved to be whole, of a known format and the promised size."""

from __future__ import annotations

import io
import warnings

import imagecodecs
import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage

__all__ = ["JPEG_START", "MAX_BYTES", "decode_webp", "prove_picture"]

JPEG_START = b"\xff\xd8\xff"
# What the formats themselves allow of a side is 16,383 and 65,535 pixels.
MAX_SIDE, MAX_PIXELS = 16_383, 64_000_000
MAX_BYTES = 64_000_000


def decode_webp(data: bytes) -> NDArray[np.uint8]:
    """Decode a WebP picture whose header promises no more pixels than is allowed.

    Parameters
    ----------
    data : bytes
        The whole file.

    Returns
    -------
    (ny, nx, 3) uint8 array
        Row 0 at the top.

    Raises
    ------
    ValueError
        If it is no such picture, too large, or damaged.
    """
    width, height = _webp_size(data)
    _check_bounds(width, height)
    try:
        # Twice as fast as Pillow, which also keeps other threads waiting.
        pixels: NDArray[np.uint8] = imagecodecs.webp_decode(data)
    except imagecodecs.WebpError as err:
        raise ValueError(str(err)) from err
    if pixels.ndim != 3 or pixels.shape[:2] != (height, width):
        raise ValueError(f"its header promises {width} x {height} pixels, it has {pixels.shape}")
    return pixels[..., :3]


def prove_picture(data: bytes, width: int, height: int) -> None:
    """Decode a picture once, so that what goes into a page is one.

    Parameters
    ----------
    data : bytes
        A WebP or JPEG file.
    width, height : int
        What was promised, in pixels.

    Raises
    ------
    ValueError
        If it is no such picture, of another size, or not whole.
    """
    if not data.startswith(JPEG_START):
        found = decode_webp(data).shape[1::-1]
        _check_size(found, width, height)
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with PillowImage.open(io.BytesIO(data), formats=["JPEG"]) as picture:
                _check_bounds(*picture.size)
                _check_size(picture.size, width, height)
                # All of it is read, and an eighth of each side computed: a third of the time.
                picture.draft("L", (1, 1))
                picture.load()
        except (OSError, SyntaxError, ArithmeticError, PillowImage.DecompressionBombError) as err:
            raise ValueError(f"it is no whole JPEG picture: {err}") from err


def _check_bounds(width: int, height: int) -> None:
    if not (1 <= width <= MAX_SIDE and 1 <= height <= MAX_SIDE and width * height <= MAX_PIXELS):
        raise ValueError(
            f"it promises {width} x {height} pixels; allowed: sides up to {MAX_SIDE:,},"
            f" {MAX_PIXELS:,} in all"
        )


def _check_size(found: tuple[int, ...], width: int, height: int) -> None:
    if found != (width, height):
        raise ValueError(f"it has {found[0]} x {found[1]} pixels; promised: {width} x {height}")


def _webp_size(data: bytes) -> tuple[int, int]:
    """Give what the header of a still WebP picture says of its width and height.

    Notes
    -----
    RFC 9649, sections 2.3 to 2.7: a RIFF container with a frame of VP8 (RFC 6386, section 9.1), a
    lossless one, or a canvas that holds either.
    """
    if len(data) < 30 or data[:4] != b"RIFF" or data[8:12] != b"WEBP":
        raise ValueError("it is neither a WebP nor a JPEG picture")
    promised = int.from_bytes(data[4:8], "little") + 8
    if len(data) != promised + promised % 2 and len(data) != promised:
        raise ValueError(f"it has {len(data):,} bytes; its header promises {promised:,}")
    kind = data[12:16]
    if kind == b"VP8 ":
        width, height = (int.from_bytes(data[i : i + 2], "little") & 0x3FFF for i in (26, 28))
        return width, height
    if kind == b"VP8L":
        bits = int.from_bytes(data[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    is_animated = data[20] & 2
    if kind != b"VP8X" or is_animated:
        raise ValueError("it is no still WebP picture")
    return int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1
