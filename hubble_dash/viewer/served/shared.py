"""What all sessions of a server have in common of an atlas, once, whatever their number."""

from __future__ import annotations

import hashlib
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.viewer.colors.palette import PALETTE
from hubble_dash.viewer.data.encoding import Payload, piece_text
from hubble_dash.viewer.data.pieces import Pieces
from hubble_dash.viewer.density.pyramid import FEW_POINTS
from hubble_dash.viewer.density.sky_tiles import SKY_SQUARE, pyramid_entry, sky_pyramid, tile_number
from hubble_dash.viewer.density.view import Density, View
from hubble_dash.viewer.served.thumbnails import Crops

__all__ = ["ROUTE", "WORKERS", "Shared", "share", "shared_by_key"]

# What is slow is done here, so that the server's one thread stays free for all visitors.
WORKERS = ThreadPoolExecutor(4, thread_name_prefix="hubble-dash")

# First part of the addresses below which an atlas's data are served, beside the page.
ROUTE = "hubble-dash"

_all: dict[str, Shared] = {}
_lock = threading.Lock()


class Shared:
    """An atlas as a server holds it.

    Use `share` to get one.

    Parameters
    ----------
    atlas : Atlas
        The atlas.
    similar : int
        How many similar cutouts the page shows.
    key : str
        What tells it from others in an address.

    Attributes
    ----------
    atlas, key
        As given.
    pieces : Pieces
        The data of the page.
    crops : Crops
        The thumbnails.
    is_colored : bool
        Whether the thumbnails' colours have been read.
    """

    def __init__(self, atlas: Atlas, *, similar: int, key: str) -> None:
        self.atlas, self.key = atlas, key
        self.pieces = Pieces(atlas, similar=similar)
        self.crops = Crops(atlas)
        self._compiling, self._coloring = threading.Lock(), threading.Lock()
        self._density: Density | None = None
        self.is_colored = False

    @cached_property
    def index(self) -> Payload:
        """What the page knows at its start, without the title."""
        layout = self.atlas.sheet_layout
        sky: Payload = {}
        if self.sky_tiles:
            present = [tile_number(name) for name in self.sky_tiles]
            levels = 1 + max(int(name.partition("/")[0]) for name in self.sky_tiles)
            sky["sky_tiles"] = pyramid_entry(levels, present, SKY_SQUARE)
        return {
            **self.pieces.index(),
            **sky,
            "base": f"{ROUTE}/{self.key}/",
            "live": True,
            "thumbnails": {
                "size": layout.size, "columns": 1, "rows": 1, "by": "row",
                "url": "thumbnails/{piece}.webp",
            },
        }  # fmt: skip

    @cached_property
    def sky_tiles(self) -> dict[str, bytes]:
        """The tiles of the sky, PNG by ``z/x/y``; none where the page draws all its points."""
        if len(self.pieces.sky_order) <= FEW_POINTS:
            return {}
        blocks = sky_pyramid(self.pieces).counts(PALETTE["density"])
        return {name: png for tiles in blocks for name, png in tiles.items()}

    def prepare(self, *, progress: bool = False) -> None:
        """Do once what takes long: the index, the colours of all thumbnails, the density's code.

        Parameters
        ----------
        progress : bool
            Whether a bar is shown.
        """
        _ = self.index, self.density
        self._read_colors(progress=progress)

    @property
    def density(self) -> Density:
        """The density of the map, with its code compiled; the same for all sessions."""
        with self._compiling:
            if self._density is None:
                density = Density(self.pieces)
                density.warm()
                self._density = density
            return self._density

    def picture(self, view: View) -> NDArray[np.uint8]:
        """Draw a view as `Density.picture` does, by count as long as colours are not read."""
        if view.color == "own" and not self.is_colored:
            view = view._replace(color="count")
        return self.density.picture(view)

    def piece(self, kind: str, number: int) -> str:
        """Give the script of a piece.

        Parameters
        ----------
        kind, number
            As in `Pieces.make`.

        Returns
        -------
        str
            JavaScript.

        Raises
        ------
        LookupError
            If there is no such piece.
        """
        if kind == "map":
            self._read_colors()
        return piece_text(kind, number, self.pieces.make(kind, number))

    def _read_colors(self, *, progress: bool = False) -> None:
        with self._coloring:
            if not self.is_colored:
                self.pieces.prepare(progress=progress)
                self.is_colored = True


def share(atlas: Atlas, *, similar: int = 9) -> Shared:
    """Get what is shared of an atlas, made by the first who asks.

    Parameters
    ----------
    atlas : Atlas
        The atlas, or another opening of the same folder.
    similar : int
        How many similar cutouts the page shows.

    Returns
    -------
    Shared
        The same as long as the process lives and the atlas is not built anew.
    """
    identity = f"{atlas.path.resolve()}\n{atlas.manifest['created']}\n{similar}"
    key = hashlib.sha256(identity.encode(errors="surrogateescape")).hexdigest()[:16]
    with _lock:
        if key not in _all:
            _all[key] = Shared(atlas, similar=similar, key=key)
        return _all[key]


def shared_by_key(key: str) -> Shared:
    """Get what is shared by its key.

    Raises
    ------
    LookupError
        If nothing has been shared under that key.
    """
    with _lock:
        return _all[key]
