"""The images of an atlas with all their pixels, from arrays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.errors import ImageError
from hubble_dash.viewer.deep.pyramid import Band


class Given:
    """Images that are there already; whoever wants what gives those of an atlas calls it."""

    def __init__(
        self, pictures: Sequence[NDArray[np.uint8]], missing: dict[int, str] | None = None
    ) -> None:
        self.pictures, self.missing = pictures, missing or {}

    def __call__(self, _: Atlas) -> Given:
        return self

    def why_not(self, image: int) -> str | None:
        return self.missing.get(image)

    def bands(self, image: int) -> Iterator[Band]:
        height, width = self.pictures[image].shape[:2]
        for top in range(0, height, 100):
            yield self.part(image, slice(top, min(height, top + 100)), slice(0, width))

    def part(self, image: int, rows: slice, columns: slice) -> Band:
        if why := self.missing.get(image):
            raise ImageError(f"/data/field_{image}.fits", why)
        part = self.pictures[image][rows, columns]
        return part, np.ones(part.shape[:2], np.bool_)
