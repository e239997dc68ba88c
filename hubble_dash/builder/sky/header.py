"""The sky of a FITS image, as its header tells, after the library's reading has been checked."""

from __future__ import annotations

import contextlib
import re
from typing import NamedTuple

import numpy as np
from astropy.coordinates import angular_separation
from astropy.io import fits
from astropy.wcs import WCS

from hubble_dash.builder.quiet import quiet_astropy
from hubble_dash.builder.sky.agreement import (
    check_agreement,
    check_axes,
    check_keys,
    doubts_of,
    leave_out_sip,
    matrix_of,
)
from hubble_dash.builder.sky.frames import frame_of
from hubble_dash.builder.sky.inherited import pointing, with_primary
from hubble_dash.builder.sky.keys import PLATE, PLATE_KEY
from hubble_dash.builder.sky.scamp import spell_tpv
from hubble_dash.builder.sky.sky import ARCSEC_PER_RADIAN, Sky, check_positions, one_line
from hubble_dash.builder.sky.spelling import leave_out_plate, respell

__all__ = ["approximate", "sky_from_header"]

_CTYPE = re.compile(r"CTYPE(\d)([A-Z]?)")
_LONGITUDE = re.compile(r"RA\b|RA-|[A-Z]LON|[A-Z]{2}LN")
_LATITUDE = re.compile(r"DEC\b|DEC-|[A-Z]LAT|[A-Z]{2}LT")
# Distortions kept as images in further HDUs.
_TABLES = re.compile(r"(CPDIS|CQDIS|D2IMDIS|CPERR|CQERR|D2IMERR)\d|(DP|DQ|D2IM)\d(\..*)?")
# Arcseconds: between a plate solution and the straight WCS that stands beside it.
MAX_PLATE_ERROR = 5.0
# What wcslib raises on bad headers are ValueErrors; KeyError and the rest are astropy's.
_DAMAGE = (
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    ArithmeticError,
    OSError,
    # As which wcslib's own errors come, some of which no memory would help.
    MemoryError,
    RuntimeError,
    fits.VerifyError,
)


class _Description(NamedTuple):
    """One of the descriptions of the axes that a header may have, with its letter."""

    alt: str
    axes: tuple[int, int]


def approximate(doubts: list[str]) -> list[str]:
    """Say why positions should be taken with care.

    Parameters
    ----------
    doubts : list of str
        The reasons; none if there are none.
    """
    return [f"sky positions are approximate: {'; '.join(doubts)}"] if doubts else []


def sky_from_header(
    header: fits.Header, hdus: fits.HDUList | None = None
) -> tuple[Sky | None, list[str]]:
    """Read the positions of a FITS image from its header.

    Parameters
    ----------
    header : astropy.io.fits.Header
        Of the image's HDU.
    hdus : astropy.io.fits.HDUList, optional
        The open file, for what stands in its primary header, and for distortions that are kept as
        lookup tables in further HDUs.

    Returns
    -------
    (Sky or None, list of str)
        None where the header has no celestial coordinates, or unusable ones, with a note that says
        why where it has anything of the kind. A sky is "exact" only where the library read the
        numbers of the header and nothing in it is in doubt; else a note names the doubts.
    """
    reasons = []
    try:
        with quiet_astropy():
            # To count HDUs would read all of their headers.
            first = next(iter(hdus), None) if hdus is not None else None
            primary = None if first is None else first.header
            whole, alone = with_primary(header, primary)
            check_axes(whole)
            respelled, doubts = respell(whole)
            respelled, no_plate = leave_out_plate(respelled)
            descriptions = _descriptions(respelled)
    except _DAMAGE as err:
        return None, [_unusable(err)]
    for one in descriptions:
        try:
            with quiet_astropy():
                sky, notes = _sky_of(one, respelled, hdus, [*doubts, *no_plate, *alone])
        except _DAMAGE as err:
            reasons.append(_unusable(err))
            continue
        if one.alt:
            notes.append(f"sky positions are those of the WCS {one.alt}")
        return sky, notes
    return None, reasons[:1] or [*map(_none_but, no_plate)] or _traces(respelled, primary)


def _unusable(error: Exception) -> str:
    return f"no sky positions, since the WCS cannot be used: {one_line(error)}"


def _none_but(doubt: str) -> str:
    return f"no sky positions: {doubt}"


