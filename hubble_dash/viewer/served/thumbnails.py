"""Single thumbnails, cut out of an atlas's sheets for a server."""

from __future__ import annotations

import io
import threading
from collections import OrderedDict
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage

from hubble_dash.atlas.atlas import Atlas

__all__ = ["Thumbnails"]

# Decoded sheets that are kept, of some 7 MB each.
MAX_SHEETS = 16
# The sheets are compressed already; a second time should not show.
WEBP_QUALITY = 90


class _Sheet:
    """A sheet that is decoded once, by the first who asks; others wait."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.pixels: NDArray[np.uint8] | None = None


class Thumbnails:
    """The thumbnails of an atlas, one by one; safe to use from several threads.

    Parameters
    ----------
    atlas : Atlas
        The atlas.
    """

    def __init__(self, atlas: Atlas) -> None:
        self._atlas = atlas
        self._layout = atlas.sheet_layout
        self._sheets: OrderedDict[int, _Sheet] = OrderedDict()
        self._lock = threading.Lock()

    def webp(self, row: int) -> bytes:
        """Give a cutout's thumbnail.

        Parameters
        ----------
        row : int
            The cutout.

        Returns
        -------
        bytes
            A WebP file.

        Raises
        ------
        LookupError
            If there is no such row.
        """
        if not 0 <= row < len(self._atlas):
            raise LookupError(f"there is no row {row}; rows are 0 to {len(self._atlas) - 1}")
        pixels = self._decoded(self._layout.slot(row).sheet)[self._layout.box(row).slices]
        buffer = io.BytesIO()
        PillowImage.fromarray(pixels).save(buffer, "WEBP", quality=WEBP_QUALITY, method=2)
        return buffer.getvalue()

    def _decoded(self, number: int) -> NDArray[Any]:
        """Give a sheet's pixels; those used last are kept."""
        with self._lock:
            sheet = self._sheets.pop(number, None) or _Sheet()
            self._sheets[number] = sheet
            if len(self._sheets) > MAX_SHEETS:
                self._sheets.popitem(last=False)
        with sheet.lock:
            if sheet.pixels is None:
                sheet.pixels = self._atlas.pictures.sheet_pixels(number)
            return sheet.pixels
