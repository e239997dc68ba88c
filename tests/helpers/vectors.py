"""Fingerprints of a known structure, and their neighbours by brute force."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def clustered(n: int, *, d: int = 32, n_clusters: int = 6, seed: int = 3) -> Floats:
    """Make vectors of n_clusters in turns: row i is of cluster ``i % n_clusters``."""
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(n_clusters, d))
    noise = rng.normal(0, 0.4, (n, d))
    return (centres[np.arange(n) % n_clusters] + noise + 0.5).astype(np.float32)


def clustered_along_few_axes(n: int, *, d: int = 96) -> Floats:
    """Make clusters that lie along few directions, as the features of images do."""
    rng = np.random.default_rng(0)
    directions = rng.normal(size=(20, d))
    places = rng.normal(0, 3, (25, 20))[rng.integers(0, 25, n)] + rng.normal(0, 1, (n, 20))
    return (places @ directions + rng.normal(0, 0.3, (n, d)) + 5).astype(np.float32)


def brute_force(fingerprints: Floats, k: int) -> NDArray[np.int64]:
    """Give the k nearest rows of each by cosine, (n, k), itself left out."""
    unit = fingerprints / np.linalg.norm(fingerprints, axis=1, keepdims=True)
    similarities = unit.astype(np.float64) @ unit.T
    np.fill_diagonal(similarities, -np.inf)
    return np.argsort(-similarities, axis=1)[:, :k]


def share_found(rows: NDArray[np.int32], expected: NDArray[np.int64]) -> float:
    """Give the share of the rows expected that were found, the mean over all."""
    return float(np.mean([np.isin(b, a).mean() for a, b in zip(rows, expected, strict=True)]))
