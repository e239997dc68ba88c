"""A header as wcslib reads it rightly: numbers and names that only people understand, respelled."""

from __future__ import annotations

import re
from typing import NamedTuple

from astropy.io import fits

__all__ = ["Respelled", "respell"]

# Fortran's double precision; wcslib stops at the D, and takes 1.5D+02 for 1.5.
_FORTRAN = re.compile(r"^( *[+-]? *(?:\d+\.?\d*|\.\d+))D([+-]?\d+ *(?:/.*)?)$", re.IGNORECASE)
_MAY_BE_FORTRAN = re.compile(r"= +[+-]? *[\d.]+D[+-]?\d", re.IGNORECASE)
_AXIS = re.compile(r"(RA|DEC|[A-Z]LON|[A-Z]LAT|[A-Z]{2}L[NT])[-_]+([A-Z]{3})(-[A-Z]{3})?")
_CTYPE = re.compile(r"CTYPE\d+[A-Z]?")
_EQUINOX = re.compile(r"(EQUINOX[A-Z]?|EPOCH)")
_SYSTEM = re.compile(r"(RADESYS[A-Z]?|RADECSYS)")
_MAY_CHANGE = re.compile("|".join(one.pattern for one in (_CTYPE, _EQUINOX, _SYSTEM)))
_YEAR = re.compile(r"([JB]?) *(\d{4}(?:\.\d*)?)")
# What some write there in place of the system's name.
_SYSTEMS = {"J2000": "FK5", "J2000.0": "FK5", "B1950": "FK4", "B1950.0": "FK4"}
CARD = 80


class Respelled(NamedTuple):
    """A header, and what was changed in it that may be meant otherwise.

    Attributes
    ----------
    header : astropy.io.fits.Header
        A copy, or the header itself if there was nothing to change.
    doubts : list of str
        Reasons to take positions with care.
    """

    header: fits.Header
    doubts: list[str]


def respell(header: fits.Header) -> Respelled:
    """Spell out for wcslib what a header says.

    Parameters
    ----------
    header : astropy.io.fits.Header
        As it is in the file.

    Returns
    -------
    Respelled
        Exponents with E, axes with as many dashes as the standard asks for, equinoxes as numbers,
        reference systems in capitals.
    """
    respelled, doubts = _without_fortran(header), []
    changes: dict[str, str | float] = {}
    for key in filter(_MAY_CHANGE.fullmatch, respelled):
        value = respelled[key]
        if not isinstance(value, str):
            continue
        if _CTYPE.fullmatch(key):
            spelled = _spell_axis(value)
            changes[key] = spelled
            if spelled != value.strip().upper():
                doubts.append(f"{key} {value!r} is taken as {spelled!r}")
        elif _SYSTEM.fullmatch(key):
            changes[key] = _SYSTEMS.get(value.strip().upper(), value.strip().upper())
        elif _EQUINOX.fullmatch(key):
            year = _YEAR.fullmatch(value.strip().upper())
            if year is not None:
                changes[key] = float(year[2])
            else:
                doubts.append(f"{key} is {value!r}, no year")
    changes = {key: value for key, value in changes.items() if value != respelled[key]}
    if changes:
        respelled = respelled.copy()
        respelled.update(changes)
    return Respelled(respelled, doubts)


def _without_fortran(header: fits.Header) -> fits.Header:
    text = header.tostring()
    if _MAY_BE_FORTRAN.search(text) is None:
        return header
    cards = [text[start : start + CARD] for start in range(0, len(text), CARD)]
    return fits.Header.fromstring("".join(map(_spell_number, cards)))


def _spell_number(card: str) -> str:
    if card[8:10] != "= ":
        return card
    return card[:10] + _FORTRAN.sub(r"\1E\2", card[10:])


def _spell_axis(ctype: str) -> str:
    """Give an axis as many dashes as the standard asks for: ``RA---TAN``, ``GLON-TAN-SIP``."""
    found = _AXIS.fullmatch(ctype.strip().upper())
    if found is None:
        # Only what is known to be celestial is written in capitals.
        return ctype.strip()
    name, projection, distortion = found.groups(default="")
    return f"{name:-<4}-{projection}{distortion}"
