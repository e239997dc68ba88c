"""A folder from outside: only regular files inside it are opened, and no link is followed."""

from __future__ import annotations

import hashlib
import io
import os
import stat
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from hubble_dash.errors import AtlasError

__all__ = ["Folder", "is_inside"]

MAX_NAME = 1024
# Where the system opens names relative to an open folder, nobody can exchange one in between.
HAS_RELATIVE = os.open in os.supports_dir_fd and os.stat in os.supports_dir_fd
# Nothing is waited for, no terminal becomes ours, and a link is an error; 0 where there is no such.
_FILE = os.O_RDONLY | sum(
    getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_NOCTTY", "O_CLOEXEC")
)
_FILE |= getattr(os, "O_BINARY", 0)
_FOLDER = _FILE | getattr(os, "O_DIRECTORY", 0)
# Set by Windows of links of its own kinds.
_IS_REPARSED = getattr(stat, "FILE_ATTRIBUTE_REPARSE_POINT", 0)


def is_inside(name: str) -> bool:
    """Say whether a name, with ``/`` between its parts, can only be that of something inside.

    Parameters
    ----------
    name : str
        Relative to some folder.
    """
    parts = name.split("/")
    wrong = {"", ".", ".."}.intersection(parts) or "\0" in name or "\\" in name
    if wrong or len(name) > MAX_NAME or (os.name == "nt" and ":" in name):
        return False
    try:
        os.fsencode(name)
    except UnicodeError:
        return False
    return True


class Folder:
    """A folder of which nothing is believed.

    Parameters
    ----------
    path : path-like
        The folder; it may itself be named by a link.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)

    def open(self, name: str) -> io.BufferedReader:
        """Open a regular file, part by part of its name, each relative to the one before.

        Parameters
        ----------
        name : str
            Within the folder, with ``/`` between its parts.

        Returns
        -------
        binary file
            To read from; close it.

        Raises
        ------
        AtlasError
            If there is no such file, it is a link, lies behind one, or is no regular file.
        """
        if not is_inside(name):
            raise AtlasError(f"{self.path}: {name!r} is no name of a file inside it")
        *folders, last = name.split("/")
        try:
            with self._within(folders) as place:
                self._check_regular(name, place.stat(last))
                descriptor = place.open(last, _FILE)
                # A second look, at what was opened.
                file = os.fdopen(descriptor, "rb")
                try:
                    self._check_regular(name, os.fstat(descriptor))
                except BaseException:
                    file.close()
                    raise
                return file
        except FileNotFoundError:
            raise AtlasError(f"{self.path} is damaged: {name} is missing") from None
        except OSError as err:
            raise AtlasError(f"{self.path}: {name} cannot be opened ({err.strerror})") from err

    def read(self, name: str, *, max_bytes: int) -> bytes:
        """Read a regular file.

        Parameters
        ----------
        name : str
            As in `open`.
        max_bytes : int
            A larger one is refused.

        Returns
        -------
        bytes

        Raises
        ------
        AtlasError
            As of `open`, and if it is too large or cannot be read.
        """
        with self.open(name) as file:
            try:
                data = file.read(max_bytes + 1)
            except OSError as err:
                raise AtlasError(f"{self.path}: {name} cannot be read ({err.strerror})") from err
        if len(data) > max_bytes:
            raise AtlasError(f"{self.path}: {name} has more than the {max_bytes:,} bytes allowed")
        return data

    def sha256(self, name: str) -> str:
        """Give the checksum of a regular file's bytes, hexadecimal.

        Parameters
        ----------
        name : str
            As in `open`.

        Raises
        ------
        AtlasError
            As of `open`.
        """
        with self.open(name) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def sizes(self, names: Iterable[str]) -> Iterator[tuple[str, int | None]]:
        """Look for files, a folder at a time.

        Parameters
        ----------
        names : iterable of str
            As in `open`.

        Yields
        ------
        name : str
        size : int or None
            In bytes; None where there is no such file, or something that is no regular one.
        """
        wanted = defaultdict(list)
        for name in names:
            folder, _, last = name.rpartition("/")
            wanted[folder].append(last)
        for folder, lasts in wanted.items():
            found = self._listing(folder)
            for last in lasts:
                yield f"{folder}/{last}" if folder else last, found.get(last)

    def _listing(self, folder: str) -> dict[str, int]:
        """Give the sizes of the regular files in a folder inside; none where it cannot be seen."""
        if folder and not is_inside(folder):
            return {}
        try:
            with self._within(folder.split("/") if folder else []) as place:
                return dict(place.sizes())
        except OSError:
            return {}

    @contextmanager
    def _within(self, folders: list[str]) -> Iterator[_Place]:
        """Go into a folder inside, one after another."""
        place = _Place.of(self.path)
        with closing(place):
            for folder in folders:
                place.enter(folder)
            yield place

    def _check_regular(self, name: str, found: os.stat_result) -> None:
        if not _is_plain(found):
            kind = next((kind for test, kind in _KINDS if test(found.st_mode)), "no regular file")
            raise AtlasError(f"{self.path}: {name} is {kind}; only regular files are read")


_KINDS = (
    (stat.S_ISLNK, "a link"),
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
)


def _is_plain(found: os.stat_result, kind: int = stat.S_IFREG) -> bool:
    is_link = getattr(found, "st_file_attributes", 0) & _IS_REPARSED
    return stat.S_IFMT(found.st_mode) == kind and not is_link


class _Place:
    """A folder in which one stands: an open one, or its path where the system has no such."""

    def __init__(self, at: int | str) -> None:
        self._at = at

    @classmethod
    def of(cls, path: Path) -> _Place:
        if HAS_RELATIVE:
            return cls(os.open(path, _FOLDER & ~getattr(os, "O_NOFOLLOW", 0)))
        return cls(str(path))

    def stat(self, name: str) -> os.stat_result:
        if isinstance(self._at, int):
            return os.stat(name, dir_fd=self._at, follow_symlinks=False)
        return os.stat(os.path.join(self._at, name), follow_symlinks=False)  # noqa: PTH116, PTH118

    def open(self, name: str, flags: int) -> int:
        if isinstance(self._at, int):
            return os.open(name, flags, dir_fd=self._at)
        return os.open(os.path.join(self._at, name), flags)  # noqa: PTH118

    def enter(self, name: str) -> None:
        """Go one folder further in."""
        if not _is_plain(self.stat(name), stat.S_IFDIR):
            raise NotADirectoryError(0, f"{name} is a link or no folder")
        if isinstance(self._at, int):
            inner = self.open(name, _FOLDER)
            os.close(self._at)
            self._at = inner
        else:
            self._at = os.path.join(self._at, name)  # noqa: PTH118

    def sizes(self) -> Iterator[tuple[str, int]]:
        """Give the name and the size of each regular file."""
        with os.scandir(self._at) as entries:
            for entry in entries:
                found = entry.stat(follow_symlinks=False)
                if _is_plain(found):
                    yield entry.name, found.st_size

    def close(self) -> None:
        if isinstance(self._at, int):
            os.close(self._at)
