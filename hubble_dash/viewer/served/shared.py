"""What all sessions of a server have in common of an atlas, once, whatever their number."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.errors import AtlasError
from hubble_dash.viewer.colors.palette import PALETTE
from hubble_dash.viewer.data.compared import cosine_piece
from hubble_dash.viewer.data.encoding import piece_text
from hubble_dash.viewer.data.orders import HilbertOrder
from hubble_dash.viewer.data.pieces import Pieces
from hubble_dash.viewer.data.schema import MAX_POINTS, PageIndex
from hubble_dash.viewer.deep.asked import AskedTiles
from hubble_dash.viewer.deep.written import ImagesOf
from hubble_dash.viewer.density.sky_tiles import SKY_SQUARE, pyramid_index, sky_pyramid, tile_number
from hubble_dash.viewer.density.view import Density, View
from hubble_dash.viewer.page import PageData, page_data
from hubble_dash.viewer.served.thumbnails import Thumbnails

__all__ = ["ROUTE", "WORKERS", "Shared", "asked_tiles", "base_of"]

logger = logging.getLogger(__name__)

# What is slow is done here, so that the server's one thread stays free for all visitors.
WORKERS = ThreadPoolExecutor(4, thread_name_prefix="hubble-dash")

# First part of the addresses below which an atlas's data are served, beside the page.
ROUTE = "hubble-dash"


class Shared:
    """An atlas as a server holds it.

    Use `hubble_dash.viewer.served.builds.share` to get one.

    Parameters
    ----------
    atlas : Atlas
        The atlas.
    similar : int
        How many similar cutouts the page shows.
    key : str
        What tells it from others in an address.
    originals : callable, optional
        Gives the atlas's images with all their pixels, of which there are tiles then.
    max_points : int
        Up to so many the page draws all points of the sky; of more it gets tiles.

    Attributes
    ----------
    atlas, key
        As given.
    pieces : Pieces
        The data of the page.
    thumbnails : Thumbnails
        The thumbnails, one by one.
    tiles : AskedTiles or None
        Those of parent images.
    is_colored : bool
        Whether the thumbnails' colours have been read.
    """

    def __init__(
        self,
        atlas: Atlas,
        *,
        similar: int,
        key: str,
        originals: ImagesOf | None = None,
        max_points: int = MAX_POINTS,
    ) -> None:
        self.atlas, self.key, self._max_points = atlas, key, max_points
        self.tiles = asked_tiles(atlas, originals)
        levels = None if self.tiles is None else self.tiles.firsts
        self.pieces = Pieces(atlas, HilbertOrder(), similar=similar, levels=levels)
        self.thumbnails = Thumbnails(atlas)
        self._compiling, self._coloring = threading.Lock(), threading.Lock()
        self._density: Density | None = None
        self.is_colored = False

    @property
    def base(self) -> str:
        """What addresses of its data begin with, beside the page."""
        return base_of(self.key)

    @cached_property
    def index(self) -> PageIndex:
        """What the page knows at its start."""
        sky_tiles = None
        if self.sky_tiles:
            present = [tile_number(name) for name in self.sky_tiles]
            levels = 1 + max(int(name.partition("/")[0]) for name in self.sky_tiles)
            sky_tiles = pyramid_index(levels, present, SKY_SQUARE)
        return self.pieces.index(
            {
                "size": self.atlas.sheet_layout.size, "columns": 1, "rows": 1, "by": "row",
                "url": "thumbnails/{piece}.webp",
            },
            base=self.base,
            served=True,
            live=True,
            cosines=self.base,
            sky_tiles=sky_tiles,
            deep=None if self.tiles is None else self.tiles.index(self.base),
        )  # fmt: skip

    @cached_property
    def data(self) -> PageData:
        """The data of the page, the same for all sessions."""
        return page_data(self.index)

    @cached_property
    def sky_tiles(self) -> dict[str, bytes]:
        """The tiles of the sky, PNG by ``z/x/y``; none where the page draws all its points."""
        places = self.pieces.places
        if len(places.sky_rows) <= self._max_points:
            return {}
        blocks = sky_pyramid(places).counts(PALETTE["density"])
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
        """Draw a view as `Density.picture` does, by count as long as colours are not read.

        Parameters
        ----------
        view : View
            The view.

        Returns
        -------
        (height, width, 4) uint8 array
            As `Density.picture` gives it.
        """
        if view.color == "own" and not self.is_colored:
            view = view._replace(color="count")
        return self.density.picture(view)

    def piece(self, kind: str, number: int) -> str:
        """Give the script of a piece.

        Parameters
        ----------
        kind, number
            As in `Pieces.make`; or "cosines", or "smoothedcosines", and a row, which is compared
            with all.

        Returns
        -------
        str
            JavaScript.

        Raises
        ------
        LookupError
            If there is no such piece.
        AtlasError
            If the fingerprint of the row is zero or not finite, as no build makes it.
        """
        if kind in ("cosines", "smoothedcosines"):
            compared = cosine_piece(self.atlas, number, refine=kind == "smoothedcosines")
            return piece_text(kind, number, compared)
        if kind == "map":
            self._read_colors()
        return piece_text(kind, number, self.pieces.make(kind, number))

    def _read_colors(self, *, progress: bool = False) -> None:
        with self._coloring:
            if not self.is_colored:
                self.pieces.prepare(progress=progress)
                self.is_colored = True


def base_of(key: str) -> str:
    """Say what the addresses of an atlas's data begin with, beside its page.

    Parameters
    ----------
    key : str
        What tells it from others.
    """
    return f"{ROUTE}/{key}/"


def asked_tiles(atlas: Atlas, originals: ImagesOf | None) -> AskedTiles | None:
    """Give the tiles of an atlas's images; None where nobody wants them, or they cannot be read.

    Parameters
    ----------
    atlas : Atlas
        The atlas.
    originals : callable, optional
        Gives its images with all their pixels.
    """
    if originals is None:
        return None
    try:
        return AskedTiles(atlas, originals(atlas))
    except AtlasError as err:
        logger.warning("images are not seen with all their pixels: %s", err)
        return None
