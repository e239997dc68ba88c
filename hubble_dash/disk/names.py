"""How a file or folder gets its final name: whole, on the disk, and in one step.

What is new is made under another name beside the final one and written out to the disk. Then it
changes places with what has the name, and only then does the old one go. Where the system cannot
let names change places, a folder needs two renames: the next run that writes under the name gives
it back to the old folder if a kill came between.
"""

from __future__ import annotations

import contextlib
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

from hubble_dash.disk.calls import exchange, remove, sync, sync_all
from hubble_dash.disk.owners import leftovers, own_name
from hubble_dash.disk.space import reserve, watched
from hubble_dash.errors import HubbleDashError

__all__ = [
    "NewFolder", "folder_beside", "give_name", "recover", "resolved", "write_file", "write_inside",
]  # fmt: skip

# A path takes one of the two slashes of https://host/... for superfluous.
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/")


def resolved(final: Path) -> Path:
    """Follow a link that has a final name, so that what it leads to is replaced, not the link.

    Parameters
    ----------
    final : Path
        A name that was given.

    Raises
    ------
    HubbleDashError
        If it is an address of a server.
    """
    if _ADDRESS.match(str(final)):
        raise HubbleDashError(
            f"{final} is an address; atlases, pages and reports lie on this machine or on a shared"
            " file system: give a path, and copy them to a server when they are whole"
        )
    return Path(os.path.realpath(final)) if final.is_symlink() else final


def recover(final: Path) -> None:
    """Put right what processes that are gone have left beside a final name.

    Parameters
    ----------
    final : Path
        The final name. Where nothing has it, what had it before gets it back.
    """
    for path, kind in leftovers(final):
        if kind == "old" and not os.path.lexists(final):
            with contextlib.suppress(OSError):
                path.rename(final)
        else:
            remove(path)


def write_file(data: bytes, final: Path) -> None:
    """Write a file under a name that people gave; what had the name stays until all is there.

    Parameters
    ----------
    data : bytes
        Its content.
    final : Path
        Its name; a file that has it is replaced.

    Raises
    ------
    OSError
        If it cannot be written, or a folder or device has the name; what had it is as before.
    """
    final = resolved(final)
    if final.exists() and not stat.S_ISREG(final.stat().st_mode):
        raise OSError(None, "it is there, and no plain file")
    recover(final)
    new = own_name(final, "new")
    try:
        _write(data, new, final, lasting=True)
        new.replace(final)
    finally:
        remove(new)
    sync(final.parent)


def write_inside(data: bytes, path: Path, *, lasting: bool = False) -> None:
    """Write a file in a folder in which nobody else writes under this name.

    Parameters
    ----------
    data : bytes
        Its content.
    path : Path
        Its name; a file that has it is replaced. Its temporary name is the same every time, so
        that the next try overwrites what a kill leaves.
    lasting : bool
        Whether it must outlast a power failure, for which the disk is waited for.

    Raises
    ------
    OSError
        If it cannot be written; what had its name is then still there, and nothing else.
    """
    new = path.with_name(f".{path.name}.tmp")
    try:
        _write(data, new, path, lasting=lasting)
        new.replace(path)
    except BaseException:
        remove(new)
        raise
    if lasting:
        sync(path.parent)


class NewFolder:
    """A folder that is being made, and what was written into it.

    Parameters
    ----------
    path : Path
        Where it is.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._sizes: dict[Path, int] = {}

    def within(self, name: str) -> NewFolder:
        """Give a folder in it, which is finished with it.

        Parameters
        ----------
        name : str
            Its path in this one.
        """
        folder = NewFolder(self.path / name)
        folder._sizes = self._sizes
        return folder

    def write(self, name: str, data: bytes) -> None:
        """Write a file; several threads may.

        Parameters
        ----------
        name : str
            Its path in the folder.
        data : bytes
            Its content.

        Raises
        ------
        OSError
            If it cannot be written.
        """
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with watched(path, len(data)):
            path.write_bytes(data)
        self._sizes[path] = len(data)

    def finish(self) -> None:
        """Wait until the disk has all that was written, and see that it is there, and nothing else.

        Raises
        ------
        OSError
            If it is not.
        """
        folders = {folder for path in self._sizes for folder in path.parents}
        inside = {one for one in folders if self.path in (one, *one.parents)}
        sync_all([*self._sizes, *inside])
        found = {path: path.stat().st_size for path in self.path.rglob("*") if path.is_file()}
        for path in sorted(self._sizes.keys() | found.keys()):
            if found.get(path) != self._sizes.get(path):
                raise OSError(None, f"{path} is not what was written; was the folder touched?")


@contextlib.contextmanager
def folder_beside(final: Path) -> Iterator[NewFolder]:
    """Make a folder beside the one that it will become, and remove what is left of it at the end.

    Parameters
    ----------
    final : Path
        The name that `give_name` will give it.

    Yields
    ------
    NewFolder
        Empty; nobody else uses its name.

    Raises
    ------
    OSError
        If it cannot be made.
    """
    recover(final)
    new = own_name(final, "new")
    try:
        with watched(new):
            new.mkdir()
        yield NewFolder(new)
    finally:
        remove(new)


def give_name(new: Path, final: Path) -> None:
    """Give a finished folder its name; what had it before goes only then.

    Parameters
    ----------
    new : Path
        The folder, on the same disk as `final`, which has all of it.
    final : Path
        Its name. Whether what has it may go must have been asked before.

    Raises
    ------
    OSError
        If it cannot be renamed; what had the name has it again.
    """
    old = new
    if not os.path.lexists(final):
        new.rename(final)
    elif not exchange(new, final):
        old = own_name(final, "old")
        final.rename(old)
        try:
            new.rename(final)
        except BaseException:
            old.rename(final)
            raise
    sync_all({final.parent, new.parent})
    # After an exchange the new one's name is that of the old one.
    remove(old)


def _write(data: bytes, new: Path, final: Path, *, lasting: bool) -> None:
    with watched(final, len(data)), new.open("wb") as file:
        if lasting:
            reserve(file, len(data), final)
        file.write(data)
        if lasting:
            file.flush()
            os.fsync(file.fileno())
