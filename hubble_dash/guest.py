"""An image from outside, as what reads it hands it to what compares it: both wings know it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Guest", "Position"]


class Position(NamedTuple):
    """Where the middle of an image lies on the sky.

    Attributes
    ----------
    ra_deg, dec_deg : float
        ICRS degrees.
    pixel_scale_arcsec : float
        Arcseconds a pixel there.
    approximate : bool
        Whether it is to be taken with care.
    """

    ra_deg: float
    dec_deg: float
    pixel_scale_arcsec: float
    approximate: bool


class Guest(NamedTuple):
    """An image from outside, as one cutout of an atlas would be.

    Attributes
    ----------
    fingerprint : (d,) float32 array
        For `Atlas.similar`.
    pixels : (h, w) or (h, w, 3) uint8 array
        What the network was shown, after the atlas's processing steps; row 0 is the top.
    shape : (int, int)
        Rows and columns of the image itself.
    position : Position or None
        None where the image does not say where it lies.
    """

    fingerprint: NDArray[np.float32]
    pixels: NDArray[np.uint8]
    shape: tuple[int, int]
    position: Position | None