def _descriptions(header: fits.Header) -> list[_Description]:
    """List the descriptions with celestial axes: the first one, then A to Z."""
    names: dict[str, dict[int, str]] = {"": {}}
    for key in header:
        match = _CTYPE.fullmatch(key)
        if match is not None:
            names.setdefault(match[2], {})[int(match[1])] = str(header[key])
    found = []
    for alt, of_axes in sorted(names.items()):
        longitudes = [i for i, name in of_axes.items() if _LONGITUDE.match(name)]
        latitudes = [i for i, name in of_axes.items() if _LATITUDE.match(name)]
        if longitudes and latitudes:
            found.append(_Description(alt, (longitudes[0], latitudes[0])))
        elif not alt and not of_axes and PLATE_KEY in header:
            found.append(_Description(alt, (1, 2)))
    return found


def _sky_of(
    one: _Description, header: fits.Header, hdus: fits.HDUList | None, doubts: list[str]
) -> tuple[Sky, list[str]]:
    if {*one.axes} != {1, 2}:
        raise ValueError("the image's two axes are not the celestial ones")
    is_plate = PLATE_KEY in header and not one.alt
    if not is_plate:
        check_keys(header, one.alt, one.axes)
    header, left_out = leave_out_sip(header, one.alt)
    sides = matrix_of(header, one.alt, one.axes)
    if not one.alt and sides is not None:
        header, without_pv = spell_tpv(header, sides, one.axes)
        left_out += without_pv
    wcs, missing = _read(header, hdus, one.alt)
    if not wcs.has_celestial:
        raise ValueError("its axes are not read as celestial ones")
    if not is_plate:
        check_agreement(header, one.alt, wcs)
    frame = frame_of(wcs)
    found = [*doubts, *left_out, *missing, *doubts_of(header, one.alt, wcs)]
    found += [frame.doubt] if frame.doubt else []
    wcs = wcs if wcs.naxis == 2 else wcs.celestial
    sky = Sky(wcs)
    shape = header.get("NAXIS2", 1), header.get("NAXIS1", 1)
    check_positions(sky, shape)
    if is_plate and "CTYPE1" in header:
        found += _doubts_of_plate(sky, header, shape)
    return Sky(wcs, quality="approximate") if found else sky, approximate(found)


def _read(header: fits.Header, hdus: fits.HDUList | None, alt: str) -> tuple[WCS, list[str]]:
    """Make the WCS; without its tables of distortions, where the file has lost them."""
    key = alt or " "
    # SIP and tables ask for two axes, and units are mended only where all axes are kept.
    for naxis in (None, 2):
        with contextlib.suppress(*_DAMAGE):
            return WCS(header, fobj=hdus, key=key, naxis=naxis), []
    plain = _without(_TABLES, header)
    is_lost = len(plain) < len(header)
    return WCS(plain, key=key), ["its tables of distortions cannot be read"] * is_lost


def _without(keys: re.Pattern[str], header: fits.Header) -> fits.Header:
    plain = header.copy()
    for key in filter(keys.fullmatch, header):
        del plain[key]
    return plain


def _doubts_of_plate(sky: Sky, header: fits.Header, shape: tuple[int, int]) -> list[str]:
    """Compare a plate solution, which goes before, with the plain WCS beside it."""
    other = Sky(WCS(_without(PLATE, header)))
    y, x = (side / 2 for side in shape)
    (ra, dec), (other_ra, other_dec) = sky.at(x, y), other.at(x, y)
    apart = angular_separation(*np.radians([ra, dec, other_ra, other_dec])) * ARCSEC_PER_RADIAN
    if apart <= MAX_PLATE_ERROR:
        return []
    return [f"the plate solution and the WCS of the header lie {apart:.3g} arcsec apart"]


def _traces(header: fits.Header, primary: fits.Header | None) -> list[str]:
    """Say why a header that speaks of the sky gives no positions; nothing if it does not."""
    names = [str(header[f"CTYPE{i}"]).strip() for i in (1, 2) if f"CTYPE{i}" in header]
    if any("CRVAL" in key for key in header):
        axes = f"CTYPE is {', '.join(map(repr, names))}" if any(names) else "CTYPE is missing"
        return [f"no sky positions: there is CRVAL, but {axes}, so that no axis is on the sky"]
    if primary is not None and _descriptions(primary):
        return [
            "no sky positions: there is a WCS in the primary header, which the image does not"
            " inherit (INHERIT = T)"
        ]
    for one in filter(None, (header, primary)):
        key, _ = pointing(one)
        if key:
            return [
                f"no sky positions: there is no WCS (CTYPE, CRVAL), and {key} says only where the"
                " telescope looked; solve the image, or give a catalogue"
            ]
    return []
