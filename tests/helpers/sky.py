"""The sky map by wcslib, to compare with."""

from __future__ import annotations

from typing import Any

import numpy as np
from astropy.wcs import WCS


def mollweide_wcs() -> WCS:
    """Mollweide about RA 0h in degrees of the plane, its x growing with RA; pixels are degrees."""
    wcs = WCS(naxis=2)
    wcs.wcs.ctype = ["RA---MOL", "DEC--MOL"]
    wcs.wcs.crval = wcs.wcs.crpix = [0.0, 0.0]
    wcs.wcs.cdelt = [1.0, 1.0]
    return wcs


def wcslib_mollweide(ra_deg: Any, dec_deg: Any) -> Any:
    """Places on the plane on which the sphere has radius 1, x growing to the west; (2, n)."""
    x, y = mollweide_wcs().wcs_world2pix(np.asarray(ra_deg), np.asarray(dec_deg), 1)
    return np.radians([-x, y])


def wcslib_sky(x: Any, y: Any) -> Any:
    """RA and Dec of places of that plane, in degrees; (2, n), NaN outside."""
    return np.array(mollweide_wcs().wcs_pix2world(-np.degrees(x), np.degrees(y), 1))
