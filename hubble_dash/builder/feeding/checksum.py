"""The checksum of a file, computed while others read it, so that the disk gives it once."""

from __future__ import annotations

import hashlib
import os
import threading
from functools import lru_cache
from pathlib import Path

from hubble_dash.atlas.schema import ImageFileRow
from hubble_dash.builder.remote.path import Remote
from hubble_dash.disk.files import sha256_of
from hubble_dash.errors import ImageError

__all__ = ["Checksum"]

# Smaller files are read as they are opened, and stay in the system's memory.
MIN_BYTES_BESIDE = 4_000_000


@lru_cache(maxsize=16)
def _sum_of(path: Path, n_bytes: int, mtime_ns: int) -> str:  # noqa: ARG001 - tells files apart
    """Remember the last files, since one may have many images."""
    if n_bytes < MIN_BYTES_BESIDE:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    return sha256_of(path)


class Checksum:
    """Size and SHA-256 of a file.

    A large file is read from its start by a thread of its own, while the caller makes its preview,
    which reads it from its start as well: whoever comes second finds it in the system's memory.

    Parameters
    ----------
    path : Path
        The file; of one of a server that is read in parts there is only the size.

    Raises
    ------
    ImageError
        If it is no longer there.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._sha256: str | OSError | None = None
        self._thread: threading.Thread | None = None
        here = path.copied() if isinstance(path, Remote) else path
        if here is None:
            # Of a file that is read in parts there is none.
            self._bytes = path.stat().st_size
            return
        self._here = here
        try:
            found = here.stat()
        except OSError as err:
            raise self._gone(err) from err
        self._bytes, self._mtime_ns = found.st_size, found.st_mtime_ns
        if self._bytes < MIN_BYTES_BESIDE:
            self._sum()
        else:
            self._thread = threading.Thread(target=self._sum, daemon=True)
            self._thread.start()

    def row(self, credit: str) -> ImageFileRow:
        """Give what is recorded of the file; waits for its end.

        Parameters
        ----------
        credit : str
            What the file says of whom to thank.

        Raises
        ------
        ImageError
            If it cannot be read.
        """
        if self._thread is not None:
            self._thread.join()
        if isinstance(self._sha256, OSError):
            raise self._gone(self._sha256) from self._sha256
        return {"bytes": self._bytes, "sha256": self._sha256, "credit": credit}

    def _sum(self) -> None:
        try:
            self._sha256 = _sum_of(self._here, self._bytes, self._mtime_ns)
        except OSError as err:
            self._sha256 = err

    def _gone(self, err: OSError) -> ImageError:
        return ImageError(self._path, f"cannot be read to its end: {os.strerror(err.errno or 0)}")
