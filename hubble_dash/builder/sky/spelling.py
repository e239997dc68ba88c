"""A header as wcslib reads it rightly: numbers and names that only people understand, respelled."""

from __future__ import annotations

import math
import re
from typing import Any, NamedTuple

from astropy.io import fits

from hubble_dash.builder.sky.keys import PLATE, PLATE_KEY
from hubble_dash.builder.sky.scamp import named_tpv

__all__ = ["Respelled", "leave_out_plate", "respell"]

# Fortran's double precision; wcslib stops at the D, and takes 1.5D+02 for 1.5.
_FORTRAN = re.compile(r"^( *[+-]? *(?:\d+\.?\d*|\.\d+))D([+-]?\d+ *(?:/.*)?)$", re.IGNORECASE)
_MAY_BE_FORTRAN = re.compile(r"= +[+-]? *[\d.]+D[+-]?\d", re.IGNORECASE)
_AXIS = re.compile(r"(RA|DEC|[A-Z]LON|[A-Z]LAT|[A-Z]{2}L[NT])[-_]+([A-Z]{3})(-[A-Z]{3})?")
_CTYPE = re.compile(r"CTYPE\d+[A-Z]?")
_EQUINOX = re.compile(r"(EQUINOX[A-Z]?|EPOCH)")
_SYSTEM = re.compile(r"(RADESYS[A-Z]?|RADECSYS)")
_UNIT = re.compile(r"CUNIT\d+[A-Z]?")
_MAY_CHANGE = re.compile("|".join(one.pattern for one in (_CTYPE, _EQUINOX, _SYSTEM, _UNIT)))
_YEAR = re.compile(r"([JB]?) *(\d{4}(?:\.\d*)?)")
# What some write there in place of the system's name; ICRF is the frame that the ICRS has.
_SYSTEMS = {"J2000": "FK5", "J2000.0": "FK5", "B1950": "FK4", "B1950.0": "FK4", "ICRF": "ICRS"}
_SYSTEMS |= {"ICRF2": "ICRS", "ICRF3": "ICRS"}
_UNITS = (
    (re.compile(r"deg(ree)?s?\.?", re.IGNORECASE), "deg"),
    (re.compile(r"arc ?sec(ond)?s?\.?|asec|''|\"", re.IGNORECASE), "arcsec"),
    (re.compile(r"arc ?min(ute)?s?\.?|amin|'", re.IGNORECASE), "arcmin"),
    (re.compile(r"rad(ian)?s?", re.IGNORECASE), "rad"),
)
# Without one of these a plate solution says nothing.
_PLATE_NUMBERS = (
    *("PLTRAH", "PLTRAM", "PLTRAS", "PLTDECD", "PLTDECM", "PLTDECS", "XPIXELSZ", "YPIXELSZ"),
    *("CNPIX1", "CNPIX2", "PPO3", "PPO6", "AMDX1", "AMDX2", "AMDX3", "AMDY1", "AMDY2", "AMDY3"),
)
CARD = 80
# Of the equinoxes of catalogues.
YEARS = (1800, 2200)


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
        Exponents with E, axes with as many dashes as the standard asks for and with the name of
        their distortions, equinoxes as numbers, reference systems in capitals, units by name.
    """
    respelled, doubts = _without_fortran(header), []
    is_alone = "EQUINOX" not in respelled and "ICRS" not in str(respelled.get("RADESYS"))
    changes: dict[str, str | float | None] = {}
    for key in filter(_MAY_CHANGE.fullmatch, respelled):
        value = respelled[key]
        if _EQUINOX.fullmatch(key):
            changes[key], doubt = _spell_year(key, value, is_alone=is_alone)
            doubts += doubt
        elif isinstance(value, str) and _SYSTEM.fullmatch(key):
            changes[key] = _SYSTEMS.get(value.strip().upper(), value.strip().upper())
        elif isinstance(value, str) and _UNIT.fullmatch(key):
            known = (name for pattern, name in _UNITS if pattern.fullmatch(value.strip()))
            changes[key] = next(known, value)
        elif isinstance(value, str):
            changes[key] = spelled = _spell_axis(value)
            if spelled.upper() != value.strip().upper():
                doubts.append(f"{key} {value!r} is taken as {spelled!r}")
    changes |= named_tpv({key: changes.get(key) for key in ("CTYPE1", "CTYPE2")}, respelled)
    if "LONGPOLE" in respelled and "LONPOLE" not in respelled:
        # As drafts of the standard called it.
        changes["LONPOLE"] = respelled["LONGPOLE"]
    changes = {key: new for key, new in changes.items() if new != respelled.get(key, "")}
    if changes:
        respelled = respelled.copy()
        for key, new in changes.items():
            if new is None:
                del respelled[key]
            else:
                respelled[key] = new
    return Respelled(respelled, doubts)


def leave_out_plate(header: fits.Header) -> Respelled:
    """Leave out parts of a plate solution that are no whole one.

    Parameters
    ----------
    header : astropy.io.fits.Header
        A header.

    Returns
    -------
    Respelled
        With a whole plate solution or none; wcslib 8 writes beyond its memory where it finds a
        part of one, and so ends the process.
    """
    parts = [key for key in header if PLATE.fullmatch(key)]
    if not parts:
        return Respelled(header, [])
    wrong = next((key for key in _PLATE_NUMBERS if not _is_number(header.get(key))), None)
    if any(header.get(key, 2) != 2 for key in ("NAXIS", "WCSAXES")):
        wrong = "NAXIS"
    if wrong is None:
        return Respelled(header, [])
    plain = header.copy()
    for key in parts:
        plain.remove(key, remove_all=True)
    if not any(key.startswith("AMD") for key in parts):
        return Respelled(plain, [])
    said = f"is {header[wrong]!r}" if wrong in header else "is missing"
    return Respelled(plain, [f"its plate solution ({PLATE_KEY}) is left out: {wrong} {said}"])


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _spell_year(key: str, value: Any, *, is_alone: bool) -> tuple[float | None, list[str]]:
    """Give an equinox as a number, None if it is none, and what is in doubt of it.

    Some write the time of the exposure as EPOCH, which once meant the equinox, and does so still
    where it is alone.
    """
    year = _YEAR.fullmatch(value.strip().upper()) if isinstance(value, str) else None
    number = float(year[2]) if year is not None else value
    if not _is_number(number) or not YEARS[0] <= number <= YEARS[1]:
        return None, [f"{key} is {value!r}, no year"] if key != "EPOCH" or is_alone else []
    if key == "EPOCH" and is_alone and number % 25:
        return number, [f"EPOCH {number:g} is taken as the equinox"]
    return number, []


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
