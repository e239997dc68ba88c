"""Places on the sky: read from text, and how far from one another."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

__all__ = ["parse_place", "separation_deg"]

_SIGNS = str.maketrans({"\u2212": "-", "–": "-", "º": "°", "ʰ": "h", "ᵐ": "m", "ˢ": "s"})
# A place without blanks, such as 03h32m38s-27d47m24s.
_JOINED = re.compile(r"([^\s,]*[^\s,+-])([+-].*)", re.DOTALL)
_DEGREES = re.compile(r"([+-]?)([0-9]{1,3}(?:\.[0-9]*)?)\s*[d°]?", re.IGNORECASE)
_SEXAGESIMAL = (
    r"([0-9]{1,2})\s*%s\s*([0-9]{1,2})(?:\s*[m′':\s]\s*([0-9]{1,2}(?:\.[0-9]*)?)?\s*[s″\"]?)?"
)
_HOURS = re.compile("[+]?" + _SEXAGESIMAL % r"[h:\s]", re.IGNORECASE)
_DEGREES_PARTS = re.compile("([+-]?)" + _SEXAGESIMAL % r"[d°:\s]", re.IGNORECASE)


def parse_place(text: str) -> tuple[float, float] | None:
    """Read a place on the sky as people write it.

    Parameters
    ----------
    text : str
        Right ascension and declination: both in degrees, or in hours and degrees with minutes and
        seconds: ``53.16 -27.79``, ``03:32:38 -27:47:24``, ``03h32m38s -27d47m24s``.

    Returns
    -------
    (float, float) or None
        ICRS degrees; None if it is no place.
    """
    halves = _halves(text.translate(_SIGNS).strip())
    if halves is None:
        return None
    ra_deg, dec_deg = _right_ascension(halves[0]), _declination(halves[1])
    return None if ra_deg is None or dec_deg is None else (ra_deg, dec_deg)


def separation_deg(
    ra_deg: NDArray[np.float64], dec_deg: NDArray[np.float64], place: tuple[float, float]
) -> NDArray[np.float64]:
    """Measure angular distances from a place by the haversine formula.

    Parameters
    ----------
    ra_deg, dec_deg : (n,) float64 array
        Degrees; NaN where unknown.
    place : (float, float)
        Degrees.

    Returns
    -------
    (n,) float64 array
        Degrees; NaN where unknown.
    """
    ra, dec = np.deg2rad(ra_deg), np.deg2rad(dec_deg)
    ra0, dec0 = np.deg2rad(place)
    half = np.sin((dec - dec0) / 2) ** 2
    half += np.cos(dec) * np.cos(dec0) * np.sin((ra - ra0) / 2) ** 2
    return np.asarray(np.rad2deg(2 * np.arcsin(np.sqrt(np.minimum(half, 1)))))


def _halves(text: str) -> tuple[str, str] | None:
    """Take right ascension and declination apart: at a comma, a sign, or in the middle."""
    if text.count(",") == 1:
        first, _, second = text.partition(",")
        return first.strip(), second.strip()
    words = text.split()
    if len(words) == 1 and (joined := _JOINED.fullmatch(text)):
        return joined[1], joined[2]
    middle = len(words) // 2
    if len(words) not in (2, 4, 6):
        return None
    return " ".join(words[:middle]), " ".join(words[middle:])


def _right_ascension(text: str) -> float | None:
    if found := _DEGREES.fullmatch(text):
        value = float(found[1] + found[2])
        return value if -180 <= value <= 360 else None
    found = _HOURS.fullmatch(text)
    if found is None or int(found[1]) > 23:
        return None
    hours = _sixtieths(found[1], found[2], found[3])
    return None if hours is None else 15 * hours


def _declination(text: str) -> float | None:
    if found := _DEGREES.fullmatch(text):
        value = float(found[2])
    elif found := _DEGREES_PARTS.fullmatch(text):
        parts = _sixtieths(found[2], found[3], found[4])
        if parts is None:
            return None
        value = parts
    else:
        return None
    if value > 90:
        return None
    return -value if found[1] == "-" else value


def _sixtieths(whole: str, minutes: str, seconds: str | None) -> float | None:
    if int(minutes) > 59 or float(seconds or 0) >= 60:
        return None
    return int(whole) + int(minutes) / 60 + float(seconds or 0) / 3600
