"""Skies with sources at known places."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from hubble_dash.builder.cutouts.display import Display
from hubble_dash.builder.reading.image import Image
from hubble_dash.builder.sky.sky import Sky
from hubble_dash.config import Stretch


def display_of(
    pixels: NDArray[Any], *, path: str = "field.fits", sky: Sky | None = None
) -> Display:
    """Wrap an array as an image: 8-bit values as a picture, others as FITS."""
    origin: Literal["lower", "upper"] = "upper" if pixels.dtype == np.uint8 else "lower"
    return Display(Image.from_array(pixels, path=path, origin=origin, sky=sky), Stretch())


def sources(
    shape: tuple[int, int], places: NDArray[Any], *, peak: float = 40.0, sigma: float = 3.0
) -> NDArray[Any]:
    """Make round sources at ``(x, y)`` on a sky of 10 with noise 1."""
    flux = np.random.default_rng(0).normal(10, 1, shape)
    rows, columns = (np.arange(side) for side in shape)
    for x, y in places:
        down, across = (
            np.exp(-((at - c) ** 2) / (2 * sigma**2)) for at, c in ((rows, y), (columns, x))
        )
        flux += peak * np.outer(down, across)
    return flux.astype(np.float32)


def scattered(n_side: int, spacing: int) -> NDArray[Any]:
    """Give places (x, y) on a shaken grid, so that no two sources touch."""
    grid = np.stack(np.meshgrid(*[np.arange(n_side)] * 2), axis=-1).reshape(-1, 2)
    shake = np.random.default_rng(1).uniform(-0.2, 0.2, grid.shape)
    return (grid + 0.5 + shake) * spacing
