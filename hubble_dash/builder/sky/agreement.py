"""Whether the library read what the header says: refusals where not, doubts where it cannot."""

from __future__ import annotations

import re

import numpy as np
from astropy import units
from astropy.io import fits
from astropy.wcs import WCS
from numpy.typing import NDArray

from hubble_dash.builder.sky.inherited import check_hours
from hubble_dash.builder.sky.keys import FRAME, MATRIX, NUMBERS, PLATE_KEY, SIP, SIP_ANY

__all__ = [
    "check_agreement",
    "check_axes",
    "check_keys",
    "doubts_of",
    "leave_out_sip",
    "matrix_of",
]

_AXES = re.compile(r"NAXIS|WCSAXES[A-Z]?")
_PV_OF_SCAMP = re.compile(r"PV\d_([5-9]|\d\d)")
# Of the plate solution of the Digitized Sky Survey, which has no CTYPE.
# As many as keys have numbers for.
MAX_AXES = 99
# Distortions that wcslib or astropy apply where the axes name them; those of IRAF need their WAT.
APPLIED = ("", "-SIP", "-TPV", "-TPD")
IRAF = ("TNX", "ZPX")
# Of the value itself: doubles that went through a unit's factor.
TOLERANCE = 1e-9


def check_axes(header: fits.Header) -> None:
    """Refuse a header that names more axes than there are, for each of which wcslib takes memory.

    It does so for all descriptions at once, and ends the process where there is none left.

    Parameters
    ----------
    header : astropy.io.fits.Header
        Of the image.

    Raises
    ------
    ValueError
        Which key, and what is allowed.
    """
    for key in filter(_AXES.fullmatch, header):
        n_axes = header[key]
        if not isinstance(n_axes, int) or not 0 <= n_axes <= MAX_AXES:
            raise ValueError(f"{key} is {n_axes!r}; allowed are {MAX_AXES} axes")


def check_keys(header: fits.Header, alt: str, axes: tuple[int, int]) -> None:
    """Refuse a header where wcslib would fill in 0 deg for a position or 1 deg for a pixel.

    Parameters
    ----------
    header : astropy.io.fits.Header
        Of the image.
    alt : str
        Letter of the description; empty for the first.
    axes : (int, int)
        Numbers of the celestial axes, from 1.

    Raises
    ------
    ValueError
        If a key is no number, stands there twice with different values, is missing, or all say
        nothing.
    """
    for key in dict.fromkeys(header):
        value, plain = header[key], key.removesuffix(alt)
        if FRAME.fullmatch(plain) and header.count(key) > 1:
            other = header[key, header.count(key) - 1]
            if other != value:
                raise ValueError(f"{key} stands there twice: {value!r} and {other!r}")
        if NUMBERS.fullmatch(plain):
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise ValueError(f"{key} is {value!r}, no number")
            if not np.isfinite(value):
                raise ValueError(f"{key} is {value}")
    names = [str(header.get(f"CTYPE{i}{alt}", "")) for i in axes]
    if any(name[5:8] == "TAB" for name in names):
        raise ValueError(f"{names[0]!r} looks positions up in a table, which is not read")
    values = [header.get(f"CRVAL{i}{alt}") for i in axes]
    if None in values:
        raise ValueError(f"CRVAL{axes[0]}{alt} or CRVAL{axes[1]}{alt} is missing")
    matrix = matrix_of(header, alt, axes)
    if matrix is None:
        raise ValueError("there is no pixel scale (CDELT or CD)")
    if np.linalg.det(matrix) == 0:
        raise ValueError("the matrix of the pixels' sides (CD, or PC and CDELT) is singular")
    pixels = [header.get(f"CRPIX{i}{alt}", 0) for i in axes]
    if not any(values) and not any(pixels) and np.array_equal(abs(matrix), np.eye(2)):
        raise ValueError("it is a placeholder: CRVAL and CRPIX are 0, a pixel is 1 deg")


