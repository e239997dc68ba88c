"""What an image of a FITS file takes from the primary header, and where it is alone without it."""

from __future__ import annotations

import re

from astropy.io import fits

from hubble_dash.builder.sky.keys import PLACE

__all__ = ["POINTINGS", "check_hours", "pointing", "with_primary"]

# Keys that tell where an image lies, though not where each pixel does.
POINTINGS = ("OBJCTRA", "RA_TARG", "RA_OBJ", "RA_PNT", "RA_NOM", "TELRA", "RA", "CAT-RA")
_HOURS = re.compile(r"\s*(\d{1,2})[: h]+(\d{1,2})[: m]+(\d{1,2}(?:\.\d*)?)\s*s?\s*")
# Between the reference position and where the telescope looked.
NEAR_DEG = 2.0
_FRAMES = ("EQUINOX", "EPOCH", "RADESYS", "RADECSYS")
# What a primary header says of itself, and texts.
_OWN = ("SIMPLE", "EXTEND", "NEXTEND", "CHECKSUM", "DATASUM", "COMMENT", "HISTORY", "")
_OF_OLD = re.compile(r"[BJ]?1[89]\d\d.*|FK4.*")


def with_primary(header: fits.Header, primary: fits.Header | None) -> tuple[fits.Header, list[str]]:
    """Give an image the keys that it inherits by the convention INHERIT.

    Parameters
    ----------
    header : astropy.io.fits.Header
        Of the image.
    primary : astropy.io.fits.Header or None
        Of the file; None if it is the image's own.

    Returns
    -------
    (Header, list of str)
        The header itself where there is nothing to inherit; and what the primary header says of
        positions that the image does not take, as reasons to take these with care.

    Notes
    -----
    Only a primary header without an image may be inherited from:
    https://fits.gsfc.nasa.gov/registry/inherit.html
    """
    if primary is None or primary.get("NAXIS"):
        return header, []
    if header.get("INHERIT") is True:
        whole = header.copy()
        for card in primary.cards:
            if card.keyword not in whole and card.keyword not in _OWN:
                whole.append(card, end=True)
        return whole, []
    if any(key in header for key in _FRAMES) or not any(map(PLACE.fullmatch, header)):
        return header, []
    old = [f"{key} {primary[key]}" for key in _FRAMES if _OF_OLD.match(str(primary.get(key, "")))]
    doubt = f"the primary header says {' and '.join(old)}, which the image does not inherit"
    return header, [doubt] if old else []


def pointing(header: fits.Header) -> tuple[str, float | None]:
    """Find what a header says of where the telescope looked.

    Parameters
    ----------
    header : astropy.io.fits.Header
        Of an image, or of its file.

    Returns
    -------
    key : str
        Empty where there is none.
    ra_deg : float or None
        Where it is written in hours, minutes and seconds, so that its unit is sure.
    """
    keys = [key for key in POINTINGS if key in header]
    for key in keys:
        found = _HOURS.fullmatch(str(header[key]))
        if found is not None:
            hours, minutes, seconds = map(float, found.groups())
            return key, 15 * (hours + minutes / 60 + seconds / 3600)
    return next(iter(keys), ""), None


def check_hours(header: fits.Header, key: str, factor: float) -> None:
    """Refuse hours in the place of degrees, where the header has them in words too.

    Parameters
    ----------
    header : astropy.io.fits.Header
        Of an image.
    key : str
        Of its right ascension.
    factor : float
        Degrees a unit of that.

    Raises
    ------
    ValueError
        What stands there.
    """
    other, ra_deg = pointing(header)
    if ra_deg is None:
        return
    off = [abs((times * factor * header[key] - ra_deg + 180) % 360 - 180) for times in (1, 15)]
    if off[1] < NEAR_DEG < off[0]:
        raise ValueError(
            f"{key} is {header[key]:g}, hours it seems, since {other} is {header[other]!r}"
        )
