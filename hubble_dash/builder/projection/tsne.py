"""A neighbour graph -> a map, by t-SNE: openTSNE's descent with a faster gradient.

What is openTSNE's own, such as its attraction, is called by private names: its version is pinned.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from hubble_dash.atlas.atlas import Neighbors
from hubble_dash.builder.neighbors.unit import BLOCK_ROWS, blocks
from hubble_dash.builder.projection.plane import Positions, order_by_place
from hubble_dash.builder.projection.repulsion import Repulsion
from hubble_dash.config import MapSettings

__all__ = [
    "MAX_UNSORTED_POINTS",
    "NEIGHBORS_PER_PERPLEXITY",
    "Progress",
    "affinities",
    "optimize",
    "tsne_positions",
]

Progress: TypeAlias = Callable[[int, int], None]

# t-SNE takes three neighbours for one of perplexity (van der Maaten 2014, section 4.1).
NEIGHBORS_PER_PERPLEXITY = 3
# Iterations with exaggerated attraction. So many are as good as the usual 250, measured at 30,000
# cutouts, since the start is that of PCA and not random.
EARLY_ITERATIONS = 125
# More points are sorted by place after those iterations, which takes less time than it saves.
MAX_UNSORTED_POINTS = 100_000
# With fewer points, forces are exact enough only if they are summed from point to point.
MIN_POINTS_FOR_GRID = 1000
# With fewer points, threads wait for one another as long as they work, and far longer on a machine
# that has more to do.
MIN_POINTS_FOR_THREADS = 5000
# The width of each point's Gaussian is found by bisection, in so many steps.
HALVINGS = 40
# The constants of openTSNE's gradient descent.
MOMENTUM, MIN_GAIN, MAX_STEP = 0.8, 0.01, 5.0


def tsne_positions(
    neighbors: Neighbors,
    start: Positions,
    perplexity: float,
    settings: MapSettings,
    *,
    progress: Progress | None = None,
    max_unsorted_points: int = MAX_UNSORTED_POINTS,
) -> Positions:
    """Lay points out by t-SNE.

    Parameters
    ----------
    neighbors : Neighbors
        Of each of n points, of which no two are the same.
    start : (n, 2) float64 array
        Where they lie first.
    perplexity : float
        Effective number of neighbours.
    settings : MapSettings
        Of which ``early_exaggeration`` and ``n_iter`` count.
    progress : callable, optional
        Called with the iterations done and all iterations.
    max_unsorted_points : int
        More points are sorted by place after the early phase: those that lie near one another are
        then near in memory too, and their forces several times as quick.

    Returns
    -------
    (n, 2) float64 array
    """
    early, late = (settings.early_exaggeration, EARLY_ITERATIONS), (1.0, settings.n_iter)
    if len(start) <= max_unsorted_points:
        return optimize(affinities(neighbors, perplexity), start, [early, late], progress=progress)
    total = EARLY_ITERATIONS + settings.n_iter
    placed = optimize(
        affinities(neighbors, perplexity), start, [early], progress=_part(progress, 0, total)
    )
    order = order_by_place(placed)
    rank = np.empty(len(order), np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    joint = affinities(
        Neighbors(rank[neighbors.rows[order]], neighbors.similarities[order]), perplexity
    )
    layout = np.empty_like(start)
    layout[order] = optimize(
        joint, placed[order], [late], progress=_part(progress, EARLY_ITERATIONS, total)
    )
    return layout


def _part(progress: Progress | None, before: int, total: int) -> Progress | None:
    """Count the iterations of one part as some of the whole."""
    if progress is None:
        return None
    return lambda done, _total: progress(before + done, total)


def affinities(
    neighbors: Neighbors, perplexity: float, *, block_rows: int = BLOCK_ROWS
) -> csr_matrix:
    """Weigh the neighbours of each point, so that their perplexity is the one asked for.

    Parameters
    ----------
    neighbors : Neighbors
        Cosine similarities; the distances are those of unit vectors,
        ``|a - b|^2 = 2 - 2 cos(a, b)``. All k are taken.
    perplexity : float
        Effective number of neighbours, less than k.
    block_rows : int
        Points that are worked on at a time.

    Returns
    -------
    (n, n) sparse float64 matrix
        Symmetric, of sum 1: the joint probabilities of van der Maaten & Hinton 2008,
        JMLR 9, 2579, section 2.
    """
    n, k = neighbors.rows.shape
    weights = np.empty((n, k))
    for block in blocks(n, block_rows):
        squared = np.maximum(2 - 2 * neighbors.similarities[block].astype(np.float64), 0)
        weights[block] = _gaussian(squared, perplexity)
    weights /= 2 * n
    starts = np.arange(0, n * k + 1, k)
    directed = csr_matrix(
        (weights.reshape(-1), np.array(neighbors.rows, np.int32).reshape(-1), starts), shape=(n, n)
    )
    joint = directed + directed.T
    joint.sort_indices()
    return csr_matrix(joint)


def optimize(
    joint: csr_matrix,
    start: Positions,
    phases: list[tuple[float, int]],
    *,
    n_fixed: int = 0,
    progress: Progress | None = None,
) -> Positions:
    """Move points until they lie as their affinities say.

    Gradient descent with momentum and a gain for each coordinate, with the constants of openTSNE.

    Parameters
    ----------
    joint : (n, n) sparse float64 matrix
        From `affinities`.
    start : (n, 2) float64 array
        Where they lie first.
    phases : list of (float, int)
        Exaggeration of the attraction, and iterations with it. The learning rate is n divided by
        the exaggeration, after Belkina et al. 2019, Nature Communications 10, 5415.
    n_fixed : int
        The first so many points stay where they are, and act on the others.
    progress : callable, optional
        Called with the iterations done and all iterations.

    Returns
    -------
    (n, 2) float64 array
    """
    gradient = _Gradient(joint, n_fixed)
    points = np.array(start, np.float64, order="C")
    moved = points[n_fixed:]
    step, gains = np.zeros_like(moved), np.ones_like(moved)
    total, done = sum(n_iter for _, n_iter in phases), 0
    for exaggeration, n_iter in phases:
        learning_rate = len(points) / exaggeration
        for _ in range(n_iter):
            slope = gradient(points, exaggeration)
            same_way = np.signbit(step) == np.signbit(slope)
            gains = np.where(same_way, gains * 0.8 + MIN_GAIN, gains + 0.2)
            slope *= gains
            slope *= learning_rate
            step *= MOMENTUM
            step -= slope
            lengths = np.sqrt(np.einsum("ij,ij->i", step, step))
            step *= (MAX_STEP / np.maximum(lengths, MAX_STEP))[:, np.newaxis]
            moved += step
            if not n_fixed:
                points -= points.mean(axis=0)
            done += 1
            if progress is not None:
                progress(done, total)
    return points


class _Gradient:
    """The gradient of t-SNE's divergence, for all points but the first that are fixed.

    The attraction is openTSNE's. So is, of few points, the repulsion: summed from point to point.
    """

    def __init__(self, joint: csr_matrix, n_fixed: int = 0) -> None:
        self.joint, self.n_fixed = joint[n_fixed:] if n_fixed else joint, n_fixed
        n = joint.shape[0]
        self.few = n < MIN_POINTS_FOR_GRID
        self.n_jobs = 1 if n < MIN_POINTS_FOR_THREADS else os.cpu_count() or 1
        self.repulsion = Repulsion(n_jobs=self.n_jobs)

    def __call__(self, points: Positions, exaggeration: float) -> Positions:
        """Give the gradient, (n - n_fixed, 2), with the attraction so many times as strong."""
        from openTSNE import _tsne
        from openTSNE.quad_tree import QuadTree

        gradient: Positions
        if self.few:
            gradient = np.zeros_like(points)
            _tsne.estimate_negative_gradient_bh(
                QuadTree(points), points, gradient, theta=0.5, dof=1.0, num_threads=1
            )
        else:
            gradient, normalization = self.repulsion(points)
            gradient /= -normalization
        gradient = np.ascontiguousarray(gradient[self.n_fixed :])
        gradient /= exaggeration
        # Adds the attraction in place.
        _tsne.estimate_positive_gradient_nn(
            self.joint.indices, self.joint.indptr, self.joint.data, points[self.n_fixed :], points,
            gradient, 1.0, num_threads=self.n_jobs,
        )  # fmt: skip
        gradient *= exaggeration
        return gradient


def _gaussian(squared: NDArray[np.float64], perplexity: float) -> NDArray[np.float64]:
    """Give each row of squared distances weights of sum 1 and of this perplexity."""
    squared = squared - squared.min(axis=1, keepdims=True)
    scale = np.maximum(squared.mean(axis=1), np.finfo(np.float64).tiny)
    low, high = np.full(len(squared), -30.0), np.full(len(squared), 30.0)
    weights = squared
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        precision = np.exp(middle) / scale
        weights = np.exp(-squared * precision[:, np.newaxis])
        weights /= weights.sum(axis=1, keepdims=True)
        entropy = -(weights * np.log(np.maximum(weights, 1e-300))).sum(axis=1)
        wide = entropy > np.log(perplexity)
        low, high = np.where(wide, middle, low), np.where(wide, high, middle)
    return weights
