"""What all sessions of a server have in common of an atlas, once, whatever their number.

Of an atlas that is built anew the older build is let go of: pages that still show it keep it, and
nothing else does.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import NamedTuple
from weakref import WeakValueDictionary

import numpy as np
from numpy.typing import NDArray

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.viewer.colors.palette import PALETTE
from hubble_dash.viewer.data.compared import cosine_piece
from hubble_dash.viewer.data.encoding import piece_text
from hubble_dash.viewer.data.orders import HilbertOrder
from hubble_dash.viewer.data.pieces import Pieces
from hubble_dash.viewer.data.schema import MAX_POINTS, PageIndex
from hubble_dash.viewer.density.sky_tiles import SKY_SQUARE, pyramid_index, sky_pyramid, tile_number
from hubble_dash.viewer.density.view import Density, View
from hubble_dash.viewer.exported.inline import inline_index
from hubble_dash.viewer.page import PageData, page_data
from hubble_dash.viewer.served.current import current_atlas
from hubble_dash.viewer.served.thumbnails import Thumbnails

__all__ = ["ROUTE", "WORKERS", "Shared", "inline_data", "key_of", "share", "shared_by_key"]

# What is slow is done here, so that the server's one thread stays free for all visitors.
WORKERS = ThreadPoolExecutor(4, thread_name_prefix="hubble-dash")

# First part of the addresses below which an atlas's data are served, beside the page.
ROUTE = "hubble-dash"

# Pages' data with all pieces and pictures that are kept, of some 4 kB a cutout.
MAX_INLINE = 2


class _Build(NamedTuple):
    """What tells atlases apart, and the builds of one.

    Attributes
    ----------
    folder : Path
        The atlas's folder, resolved.
    created : str
        When it was built, as its manifest says.
    similar : int
        How many similar cutouts the page shows.
    """

    folder: Path
    created: str
    similar: int

    @property
    def key(self) -> str:
        """What tells it from others in an address."""
        identity = f"{self.folder}\n{self.created}\n{self.similar}"
        return hashlib.sha256(identity.encode(errors="surrogateescape")).hexdigest()[:16]


_shared: dict[_Build, Shared] = {}
_inline: OrderedDict[_Build, PageData] = OrderedDict()
# Pages of an older build go on asking for its data, as long as they are open.
_by_key: WeakValueDictionary[str, Shared] = WeakValueDictionary()
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
    is_colored : bool
        Whether the thumbnails' colours have been read.
    """

    def __init__(
        self, atlas: Atlas, *, similar: int, key: str, max_points: int = MAX_POINTS
    ) -> None:
        self.atlas, self.key, self._max_points = atlas, key, max_points
        self.pieces = Pieces(atlas, HilbertOrder(), similar=similar)
        self.thumbnails = Thumbnails(atlas)
        self._compiling, self._coloring = threading.Lock(), threading.Lock()
        self._density: Density | None = None
        self.is_colored = False

    @property
    def base(self) -> str:
        """What addresses of its data begin with, beside the page."""
        return _base_of(self.key)

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
    build = _build_of(atlas, similar)
    with _lock:
        if build not in _shared:
            _let_go_of_others(build)
            _shared[build] = _by_key[build.key] = Shared(atlas, similar=similar, key=build.key)
        return _shared[build]


def shared_by_key(key: str) -> Shared:
    """Get what is shared by its key, made where it is first asked for.

    That is so of a page with its data inside, and of one that another process of the same server
    has made, of an atlas that was built anew.

    Parameters
    ----------
    key : str
        As of `Shared.key`.

    Raises
    ------
    LookupError
        If no atlas that is served has that key, or has it any more.
    AtlasError
        If the atlas is not there any more.
    """
    with _lock:
        found = _by_key.get(key)
        builds = sorted({*_shared, *_inline}, key=lambda one: one.key != key)
    if found is not None:
        return found
    for build in builds:
        atlas = current_atlas(build.folder)
        if _build_of(atlas, build.similar).key == key:
            return share(atlas, similar=build.similar)
    raise LookupError(f"no atlas that is served has the key {key}")


def inline_data(atlas: Atlas, *, similar: int = 9) -> PageData:
    """Get the data of a page that carries them all, made once for all its sessions.

    Parameters
    ----------
    atlas : Atlas
        The atlas, or another opening of the same folder.
    similar : int
        How many similar cutouts the page shows.

    Returns
    -------
    PageData
        With the index, the pieces and all pictures.
    """
    build = _build_of(atlas, similar)
    with _lock:
        found = _inline.get(build)
    if found is None:
        found = page_data(inline_index(atlas, similar=similar, cosines=_base_of(build.key)))
    with _lock:
        _let_go_of_others(build)
        _inline[build] = found
        _inline.move_to_end(build)
        if len(_inline) > MAX_INLINE:
            _inline.popitem(last=False)
    return found


def key_of(atlas: Atlas, *, similar: int = 9) -> str:
    """Give what tells an atlas from others in an address; another build of it has another.

    Parameters
    ----------
    atlas : Atlas
        The atlas.
    similar : int
        How many similar cutouts the page shows.
    """
    return _build_of(atlas, similar).key


def _base_of(key: str) -> str:
    return f"{ROUTE}/{key}/"


def _build_of(atlas: Atlas, similar: int) -> _Build:
    return _Build(atlas.path.resolve(), atlas.manifest["created"], similar)


def _let_go_of_others(build: _Build) -> None:
    """Forget other builds of the same atlas; the caller holds the lock."""
    for held in (_shared, _inline):
        for other in [one for one in held if one.folder == build.folder]:
            if other.created != build.created:
                del held[other]
