"""What the user names on the command line becomes a list of image files."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from hubble_dash.atlas.schema import MANIFEST_FILE, SHEETS_FOLDER
from hubble_dash.errors import ImageError

__all__ = ["SUFFIXES", "find_files"]

_FITS_SUFFIXES = (".fits", ".fit", ".fts")
SUFFIXES = (
    *_FITS_SUFFIXES,
    *(suffix + packed for suffix in _FITS_SUFFIXES for packed in (".gz", ".fz", ".bz2")),
    *(".fz", ".tif", ".tiff", ".jpg", ".jpeg", ".png", ".webp"),
)


def find_files(inputs: Sequence[str | Path]) -> list[Path]:
    """List the image files that inputs stand for.

    Parameters
    ----------
    inputs : sequence of str or path-like
        Files (of any name), folders (searched with their subfolders for names that end as in
        `SUFFIXES`; hidden ones and atlases are skipped), globs (``"data/**/*.fits"``), and
        lists ``"@list.txt"`` with any of these one a line, relative to the list's folder; blank
        lines and lines that start with ``#`` are skipped.

    Returns
    -------
    list of Path
        In the order of the inputs, naturally sorted within a folder or glob, each file once. Files
        of a list are not looked at here, so that one that is missing is reported when it is opened.

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
    for entry in inputs:
        for path in _expand(str(entry)):
            found.setdefault(os.path.realpath(path), path)
    return list(found.values())


def _expand(text: str) -> list[Path]:
    if text.startswith("@"):
        return _read_list(Path(text[1:]).expanduser())
    path = Path(text).expanduser()
    if path.is_dir():
        files = list(_search(path))
    elif path.exists():
        return [path]
    elif glob.has_magic(text):
        files = _search_glob(path)
    else:
        raise ImageError(text, "there is no such file or folder")
    if not files:
        raise ImageError(text, f"no image found; names should end in {', '.join(SUFFIXES)}")
    return files


def _read_list(path: Path) -> list[Path]:
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except FileNotFoundError:
        raise ImageError(path, "there is no such list of files") from None
    except (OSError, UnicodeDecodeError) as err:
        raise ImageError(path, f"cannot be read as a list of files: {err}") from err
    entries = [line.strip() for line in lines]
    entries = [entry for entry in entries if entry and not entry.startswith("#")]
    if not entries:
        raise ImageError(path, "the list is empty; write one path a line")
    files: list[Path] = []
    for entry in entries:
        entry_path = path.parent / Path(entry).expanduser()
        if entry_path.is_dir() or (glob.has_magic(entry) and not entry_path.exists()):
            files += _expand(str(entry_path))
        else:
            files.append(entry_path)
    return files


def _search_glob(pattern: Path) -> list[Path]:
    files: list[Path] = []
    # Path.glob takes no absolute patterns.
    matches = glob.glob(str(pattern), recursive=True)  # noqa: PTH207
    for path in _naturally(Path(match) for match in matches):
        if path.is_dir():
            files += _search(path)
        elif _is_image(path):
            files.append(path)
    return files


def _search(folder: Path) -> Iterator[Path]:
    entries = _naturally(folder.iterdir())
    yield from (path for path in entries if path.is_file() and _is_image(path))
    for path in entries:
        # A link to a folder may lead round in a circle.
        if path.is_dir() and not path.is_symlink() and not _is_skipped(path):
            yield from _search(path)


def _is_image(path: Path) -> bool:
    return path.name.lower().endswith(SUFFIXES) and not path.name.startswith(".")


def _is_skipped(folder: Path) -> bool:
    """Skip hidden folders, and atlases with their thumbnails, also half-written ones."""
    is_atlas = (folder / MANIFEST_FILE).exists() and (folder / SHEETS_FOLDER).is_dir()
    return folder.name.startswith(".") or ".atlas" in folder.name or is_atlas


def _naturally(paths: Iterable[Path]) -> list[Path]:
    """Sort so that ``image2`` stands before ``image10``."""

    def key(path: Path) -> tuple[list[tuple[int, int, str]], str]:
        parts = re.findall(r"\d+|\D+", str(path).casefold())
        return [(0, int(p), "") if p.isdecimal() else (1, 0, p) for p in parts], str(path)

    return sorted(paths, key=key)
