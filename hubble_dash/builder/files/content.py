"""A look into a file: what it is, and all of it where it is packed or small."""

from __future__ import annotations

import errno
import stat
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

from hubble_dash.builder.files.kinds import (
    FITS,
    N_FIRST_BYTES,
    PACKED,
    READ,
    TIFF,
    WEB_PAGE,
    Kind,
    kind_of,
)
from hubble_dash.builder.files.packed import unpack
from hubble_dash.builder.remote.failures import RemoteError
from hubble_dash.builder.remote.path import Remote
from hubble_dash.builder.remote.ranges import RangeFile
from hubble_dash.errors import ImageError

__all__ = ["Content", "look_into", "may_be_in_parts"]

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
        The file itself, or its copy; what it unpacks to; or what reads it where it is.
    data : bytes
        All of it, where it is neither FITS nor TIFF, and small or packed; else nothing.
    n_file : int
        Bytes on the disk, or on its server.
    """

    kind: Kind
    file: Path | BinaryIO
    data: bytes
    n_file: int


# Of files of servers larger ones may be read in parts.
MIN_BYTES_IN_PARTS = 32_000_000


def look_into(
    path: Path, *, most: int, used: ExitStack | None = None, in_parts: bool = False
) -> Content:
    """Tell what a file is; pipes and devices are never opened.

    Parameters
    ----------
    path : Path
        The file.
    most : int
        Bytes of a picture that are read at once, so that it is opened once.
    used : ExitStack, optional
        Closed when the file is not used any more: a copy of one of a server stays so long.
    in_parts : bool
        Whether a large FITS file of a server is read where it is.

    Raises
    ------
    ImageError
        If it cannot be opened or unpacked, or is nothing that is read.
    """
    if not isinstance(path, Remote):
        return _look(path, path, most)
    if in_parts and (parts := _in_parts(path)) is not None:
        return Content(FITS, cast(BinaryIO, parts), b"", parts.size)
    with ExitStack() as copies:
        copy = copies.enter_context(path.copy_here())
        content = _look(path, copy, most)
        if used is not None:
            used.callback(copies.pop_all().close)
        return content


def may_be_in_parts(path: Path) -> bool:
    """Say whether a file is of a server, large, and not here already.

    Parameters
    ----------
    path : Path
        The file.
    """
    if not isinstance(path, Remote) or path.failure:
        return False
    try:
        return path.facts().size >= MIN_BYTES_IN_PARTS and path.copied() is None
    except RemoteError:
        return False


def _in_parts(path: Remote) -> RangeFile | None:
    """Open a large FITS file where it is; None if it is no such file, or is here already."""
    if not may_be_in_parts(path):
        return None
    file = path.in_ranges()
    if kind_of(file.read(N_FIRST_BYTES)) == FITS:
        file.seek(0)
        return file
    file.close()
    return None


def _look(path: Path, here: Path, most: int) -> Content:
    """Tell what a file is, whose bytes are here."""
    data = b""
    try:
        found = here.stat()
        if not stat.S_ISREG(found.st_mode):
            raise ImageError(path, _what_else(path, found.st_mode))
        with here.open("rb") as file:
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
        return _unpacked(path, here, kind, found.st_size)
    data = data if len(data) <= most else b""
    return Content(_read(path, kind, start), here, data, found.st_size)


def _unpacked(path: Path, here: Path, packed: Kind, n_file: int) -> Content:
    file = unpack(path, packed, file=here)
    start = file.read(N_FIRST_BYTES)
    file.seek(0)
    kind = _read(path, kind_of(start), start, inside=f"{packed.name}, holds what ")
    if kind in (FITS, TIFF):
        return Content(kind, file, b"", n_file)
    with file:
        return Content(kind, here, file.read(), n_file)


def _read(path: Path, kind: Kind | None, start: bytes, *, inside: str = "") -> Kind:
    """Refuse what is not read, by its name."""
    if kind in READ:
        return kind
    if not start:
        raise ImageError(path, f"{inside}the file is empty".replace("what the file", "what"))
    if kind is WEB_PAGE and isinstance(path, Remote):
        raise ImageError(path, "the server sent a web page, no image; look at it in a browser")
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
