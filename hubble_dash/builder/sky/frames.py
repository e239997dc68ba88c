"""What the names of the axes of a WCS mean: a frame of astropy, or none that turns into ICRS."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from astropy.coordinates import (
    FK4,
    BarycentricMeanEcliptic,
    BaseCoordinateFrame,
    FK4NoETerms,
    Galactic,
    Supergalactic,
)
from astropy.time import Time
from astropy.wcs import WCS
from astropy.wcs.utils import wcs_to_celestial_frame

__all__ = ["Frame", "frame_of"]

READ = "RA/DEC, GLON/GLAT (galactic), ELON/ELAT (ecliptic), SLON/SLAT (supergalactic)"
# Longitudes of the FITS Standard 4.0 and of Thompson 2006, A&A 449, 791, that hang on the place and
# time of the observer, or lie on a body.
NOT_FIXED = {
    "HLON": "helioecliptic and turns with the Sun",
    "TLON": "terrestrial",
    "HPLN": "helioprojective",
    "HRLN": "helioprojective",
    "HGLN": "on the Sun",
    "CRLN": "on the Sun",
    "HCLN": "on the Sun",
}
RADESYS = ("ICRS", "FK5", "FK4", "FK4-NO-E")


class Frame(NamedTuple):
    """What longitude and latitude mean.

    Attributes
    ----------
    frame : astropy frame
        One that transforms to ICRS.
    doubt : str
        Why positions are approximate; empty if they are not.
    """

    frame: BaseCoordinateFrame
    doubt: str = ""


def frame_of(wcs: WCS) -> Frame:
    """Find the frame of a WCS by the names of its axes, none of which is taken for another.

    Parameters
    ----------
    wcs : astropy.wcs.WCS
        With two celestial axes.

    Raises
    ------
    ValueError
        If they lie in no frame that is fixed among the stars.

    Notes
    -----
    `astropy.wcs.utils.wcs_to_celestial_frame` looks at RADESYS first, so that it calls ecliptic
    axes ICRS or FK5. It is asked for RA and Dec alone.
    """
    ctype = wcs.wcs.ctype[wcs.wcs.lng]
    axis = ctype[:4].rstrip("-")
    if axis == "RA":
        return Frame(_equatorial(wcs))
    if axis == "GLON":
        return Frame(Galactic())
    if axis == "SLON":
        return Frame(Supergalactic())
    if axis == "ELON":
        return _ecliptic(wcs)
    what = NOT_FIXED.get(axis, "of no system known here, or on a planet")
    raise ValueError(f"{ctype.rstrip()!r} is {what}; read are {READ}")


def _equatorial(wcs: WCS) -> BaseCoordinateFrame:
    try:
        frame = wcs_to_celestial_frame(wcs)
    except ValueError:
        raise ValueError(f"RADESYS is {wcs.wcs.radesys!r}; read are {', '.join(RADESYS)}") from None
    if isinstance(frame, FK4 | FK4NoETerms) and np.isfinite(wcs.wcs.mjdobs):
        # FK4 turns slowly, so that the time of the exposure counts; astropy leaves it out.
        return frame.replicate_without_data(obstime=Time(wcs.wcs.mjdobs, format="mjd"))
    return frame


def _ecliptic(wcs: WCS) -> Frame:
    """Mean ecliptic and equinox of EQUINOX, else of J2000."""
    equinox = wcs.wcs.equinox
    if np.isnan(equinox):
        return Frame(BarycentricMeanEcliptic())
    is_old = wcs.wcs.radesys.startswith("FK4") or (not wcs.wcs.radesys and equinox < 1984)
    when = Time(equinox, format="byear" if is_old else "jyear")
    doubt = "ecliptic coordinates of FK4 are read to an arcsecond" if is_old else ""
    return Frame(BarycentricMeanEcliptic(equinox=when), doubt)
