"""An atlas as it is now: opened again where it was built anew."""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from hubble_dash.atlas.atlas import Atlas, open_atlas
from hubble_dash.atlas.schema import MANIFEST_FILE
from hubble_dash.errors import AtlasError

__all__ = ["Current", "current_atlas"]

logger = logging.getLogger(__name__)

_opened: dict[Path, Current] = {}
_lock = threading.Lock()


class Current:
    """An atlas that may be built anew while it is served; safe to use from several threads.

    Parameters
    ----------
    atlas : Atlas
        As it was when the server started.
    """

    def __init__(self, atlas: Atlas) -> None:
        self._atlas = atlas
        self._build = _build(atlas.path)
        self._lock = threading.Lock()

    def get(self) -> Atlas:
        """Give the atlas, opened again if another build has its name.

        Returns
        -------
        Atlas
            The one before, where the new one cannot be opened.
        """
        with self._lock:
            build = _build(self._atlas.path)
            if build is not None and build != self._build:
                # One that cannot be opened is not tried again for every visitor.
                self._build = build
                try:
                    self._atlas = open_atlas(self._atlas.path)
                except AtlasError as err:
                    logger.warning("still serving the build before: %s", err)
            return self._atlas


def current_atlas(path: str | Path) -> Atlas:
    """Give an atlas as it is now, the same for all sessions until it is built anew.

    Parameters
    ----------
    path : path-like
        Its folder.

    Raises
    ------
    AtlasError
        As of `open_atlas`, if it has never been opened.
    """
    with _lock:
        folder = Path(path).resolve()
        if folder not in _opened:
            _opened[folder] = Current(open_atlas(path))
        return _opened[folder].get()


def _build(path: Path) -> tuple[int, int, int] | None:
    """Tell builds apart by the file that each writes last."""
    try:
        found = (path / MANIFEST_FILE).stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size
