"""The mean of a collection, or of its groups, taken off fingerprints before they are compared."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.atlas.schema import MEAN_FILE

__all__ = ["GroupMeans", "center", "group_means", "mean_of", "take_off"]

# Of its fingerprint, what a cutout that equals the mean keeps, so that it has a direction at all.
LEAST = 1e-3


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


def mean_of(atlas: Atlas) -> NDArray[np.float32]:
    """Give what was taken off an atlas's fingerprints, (d,) float32; zeros if nothing was."""
    if MEAN_FILE not in atlas.manifest["files"]:
        return np.zeros(atlas.fingerprints.shape[1], np.float32)
    mean: NDArray[np.float32] = np.load(atlas.path / MEAN_FILE)
    return mean


def _with_direction(
    centred: NDArray[np.float32], whole: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Give those that vanished a small part of what they were."""
    lost = np.linalg.norm(centred, axis=1) <= 1e-5 * np.linalg.norm(whole, axis=1)
    centred[lost] = LEAST * whole[lost]
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
