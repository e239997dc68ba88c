"""How much room a disk has, and what is said where it has too little."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from hubble_dash.disk.owners import is_own_name

__all__ = ["NoSpaceError", "check_room", "reserve", "size_text", "watched"]

# Of the disk, of a user's share of it, and of a file.
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
# Of a disk or a system that makes no room beforehand.
LACKING = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP}
ZEROS = bytes(1 << 20)


class NoSpaceError(OSError):
    """A disk has too little room; the text says where, and how much is missing.

    Parameters
    ----------
    path : Path
        What was to be written.
    needed : int, optional
        Bytes that it takes; not known if not given.
    number : int
        What the system said.
    """

    def __init__(self, path: Path, needed: int | None = None, number: int = errno.ENOSPC) -> None:
        super().__init__(number, _text(path, needed, number))

    def __str__(self) -> str:
        return str(self.strerror)

    def __reduce__(self) -> tuple[type[OSError], tuple[int | None, str | None]]:
        # Between processes; the text says all.
        return OSError, (self.errno, self.strerror)


@contextlib.contextmanager
def watched(path: Path, needed: int | None = None) -> Iterator[None]:
    """Say how much is missing where the disk is full while something is written.

    Parameters
    ----------
    path : Path
        What is written.
    needed : int, optional
        Bytes that it takes.

    Raises
    ------
    NoSpaceError
        In place of the system's own error.
    """
    try:
        yield
    except NoSpaceError:
        raise
    except OSError as err:
        if err.errno not in FULL:
            raise
        raise NoSpaceError(path, needed, err.errno) from err


def reserve(file: IO[bytes], size: int, path: Path) -> None:
    """Make room for a file, so that nothing written to it later can fail for want of room.

    Above all for what is mapped: there the system ends the process where a disk is full.

    Parameters
    ----------
    file : binary file
        Open for writing.
    size : int
        Bytes that it will have; it has them afterwards, zeros where nothing was.
    path : Path
        Its name, for an error.

    Raises
    ------
    NoSpaceError
        If there is not so much room.
    """
    with watched(path, size):
        if not _allocated(file, size):
            file.seek(0, os.SEEK_END)
            while (left := size - file.tell()) > 0:
                file.write(ZEROS[:left])
            file.flush()
            file.seek(0)


def _allocated(file: IO[bytes], size: int) -> bool:
    """Ask the system for the room; False where it or the disk cannot."""
    if sys.platform != "linux" or not size:
        return False
    try:
        os.posix_fallocate(file.fileno(), 0, size)
    except OSError as err:
        if err.errno not in LACKING:
            raise
        return False
    return True


def check_room(path: Path, needed: int) -> None:
    """Refuse to begin what would fill a disk.

    Parameters
    ----------
    path : Path
        What will be written; its folder is there.
    needed : int
        Bytes that it takes.

    Raises
    ------
    NoSpaceError
        If there is not so much room.
    """
    free = _free(path)
    if free is not None and free < needed:
        raise NoSpaceError(path, needed)


def _free(path: Path) -> int | None:
    """Count bytes that may still be written beside a path; None where nobody says."""
    folder = next((one for one in (path, *path.parents) if one.is_dir()), None)
    if folder is None or sys.platform == "win32":
        return None
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize


def _text(path: Path, needed: int | None, number: int) -> str:
    # Temporary names mean nothing to people.
    folder = next(p for p in path.parents if not any(map(is_own_name, p.parts)))
    takes = "" if needed is None else f"; {path.name} takes {size_text(needed)}"
    if number == errno.EFBIG:
        return f"files in {folder} may not be so large (see ulimit -f){takes}"
    if number == errno.EDQUOT:
        return f"your share of the disk of {folder} is used up{takes}"
    free = _free(path)
    said = f"the disk of {folder} is full" + (
        "" if free is None else f", {size_text(free)} are free"
    )
    if free is None or needed is None:
        return f"{said}{takes}"
    missing = f"{size_text(needed - free)} are missing" if needed > free else "no more files fit"
    return f"{said}{takes}: {missing}"


def size_text(n: float) -> str:
    """Say how many bytes, such as ``"3.4 MB"``.

    Parameters
    ----------
    n : float
        Bytes.
    """
    return f"{n / 1e6:,.1f} MB" if n >= 100_000 else f"{n / 1e3:,.1f} kB"
