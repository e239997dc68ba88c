"""Which rows mean an image, by the names that they give it, whatever machine wrote them."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

import numpy as np
from numpy.typing import NDArray

from hubble_dash.builder.files.kinds import SUFFIXES
from hubble_dash.builder.remote.address import is_address
from hubble_dash.builder.remote.path import Remote, path_of

__all__ = ["Found", "ImageNames", "find_file", "named_in", "plain_name", "without_suffix"]

_SUFFIXES = tuple(sorted(SUFFIXES, key=len, reverse=True))
# A path takes one of the two slashes of https://host/... for superfluous.
_OF_ADDRESS = re.compile(r"(?:^|/)[A-Za-z][A-Za-z0-9+.-]+:/(?P<path>[^?#]*)")
_N_SHOWN = 3


class Found(NamedTuple):
    """The rows of an image.

    Attributes
    ----------
    rows : int64 array
        Their numbers.
    is_unclear : bool
        Whether there are none because several, or one that is another image's as much, may mean it.
    """

    rows: NDArray[np.int64]
    is_unclear: bool = False


class ImageNames:
    r"""The names that rows give to images.

    A name is compared as it stands; then without folders of any system (``C:\a\b.png``), blanks
    around it, what follows the path of an address, and in one of Unicode's ways to write an ``é``;
    then without regard to case; then both without suffix, as identifiers are. The first way that
    finds a row counts, and of several files found, the one that shares the most folders.

    Parameters
    ----------
    paths : sequence of Path
        The path, name or identifier that each row gives.
    images : collection of Path
        All images: a row that means one of them is not another one's whose name differs by case.
    """

    def __init__(self, paths: Sequence[Path], images: Collection[Path] = ()) -> None:
        self._paths = paths
        self._tables: dict[int, dict[str, list[int]]] = {}
        # Images are not kept: processes that read files are handed this.
        self._shared = _shared_names(images)

    def find(self, image: Path, part: str | None = None) -> Found:
        """Find the rows of an image.

        Parameters
        ----------
        image : Path
            The image; a link may be meant by its own name, or by that of what it leads to.
        part : str, optional
            Which image of a file with several: rows that name it, as ``flt.fits[SCI,2]``, go before
            those that name the file.
        """
        if part is not None:
            if isinstance(image, Remote):
                found = self.find(image.with_name(f"{image.name}[{part}]"))
            else:
                found = self.find(Path(f"{image}[{part}]"))
            if len(found.rows):
                return found
        real = _real(image)
        found = self._find(image.name, real)
        return found if len(found.rows) or real.name == image.name else self._find(real.name, real)

    def mean(self, image: Path) -> bool:
        """Say whether any row means a file, or one of several images of it.

        Parameters
        ----------
        image : Path
            The file.
        """
        return len(self.find(image).rows) > 0 or plain_name(image) in self._of_parts

    @cached_property
    def _of_parts(self) -> set[str]:
        """Give the names of files of which rows name a part."""
        names = map(plain_name, self._paths)
        return {name.rpartition("[")[0] for name in names if name.endswith("]")}

    def explain(self, images: Sequence[Path], folder: Path) -> str:
        """Say what rows and images are called, for a message.

        Parameters
        ----------
        images : sequence of Path
            Some.
        folder : Path
            Which the paths of rows are told without.
        """
        inside = str(folder / "x")[:-1]
        rows = list(dict.fromkeys(str(path).removeprefix(inside) for path in self._paths))
        named = [
            ", ".join(map(repr, names[:_N_SHOWN])) for names in (rows, [p.name for p in images])
        ]
        return f"its rows name {named[0]}, and the images are {named[1]}"

    def _find(self, name: str, real: Path) -> Found:
        for way, key_of in enumerate(_WAYS):
            key = key_of(Path(name))
            rows = [row for row in self._rows(way).get(key, ()) if self._may_be(row, real)]
            if rows:
                closest = [] if key in self._shared.get(way, ()) else self._closest(rows, real)
                return Found(np.array(closest, np.int64), is_unclear=not closest)
        return Found(np.empty(0, np.int64))

    def _rows(self, way: int) -> Mapping[str, list[int]]:
        """Give the rows by their names, as one way to compare sees these."""
        if way not in self._tables:
            table: dict[str, list[int]] = {}
            for row, path in enumerate(self._paths):
                table.setdefault(_WAYS[way](path), []).append(row)
            self._tables[way] = table
        return self._tables[way]

    def _may_be(self, row: int, image: Path) -> bool:
        """Say no to a path that leads to another file."""
        path = self._paths[row]
        return not _exists(path) or _real(path) == image

    def _closest(self, rows: list[int], image: Path) -> list[int]:
        """Take the rows that share most folders with an image; none, if they still differ."""
        folders = {row: _folders(self._paths[row]) for row in rows}
        n_shared = {row: _count_shared(folders[row], _folders(image)) for row in rows}
        best = [row for row in rows if n_shared[row] == max(n_shared.values())]
        different = {(*folders[row], plain_name(self._paths[row])) for row in best}
        return best if len(different) == 1 else []


def _real(path: Path) -> Path:
    if isinstance(path, Remote):
        return path
    try:
        return Path(os.path.realpath(path))
    except ValueError:  # no file can be called so
        return path


def named_in(folder: Path, text: str) -> Path:
    """Give the file that a table in a folder means.

    Parameters
    ----------
    folder : Path
        Of the table.
    text : str
        A path; one that begins with ``~`` and no user's name is a name. Or an address of a server.
    """
    if is_address(text):
        return path_of(text)
    try:
        return folder / Path(text).expanduser()
    except (RuntimeError, ValueError):
        return folder / text


def find_file(path: Path, folder: Path) -> Path:
    """Find the file on this machine that a catalogue of another one means.

    Parameters
    ----------
    path : Path
        As the catalogue has it.
    folder : Path
        Of the catalogue.

    Returns
    -------
    Path
        The first that exists of: the path; with slashes for backslashes; its name in `folder`; each
        in both forms of Unicode. The path itself, if none does.
    """
    if _exists(path):
        return path
    for guess in (Path(str(path).replace("\\", "/")), folder / plain_name(path)):
        for form in ("NFC", "NFD"):
            written = Path(unicodedata.normalize(form, str(guess)))
            if _exists(written):
                return written
    return path


def plain_name(path: Path) -> str:
    """Give the name of a file without what differs from machine to machine.

    Parameters
    ----------
    path : Path
        Of this system, of Windows, or an address.
    """
    if isinstance(path, Remote):
        return unicodedata.normalize("NFC", path.name.strip())
    text = str(path)
    if text.isascii() and ":" not in text and "\\" not in text:
        return path.name.strip()
    if address := _OF_ADDRESS.search(text):
        text = unquote(address["path"])
    return unicodedata.normalize("NFC", re.split(r"[/\\]", text)[-1].strip())


def without_suffix(name: str) -> str:
    """Take a known suffix off: names such as ``galaxy_1.25`` have a dot but no suffix.

    Parameters
    ----------
    name : str
        Of a file, without folders.
    """
    folded = name.casefold()
    if folded.endswith(_SUFFIXES):
        suffix = next(one for one in _SUFFIXES if folded.endswith(one))
        return name[: -len(suffix)]
    return name


# How names are compared, the closest way first; and which way tells names apart that are the same
# in another. A picture and its FITS file share a stem, and a row.
_WAYS: Sequence[Callable[[Path], str]] = (
    lambda path: path.name,
    plain_name,
    lambda path: plain_name(path).casefold(),
    lambda path: without_suffix(plain_name(path)),
    lambda path: without_suffix(plain_name(path)).casefold(),
)
_CLOSER = {1: 0, 2: 0, 4: 3}


def _exists(path: Path) -> bool:
    """Say whether there is such a file; there is none with a name that no file can have."""
    try:
        return path.exists()
    except OSError:
        return False


def _shared_names(images: Collection[Path]) -> dict[int, set[str]]:
    """Give the names that several images have in a way, and not in a closer one."""
    closer: dict[int, dict[str, str]] = {way: {} for way in _CLOSER}
    shared: dict[int, set[str]] = {way: set() for way in _CLOSER}
    for image in images:
        plain = plain_name(image)
        stem = without_suffix(plain)
        names = (image.name, plain, plain.casefold(), stem, stem.casefold())
        for way, other in _CLOSER.items():
            if closer[way].setdefault(names[way], names[other]) != names[other]:
                shared[way].add(names[way])
    return shared


def _folders(path: Path) -> list[str]:
    return re.split(r"[/\\]", str(path))[:-1]


def _count_shared(folders: list[str], others: list[str]) -> int:
    n = 0
    for ours, theirs in zip(folders[::-1], others[::-1], strict=False):
        if ours != theirs:
            break
        n += 1
    return n