def check_agreement(header: fits.Header, alt: str, wcs: WCS) -> None:
    """Refuse positions where the library read other numbers than the header has.

    Parameters
    ----------
    header : astropy.io.fits.Header
        Of the image.
    alt : str
        Letter of the description; empty for the first.
    wcs : astropy.wcs.WCS
        Made of it, all of its axes.

    Raises
    ------
    ValueError
        Which number, and what became of it.
    """
    axes = (wcs.wcs.lng, wcs.wcs.lat)
    factors = [_to_degrees(header.get(f"CUNIT{i + 1}{alt}", "deg")) for i in axes]
    for i, factor in zip(axes, factors, strict=True):
        _compare(f"CRVAL{i + 1}{alt}", header.get(f"CRVAL{i + 1}{alt}"), wcs.wcs.crval[i], factor)
        _compare(f"CRPIX{i + 1}{alt}", header.get(f"CRPIX{i + 1}{alt}"), wcs.wcs.crpix[i], 1.0)
    latitude = header.get(f"CRVAL{axes[1] + 1}{alt}", 0.0) * factors[1]
    if abs(latitude) > 90:
        raise ValueError(f"CRVAL{axes[1] + 1}{alt} is {latitude:g} deg, beyond a pole")
    if wcs.wcs.lngtyp.startswith("RA"):
        check_hours(header, f"CRVAL{axes[0] + 1}{alt}", factors[0])
    # PV on the longitude may say the same, and goes before; LATPOLE is a hint, and is worked out.
    if f"PV{axes[0] + 1}_3{alt}" not in header:
        _compare(f"LONPOLE{alt}", header.get(f"LONPOLE{alt}"), wcs.wcs.lonpole, 1.0)
    said = matrix_of(header, alt, (axes[0] + 1, axes[1] + 1))
    if said is None:
        return
    said = said * np.array(factors)[:, None]
    found = wcs.pixel_scale_matrix[np.ix_(axes, axes)]
    if not np.allclose(said, found, rtol=0, atol=TOLERANCE * abs(said).max()):
        raise ValueError(
            f"the header's scale is {_side(said):.6g} deg a pixel, the library read"
            f" {_side(found):.6g}, or another rotation"
        )


def doubts_of(header: fits.Header, alt: str, wcs: WCS) -> list[str]:
    """Say what of a header's distortions and frame is not, or may not be, in the positions.

    Parameters
    ----------
    header, alt, wcs
        As of `check_agreement`.

    Returns
    -------
    list of str
        Reasons to take positions with care.
    """
    axes = (wcs.wcs.lng + 1, wcs.wcs.lat + 1)
    doubts = _doubts_of_distortion(header, alt, axes, wcs)
    missing = [key for i in axes if (key := f"CRPIX{i}{alt}") not in header]
    if missing and PLATE_KEY not in header:
        doubts.append(f"{' and '.join(missing)} is missing, and taken as 0")
    turn = header.get(f"CROTA{axes[0]}{alt}", 0.0)
    if turn and turn != header.get(f"CROTA{axes[1]}{alt}"):
        doubts.append(f"CROTA{axes[0]}{alt} is {turn:g}, and only that of the latitude counts")
    system, equinox = wcs.wcs.radesys, header.get(f"EQUINOX{alt}")
    if isinstance(equinox, float | int) and (
        (system == "ICRS" and abs(equinox - 2000) > 1)
        or (system.startswith("FK4") and equinox >= 1984)
    ):
        doubts.append(f"RADESYS is {system}, but EQUINOX is {equinox:g}")
    return doubts


def _doubts_of_distortion(
    header: fits.Header, alt: str, axes: tuple[int, int], wcs: WCS
) -> list[str]:
    names = [header.get(f"CTYPE{i}{alt}", "").strip() for i in axes]
    name, doubts = names[0], []
    code, suffix = name[5:8], name[8:]
    if name and not code:
        doubts.append(f"{name!r} names no projection, and is taken as linear")
    if suffix not in APPLIED:
        doubts.append(f"the distortion {suffix.strip('-')!r} of {name!r} is not known")
    if code in IRAF and not any("cor" in str(text) for text in header["WAT*"].values()):
        doubts.append(f"{name!r} asks for WAT keys, which are missing")
    if (suffix == "-SIP") != names[1].endswith("-SIP"):
        doubts.append("only one of the axes names SIP")
    elif suffix == "-SIP" and not _sip_is_whole(header, wcs):
        doubts.append("CTYPE names SIP, whose coefficients are missing or could not all be used")
    if suffix == "-SIP" and any(map(_PV_OF_SCAMP.fullmatch, header)):
        doubts.append("there are distortions of SIP and of PV, and those of SIP were used")
    return doubts


