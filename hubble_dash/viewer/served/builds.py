"""Which atlases are served, and which builds of them; what is held of each is found by its key.

Of an atlas that is built anew the older build is let go of: pages that still show it keep it, and
nothing else does.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from pathlib import Path
from typing import NamedTuple
from weakref import WeakValueDictionary

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.viewer.deep.written import ImagesOf
from hubble_dash.viewer.exported.inline import inline_index
from hubble_dash.viewer.page import PageData, page_data
from hubble_dash.viewer.served.current import current_atlas
from hubble_dash.viewer.served.shared import Shared, asked_tiles, base_of

__all__ = ["inline_data", "key_of", "share", "shared_by_key"]

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
    is_full : bool
        Whether there are tiles of its images.
    """

    folder: Path
    created: str
    similar: int
    is_full: bool

    @property
    def key(self) -> str:
        """What tells it from others in an address."""
        identity = f"{self.folder}\n{self.created}\n{self.similar}\n{self.is_full}"
        return hashlib.sha256(identity.encode(errors="surrogateescape")).hexdigest()[:16]


_shared: dict[_Build, Shared] = {}
_inline: OrderedDict[_Build, PageData] = OrderedDict()
# What gives the images of an atlas with all their pixels, where somebody has said so.
_originals: dict[Path, ImagesOf] = {}
# Pages of an older build go on asking for its data, as long as they are open.
_by_key: WeakValueDictionary[str, Shared] = WeakValueDictionary()
_lock = threading.Lock()


def share(atlas: Atlas, *, similar: int = 9, originals: ImagesOf | None = None) -> Shared:
    """Get what is shared of an atlas, made by the first who asks.

    Parameters
    ----------
    atlas : Atlas
        The atlas, or another opening of the same folder.
    similar : int
        How many similar cutouts the page shows.
    originals : callable, optional
        Gives the atlas's images with all their pixels.

    Returns
    -------
    Shared
        The same as long as the process lives and the atlas is not built anew.
    """
    build = _build_of(atlas, similar, originals)
    with _lock:
        if build not in _shared:
            _let_go_of_others(build)
            _shared[build] = _by_key[build.key] = Shared(
                atlas, similar=similar, key=build.key, originals=originals
            )
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
        originals = _originals[build.folder] if build.is_full else None
        if _build_of(atlas, build.similar, originals).key == key:
            return share(atlas, similar=build.similar, originals=originals)
    raise LookupError(f"no atlas that is served has the key {key}")


def inline_data(atlas: Atlas, *, similar: int = 9, originals: ImagesOf | None = None) -> PageData:
    """Get the data of a page that carries them all, made once for all its sessions.

    Parameters
    ----------
    atlas, similar, originals
        As in `share`.

    Returns
    -------
    PageData
        With the index, the pieces and all pictures.
    """
    build = _build_of(atlas, similar, originals)
    with _lock:
        found = _inline.get(build)
    if found is None:
        base = base_of(build.key)
        tiles = asked_tiles(atlas, originals)
        deep = None if tiles is None else tiles.index(base)
        levels = None if tiles is None else tiles.firsts
        found = page_data(
            inline_index(atlas, similar=similar, cosines=base, deep=deep, levels=levels)
        )
    with _lock:
        _let_go_of_others(build)
        _inline[build] = found
        _inline.move_to_end(build)
        if len(_inline) > MAX_INLINE:
            _inline.popitem(last=False)
    return found


def key_of(atlas: Atlas, *, similar: int = 9, originals: ImagesOf | None = None) -> str:
    """Give what tells an atlas from others in an address; another build of it has another.

    Parameters
    ----------
    atlas : Atlas
        The atlas.
    similar : int
        How many similar cutouts the page shows.
    originals : callable, optional
        Gives the atlas's images with all their pixels.
    """
    return _build_of(atlas, similar, originals).key


def _build_of(atlas: Atlas, similar: int, originals: ImagesOf | None = None) -> _Build:
    folder = atlas.path.resolve()
    if originals is not None:
        _originals[folder] = originals
    return _Build(folder, atlas.manifest["created"], similar, originals is not None)


def _let_go_of_others(build: _Build) -> None:
    """Forget other builds of the same atlas; the caller holds the lock."""
    for held in (_shared, _inline):
        for other in [one for one in held if one.folder == build.folder]:
            if other.created != build.created:
                del held[other]
