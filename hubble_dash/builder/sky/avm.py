"""Where the pixels of a press image lie on the sky, and whom to thank, as its AVM tags tell."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree

import numpy as np
from astropy.wcs import WCS
from numpy.typing import NDArray
from pyavm import AVM
from pyavm.avm import NoSpatialInformation
from pyavm.exceptions import (
    AVMEmptyValueError,
    AVMItemNotInControlledVocabularyError,
    AVMListLengthError,
)

from hubble_dash.builder.quiet import quiet_astropy
from hubble_dash.builder.sky.sky import Sky, check_positions, one_line

__all__ = ["credit_from_xmp", "sky_from_avm"]

# Sides may differ by rounding after a picture was shrunk; beyond one per cent it was cropped.
MAX_ASPECT_ERROR = 0.01

# Letters of a credit that are kept.
MAX_CREDIT = 1000

# What pyavm and astropy raise on bad tags, whichever tag is bad.
_DAMAGE = (
    ElementTree.ParseError,
    AVMEmptyValueError,
    AVMItemNotInControlledVocabularyError,
    AVMListLengthError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    ZeroDivisionError,
)


def sky_from_avm(
    xmp: bytes, shape: tuple[int, int], *, is_turned: bool = False
) -> tuple[Sky | None, list[str]]:
    """Read the positions of a press image from its Astronomy Visualization Metadata (AVM) tags.

    Parameters
    ----------
    xmp : bytes
        The XMP packet of the file, in which the tags stand.
    shape : (int, int)
        Rows and columns of the file, ``(ny, nx)``. Where it is a shrunk or enlarged copy of what
        the tags describe, the positions are scaled.
    is_turned : bool
        Whether the file is shown turned or mirrored, as its EXIF orientation asks; the tags do not
        say which way they hold.

    Returns
    -------
    (Sky or None, list of str)
        None where there are no positions, or none that can be trusted: with other proportions the
        file is a crop of what the tags describe, at a place that they do not tell. Notes say so.

    Notes
    -----
    The tags are those of the AVM Standard 1.2, http://www.virtualastronomy.org/avm_metadata.php;
    they count rows from the bottom of the picture, and the first pixel's centre is (1, 1).
    """
    if b"communicatingastronomy.org/avm" not in xmp:
        return None, []
    try:
        with quiet_astropy():
            spatial = AVM.from_xml(_packet(xmp))
            wcs = spatial.to_wcs()
            if is_turned:
                raise ValueError("the file is shown turned, and they may hold for it unturned")
            return _avm_sky(spatial.Spatial, wcs, shape)
    except NoSpatialInformation:
        return None, []
    except _DAMAGE as err:
        return None, [f"no sky positions, since the AVM tags cannot be used: {one_line(err)}"]


def credit_from_xmp(xmp: bytes) -> str:
    """Read whom to thank for a press image, and what is allowed, from its XMP packet.

    Parameters
    ----------
    xmp : bytes
        The packet.

    Returns
    -------
    str
        The AVM tags ``Credit`` and ``Rights``, on one line; empty where there are none.
    """
    if b"Credit" not in xmp and b"UsageTerms" not in xmp:
        return ""
    try:
        tags = AVM.from_xml(_packet(xmp))
    except _DAMAGE:
        return ""
    said = [" ".join(text.split()) for text in (tags.Credit, tags.Rights) if text]
    return "; ".join(dict.fromkeys(filter(None, said)))[:MAX_CREDIT]


def _packet(xmp: bytes) -> bytes:
    found = re.search(rb"<x:xmpmeta.*</x:xmpmeta>|<rdf:RDF.*</rdf:RDF>", xmp, re.DOTALL)
    if found is None:
        raise ValueError("they are cut short")
    return found[0]


def _avm_sky(tags: Any, wcs: WCS, shape: tuple[int, int]) -> tuple[Sky | None, list[str]]:
    if tags.Scale is None and tags.CDMatrix is None:
        raise ValueError("Spatial.Scale is missing")
    ny, nx = shape
    doubts = []
    if tags.ReferenceDimension is None:
        tagged_nx, tagged_ny = float(nx), float(ny)
        doubts.append("the tags do not say for which size of the image they hold")
    else:
        tagged_nx, tagged_ny = (float(side) for side in tags.ReferenceDimension)
    aspect_error = abs(tagged_nx * ny / (tagged_ny * nx) - 1)
    sizes = f"the tags are for {tagged_nx:g} x {tagged_ny:g} pixels, the file has {nx} x {ny}"
    if not aspect_error <= MAX_ASPECT_ERROR:
        return None, [f"no sky positions: {sizes}, so it is a crop, and from where is not known"]
    if aspect_error > 1 / min(nx, ny):
        doubts.append(sizes)
    if tags.Quality == "Position":
        doubts.append("the tags call only the centre accurate")
    if tags.CDMatrix is None and tags.Rotation is None:
        doubts.append("the tags do not say how the image is turned")
    sky = Sky(
        wcs,
        matrix=_from_picture(tagged_nx / nx, tagged_ny / ny, ny),
        quality="approximate" if doubts else "exact",
    )
    check_positions(sky, shape)
    notes = [f"sky positions are approximate: {'; '.join(doubts)}"] if doubts else []
    return sky, notes


def _from_picture(x_factor: float, y_factor: float, ny: int) -> NDArray[np.float64]:
    """Map array pixels, row 0 on top, to the tags' pixels, row 0 at the bottom.

    Edges scale, not centres: pixel x covers ``x - 0.5`` to ``x + 0.5``.
    """
    return np.array(
        [
            [x_factor, 0.0, 0.5 * x_factor - 0.5],
            [0.0, -y_factor, (ny - 0.5) * y_factor - 0.5],
            [0.0, 0.0, 1.0],
        ]
    )
