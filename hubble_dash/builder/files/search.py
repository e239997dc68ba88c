"""What the user names on the command line becomes a list of image files."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from hubble_dash.atlas.schema import MANIFEST_FILE, SHEETS_FOLDER
from hubble_dash.builder.files.kinds import READ, SUFFIXES
from hubble_dash.builder.files.passed_over import PassedOver
from hubble_dash.builder.remote.address import (
    SCHEMES,
    Address,
    address_of,
    is_address,
    other_scheme,
)
from hubble_dash.builder.remote.failures import RemoteError
from hubble_dash.builder.remote.listing import has_magic, list_folder, list_glob
from hubble_dash.builder.remote.path import Remote
from hubble_dash.errors import ImageError

__all__ = ["Found", "find_files", "real_path"]


class Found(NamedTuple):
    """What inputs stand for.

    Attributes
    ----------
    files : list of Path
        Images, and what stands where one should: each that cannot be read says why when opened.
    notes : list of str
        What was passed over.
    """

    files: list[Path]
    notes: list[str]


def find_files(inputs: Sequence[str | Path]) -> Found:
    """List the image files that inputs stand for.

    Parameters
    ----------
    inputs : sequence of str or path-like
        Files (of any name), folders (searched with their subfolders for names that end as in
        `hubble_dash.builder.files.kinds.SUFFIXES`; hidden ones, atlases, and links to folders are
        passed over), globs (``"data/**/*.fits"``), and lists ``"@list.txt"`` with any of these one
        a line, relative to the list's folder; blank lines and lines that start with ``#`` are
        skipped. Files, folders and globs may be addresses of servers, such as
        ``"s3://bucket/folder/"``; there a folder of the web ends with a slash.

    Returns
    -------
    Found
        Files in the order of the inputs, naturally sorted within a folder or glob, each once. Dead
        links, closed folders, and files of a list are not looked at here, so that what is wrong
        with one is reported when it is opened, and the others are read.

    Raises
    ------
    ImageError
        If an input does not exist, or a folder or glob has no image.
    ValueError
        If there are no inputs.
    """
    if not inputs:
        raise ValueError("no inputs; give files, folders, globs or @list.txt")
    found: dict[str, Path] = {}
    passed_over = PassedOver()
    for entry in inputs:
        for path in _expand(str(entry), passed_over):
            found.setdefault(real_path(path), path)
    return Found(list(found.values()), passed_over.notes())


def real_path(path: Path) -> str:
    """Name a file alike, by whichever links it was reached.

    Parameters
    ----------
    path : Path
        Of any file, or of none at all.
    """
    if isinstance(path, Remote):
        return str(path)
    try:
        return os.path.realpath(path)
    except (OSError, ValueError):
        return str(path)


def _expand(text: str, passed_over: PassedOver) -> list[Path]:
    if text.startswith("@"):
        return _read_list(_home(text[1:]), passed_over)
    if is_address(text):
        return _of_server(address_of(text), passed_over)
    path = _home(text)
    if _is(os.path.isdir, path):
        files = list(_search(path, passed_over))
    elif _is(os.path.lexists, path):
        return [path]
    elif glob.has_magic(text):
        files = _search_glob(path, passed_over)
    else:
        raise ImageError(text, f"there is no such file or folder{_why_not(path)}")
    return _some(text, files, passed_over)


def _some(text: str, files: list[Path], passed_over: PassedOver) -> list[Path]:
    """Refuse a folder or glob without images."""
    if not files:
        told = "; ".join(note[0].lower() + note[1:] for note in passed_over.notes())
        usual = ", ".join(kind.suffixes[0] for kind in READ)
        why = told or f"names should end in {usual} or the like"
        raise ImageError(text, f"no image found; {why}")
    return files


def _of_server(address: Address, passed_over: PassedOver) -> list[Path]:
    """List the images of a folder or glob of a server; else it is a file, of any name."""
    file = Remote(address)
    try:
        if has_magic(address):
            found = list_glob(address)
        elif address.shown.endswith("/") or file.facts().is_folder:
            found = list(list_folder(address))
        else:
            return [file]
    except RemoteError as err:
        if address.shown.endswith("/") or has_magic(address):
            raise ImageError(file, err.reason) from err
        return [file]  # which says so when it is opened, and others are read
    files = []
    for path in _naturally(found):
        if _is_image(path):
            files.append(path)
        else:
            passed_over.add_name(path.name)
    return _some(address.shown, files, passed_over)


def _home(text: str) -> Path:
    """Put a home folder in the place of ``~`` and ``~name``."""
    try:
        return Path(text).expanduser()
    except RuntimeError:
        raise ImageError(text, "there is no such user; write ./~name for a file") from None
    except ValueError:
        return Path(text)  # which will not be found, and be told why


def _is(asked: Callable[[Path], bool], path: Path) -> bool:
    """Ask the system about a name, which may be none at all."""
    try:
        return asked(path)
    except (OSError, ValueError):
        return False


def _why_not(path: Path) -> str:
    """Say what the system has against a name, where that is not plain."""
    if scheme := other_scheme(str(path).replace(":/", "://", 1)):
        allowed = ", ".join(f"{one}://" for one in SCHEMES)
        return f"; {scheme}:// is not read, allowed are {allowed}"
    try:
        path.lstat()
    except FileNotFoundError:
        return ""
    except OSError as err:
        return f": {err.strerror}"
    except ValueError as err:
        return f": {err}"
    return ""


def _read_list(path: Path, passed_over: PassedOver) -> list[Path]:
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except FileNotFoundError:
        raise ImageError(path, "there is no such list of files") from None
    except (OSError, ValueError) as err:
        raise ImageError(path, f"cannot be read as a list of files: {err}") from err
    entries = [line.strip() for line in lines]
    entries = [entry for entry in entries if entry and not entry.startswith("#")]
    if not entries:
        raise ImageError(path, "the list is empty; write one path a line")
    files: list[Path] = []
    for entry in entries:
        if is_address(entry):
            address = address_of(entry)
            is_several = has_magic(address) or address.shown.endswith("/")
            files += _of_server(address, passed_over) if is_several else [Remote(address)]
            continue
        try:
            named = path.parent / Path(entry).expanduser()
        except (RuntimeError, ValueError):
            # There is no such user, or no such name; the file will be missing by it.
            named = path.parent / entry
        is_glob = glob.has_magic(entry) and not _is(os.path.lexists, named)
        if is_glob or _is(os.path.isdir, named):
            files += _expand(str(named), passed_over)
        else:
            files.append(named)
    return files


def _search_glob(pattern: Path, passed_over: PassedOver) -> list[Path]:
    files: list[Path] = []
    # Path.glob takes no absolute patterns.
    matches = glob.glob(str(pattern), recursive=True)  # noqa: PTH207
    for path in _naturally(Path(match) for match in matches):
        if _is(os.path.isdir, path):
            files += _search(path, passed_over)
        elif _is_image(path):
            files.append(path)
        else:
            passed_over.add_file(path, is_regular=_is(os.path.isfile, path))
    return files


def _search(folder: Path, passed_over: PassedOver) -> Iterator[Path]:
    waiting = [folder]
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(folder) as listed:
                entries = {Path(entry.path): entry for entry in listed}
        except OSError:
            # When it is opened as a file, it says what is wrong with it.
            yield folder
            continue
        folders = []
        for path in _naturally(entries):
            if entries[path].is_dir(follow_symlinks=False):
                folders.append(path)
            elif _is(os.path.isdir, path):
                # It may lead round in a circle.
                passed_over.add_folder(path, "links to folders (name them to have them searched)")
            elif _is_image(path):
                yield path
            else:
                passed_over.add_file(path, is_regular=_is(os.path.isfile, path))
        waiting += [path for path in reversed(folders) if not _is_skipped(path, passed_over)]


def _is_image(path: Path) -> bool:
    return path.name.lower().endswith(SUFFIXES) and not path.name.startswith(".")


def _is_skipped(folder: Path, passed_over: PassedOver) -> bool:
    """Skip hidden folders, and atlases with their thumbnails, also half-written ones."""
    is_atlas = ".atlas" in folder.name or (
        _is(os.path.isfile, folder / MANIFEST_FILE) and _is(os.path.isdir, folder / SHEETS_FOLDER)
    )
    is_hidden = folder.name.startswith(".")
    if is_atlas or is_hidden:
        passed_over.add_folder(folder, "atlases" if is_atlas else "hidden folders")
    return is_atlas or is_hidden


def _naturally(paths: Iterable[Path]) -> list[Path]:
    """Sort so that ``image2`` stands before ``image10``."""

    def key(path: Path) -> tuple[list[tuple[int, int, str]], str]:
        # Of thousands of digits Python makes no number.
        parts = re.findall(r"\d{1,99}|\D+", str(path).casefold())
        return [(0, int(p), "") if p.isdecimal() else (1, 0, p) for p in parts], str(path)

    return sorted(paths, key=key)
