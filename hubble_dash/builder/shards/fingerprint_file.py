"""Fingerprints on their way to ``fingerprints.npy``."""

from __future__ import annotations

import os
from io import BufferedRandom
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib.format import write_array_header_1_0
from numpy.typing import NDArray

from hubble_dash.atlas.schema import ARRAY_TYPES, FINGERPRINTS_FILE, MEAN_FILE
from hubble_dash.builder.shards.arrays import map_new, save_array
from hubble_dash.builder.shards.part import Part
from hubble_dash.cosine import group_means, take_off
from hubble_dash.disk.space import watched
from hubble_dash.errors import BuildError

__all__ = ["FingerprintFile"]

MAX_HALF = float(np.finfo(np.float16).max)
# Rows whose largest value is smaller lose digits in half precision.
MIN_LARGEST = 2.0**-10
# Bytes of the header of a .npy file with two axes, however long they are.
HEADER_BYTES = 128


class FingerprintFile:
    """A file to which rows are added, and from which the atlas's fingerprints are made.

    Where no mean will be taken off, it is the atlas's own file, in half precision; else one in
    single precision beside it, which is dropped with the part.

    Parameters
    ----------
    part : Part
        The build.
    n_features : int
        Length of a row.
    is_centered : bool
        Whether a mean will be taken off.

    Attributes
    ----------
    files : list of str
        Those of the atlas that `finish` has written.
    """

    def __init__(self, part: Part, n_features: int, *, is_centered: bool) -> None:
        self._folder, self._final = part.folder, part.atlas / FINGERPRINTS_FILE
        self._path = part.folder / "fingerprints.raw" if is_centered else self._final
        self._kind = np.dtype(np.float32) if is_centered else ARRAY_TYPES[FINGERPRINTS_FILE]
        self._n_features, self._is_centered = n_features, is_centered
        self._file: BufferedRandom | None = None
        self.files: list[str] = []

    def open(self, n: int) -> None:
        """Go on after so many rows; what follows them is dropped.

        Parameters
        ----------
        n : int
            Rows of whole shards.

        Raises
        ------
        BuildError
            If the file lacks some of them.
        """
        wanted = HEADER_BYTES + n * self._n_features * self._kind.itemsize
        self._path.touch()
        if n and self._path.stat().st_size < wanted:
            raise BuildError(f"{self._path} is damaged; remove {self._folder} and begin anew")
        self._file = self._path.open("r+b")
        self._file.truncate(wanted)
        self._file.seek(wanted)

    def write(self, fingerprints: NDArray[np.float32]) -> None:
        """Add rows.

        Parameters
        ----------
        fingerprints : (b, d) float32 array
            The next ones.
        """
        # Beyond the range of half precision there are no features, but a user's network may differ.
        rows = fingerprints.clip(-MAX_HALF, MAX_HALF).astype(np.float32, copy=False)
        data = (rows if self._is_centered else _halved(rows)).tobytes()
        with watched(self._path, len(data)):
            self._opened().write(data)

    def flush(self) -> None:
        """Wait until the disk has all rows."""
        file = self._opened()
        file.flush()
        os.fsync(file.fileno())

    def close(self) -> None:
        """Let go of the file, where it is open."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def finish(
        self, n: int, groups: NDArray[np.int64] | None = None, *, rows_a_block: int = 16384
    ) -> NDArray[np.float16]:
        """Make ``fingerprints.npy`` of what was written and closed, and map it.

        Parameters
        ----------
        n : int
            How many rows there are.
        groups : (n,) int64 array, optional
            If a mean is taken off: that of each group, as `hubble_dash.cosine.center` does
            it. Else that of all, which is written as ``mean.npy`` (d,) float32, since those who
            compare a new fingerprint take it off as well; of that no group is known.
        rows_a_block : int
            How many are held in memory together.

        Returns
        -------
        (n, d) float16 array
            Memory-mapped, read-only.
        """
        self._write_header(n)
        self.files = [FINGERPRINTS_FILE]
        if self._is_centered and _write_centered(self._path, self._final, groups, rows_a_block):
            self.files.append(MEAN_FILE)
        mapped: NDArray[np.float16] = np.load(self._final, mmap_mode="r")
        return mapped

    def finish_after(
        self,
        old: NDArray[np.float16],
        mean: NDArray[np.float32],
        n: int,
        *,
        rows_a_block: int = 16384,
    ) -> NDArray[np.float16]:
        """Make ``fingerprints.npy`` of those of an atlas and what was written and closed after it.

        Parameters
        ----------
        old : (m, d) float16 array
            Those of the atlas, which stay as they are.
        mean : (d,) float32 array
            What was taken off them, and is taken off the new ones.
        n : int
            How many new rows there are.
        rows_a_block : int
            As of `finish`.

        Returns
        -------
        (m + n, d) float16 array
            Memory-mapped.
        """
        self._write_header(n)
        rows, m = np.load(self._path, mmap_mode="r"), len(old)
        joined = map_new(self._final, (m + n, self._n_features))
        for start in range(0, m, rows_a_block):
            block = slice(start, min(start + rows_a_block, m))
            joined[block] = old[block]
        for start in range(0, n, rows_a_block):
            new = take_off(rows[start : start + rows_a_block], mean)
            joined[m + start : m + start + len(new)] = _halved(new)
        self.files = [FINGERPRINTS_FILE]
        return joined

    def _write_header(self, n: int) -> None:
        with self._path.open("r+b") as file:
            shape = n, self._n_features
            write_array_header_1_0(
                file, {"descr": self._kind.str, "fortran_order": False, "shape": shape}
            )
            assert file.tell() == HEADER_BYTES

    def _opened(self) -> BufferedRandom:
        if self._file is None:
            raise ValueError(f"{self._path} is not open")
        return self._file


def _write_centered(
    path: Path, final: Path, groups: NDArray[np.int64] | None, rows_a_block: int
) -> bool:
    """Take means off the rows of a file, a block at a time; say whether one is that of all."""
    rows = np.load(path, mmap_mode="r")
    n = len(rows)
    codes, means = np.zeros(n, np.int64), np.zeros((1, rows.shape[1]), np.float32)
    # The mean of one is itself, and nothing would be left.
    has_mean = groups is None and n > 1
    if groups is not None and n > 1:
        codes, means = group_means(rows, groups, rows_a_block=rows_a_block)
    elif has_mean:
        means[0] = _mean(rows, rows_a_block)
        save_array(final.with_name(MEAN_FILE), means[0])
    centered = map_new(final, rows.shape)
    for start in range(0, n, rows_a_block):
        block = slice(start, start + rows_a_block)
        centered[block] = _halved(take_off(rows[block], means[codes[block]]))
    return has_mean


def _mean(rows: NDArray[np.float32], rows_a_block: int) -> NDArray[Any]:
    total = np.zeros(rows.shape[1])
    for start in range(0, len(rows), rows_a_block):
        total += rows[start : start + rows_a_block].sum(axis=0, dtype=np.float64)
    return total / len(rows)


def _halved(block: NDArray[np.float32]) -> NDArray[np.float16]:
    """Bring rows into half precision, scaled by a power of two where they would not fit."""
    largest = np.abs(block).max(axis=1, keepdims=True)
    unfit = (largest > MAX_HALF) | (largest < MIN_LARGEST)
    exponents = np.where(unfit, -np.frexp(largest)[1], 0)
    return np.ldexp(block, exponents).astype(np.float16)
