"""Pieces -> files of several each, so that a report of a million cutouts has some thousand files.

A file is a script that hands its pieces over one after another, each in a line of its own, so that
a page from a server can ask for the bytes of one of them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeAlias, TypeVar

from hubble_dash.disk.names import NewFolder
from hubble_dash.viewer.data.encoding import checksum, column, piece_text
from hubble_dash.viewer.data.orders import BLOCKS
from hubble_dash.viewer.data.schema import FileIndex, Piece

__all__ = ["FILE_BYTES", "Bundles", "file_bytes_of", "in_order"]

Step: TypeAlias = Callable[[], object]
Made = TypeVar("Made")

# About how large a file of several pieces is: what a page from a disk loads for one of them. Of
# more cutouts than these it grows with their number, so that a million, with as many neighbours
# as overlapping windows have, are less than 5,000 files; up to so many times as large.
FILE_BYTES, FEW, MOST_TIMES = 600_000, 750_000, 3.0
# What is asked for by itself, or is as large as a file.
ALONE = {*BLOCKS, "texts", "previews", "faces"}
# What is under way at a time, which bounds the memory that it takes.
MAX_AT_ONCE = 16


def file_bytes_of(n: int) -> int:
    """Say how large a file of several pieces is in a report.

    Parameters
    ----------
    n : int
        Number of cutouts.
    """
    return int(FILE_BYTES * min(max(1.0, n / FEW), MOST_TIMES))


class Bundles:
    """Writes pieces into files.

    Parameters
    ----------
    folder : NewFolder
        Where they go, as ``kind/0.js`` and so on.
    file_bytes : int
        How large a file of several pieces is; the first piece of a kind says how many that are.

    Attributes
    ----------
    index : dict of str to FileIndex
        Of kinds that have several pieces in a file.
    checksums : dict of str to str
        SHA-256 of each file, by ``kind/number``.
    """

    def __init__(self, folder: NewFolder, *, file_bytes: int = FILE_BYTES) -> None:
        self._folder, self._file_bytes = folder, file_bytes
        self.index: dict[str, FileIndex] = {}
        self.checksums: dict[str, str] = {}

    def write(self, kind: str, pieces: Iterable[Piece], step: Step | None = None) -> None:
        """Write all pieces of a kind.

        Parameters
        ----------
        kind : str
            Of the pieces.
        pieces : iterable of Piece
            In order.
        step : callable, optional
            Called after each.
        """
        per_file, starts = 1, []
        lines: list[bytes] = []
        n_files = n_bytes = 0
        for number, piece in enumerate(pieces):
            line = piece_text(kind, number, piece).encode()
            if not number and kind not in ALONE:
                per_file = max(1, round(self._file_bytes / len(line)))
            if len(lines) == per_file:
                self._write(f"{kind}/{n_files}", lines)
                lines, n_bytes, n_files = [], 0, n_files + 1
            starts.append(n_bytes)
            lines.append(line)
            n_bytes += len(line) + 1
            if step is not None:
                step()
        if lines:
            self._write(f"{kind}/{n_files}", lines)
        if per_file > 1:
            self.index[kind] = {"per_file": per_file, "starts": column(starts, "int32")}

    def _write(self, name: str, lines: list[bytes]) -> None:
        data = b"\n".join(lines)
        self._folder.write(f"{name}.js", data)
        self.checksums[name] = checksum(data)


def in_order(pool: ThreadPoolExecutor, work: Callable[[int], Made], n: int) -> Iterator[Made]:
    """Work on 0 to n - 1, without running far ahead of who takes what comes of it.

    Parameters
    ----------
    pool : ThreadPoolExecutor
        Works.
    work : callable
        Makes something of a number.
    n : int
        How many.

    Yields
    ------
    Made
        What it makes, in order.
    """
    waiting: deque[Future[Made]] = deque()
    for number in range(n):
        waiting.append(pool.submit(work, number))
        if len(waiting) == MAX_AT_ONCE:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()
