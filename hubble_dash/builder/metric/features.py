"""Features as a network gives them -> the form in which they are compared.

Covariances are compared by their signed roots, since large ones would decide alone otherwise (Lin
et al. 2015, arXiv:1504.07889).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hubble_dash.atlas.manifest import MetricEntry

__all__ = ["ROWS_A_BLOCK", "FeatureParts", "covariances_of", "form_of"]

# How much the covariances count beside the means of the last map.
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
    n_channels : int
        Channels of the earlier map, or mixtures of them, whose covariances follow: those on and
        above the diagonal, row by row, of length 1 together.
    n_means : int
        What `DiskPooled` gives stands at the end.
    """

    n_last: int
    n_channels: int
    n_means: int

    @classmethod
    def of(cls, entry: MetricEntry) -> FeatureParts:
        """Take what an atlas says of its metric.

        Parameters
        ----------
        entry : MetricEntry
            Of the manifest.
        """
        return cls(entry["n_last"], entry["n_channels"], entry["n_means"])

    @property
    def n_covariances(self) -> int:
        """Numbers on and above the diagonal."""
        return self.n_channels * (self.n_channels + 1) // 2

    @property
    def n(self) -> int:
        """All numbers."""
        return self.n_last + self.n_covariances + self.n_means


def form_of(
    features: NDArray[np.float32], parts: FeatureParts, channels: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Bring features into the form that is compared: means, then roots of covariances.

    Parameters
    ----------
    features : (m, parts.n) float32 array
        One row a view.
    parts : FeatureParts
        Of these.
    channels : (c, a) float32 array
        Axes on which covariances are brought.

    Returns
    -------
    (m, parts.n_last + a (a + 1) / 2) float32 array
    """
    a = channels.shape[1]
    upper = np.triu_indices(a)
    formed = np.empty((len(features), parts.n_last + len(upper[0])), np.float32)
    for start in range(0, len(features), ROWS_A_BLOCK):
        block = features[start : start + ROWS_A_BLOCK]
        reduced = _brought(covariances_of(block, parts), channels)
        values = reduced[:, upper[0], upper[1]]
        roots = np.sign(values) * np.sqrt(np.abs(values))
        lengths = np.linalg.norm(roots, axis=1, keepdims=True)
        rows = formed[start : start + ROWS_A_BLOCK]
        rows[:, : parts.n_last] = block[:, : parts.n_last]
        rows[:, parts.n_last :] = COVARIANCE_WEIGHT * roots / np.maximum(lengths, 1e-12)
    return formed


def _brought(matrices: NDArray[np.float32], channels: NDArray[np.float32]) -> NDArray[np.float32]:
    """Bring (m, c, c) onto axes, (m, a, a): two large products, not two small ones for each."""
    m, c, _ = matrices.shape
    a = channels.shape[1]
    half = (matrices.reshape(m * c, c) @ channels).reshape(m, c, a)
    whole = np.ascontiguousarray(half.transpose(0, 2, 1)).reshape(m * a, c) @ channels
    found: NDArray[np.float32] = whole.reshape(m, a, a)
    return found


def covariances_of(features: NDArray[np.float32], parts: FeatureParts) -> NDArray[np.float32]:
    """Give the covariances as matrices.

    Parameters
    ----------
    features : (m, parts.n) float32 array
        One row a view.
    parts : FeatureParts
        Of these.

    Returns
    -------
    (m, c, c) float32 array
    """
    c = parts.n_channels
    rows, columns = np.triu_indices(c)
    values = features[:, parts.n_last : parts.n_last + parts.n_covariances]
    matrices = np.empty((len(features), c, c), np.float32)
    matrices[:, rows, columns] = values
    matrices[:, columns, rows] = values
    return matrices
