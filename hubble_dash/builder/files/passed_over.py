"""What a search of folders did not take, counted, so that nothing vanishes without a word."""

from __future__ import annotations

import logging
from collections import Counter
from pathlib import Path

from hubble_dash.builder.files.kinds import (
    N_FIRST_BYTES,
    PACKED,
    READ,
    SIDE_FILE,
    SUFFIXES,
    Kind,
    kind_by_suffix,
    kind_of,
)

__all__ = ["PassedOver"]

logger = logging.getLogger(__name__)

# Files that systems put into every folder; nobody misses them.
_OF_SYSTEMS = (".DS_Store", "Thumbs.db", "desktop.ini", "__MACOSX")
_MAX_SUFFIXES_TOLD = 6
# What follows a dot may be a part of the name.
_MAX_SUFFIX = 8


class PassedOver:
    """Counts files and folders by the reason why they are not read."""

    def __init__(self) -> None:
        self._known: Counter[tuple[str, str]] = Counter()
        self._others: Counter[str] = Counter()
        self._counted: Counter[str] = Counter()

    def add_file(self, path: Path, *, is_regular: bool) -> None:
        """Count a file whose suffix is none of `hubble_dash.builder.files.kinds.SUFFIXES`.

        Parameters
        ----------
        path : Path
            The file; its first bytes are read where its suffix says nothing.
        is_regular : bool
            Whether it may be opened: pipes and devices may not.
        """
        if path.name in _OF_SYSTEMS:
            return
        if path.name.startswith("."):
            # Those of programs and version control are many, and nobody takes them for images.
            self._counted["hidden files"] += path.name.lower().endswith(SUFFIXES)
            return
        if not is_regular:
            self._counted["pipes, devices or sockets"] += 1
            return
        suffix, kind = _suffix(path.name), kind_by_suffix(path.name)
        if kind is None and (kind := _look(path)) in (*READ, *PACKED):
            why = f"{kind.name} by the first bytes; rename, or name each by itself"
            self._known[suffix, why] += 1
        else:
            self._add(suffix, kind)

    def add_name(self, name: str) -> None:
        """Count a file of a server, which is not looked into.

        Parameters
        ----------
        name : str
            What it is called.
        """
        if name not in _OF_SYSTEMS and not name.startswith("."):
            self._add(_suffix(name), kind_by_suffix(name))

    def _add(self, suffix: str, kind: Kind | None) -> None:
        if kind is None or kind is SIDE_FILE:
            self._others[suffix] += 1
        else:
            self._known[suffix, f"{kind.name}, not read; {kind.advice}"] += 1

    def add_folder(self, path: Path, what: str) -> None:
        """Count a folder that is not searched.

        Parameters
        ----------
        path : Path
            The folder.
        what : str
            What such folders are, such as "hidden folders".
        """
        self._counted[what] += path.name not in _OF_SYSTEMS

    def notes(self) -> list[str]:
        """Say what was passed over, a line a reason."""
        known = sorted(self._known.items(), key=lambda item: (-item[1], item[0]))
        found = [f"{_files(n, suffix)}: {why}" for (suffix, why), n in known]
        found += [f"{what}: {n:,}" for what, n in self._counted.items() if n]
        if self._others:
            told = [suffix or "without suffix" for suffix, _ in self._others.most_common()]
            more = ", ..." if len(told) > _MAX_SUFFIXES_TOLD else ""
            listed = ", ".join(told[:_MAX_SUFFIXES_TOLD]) + more
            found.append(f"{_files(self._others.total(), 'other')} ({listed})")
        return [f"Passed over: {text}" for text in found]


def _files(n: int, suffix: str) -> str:
    noun = "file" if n == 1 else "files"
    return f"{n:,} {suffix} {noun}" if suffix else f"{n:,} {noun} without suffix"


def _suffix(name: str) -> str:
    """Give the end of a name from its dot, two where a file is packed: ``.fits.Z``."""
    stem, dot, last = name.rpartition(".")
    if not dot or not stem or not last.isalnum() or last.isdecimal() or len(last) > _MAX_SUFFIX:
        return ""
    _, dot, before = stem.rpartition(".")
    both = f".{before}.{last}"
    return both if dot and f".{before.lower()}" in SUFFIXES else f".{last}"


def _look(path: Path) -> Kind | None:
    try:
        with path.open("rb") as file:
            return kind_of(file.read(N_FIRST_BYTES))
    except OSError as err:
        logger.debug("%s: %s", path, err)
        return None
