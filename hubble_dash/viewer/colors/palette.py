"""Colours by name, for points and tiles alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

__all__ = ["PALETTE", "Palette", "hex_to_rgb"]


class Palette(TypedDict):
    """Colours ``#rrggbb``: of what has none, of categories, and from few or low to many or high."""

    none: str
    categories: list[str]
    ramp: list[str]
    density: list[str]


PALETTE: Palette = {
    # Readable on the dark page and on the light one alike.
    "none": "#8793a8",
    # Okabe and Ito (2008), which people with colour blindness tell apart, then four more.
    "categories": [
        *("#e69f00", "#56b4e9", "#009e73", "#d55e00", "#cc79a7", "#0072b2", "#f0e442"),
        *("#9a6ddb", "#8c564b", "#17becf"),
    ],
    # viridis at nine places (Smith and van der Walt, 2015).
    "ramp": [
        *("#440154", "#472d7b", "#3b528b", "#2c728e", "#21918c", "#28ae80", "#5ec962"),
        *("#addc30", "#fde725"),
    ],
    # From few to many in OKLCH (Ottosson, 2020): the hue turns from 250 to 60 degrees, the
    # lightness hardly changes, so that it reads on dark and on white (contrast 3 and more).
    "density": [
        *("#0089ea", "#5e78fe", "#8f69f4", "#b45bdc", "#cf50ba", "#e3488f", "#ed495e"),
        *("#ed5414", "#d07502"),
    ],
}


def hex_to_rgb(colors: Sequence[str]) -> NDArray[np.uint8]:
    """Give colours as numbers.

    Parameters
    ----------
    colors : (n,) sequence of str
        As ``#rrggbb``.

    Returns
    -------
    (n, 3) uint8 array
        Red, green and blue.
    """
    return np.array([list(bytes.fromhex(color[1:])) for color in colors], np.uint8)
