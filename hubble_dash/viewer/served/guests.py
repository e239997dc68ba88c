"""Images that visitors bring -> what the page is told of each: its nearest, and where it belongs.

What reads them and runs the network is handed in, as the viewer knows no builder.
"""

from __future__ import annotations

import io
import logging
import threading
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage

from hubble_dash.amid import N_BESIDE, amid
from hubble_dash.atlas.atlas import Atlas, Similar
from hubble_dash.errors import HubbleDashError
from hubble_dash.guest import Guest, Position
from hubble_dash.viewer.data.encoding import column, data_url
from hubble_dash.viewer.data.index import N_SMOOTHED, near_depth
from hubble_dash.viewer.data.schema import GuestAnswer, RankedRows, SkyPosition
from hubble_dash.viewer.planes.mollweide import mollweide

__all__ = ["GuestReader", "Offer", "guest_answer", "make_offer", "offer_by_key"]

logger = logging.getLogger(__name__)

# Of the picture that goes to the page; what looks closely shows no more.
MAX_SIDE, WEBP_QUALITY = 768, 90
# Atlases whose networks are kept.
MAX_OFFERS = 8


# Gives of an atlas what makes a guest of a file; either raises a `HubbleDashError`, the first also
# a `ValueError`, where that cannot be.
GuestReader = Callable[[Atlas], Callable[[Path], Guest]]


class Offer(NamedTuple):
    """Whether visitors may bring images.

    Attributes
    ----------
    read : callable or None
        Makes a `Guest` of a file, where they may.
    why_not : str
        Why they may not, in words; empty where nobody wanted them to.
    """

    read: Callable[[Path], Guest] | None = None
    why_not: str = ""


_offers: OrderedDict[str, Offer] = OrderedDict()
_lock = threading.Lock()


def make_offer(key: str, atlas: Atlas, reader: GuestReader | None) -> Offer:
    """Find out whether images can be compared with those of an atlas, once for all its sessions.

    Parameters
    ----------
    key : str
        What tells the atlas from others, as of `hubble_dash.viewer.served.builds.key_of`.
    atlas : Atlas
        The atlas.
    reader : callable, optional
        Gives what reads images as the atlas's own were read; None where none are wanted.

    Returns
    -------
    Offer
    """
    if reader is None:
        return Offer()
    with _lock:
        if key not in _offers:
            try:
                _offers[key] = Offer(reader(atlas))
            except (HubbleDashError, ValueError) as err:
                logger.warning("visitors cannot bring images: %s", err)
                _offers[key] = Offer(why_not=str(err).replace(str(atlas.path), atlas.path.name))
        _offers.move_to_end(key)
        if len(_offers) > MAX_OFFERS:
            _offers.popitem(last=False)
        return _offers[key]


def offer_by_key(key: str) -> Offer:
    """Get what was found out of an atlas.

    Parameters
    ----------
    key : str
        As of `make_offer`.

    Returns
    -------
    Offer
        Of an atlas of which nobody has found out anything, none.
    """
    with _lock:
        return _offers.get(key, Offer())


def guest_answer(atlas: Atlas, guest: Guest) -> GuestAnswer:
    """Say what is most like an image, and where on the map it belongs.

    Parameters
    ----------
    atlas : Atlas
        The atlas; of its fingerprints a block is read at a time.
    guest : Guest
        The image.

    Returns
    -------
    GuestAnswer
        With as many of its nearest as a page has neighbours of a cutout.

    Raises
    ------
    ValueError
        If its fingerprint is zero or not finite, or of another length than the atlas's.
    """
    wanted = max(near_depth(atlas), N_BESIDE)
    found = atlas.similar(guest.fingerprint, n=wanted)
    x, y = amid(atlas.positions[found.rows[:N_BESIDE]][np.newaxis])[0].tolist()
    answer: GuestAnswer = {
        "x": x, "y": y, "nx": guest.shape[1], "ny": guest.shape[0],
        "picture": _picture(guest.pixels), "nearest": _ranked(found),
    }  # fmt: skip
    depth = near_depth(atlas, N_SMOOTHED)
    if depth > 0:
        answer["smoothed"] = _ranked(atlas.similar(guest.fingerprint, n=depth, refine=True))
    if guest.position is not None:
        answer["sky"] = _sky(guest.position)
    return answer


def _ranked(found: Similar) -> RankedRows:
    return {
        "rows": column(found.rows, "int32"),
        "similarities": column(found.similarities, "float32"),
    }


def _sky(position: Position) -> SkyPosition:
    x, y = mollweide(position.ra_deg, position.dec_deg)
    return {
        "ra": position.ra_deg, "dec": position.dec_deg, "scale": position.pixel_scale_arcsec,
        "x": float(x), "y": float(y), "approximate": position.approximate,
    }  # fmt: skip


def _picture(pixels: NDArray[np.uint8]) -> str:
    picture = PillowImage.fromarray(pixels).convert("RGB")
    picture.thumbnail((MAX_SIDE, MAX_SIDE), PillowImage.Resampling.LANCZOS)
    buffer = io.BytesIO()
    picture.save(buffer, "WEBP", quality=WEBP_QUALITY, method=2)
    return data_url(buffer.getvalue())
