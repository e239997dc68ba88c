"""Fingerprints compared by cosine: a mean taken off, brought to length 1, searched."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "N_JOINED",
    "GroupMeans",
    "Smoothed",
    "center",
    "cosines",
    "group_means",
    "mean_direction",
    "nearest",
    "take_off",
    "to_unit_length",
]

# Share of its fingerprint that a cutout keeps which equals the mean, so that it has a direction.
SHARE_KEPT = 1e-3
# Shorter than this share of what it was, a fingerprint equals the mean but for rounding.
ROUNDING = 1e-5
# Neighbours that speak for a fingerprint that is smoothed.
N_JOINED = 9


class Smoothed:
    """Fingerprints that those most like them speak for as well, made a block at a time.

    Each is brought to length 1, and to it are added those of its nearest, times the third power of
    their cosines: R. Arandjelović & A. Zisserman 2012 (CVPR, 2911), as G. Tolias, R. Sicre &
    H. Jégou 2016 (arXiv:1511.05879) weigh them. Classes gain by it, small groups are blurred.

    Parameters
    ----------
    fingerprints : (m, d) float16 array
        May be memory-mapped.
    rows : (m, k) int32 array
        Neighbours of each, most similar first.
    similarities : (m, k) float32 array
        Their cosines.
    """

    def __init__(
        self,
        fingerprints: NDArray[np.float16],
        rows: NDArray[np.int32],
        similarities: NDArray[np.float32],
    ) -> None:
        self._fingerprints = fingerprints
        self._rows, self._similarities = rows[:, :N_JOINED], similarities[:, :N_JOINED]
        self.shape = fingerprints.shape

    def __len__(self) -> int:
        return len(self._fingerprints)

    def __getitem__(self, rows: slice | NDArray[np.integer[Any]]) -> NDArray[np.float32]:
        """Give some of them, (b, d) float32 of length 1; what has no length stays as it is."""
        block = np.array(self._fingerprints[rows], np.float32)
        to_unit_length(block)
        return self.joined(block, self._rows[rows], self._similarities[rows])

    def joined(
        self,
        vectors: NDArray[np.float32],
        rows: NDArray[np.int32],
        similarities: NDArray[np.float32],
    ) -> NDArray[np.float32]:
        """Join vectors of length 1 with those most like them.

        Parameters
        ----------
        vectors : (b, d) float32 array
            Overwritten.
        rows : (b, k) int32 array
            Of each the rows that are nearest.
        similarities : (b, k) float32 array
            Their cosines; those below 0 do not count.

        Returns
        -------
        (b, d) float32 array
            Of length 1.
        """
        weights = np.maximum(similarities, 0) ** 3
        for i in range(min(N_JOINED, rows.shape[1])):
            others = np.array(self._fingerprints[rows[:, i]], np.float32)
            to_unit_length(others)
            vectors += weights[:, i, np.newaxis] * others
        to_unit_length(vectors)
        return vectors


class GroupMeans(NamedTuple):
    """What is taken off each fingerprint.

    Attributes
    ----------
    codes : (n,) int64 array
        Of each fingerprint, its row of `means`.
    means : (g + 1, d) float32 array
        The collection's mean, then those of the groups that have more than one.
    """

    codes: NDArray[np.int64]
    means: NDArray[np.float32]


def center(
    fingerprints: NDArray[np.floating[Any]], groups: NDArray[Any] | None = None
) -> NDArray[np.float32]:
    """Take the collection's mean off, so that the cosine compares what differs.

    A network's features share a large mean, so that any two cutouts have a cosine near 1, and
    what all have in common decides much of the rest. See J. Mu & P. Viswanath 2018,
    arXiv:1702.01417, on word vectors, where the same holds.

    Parameters
    ----------
    fingerprints : (n, d) float array
        One row a cutout.
    groups : (n,) array, optional
        Take off the mean of each group instead, such as an instrument's: what all of its cutouts
        share is then no reason to be alike. A group of one has the collection's mean taken off.

    Returns
    -------
    (n, d) float32 array
        No row is zero: one that equals its mean keeps a thousandth of itself.

    Raises
    ------
    ValueError
        If there are not as many groups as fingerprints.
    """
    whole = np.asarray(fingerprints, dtype=np.float32)
    if groups is not None and len(groups) != len(whole):
        raise ValueError(f"there are {len(groups)} groups for {len(whole)} fingerprints")
    centred = whole - _mean(whole)
    for rows in _members(groups) if groups is not None else ():
        centred[rows] = whole[rows] - _mean(whole[rows])
    return _with_direction(centred, whole)


def group_means(
    fingerprints: NDArray[np.floating[Any]], groups: NDArray[Any], *, rows_a_block: int = 16384
) -> GroupMeans:
    """Find what `center` takes off, without a copy of the whole.

    Parameters
    ----------
    fingerprints : (n, d) float array
        Read block by block.
    groups : (n,) array
        As of `center`; a group of one has the collection's mean.
    rows_a_block : int
        Rows held at a time.

    Returns
    -------
    GroupMeans
    """
    codes = np.zeros(len(fingerprints), np.int64)
    for code, rows in enumerate(_members(groups), 1):
        codes[rows] = code
    sums = np.zeros((int(codes.max(initial=0)) + 1, fingerprints.shape[1]))
    for start in range(0, len(codes), rows_a_block):
        part = codes[start : start + rows_a_block]
        order = np.argsort(part, kind="stable")
        there, first = np.unique(part[order], return_index=True)
        block = np.asarray(fingerprints[start : start + rows_a_block], np.float64)
        sums[there] += np.add.reduceat(block[order], first, axis=0)
    counts = np.bincount(codes, minlength=len(sums))
    means = sums / np.maximum(counts, 1)[:, np.newaxis]
    means[0] = sums.sum(axis=0) / len(codes)
    return GroupMeans(codes, means.astype(np.float32))


def take_off(fingerprints: NDArray[np.float32], mean: NDArray[np.float32]) -> NDArray[np.float32]:
    """Take a mean that is known off fingerprints.

    Parameters
    ----------
    fingerprints : (n, d) float32 array
        One row a cutout.
    mean : (d,) or (n, d) float32 array
        Such as that of the atlas that they are compared with, or one for each row.

    Returns
    -------
    (n, d) float32 array
        No row is zero: one that equals the mean keeps a thousandth of itself.
    """
    return _with_direction(fingerprints - mean, fingerprints)


def to_unit_length(vectors: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Divide vectors by their lengths, in place: a dot product of two is then their cosine.

    Parameters
    ----------
    vectors : (n, d) float32 array
        Overwritten.

    Returns
    -------
    (n,) bool array
        Which have a length; those that are zero or not finite stay as they are.
    """
    lengths = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
    has_length: NDArray[np.bool_] = np.isfinite(lengths) & (lengths > 0)
    lengths[~has_length] = 1
    vectors /= lengths[:, np.newaxis]
    return has_length