def leave_out_sip(header: fits.Header, alt: str) -> tuple[fits.Header, list[str]]:
    """Take SIP coefficients out of a header whose axes do not name SIP.

    They stand there where an image was made straight and the header of the raw one was kept; the
    library would bend it again.

    Parameters
    ----------
    header : astropy.io.fits.Header
        Of the image.
    alt : str
        Letter of the description; empty for the first.

    Returns
    -------
    (Header, list of str)
        Without coefficients, if it had any; and why positions should be taken with care.
    """
    names = [str(header.get(f"CTYPE{i}{alt}", "")) for i in (1, 2)]
    if any(name.strip().endswith("-SIP") for name in names):
        return header, []
    coefficients = [key for key in header if SIP_ANY.fullmatch(key)]
    if not any(SIP.fullmatch(key) and header[key] for key in coefficients):
        return header, []
    plain = header.copy()
    for key in coefficients:
        del plain[key]
    return plain, [f"SIP coefficients were left out, since CTYPE1 is {names[0].strip()!r}"]


def _sip_is_whole(header: fits.Header, wcs: WCS) -> bool:
    """Say whether each coefficient of a header went into the library's polynomials."""
    found = [SIP.fullmatch(key) for key in header]
    said = {(m[1], int(m[2]), int(m[3])): header[m[0]] for m in found if m is not None}
    if wcs.sip is None:
        return False
    for (name, i, j), value in said.items():
        read = getattr(wcs.sip, name.lower())
        if value and (max(i, j) >= len(read) or read[i, j] != value):
            return False
    return True


def matrix_of(header: fits.Header, alt: str, axes: tuple[int, int]) -> NDArray[np.float64] | None:
    """Make the sides of a pixel of CD, else of CDELT with PC or CROTA; units are the header's.

    Parameters
    ----------
    header : astropy.io.fits.Header
        Of the image.
    alt : str
        Letter of the description; empty for the first.
    axes : (int, int)
        Numbers of the celestial axes, from 1.

    Returns
    -------
    (2, 2) float64 array or None
        Rows and columns in the order of `axes`; None where the header has no scale.
    """
    found = {"CD": np.zeros((2, 2)), "PC": np.eye(2)}
    there = set()
    for key in header:
        match = MATRIX.fullmatch(key.removesuffix(alt))
        if match is None:
            continue
        i, j = (int(text) for text in match.groups()[1:] if text is not None)
        if i in axes and j in axes:
            there.add(match[1])
            found[match[1]][axes.index(i), axes.index(j)] = header[key]
    if "CD" in there:
        return found["CD"]
    steps = [header.get(f"CDELT{i}{alt}") for i in axes]
    if None in steps and (steps != [None, None] or "PC" not in there):
        return None
    deltas = np.array([1.0 if step is None else step for step in steps])
    turn = np.radians(header.get(f"CROTA{axes[1]}{alt}", 0.0))
    if turn and "PC" not in there and 0 not in deltas:
        ratio = deltas[1] / deltas[0]
        sine, cosine = np.sin(turn), np.cos(turn)
        found["PC"] = np.array([[cosine, -sine * ratio], [sine / ratio, cosine]])
    return np.asarray(deltas[:, None] * found["PC"])


def _to_degrees(unit: object) -> float:
    text = str(unit).strip().lower()
    if not text or text.startswith("deg"):
        return 1.0
    try:
        return float(units.Unit(text).to("deg"))
    except (ValueError, TypeError):
        raise ValueError(
            f"the unit {unit!r} is no angle; read are deg, arcmin, arcsec, rad"
        ) from None


def _compare(key: str, said: float | None, read: float, factor: float) -> None:
    if said is None:
        return
    if not abs(said * factor - read) <= TOLERANCE * max(1.0, abs(read)):
        raise ValueError(f"{key} is {said * factor:.10g}, but the library read {read:.10g}")


def _side(matrix: NDArray[np.float64]) -> float:
    return float(np.sqrt(abs(np.linalg.det(matrix))))
