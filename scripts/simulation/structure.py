"""Simulated fingerprints in clusters, the map on which they lie, and their true neighbours.

Every cluster is a small patch of the sphere about its own direction. Patches are at most
`PATCH_DEG` in radius and their directions at least `APART_DEG` apart, more than four times that: so
everything in a cluster is nearer to all of its own than to anything of another, and neighbours
found by brute force inside each cluster are the neighbours among all.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from hubble_dash.atlas.atlas import Neighbors
from hubble_dash.builder.neighbors.search import find_neighbors

__all__ = ["Structure", "neighbors_within", "simulate_structure"]

N_FEATURES = 16
APART_DEG = 45.0
PATCH_DEG = 10.5
# A patch's half width along its two main axes, and the scatter about their plane; together below
# the tangent of PATCH_DEG.
PATCH, SCATTER = 0.16, 0.02
RELAXATIONS = 200


@dataclass(frozen=True)
class Structure:
    """Cutouts in clusters.

    Parameters
    ----------
    cluster : (n,) int32 array
        Of each cutout.
    fingerprints : (n, 16) float16 array
        Of length about 1.
    positions : (n, 2) float32 array
        The map, in [-1, 1].
    """

    cluster: NDArray[np.int32]
    fingerprints: NDArray[np.float16]
    positions: NDArray[np.float32]


def simulate_structure(look: NDArray[np.float64], *, k: int, seed: int) -> Structure:
    """Put cutouts into clusters, those that look alike together.

    Parameters
    ----------
    look : (n,) float array
        Where each stands on a line from 0 to 1 along which thumbnails change.
    k : int
        Neighbours that each has within its cluster at least.
    seed : int
        Of the random numbers.
    """
    random = np.random.default_rng(seed)
    n = len(look)
    sizes = _sizes(n, k, random)
    order = np.argsort(look + random.normal(0, 0.02, n), kind="stable")
    directions = _directions(len(sizes), random)
    radii = np.sqrt(sizes) * random.lognormal(0, 0.35, len(sizes))
    places = _places(radii)
    cluster = np.empty(n, np.int32)
    fingerprints = np.empty((n, N_FEATURES), np.float16)
    positions = np.empty((n, 2), np.float32)
    ends = np.cumsum(sizes)
    for number, (size, end) in enumerate(zip(sizes, ends, strict=True)):
        rows = order[end - size : end]
        local = _shape(number, int(size), random)
        cluster[rows] = number
        fingerprints[rows] = _patch(directions[number], local, random)
        positions[rows] = places[number] + radii[number] * _turned(local, random)
    positions -= (positions.max(axis=0) + positions.min(axis=0)) / 2
    positions /= max(float(np.abs(positions).max()), 1e-9)
    return Structure(cluster, fingerprints, positions)


def neighbors_within(structure: Structure, *, k: int, progress: bool = True) -> Neighbors:
    """Find the k nearest of every cutout by cosine, itself left out, cluster by cluster.

    Parameters
    ----------
    structure : Structure
        Each of its clusters has more than `k` cutouts.
    k : int
        Neighbours a cutout.
    progress : bool
        Whether a bar is shown.
    """
    n = len(structure.cluster)
    rows, similarities = np.empty((n, k), np.int32), np.empty((n, k), np.float32)
    order = np.argsort(structure.cluster, kind="stable")
    sizes = np.bincount(structure.cluster)
    with tqdm(total=n, desc="neighbours", unit=" rows", disable=not progress) as bar:
        for members in np.split(order, np.cumsum(sizes)[:-1]):
            found = find_neighbors(structure.fingerprints[members], k=k)
            rows[members] = members[found.rows]
            similarities[members] = found.similarities
            bar.update(len(members))
    return Neighbors(rows, similarities)


def _sizes(n: int, k: int, random: np.random.Generator) -> NDArray[np.int64]:
    """Sizes of clusters, log-normal, each above `k`."""
    count = max(1, min(round(0.375 * np.sqrt(n)), n // (2 * (k + 1))))
    weights = random.lognormal(0, 1.1, count)
    weights = np.minimum(weights, 8 * weights.mean())
    least = min(k + 1, n)
    return least + random.multinomial(n - least * count, weights / weights.sum())


def _directions(count: int, random: np.random.Generator) -> NDArray[np.float64]:
    """Unit vectors that are `APART_DEG` apart at least."""
    kept = np.empty((count, N_FEATURES))
    found = 0
    while found < count:
        one = random.normal(size=N_FEATURES)
        one /= np.linalg.norm(one)
        if not found or (kept[:found] @ one).max() < np.cos(np.deg2rad(APART_DEG)):
            kept[found] = one
            found += 1
    return kept


def _patch(
    direction: NDArray[np.float64], local: NDArray[np.float64], random: np.random.Generator
) -> NDArray[np.float64]:
    """Put places of the unit disk on the sphere about a direction."""
    frame, _ = np.linalg.qr(np.column_stack([direction, random.normal(size=(N_FEATURES, 2))]))
    scatter = random.normal(size=(len(local), N_FEATURES))
    scatter *= SCATTER / np.linalg.norm(scatter, axis=1, keepdims=True)
    vectors = direction + PATCH * local @ frame[:, 1:].T + scatter
    unit: NDArray[np.float64] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit


def _shape(number: int, size: int, random: np.random.Generator) -> NDArray[np.float64]:
    """Places in the unit disk: a disk with clumps, a filament, or an arc."""
    shake = np.clip(random.normal(size=(size, 2)), -3, 3)
    along = random.uniform(-1, 1, size)
    if number % 4 == 1:
        bend = random.uniform(-0.5, 0.5)
        return np.column_stack([0.85 * along, bend * (along**2 - 0.5)]) + 0.04 * shake
    if number % 7 == 3:
        angle = along * random.uniform(1.0, np.pi)
        arc: NDArray[np.float64] = np.column_stack([np.cos(angle), np.sin(angle)])
        return arc * (0.85 + 0.04 * shake[:, :1])
    angle, radius = np.pi * along, np.sqrt(random.uniform(0, 1, size))
    places: NDArray[np.float64] = np.column_stack([np.cos(angle), np.sin(angle)])
    places *= radius[:, np.newaxis]
    clumps = 0.5 * random.uniform(-1, 1, (5, 2))
    clumped = random.uniform(size=size) < 0.35
    own = clumps[random.integers(0, len(clumps), size)] + 0.06 * shake
    places[clumped] = own[clumped]
    return places


def _turned(local: NDArray[np.float64], random: np.random.Generator) -> NDArray[np.float64]:
    angle, flat = random.uniform(0, 2 * np.pi), random.uniform(0.5, 1.0)
    cos, sin = np.cos(angle), np.sin(angle)
    turned: NDArray[np.float64] = (local * [1.0, flat]) @ np.array([[cos, sin], [-sin, cos]])
    return turned


def _places(radii: NDArray[np.float64]) -> NDArray[np.float64]:
    """Centres of disks that hardly overlap: on a sunflower's spiral, then pushed apart."""
    number = np.arange(len(radii))
    angle = number * np.pi * (3 - np.sqrt(5))
    start = np.sqrt(np.cumsum(radii**2))[:, np.newaxis]
    places: NDArray[np.float64] = start * np.column_stack([np.cos(angle), np.sin(angle)])
    reach = 1.05 * (radii[:, np.newaxis] + radii)
    np.fill_diagonal(reach, 0)
    for _ in range(RELAXATIONS):
        apart = places[:, np.newaxis] - places
        distance = np.maximum(np.linalg.norm(apart, axis=2), 1e-9)
        push = np.maximum(reach - distance, 0) / distance
        places = 0.999 * places + 0.25 * (push[..., np.newaxis] * apart).sum(axis=1)
    return places