def cosines(
    fingerprints: NDArray[np.float16] | Smoothed,
    vector: NDArray[np.float32],
    *,
    rows_a_block: int = 16384,
) -> NDArray[np.float32]:
    """Compare a vector with all fingerprints, a block at a time.

    Parameters
    ----------
    fingerprints : (m, d) float16 array or Smoothed
        May be memory-mapped.
    vector : (d,) float32 array
        What they are compared with.
    rows_a_block : int
        Fingerprints read at a time.

    Returns
    -------
    (m,) float32 array
        From -1 to 1; minus infinity for those that are zero or not finite.

    Raises
    ------
    ValueError
        If `vector` has another length, or is zero or not finite.
    """
    if vector.shape != fingerprints.shape[1:]:
        raise ValueError(
            f"the fingerprint has shape {vector.shape},"
            f" those of this atlas have {fingerprints.shape[1:]}"
        )
    query = vector[np.newaxis].copy()
    if not to_unit_length(query).all():
        raise ValueError("the fingerprint is zero or not finite")
    found = np.empty(len(fingerprints), np.float32)
    for start in range(0, len(found), rows_a_block):
        rows = slice(start, start + rows_a_block)
        block = np.array(fingerprints[rows], np.float32)
        can_be_found = to_unit_length(block)
        found[rows] = np.where(can_be_found, np.clip(block @ query[0], -1, 1), -np.inf)
    return found


