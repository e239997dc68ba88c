"""Which plane of a cube is shown: the one that is asked for, else the first that has a value."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from astropy.io import fits

from hubble_dash.errors import ImageError

__all__ = ["choose_plane"]

ImageHDU: TypeAlias = fits.PrimaryHDU | fits.ImageHDU | fits.CompImageHDU

# Planes that are looked at, evenly over the cube, and rows and columns of each.
MAX_PLANES = 64
MAX_SIDE = 256


def choose_plane(path: Path, hdu: ImageHDU, plane: int | None) -> tuple[tuple[int, ...], list[str]]:
    """Find the place of a plane in a cube.

    Parameters
    ----------
    path : Path
        The file.
    hdu : astropy image HDU
        With two axes or more; its last two are those of the plane.
    plane : int or None
        Which plane, from 0; else the first that has a value, as far as a sample of its pixels
        tells.

    Returns
    -------
    (tuple of int, list of str)
        The index of the plane along the upper axes, and what the user should know.

    Raises
    ------
    ImageError
        If there is no such plane.
    """
    above = hdu.shape[:-2]
    n_planes = math.prod(above)
    if plane is not None and not 0 <= plane < n_planes:
        raise ImageError(path, f"there is no plane {plane}; allowed: 0 to {n_planes - 1}")
    if not above:
        return (), []
    notes = []
    if plane is None:
        plane = 0
        if n_planes > 1:
            plane, note = _first_with_values(hdu, above)
            notes.append(f"a cube of {n_planes} planes, of which {note}")
    return _index(plane, above), notes


def _first_with_values(hdu: ImageHDU, above: tuple[int, ...]) -> tuple[int, str]:
    n_planes = math.prod(above)
    looked_at = range(0, n_planes, -(-n_planes // MAX_PLANES))
    for plane in [0, *range(1, min(n_planes, MAX_PLANES)), *looked_at]:
        if _has_values(hdu, _index(plane, above)):
            if plane == 0:
                return 0, "the first is shown; --plane names another"
            return (
                plane,
                f"plane {plane} is shown, as those before are blank; --plane names another",
            )
    return 0, "the first is shown, and none seems to have a value; --plane names another"


def _index(plane: int, above: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(int(i) for i in np.unravel_index(plane, above))


def _has_values(hdu: ImageHDU, index: tuple[int, ...]) -> bool:
    ny, nx = hdu.shape[-2:]
    # A band through the middle of a compressed plane, since each of its tiles has to be unpacked.
    step = max(1, max(ny, nx) // MAX_SIDE)
    if isinstance(hdu, fits.CompImageHDU):
        middle = slice(max(0, ny // 2 - MAX_SIDE // 2), ny // 2 + MAX_SIDE // 2 + 1)
        values: Any = hdu.section[(*index, middle, slice(None))]
    else:
        values = hdu.data[(*index, slice(None, None, step), slice(None, None, step))]
    blank = hdu.header.get("BLANK") if hdu.header["BITPIX"] > 0 else None
    if blank is not None:
        return bool((values != blank).any())
    return bool(np.isfinite(values).any())
