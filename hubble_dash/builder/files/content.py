"""A look into a file: what it is, and all of it where it is packed or small."""

from __future__ import annotations

import errno
import stat
from pathlib import Path
from typing import BinaryIO, NamedTuple

from hubble_dash.builder.files.kinds import FITS, N_FIRST_BYTES, PACKED, READ, TIFF, Kind, kind_of
from hubble_dash.builder.files.packed import unpack
from hubble_dash.errors import ImageError

__all__ = ["Content", "look_into"]

_SPECIAL = {
    stat.S_IFDIR: "is a folder",
    stat.S_IFIFO: "is a pipe",
    stat.S_IFSOCK: "is a socket",
    stat.S_IFCHR: "is a device",
    stat.S_IFBLK: "is a device",
}


class Content(NamedTuple):
    """What a file holds.

    Attributes
    ----------
    kind : Kind
        One of `hubble_dash.builder.files.kinds.READ`.
    file : Path or binary file
        The file itself, or what it unpacks to.
    data : bytes
        All of it, where it is neither FITS nor TIFF, and small or packed; else nothing.
    n_file : int
        Bytes on the disk.
    """

    kind: Kind
    file: Path | BinaryIO
    data: bytes
    n_file: int


def look_into(path: Path, *, most: int) -> Content:
    """Tell what a file is; pipes and devices are never opened.

    Parameters
    ----------
    path : Path
        The file.
    most : int
        Bytes of a picture that are read at once, so that it is opened once.

    Raises
    ------
    ImageError
        If it cannot be opened or unpacked, or is nothing that is read.
    """
    data = b""
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise ImageError(path, _what_else(path, found.st_mode))
        with path.open("rb") as file:
            start = file.read(N_FIRST_BYTES)
            kind = kind_of(start)
            if kind in READ and kind not in (FITS, TIFF):
                # Memory is made for as much as is asked for.
                data = start + file.read(min(most, found.st_size))
    except FileNotFoundError:
        is_dead = path.is_symlink()
        why = "is a link to what is not there" if is_dead else "there is no such file"
        raise ImageError(path, why) from None
    except OSError as err:
        if err.errno == errno.ELOOP:
            raise ImageError(path, "is a link that leads round in a circle") from None
        raise ImageError(path, f"cannot be opened: {err.strerror or err}") from err
    except ValueError as err:
        raise ImageError(path, f"cannot be opened: {err}") from err
    if kind in PACKED:
        return _unpacked(path, kind, found.st_size)
    data = data if len(data) <= most else b""
    return Content(_read(path, kind, start), path, data, found.st_size)


def _unpacked(path: Path, packed: Kind, n_file: int) -> Content:
    file = unpack(path, packed)
    start = file.read(N_FIRST_BYTES)
    file.seek(0)
    kind = _read(path, kind_of(start), start, inside=f"{packed.name}, holds what ")
    if kind in (FITS, TIFF):
        return Content(kind, file, b"", n_file)
    with file:
        return Content(kind, path, file.read(), n_file)


def _read(path: Path, kind: Kind | None, start: bytes, *, inside: str = "") -> Kind:
    """Refuse what is not read, by its name."""
    if kind in READ:
        return kind
    if not start:
        raise ImageError(path, f"{inside}the file is empty".replace("what the file", "what"))
    if kind is not None:
        raise ImageError(path, f"{inside}is {kind.name}, not read; {kind.advice}")
    known = ", ".join(one.name for one in READ)
    raise ImageError(path, f"{inside}is none of {known} by its first bytes")


def _what_else(path: Path, mode: int) -> str:
    """Say what a path is that is no file."""
    what = _SPECIAL.get(stat.S_IFMT(mode), "is no file")
    if not stat.S_ISDIR(mode):
        return f"{what}, which is not opened"
    try:
        next(path.iterdir(), None)
    except OSError as err:
        return f"{what} that cannot be searched: {err.strerror}"
    return f"{what}, no image"
