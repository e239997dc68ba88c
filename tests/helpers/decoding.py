"""Columns of a page's data, decoded as the browser does it, and thumbnails of an atlas."""

from __future__ import annotations

import base64
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image as PillowImage

from hubble_dash.atlas.atlas import Atlas


def decode(column: dict[str, str], width: int | None = None) -> np.ndarray[Any, Any]:
    """The numbers of a column; with a width, row by row."""
    values = np.frombuffer(base64.b64decode(column["data"]), dtype=column["dtype"])
    return values if width is None else values.reshape(-1, width)


def thumbnail(atlas: Atlas, row: int) -> np.ndarray[Any, Any]:
    """A cutout's thumbnail on the atlas's own sheets, (size, size, 3) integers."""
    layout = atlas.sheet_layout
    down, across = divmod(row % layout.per_sheet, layout.columns)
    pixels, size = picture(atlas.sheet_path(row // layout.per_sheet)), layout.size
    return pixels[down * size :, across * size :][:size, :size].astype(int)


@cache
def picture(path: Path) -> np.ndarray[Any, Any]:
    """The pixels of a picture, (ny, nx, 3); read once."""
    with PillowImage.open(path) as opened:
        return np.asarray(opened.convert("RGB"))
