"""Features of a sample -> the metric, in closed form.

Directions in which views of one cutout differ count little, those in which cutouts differ much:
within-class covariance normalisation (Hatch and Stolcke 2006), where each cutout is a class of its
own and its views, turned and changed, are the members.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hubble_dash.builder.metric.features import ROWS_A_BLOCK, FeatureParts, covariances_of, form_of

__all__ = ["Learning", "Metric", "learn"]

# Smaller differences, beside the largest number, are those of rounding.
LEAST_SHARE = 1e-5
# Leading axes of the channels' covariances that are compared.
N_CHANNEL_AXES = 64
# How much of the mean variance is added to that within cutouts, so that no direction is blown up.
SHRINKAGE = 0.3
MAX_SAMPLE_AXES = 400


@dataclass(frozen=True)
class Learning:
    """From how many cutouts a metric is learned, and how much of them it tells.

    Parameters
    ----------
    least : int
        Fewer say too little of what does not matter, and nothing is learned.
    usual : int
        What is taken of a collection that has so many and is seen in one view.
    most : int
        From more the metric gains little; `scripts/bench meaning` has the curve.
    n_axes : int
        Numbers of a fingerprint.
    """

    least: int = 100
    usual: int = 250
    most: int = 500
    n_axes: int = 64

    def n_sample(self, n: int, n_views: int) -> int:
        """Say how many of a collection are wanted.

        Of many cutouts in one view each it is a 25th: with five views of each, learning takes a
        fifth of the time of what follows. In several views there is more time to learn.

        Parameters
        ----------
        n : int
            Cutouts of the collection.
        n_views : int
            Views of each that are seen afterwards.
        """
        return min(max(self.usual, n // 25), self.most) if n_views == 1 else self.most


@dataclass(frozen=True)
class Metric:
    """From features to fingerprints.

    Parameters
    ----------
    parts : FeatureParts
        Of the features.
    channels : (c, a) float32 array
        Axes on which covariances are brought: those of the channels of one map behind those of
        another, orthonormal within each.
    mean : (f,) float32 array
        Of the sample, in the form of `Metric.form`.
    axes : (f, d) float32 array
        From that form to fingerprints.
    """

    parts: FeatureParts
    channels: NDArray[np.float32]
    mean: NDArray[np.float32]
    axes: NDArray[np.float32]

    @property
    def n_features(self) -> int:
        """Length of a fingerprint."""
        return int(self.axes.shape[1])

    def fingerprints(self, features: NDArray[np.float32], n_views: int) -> NDArray[np.float32]:
        """Make fingerprints.

        Parameters
        ----------
        features : (b * v, parts.n) float32 array
            Of the views of the first cutout, then those of the second, and so on.
        n_views : int
            Of each.

        Returns
        -------
        (b, d) float32 array
        """
        form = form_of(features, self.parts, self.channels)
        joined = form.reshape(-1, n_views, form.shape[1]).mean(axis=1)
        found: NDArray[np.float32] = (joined - self.mean) @ self.axes
        return found


def learn(
    features: NDArray[np.floating],
    parts: FeatureParts,
    *,
    groups: NDArray[Any] | None = None,
    n_axes: int = 64,
) -> Metric | None:
    """Learn the metric from a sample.

    Parameters
    ----------
    features : (n, v, parts.n) float32 or float16 array
        Of the views of some cutouts, at least two of each.
    parts : FeatureParts
        Of these.
    groups : (n,) array, optional
        Whose means are taken off, since they are to count for nothing.
    n_axes : int
        Numbers of a fingerprint.

    Returns
    -------
    Metric or None
        None where cutouts differ along fewer axes than that.
    """
    n, v, _ = features.shape
    flat = features.reshape(n * v, -1)
    channels = _channel_axes(flat, parts)
    form = form_of(flat, parts, channels).reshape(n, v, -1)
    centres = form.mean(axis=1, dtype=np.float64)
    mean = centres.mean(axis=0)
    off = centres - (mean if groups is None else _group_means(centres, groups))
    # Axes of what differs between cutouts: no others are known.
    basis = _principal_axes(off, least=LEAST_SHARE * max(float(np.abs(centres).max()), 1e-30))
    if basis.shape[1] < n_axes:
        return None
    within = (form - centres.astype(np.float32)[:, np.newaxis]).reshape(n * v, -1) @ basis
    scatter = within.T.astype(np.float64) @ within
    variances, turns = np.linalg.eigh(scatter / (n * (v - 1)))
    spread = (1 - SHRINKAGE) * variances + SHRINKAGE * variances.mean()
    whitening = (turns / np.sqrt(np.maximum(spread, 1e-30))) @ turns.T
    white = off @ basis @ whitening
    _, best = np.linalg.eigh(white.T @ white)
    axes = basis @ whitening @ best[:, ::-1][:, :n_axes]
    return Metric(parts, channels, mean.astype(np.float32), axes.astype(np.float32))


def _principal_axes(rows: NDArray[np.float64], *, least: float) -> NDArray[np.float32]:
    """Find the axes along which rows differ, (f, r), by way of their products, which are fewer."""
    squares, turns = np.linalg.eigh(rows @ rows.T)
    kept = np.flatnonzero(squares > least**2)[::-1][:MAX_SAMPLE_AXES]
    axes: NDArray[np.float64] = rows.T @ (turns[:, kept] / np.sqrt(squares[kept]))
    return axes.astype(np.float32)


def _channel_axes(features: NDArray[np.floating], parts: FeatureParts) -> NDArray[np.float32]:
    """Find the axes along which the channels of each map vary most, (c, a), map by map.

    Of a map that has fewer channels than axes the last columns are zero.
    """
    n_axes = min(N_CHANNEL_AXES, max(parts.n_channels))
    found = np.zeros((sum(parts.n_channels), n_axes), np.float32)
    for where, of in parts.maps:
        total = np.zeros((1, 1))
        for start in range(0, len(features), ROWS_A_BLOCK):
            block = features[start : start + ROWS_A_BLOCK, where]
            total = total + covariances_of(block).sum(axis=0, dtype=np.float64)
        axes = np.linalg.eigh(total)[1][:, ::-1][:, :n_axes]
        found[of, : axes.shape[1]] = axes
    return found


def _group_means(rows: NDArray[np.float64], groups: NDArray[Any]) -> NDArray[np.float64]:
    _, codes = np.unique(groups, return_inverse=True)
    means = np.stack([rows[codes == code].mean(axis=0) for code in range(codes.max() + 1)])
    found: NDArray[np.float64] = means[codes]
    return found
