"""Clusters and fingerprints -> of each its size, its most typical cutout, and its spread."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from hubble_dash.builder.neighbors.unit import FloatMatrix, blocks, unit_block

__all__ = ["Described", "describe"]


class Described(NamedTuple):
    """A cluster.

    Attributes
    ----------
    size : int
        Cutouts in it.
    medoid : int
        The row most like the mean of all in it.
    spread : float
        How far they are from that mean: 1 less the cosine, on average.
    """

    size: int
    medoid: int
    spread: float


def describe(codes: NDArray[np.int16], fingerprints: FloatMatrix) -> list[Described]:
    """Say of each cluster what lies in its middle, and how far the others are from that.

    Parameters
    ----------
    codes : (n,) int16 array
        The cluster of each cutout; less than 0 for none. None of them is empty.
    fingerprints : (n, d) float array
        Read twice, in blocks.

    Returns
    -------
    list of Described
        By code.
    """
    n, m = len(codes), int(codes.max(initial=-1)) + 1
    sums = np.zeros((m, fingerprints.shape[1]))
    for part in blocks(n):
        known = np.flatnonzero(codes[part] >= 0)
        ones = np.ones(len(known), np.float32)
        of_cluster = csr_array(
            (ones, (codes[part][known], known)), shape=(m, part.stop - part.start)
        )
        sums += of_cluster @ unit_block(fingerprints, part)
    means = (sums / np.linalg.norm(sums, axis=1, keepdims=True)).astype(np.float32)
    cosines = np.full(n, -np.inf, np.float32)
    for part in blocks(n):
        rows = part.start + np.flatnonzero(codes[part] >= 0)
        unit = unit_block(fingerprints, rows) if len(rows) else np.empty((0, sums.shape[1]))
        cosines[rows] = np.einsum("ij,ij->i", unit, means[codes[rows]])
    found = []
    order = np.argsort(codes, kind="stable")
    ends = np.searchsorted(codes[order], np.arange(m + 1))
    for first, last in pairwise(ends):
        inside = order[first:last]
        medoid = int(inside[cosines[inside].argmax()])
        spread = max(0.0, 1 - float(cosines[inside].mean(dtype=np.float64)))
        found.append(Described(len(inside), medoid, round(spread, 4)))
    return found
