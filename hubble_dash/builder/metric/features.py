"""Features as a network gives them -> the form in which they are compared.

Covariances are compared by their signed roots, since large ones would decide alone otherwise (Lin
et al. 2015, arXiv:1504.07889).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from hubble_dash.atlas.manifest import MetricEntry, channel_counts

__all__ = ["ROWS_A_BLOCK", "FeatureParts", "covariances_of", "form_of"]

# How much the covariances of all maps together count beside the means of the last one.
COVARIANCE_WEIGHT = 1.5
# Views whose covariances are held as matrices at once.
ROWS_A_BLOCK = 256


@dataclass(frozen=True)
class FeatureParts:
    """Where the parts of such features stand, one behind the other.

    Parameters
    ----------
    n_last : int
        Channels of the last map: the generalised mean of each over the disk, of length 1 together.
    n_channels : tuple of int
        Channels of each earlier map, or mixtures of them, whose covariances follow, map by map:
        those on and above the diagonal, row by row, of length 1 together.
    n_means : int
        What `DiskPooled` gives stands at the end.
    """

    n_last: int
    n_channels: tuple[int, ...]
    n_means: int

    @classmethod
    def of(cls, entry: MetricEntry) -> FeatureParts:
        """Take what an atlas says of its metric.

        Parameters
        ----------
        entry : MetricEntry
            Of the manifest.
        """
        return cls(entry["n_last"], channel_counts(entry), entry["n_means"])

    @property
    def n(self) -> int:
        """All numbers."""
        return self.n_last + sum(map(_n_upper, self.n_channels)) + self.n_means

    @property
    def maps(self) -> Iterator[tuple[slice, slice]]:
        """Of each map, where its covariances stand, and its channels among those of all."""
        column, channel = self.n_last, 0
        for n in self.n_channels:
            n_here = _n_upper(n)
            yield slice(column, column + n_here), slice(channel, channel + n)
            column, channel = column + n_here, channel + n


def form_of(
    features: NDArray[np.floating], parts: FeatureParts, channels: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Bring features into the form that is compared: means, then roots of covariances.

    Parameters
    ----------
    features : (m, parts.n) float32 or float16 array
        One row a view.
    parts : FeatureParts
        Of these.
    channels : (c, a) float32 array
        Axes on which covariances are brought; c counts the channels of all maps.

    Returns
    -------
    (m, parts.n_last + k a (a + 1) / 2) float32 array
        Of k maps.
    """
    upper = np.triu_indices(channels.shape[1])
    n_roots, n_maps = len(upper[0]), len(parts.n_channels)
    formed = np.empty((len(features), parts.n_last + n_maps * n_roots), np.float32)
    formed[:, : parts.n_last] = features[:, : parts.n_last]
    weight = COVARIANCE_WEIGHT / np.sqrt(n_maps)
    for start in range(0, len(features), ROWS_A_BLOCK):
        block = features[start : start + ROWS_A_BLOCK]
        rows = formed[start : start + ROWS_A_BLOCK]
        for number, (where, of) in enumerate(parts.maps):
            values = _brought(covariances_of(block[:, where]), channels[of])[:, *upper]
            roots = np.sign(values) * np.sqrt(np.abs(values))
            lengths = np.linalg.norm(roots, axis=1, keepdims=True)
            first = parts.n_last + number * n_roots
            rows[:, first : first + n_roots] = weight * roots / np.maximum(lengths, 1e-12)
    return formed


def _brought(matrices: NDArray[np.float32], channels: NDArray[np.float32]) -> NDArray[np.float32]:
    """Bring (m, c, c) onto axes, (m, a, a): two large products, not two small ones for each."""
    m, c, _ = matrices.shape
    a = channels.shape[1]
    half = (matrices.reshape(m * c, c) @ channels).reshape(m, c, a)
    whole = np.ascontiguousarray(half.transpose(0, 2, 1)).reshape(m * a, c) @ channels
    found: NDArray[np.float32] = whole.reshape(m, a, a)
    return found


def covariances_of(upper: NDArray[np.floating]) -> NDArray[np.float32]:
    """Give covariances as matrices.

    Parameters
    ----------
    upper : (m, c (c + 1) / 2) float32 or float16 array
        Those on and above the diagonal, row by row; one row a view.

    Returns
    -------
    (m, c, c) float32 array
    """
    square = _square(upper.shape[1])
    matrices = upper.astype(np.float32, copy=False).take(square, axis=1)
    return matrices.reshape(len(upper), *square.shape)


@lru_cache(maxsize=8)
def _square(n_upper: int) -> NDArray[np.intp]:
    """Say where each entry of a symmetric matrix stands among those of its upper half."""
    c = (math.isqrt(8 * n_upper + 1) - 1) // 2
    square = np.empty((c, c), np.intp)
    upper = np.triu_indices(c)
    square[upper] = square.T[upper] = np.arange(n_upper)
    return square


def _n_upper(n: int) -> int:
    """Count the entries on and above the diagonal."""
    return n * (n + 1) // 2
