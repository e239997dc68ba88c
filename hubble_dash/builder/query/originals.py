"""The images that an atlas was built of, with all their pixels, as they were shown then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.atlas.boxes import Box
from hubble_dash.builder.feeding.recipe import Recipe
from hubble_dash.builder.remote.address import is_address
from hubble_dash.disk.files import sha256_of
from hubble_dash.errors import ImageError

__all__ = ["Originals"]

# That are read at a time, about.
BAND_PIXELS = 4_000_000


class Originals:
    """The source images of an atlas, read again: `hubble_dash.export` makes tiles of them.

    Parameters
    ----------
    atlas : Atlas
        The atlas. Its images are looked for where they were when it was built.
    band_pixels : int
        Pixels that are read at a time, about.

    Raises
    ------
    AtlasError
        If it was built with settings that are not known here.
    """

    def __init__(self, atlas: Atlas, *, band_pixels: int = BAND_PIXELS) -> None:
        recipe = Recipe.from_manifest(atlas.manifest)
        # A preview has one stretch, also where each cutout has its own.
        self._recipe = replace(recipe, stretch=replace(recipe.stretch, per="image"))
        self._images, self._files = atlas.images, atlas.image_files
        self._band_pixels = band_pixels

    def why_not(self, image: int) -> str | None:
        """Say why an image cannot be had; None where it can.

        Parameters
        ----------
        image : int
            Row of the table of images. Its file is read once, for its checksum.
        """
        path = Path(str(self._images["path"].iloc[image]))
        if is_address(path):
            return f"{path} lies on a server, which is not asked"
        if not path.is_file():
            return f"{path} is no longer there"
        checksum = None if self._files is None else self._files["sha256"].iloc[image]
        if isinstance(checksum, str) and sha256_of(path) != checksum:
            return f"{path} is not the file that the atlas was made of: its SHA-256 differs"
        return None

    def bands(self, image: int) -> Iterator[tuple[NDArray[np.uint8], NDArray[np.bool_]]]:
        """Give an image from top to bottom, some rows at a time.

        Parameters
        ----------
        image : int
            Row of the table of images.

        Yields
        ------
        pixels : (h, w) or (h, w, 3) uint8 array
            As shown.
        valid : (h, w) bool array
            False where a pixel is transparent, blank or not finite, and black.

        Raises
        ------
        ImageError
            If it cannot be decoded, or has another size than the atlas says.
        """
        row = self._images.iloc[image]
        display = self._recipe.open_again(row)
        with display.image:
            ny, nx = display.shape
            if (ny, nx) != (row["ny"], row["nx"]):
                said = f"the atlas says {row['nx']} x {row['ny']}"
                raise ImageError(row["path"], f"has {nx} x {ny} pixels now; {said}")
            n_rows = max(1, self._band_pixels // nx)
            for top in range(0, ny, n_rows):
                stop = min(ny, top + n_rows)
                is_lower = display.origin == "lower"
                low, high = (ny - stop, ny - top) if is_lower else (top, stop)
                yield display.read(Box(0, nx, low, high))
