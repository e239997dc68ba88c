"""Distortions as SCAMP writes them (TPV), told apart and spelled out for wcslib."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
from astropy.io import fits
from numpy.typing import NDArray

__all__ = ["named_tpv", "spell_tpv"]

_PV = re.compile(r"PV(\d)_\d+")
_SCALES = re.compile(r"(CDELT|CROTA)[12]|(CD|PC)(0*[12]_?0*[12])")


def named_tpv(
    names: Mapping[str, str | float | None], header: fits.Header
) -> dict[str, str | float | None]:
    """Call TPV what is TAN with the distortions of SCAMP.

    Parameters
    ----------
    names : mapping of str
        The axes by their keys, ``"CTYPE1"`` and ``"CTYPE2"``.
    header : astropy.io.fits.Header
        Of the image.

    Returns
    -------
    dict of str
        New names by key; none where they stay as they are.

    Notes
    -----
    A latitude in TAN has no parameters, and a longitude only those of the native pole, which are 0
    and 90 where they are given. astropy looks for those that are numbered 5 and more alone.
    """
    axes = {key[-1]: str(name) for key, name in names.items()}
    if any(not name.endswith("-TAN") for name in axes.values()):
        return {}
    latitudes = [i for i, name in axes.items() if name.startswith("DEC") or name[1:4] == "LAT"]
    of_latitude = [key for key in header if (pv := _PV.fullmatch(key)) and pv[1] in latitudes]
    is_scamp = any(header[key] for key in of_latitude)
    (longitude,) = {*axes} - {*latitudes} if len(latitudes) == 1 else ("",)
    is_scamp |= header.get(f"PV{longitude}_1", 0) != 0 and header.get(f"PV{longitude}_2", 90) != 90
    return {f"CTYPE{i}": f"{name[:-3]}TPV" for i, name in axes.items()} if is_scamp else {}


def spell_tpv(
    header: fits.Header, sides: NDArray[np.float64], axes: tuple[int, int]
) -> tuple[fits.Header, list[str]]:
    """Write a header with TPV as wcslib reads it rightly.

    Parameters
    ----------
    header : astropy.io.fits.Header
        Of the image, of its first description.
    sides : (2, 2) float64 array
        Of a pixel, in the units of the header and the order of `axes`.
    axes : (int, int)
        Numbers of the celestial axes, from 1.

    Returns
    -------
    (Header, list of str)
        The same header where there is no TPV; and why positions should be taken with care.

    Raises
    ------
    ValueError
        If positions are not in degrees, as the distortions are.

    Notes
    -----
    wcslib takes 0 for a first coefficient that is not given, which is 1
    (https://fits.gsfc.nasa.gov/registry/tpvwcs.html), and where there is CDELT it takes the
    polynomial for one of pixels.
    """
    if not all(str(header.get(f"CTYPE{i}", "")).endswith("-TPV") for i in axes):
        return header, []
    units = {str(header.get(f"CUNIT{i}", "deg")).strip() or "deg" for i in axes}
    if units != {"deg"}:
        raise ValueError(f"its distortions (TPV) are in degrees, and CUNIT is {', '.join(units)}")
    plain = header.copy()
    for key in [key for key in header if _SCALES.fullmatch(key)]:
        del plain[key]
    for i, row in zip(axes, sides, strict=True):
        for j, side in zip(axes, row, strict=True):
            plain[f"CD{i}_{j}"] = float(side)
        plain.setdefault(f"PV{i}_1", 1.0)
    doubts = [] if any(map(_PV.fullmatch, header)) else ["CTYPE names TPV, and there is no PV"]
    return plain, doubts
