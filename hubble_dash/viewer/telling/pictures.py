"""Picture files of the user -> URLs that hold them."""

from __future__ import annotations

import base64
import io
import re
import warnings
from pathlib import Path

from PIL import Image as PillowImage
from PIL import UnidentifiedImageError

from hubble_dash.errors import ExportError

__all__ = ["MAX_LOGO_BYTES", "MAX_PICTURE_BYTES", "picture_url", "read_file"]

MAX_LOGO_BYTES, MAX_PICTURE_BYTES = 300_000, 3_000_000
MAX_PIXELS = 64_000_000
# In an <img>, an SVG runs no script and loads nothing: it is a picture like others.
_SVG = re.compile(rb"\s*(?:<\?xml[^>]*>\s*|<!--.*?-->\s*|<!DOCTYPE svg[^>\[]*>\s*)*<svg[\s>]", re.S)
_FORMATS = ("PNG", "JPEG", "WEBP", "GIF")


def picture_url(path: Path, *, max_bytes: int = MAX_PICTURE_BYTES) -> str:
    """Give a picture as a URL that holds it.

    Parameters
    ----------
    path : Path
        A file: PNG, JPEG, WebP, GIF or SVG, told apart by what is in it.
    max_bytes : int
        How large it may be.

    Raises
    ------
    ExportError
        If it cannot be read, is too large, or is no such picture.
    """
    data = read_file(path, max_bytes=max_bytes)
    kind = "svg+xml" if _SVG.match(data.removeprefix(b"\xef\xbb\xbf")) else _kind(path, data)
    return f"data:image/{kind};base64,{base64.b64encode(data).decode('ascii')}"


def read_file(path: Path, *, max_bytes: int) -> bytes:
    """Read a file that the user named.

    Parameters
    ----------
    path : Path
        The file.
    max_bytes : int
        How large it may be.

    Raises
    ------
    ExportError
        If it cannot be read, or is larger.
    """
    try:
        with path.open("rb") as file:
            data = file.read(max_bytes + 1)
    except OSError as err:
        raise ExportError(f"{path} cannot be read: {err.strerror or err}") from err
    if len(data) > max_bytes:
        raise ExportError(
            f"{path} is larger than {max_bytes / 1e6:g} MB, which is what may stand in a page;"
            " make it smaller"
        )
    return data


def _kind(path: Path, data: bytes) -> str:
    """Decode a picture, and give its format as URLs name it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", PillowImage.DecompressionBombWarning)
            with PillowImage.open(io.BytesIO(data), formats=_FORMATS) as picture:
                if picture.width * picture.height > MAX_PIXELS:
                    raise ValueError(f"it has {picture.width} x {picture.height} pixels")
                picture.load()
                return str(picture.format).lower()
    except (
        OSError, SyntaxError, ValueError, ArithmeticError, PillowImage.DecompressionBombError,
        PillowImage.DecompressionBombWarning,
    ) as err:  # fmt: skip
        why = "it is none of them" if isinstance(err, UnidentifiedImageError) else err
        raise ExportError(
            f"{path} cannot stand in a page: {why}; give a PNG, JPEG, WebP, GIF or SVG picture"
        ) from err