def nearest(
    fingerprints: NDArray[np.float16] | Smoothed,
    vector: NDArray[np.float32],
    *,
    n: int,
    left_out: NDArray[np.int64] | None = None,
    rows_a_block: int = 16384,
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Find the fingerprints most similar to a vector, a block at a time.

    Parameters
    ----------
    fingerprints : (m, d) float16 array or Smoothed
        May be memory-mapped.
    vector : (d,) float32 array
        What is looked for.
    n : int
        How many of the nearest.
    left_out : (l,) int64 array, optional
        Rows that are not found.
    rows_a_block : int
        Fingerprints read at a time.

    Returns
    -------
    rows : (n,) int32 array
        Most similar first, equal ones in the order of their rows; fewer where there are fewer.
    similarities : (n,) float32 array
        Their cosines.

    Raises
    ------
    ValueError
        If `vector` has another length, or is zero or not finite.
    """
    cosine = cosines(fingerprints, vector, rows_a_block=rows_a_block)
    if left_out is not None:
        cosine[left_out] = -np.inf
    order = np.argsort(-cosine, kind="stable")[:n].astype(np.int32)
    order = order[np.isfinite(cosine[order])]
    return order, cosine[order]


def mean_direction(
    fingerprints: NDArray[np.float16], rows: NDArray[np.int64], *, rows_a_block: int = 4096
) -> NDArray[np.float32]:
    """Average some fingerprints of length 1 each, a block at a time.

    Parameters
    ----------
    fingerprints : (m, d) float16 array
        May be memory-mapped.
    rows : (k,) int64 array
        Those that are averaged; of them, what is zero or not finite does not count.
    rows_a_block : int
        Fingerprints read at a time.

    Returns
    -------
    (d,) float32 array
        The mean, brought to length 1.

    Raises
    ------
    ValueError
        If nothing is left of the mean: no fingerprint counts, or they cancel each other.
    """
    total = np.zeros(fingerprints.shape[1])
    for start in range(0, len(rows), rows_a_block):
        block = np.array(fingerprints[rows[start : start + rows_a_block]], np.float32)
        counts = to_unit_length(block)
        total += block[counts].sum(axis=0, dtype=np.float64)
    length = np.linalg.norm(total)
    if not length > ROUNDING * len(rows):
        raise ValueError("the fingerprints cancel each other: their mean has no direction")
    mean: NDArray[np.float32] = (total / length).astype(np.float32)
    return mean


def _with_direction(
    centred: NDArray[np.float32], whole: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Give those that vanished a small part of what they were."""
    lost = np.linalg.norm(centred, axis=1) <= ROUNDING * np.linalg.norm(whole, axis=1)
    centred[lost] = SHARE_KEPT * whole[lost]
    return centred


def _mean(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    mean: NDArray[np.float32] = vectors.mean(axis=0, dtype=np.float64).astype(np.float32)
    return mean


def _members(groups: NDArray[Any]) -> list[NDArray[np.int64]]:
    """Rows of each group that has more than one."""
    _, codes = np.unique(groups, return_inverse=True)
    order = np.argsort(codes, kind="stable")
    parts = np.split(order, np.cumsum(np.bincount(codes))[:-1])
    return [part for part in parts if len(part) > 1]
