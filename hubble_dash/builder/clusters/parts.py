"""A continuum -> parts of it, where the map shows no clusters, or hardly any but one.

Windows that overlap are such a collection. Of k-means on fingerprints and on the map, Ward's
method, Leiden's communities and HDBSCAN's leaves, the first is the quickest and agrees best with
itself under resampling (``docs/measurements.md``).
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hubble_dash.atlas.schema import NO_CLUSTER
from hubble_dash.builder.clusters.find import MAX_CLUSTERED, beside_torch, by_size, with_middle
from hubble_dash.builder.neighbors.principal import principal_axes
from hubble_dash.builder.neighbors.unit import FloatMatrix, blocks, unit_block

if TYPE_CHECKING:
    from sklearn.cluster import KMeans

__all__ = ["N_INIT", "PARTS", "Level", "with_parts"]

# A cluster with so much of all that is in any says little.
MAX_SHARE = 0.8
# How many parts a level has, and how many cutouts a part at least, on average.
PARTS: Mapping[str, int] = {"coarse cluster": 5, "cluster": 12, "fine cluster": 24}
MIN_SIZE = 20
# Two halves of the cutouts, each divided by itself, must agree so far (adjusted Rand index): those
# of structureless vectors do so to 0.2 at most.
MIN_AGREEMENT = 0.4
N_INIT = 10
# K-means takes time by the length of fingerprints; so many axes have nearly all there is in them.
N_AXES = 64


class Level(NamedTuple):
    """Clusters, parts of a continuum, or both.

    Attributes
    ----------
    codes : (n,) int16 array
        By cutout; 0 is the largest, `NO_CLUSTER` is none.
    is_part : (m,) bool array
        Of each cluster, whether it is a part of a continuum.
    """

    codes: NDArray[np.int16]
    is_part: NDArray[np.bool_]


def with_parts(
    found: Mapping[str, NDArray[np.int16]], fingerprints: FloatMatrix, *, seed: int = 0
) -> dict[str, Level]:
    """Divide what lies in no cluster, or in one with nearly all, by k-means on fingerprints.

    Parameters
    ----------
    found : mapping of str to (n,) int16 array
        As of `find_clusters`: where it says something at any level, these are kept.
    fingerprints : (n, d) float array
        Read in blocks.
    seed : int
        Of the choice of cutouts, where there are many, and of where k-means begins.

    Returns
    -------
    dict of str to Level
        Coarse to fine. Small clusters that lie apart stay clusters. Empty where there are neither
        clusters nor parts on which two halves of the cutouts agree.
    """
    levels = {name: Level(codes, np.zeros(codes.max() + 1, bool)) for name, codes in found.items()}
    told = {
        name: level
        for name, level in levels.items()
        if np.mean(level.codes[level.codes >= 0] == 0) <= MAX_SHARE
    }
    if told:
        return with_middle(told)
    apart = np.full(len(fingerprints), NO_CLUSTER, np.int64)
    if found:
        *_, finest = found.values()
        apart = np.where(finest > 0, finest.astype(np.int64) - 1, NO_CLUSTER)
    parts = _parts(fingerprints, np.flatnonzero(apart < 0), seed)
    if not parts:
        return levels
    n_apart = int(apart.max()) + 1
    divided: dict[str, Level] = {}
    for name, labels in parts.items():
        mixed = apart.copy()
        mixed[apart < 0] = n_apart + labels
        codes = by_size(mixed)
        is_part = np.zeros(codes.max() + 1, bool)
        is_part[codes[apart < 0]] = True
        divided[name] = Level(codes, is_part)
    return with_middle(divided)


def _parts(
    fingerprints: FloatMatrix, rows: NDArray[np.int64], seed: int
) -> dict[str, NDArray[np.int64]]:
    """Divide some rows, at each level where two halves of them agree on how."""
    beside_torch()
    from threadpoolctl import threadpool_limits

    random = np.random.default_rng(seed)
    some = rows
    if len(rows) > MAX_CLUSTERED:
        some = np.sort(random.choice(rows, MAX_CLUSTERED, replace=False))
    parts: dict[str, NDArray[np.int64]] = {}
    if len(some) < MIN_SIZE * min(PARTS.values()):
        return parts
    order = random.permutation(len(some))
    # Sums of several threads depend on which is ready first.
    with threadpool_limits(1):
        unit = unit_block(fingerprints, some)
        axes = principal_axes(unit, min(N_AXES, unit.shape[1]), random_state=seed)
        unit = unit @ axes
        for name, k in PARTS.items():
            if len(some) < MIN_SIZE * k or _agreement(unit, order, k, seed) < MIN_AGREEMENT:
                continue
            model = _fitted(unit, k, seed)
            found = [
                model.predict(unit_block(fingerprints, rows[part]) @ axes)
                for part in blocks(len(rows))
            ]
            labels = np.concatenate(found).astype(np.int64)
            if labels.any():
                parts[name] = labels
    return parts


def _agreement(unit: NDArray[np.float32], order: NDArray[np.int64], k: int, seed: int) -> float:
    """Say how far two halves agree on k parts of all."""
    from sklearn.metrics import adjusted_rand_score

    halves = [_fitted(unit[half], k, seed).predict(unit) for half in (order[::2], order[1::2])]
    return float(adjusted_rand_score(*halves))


def _fitted(unit: NDArray[np.float32], k: int, seed: int) -> KMeans:
    from sklearn.cluster import KMeans
    from sklearn.exceptions import ConvergenceWarning

    with warnings.catch_warnings():
        # Of fewer distinct ones than parts.
        warnings.simplefilter("ignore", ConvergenceWarning)
        return KMeans(k, n_init=N_INIT, random_state=seed).fit(unit)
