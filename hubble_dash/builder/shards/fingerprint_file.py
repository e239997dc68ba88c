"""Fingerprints on their way to ``fingerprints.npy``."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
from numpy.lib.format import open_memmap, write_array_header_1_0
from numpy.typing import NDArray

from hubble_dash.atlas.cosine import group_means, take_off
from hubble_dash.atlas.schema import ARRAY_TYPES, FINGERPRINTS_FILE, MEAN_FILE
from hubble_dash.builder.shards.checkpoint import Part
from hubble_dash.errors import BuildError

__all__ = ["RawFingerprints"]

ROWS_A_BLOCK = 16384
HALF = float(np.finfo(np.float16).max)
# Rows whose largest value is smaller lose digits in half precision.
FAINT = 2.0**-10
# Bytes of the header of a .npy file with two axes, however long they are.
HEADER = 128


class RawFingerprints:
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

    Raises
    ------
    BuildError
        If the part lacks rows of its whole shards.
    """

    def __init__(self, part: Part, n_features: int, *, is_centered: bool) -> None:
        self._final = part.atlas / FINGERPRINTS_FILE
        self._path = part.folder / "fingerprints.raw" if is_centered else self._final
        self._kind = np.dtype(np.float32) if is_centered else ARRAY_TYPES[FINGERPRINTS_FILE]
        self._n_features, self.is_centered = n_features, is_centered
        wanted = HEADER + part.n * n_features * self._kind.itemsize
        self._path.touch()
        if part.n and self._path.stat().st_size < wanted:
            raise BuildError(f"{self._path} is damaged; remove {part.folder} and begin anew")
        self._file = self._path.open("r+b")
        self._file.truncate(wanted)
        self._file.seek(wanted)

    def write(self, fingerprints: NDArray[np.float32]) -> None:
        """Add rows, (b, d)."""
        # Beyond the range of half precision there are no features, but a user's network may differ.
        rows = fingerprints.clip(-HALF, HALF).astype(np.float32, copy=False)
        self._file.write((rows if self.is_centered else _halved(rows)).tobytes())

    def flush(self) -> None:
        """Wait until the disk has all rows."""
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def finish(self, n: int, groups: NDArray[np.int64] | None = None) -> NDArray[np.float16]:
        """Make ``fingerprints.npy`` of what was written and closed, and map it.

        Parameters
        ----------
        n : int
            How many rows there are.
        groups : (n,) int64 array, optional
            If a mean is taken off: that of each group, as `hubble_dash.atlas.cosine.center` does
            it. Else that of all, which is written as ``mean.npy`` (d,) float32, since those who
            compare a new fingerprint take it off as well; of that no group is known.

        Returns
        -------
        (n, d) float16 array
            Memory-mapped, read-only.
        """
        shape = n, self._n_features
        with self._path.open("r+b") as file:
            write_array_header_1_0(
                file, {"descr": self._kind.str, "fortran_order": False, "shape": shape}
            )
            assert file.tell() == HEADER
        if self.is_centered:
            self._center(np.load(self._path, mmap_mode="r"), groups)
        mapped: NDArray[np.float16] = np.load(self._final, mmap_mode="r")
        return mapped

    def _center(self, raw: NDArray[np.float32], groups: NDArray[np.int64] | None) -> None:
        n = len(raw)
        codes, means = np.zeros(n, np.int64), np.zeros((1, raw.shape[1]), np.float32)
        # The mean of one is itself, and nothing would be left.
        if groups is not None and n > 1:
            codes, means = group_means(raw, groups, rows_a_block=ROWS_A_BLOCK)
        elif n > 1:
            means[0] = _mean(raw)
            np.save(self._final.with_name(MEAN_FILE), means[0])
        final = open_memmap(self._final, mode="w+", dtype=np.float16, shape=raw.shape)
        for start in range(0, n, ROWS_A_BLOCK):
            rows = slice(start, start + ROWS_A_BLOCK)
            final[rows] = _halved(take_off(raw[rows], means[codes[rows]]))


def _mean(raw: NDArray[np.float32]) -> NDArray[Any]:
    total = np.zeros(raw.shape[1])
    for start in range(0, len(raw), ROWS_A_BLOCK):
        total += raw[start : start + ROWS_A_BLOCK].sum(axis=0, dtype=np.float64)
    return total / len(raw)


def _halved(block: NDArray[np.float32]) -> NDArray[np.float16]:
    """Bring rows into half precision, scaled by a power of two where they would not fit."""
    largest = np.abs(block).max(axis=1, keepdims=True)
    unfit = (largest > HALF) | (largest < FAINT)
    exponents = np.where(unfit, -np.frexp(largest)[1], 0)
    return np.ldexp(block, exponents).astype(np.float16)
