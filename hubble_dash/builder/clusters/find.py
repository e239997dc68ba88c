"""The map -> clusters at several levels, by how densely cutouts lie there.

Of HDBSCAN on the map, on fingerprints and on their principal axes, and of EVoC, the first agrees
best with known classes and with itself under resampling (``docs/measurements.md``).
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Mapping
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from hubble_dash.atlas.schema import NO_CLUSTER
from hubble_dash.builder.neighbors.unit import blocks

__all__ = [
    "MAX_CLUSTERED",
    "MIN_CUTOUTS",
    "beside_torch",
    "by_size",
    "find_clusters",
    "with_middle",
]

T = TypeVar("T")

# Of fewer cutouts there are no clusters: a handful that lie together is seen at a glance.
MIN_CUTOUTS = 50
# The time that HDBSCAN takes grows with the square of the cutouts; of more, so many are clustered.
MAX_CLUSTERED = 20_000
# The neighbour whose distance says how densely cutouts lie.
MIN_SAMPLES = 5
# Levels, and the least size of a cluster as a share of all, and in cutouts. A greatest size would
# give finer ones, but tears heaps apart that are one.
LEVELS: Mapping[str, float] = {
    "coarse cluster": 1 / 20, "cluster": 1 / 50, "fine cluster": 1 / 200,
}  # fmt: skip
MIN_SIZE = 10
# Where fewer belong to any, they do not lie in clusters: HDBSCAN finds some in noise, too.
MIN_SHARE = 0.5


def find_clusters(
    positions: NDArray[np.float32], *, seed: int = 0, max_clustered: int = MAX_CLUSTERED
) -> dict[str, NDArray[np.int16]]:
    """Find where cutouts lie together on the map, with fewer around: HDBSCAN.

    R. J. G. B. Campello, D. Moulavi & J. Sander 2013, PAKDD, 160; as in scikit-learn.

    Parameters
    ----------
    positions : (n, 2) float32 array
        The map.
    seed : int
        Of the choice of cutouts, where there are more than are clustered; the others belong to
        where the nearest of these does.
    max_clustered : int
        How many are clustered at most.

    Returns
    -------
    dict of str to (n,) int16 array
        Codes by level, coarse to fine; 0 is the largest cluster, `NO_CLUSTER` is none. A level is
        left out where it has fewer than two clusters, fewer than half of the cutouts are in one, or
        it is the same as one before it.
    """
    n = len(positions)
    if n < MIN_CUTOUTS:
        return {}
    some = np.arange(n)
    if n > max_clustered:
        some = np.sort(np.random.default_rng(seed).choice(n, max_clustered, replace=False))
    placed = positions[some].astype(np.float64)
    nearest = _nearest(placed, positions) if n > max_clustered else some
    found: dict[str, NDArray[np.int16]] = {}
    for name, share in LEVELS.items():
        codes = by_size(_clustered(placed, share)[nearest])
        is_new = not any(np.array_equal(codes, other) for other in found.values())
        if codes.max() > 0 and (codes >= 0).mean() >= MIN_SHARE and is_new:
            found[name] = codes
    return with_middle(found)


def with_middle(found: dict[str, T]) -> dict[str, T]:
    """Call a level by the name that all atlases have, where it stands for the middle one too.

    Parameters
    ----------
    found : dict
        Levels by name, coarse to fine.
    """
    if found and "cluster" not in found:
        first, *others = found
        found = {"cluster": found[first], **{name: found[name] for name in others}}
    return found


def beside_torch() -> None:
    """Let scikit-learn's OpenMP run beside torch's, as `import_faiss` does faiss's."""
    if sys.platform == "darwin":
        os.environ.setdefault("KMP_DUPLICATE_LIB_OK", "TRUE")


def _clustered(placed: NDArray[np.float64], share: float) -> NDArray[np.int64]:
    beside_torch()
    # Imported late, as it takes a second.
    from sklearn.cluster import HDBSCAN

    clusterer = HDBSCAN(
        min_cluster_size=max(MIN_SIZE, round(share * len(placed))),
        min_samples=MIN_SAMPLES,
        copy=True,
    )
    with warnings.catch_warnings():
        # Of points at one place.
        warnings.simplefilter("ignore", RuntimeWarning)
        labels: NDArray[np.int64] = clusterer.fit_predict(placed)
    return labels


def _nearest(placed: NDArray[np.float64], positions: NDArray[np.float32]) -> NDArray[np.int64]:
    tree = KDTree(placed)
    rows = [tree.query(positions[part], workers=-1)[1] for part in blocks(len(positions))]
    return np.concatenate(rows)


def by_size(labels: NDArray[np.int64]) -> NDArray[np.int16]:
    """Give the largest cluster number 0, the next 1, and so on.

    Parameters
    ----------
    labels : (n,) int array
        Clusters by any numbers from 0 on, none of them empty; -1 for none.
    """
    counts = np.bincount(labels[labels >= 0])
    # The last place is that of label -1.
    rank = np.full(len(counts) + 1, NO_CLUSTER, np.int16)
    rank[np.argsort(-counts, kind="stable")] = np.arange(len(counts))
    return rank[labels]
