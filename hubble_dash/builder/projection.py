"""Fingerprints -> a map: t-SNE from the shared neighbour graph, UMAP, or PCA.

The map is a drawing. It tears neighbourhoods apart, so that nothing is ever searched on it.
"""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Callable
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from hubble_dash.atlas import Neighbors
from hubble_dash.builder.neighbors import FloatMatrix, find_neighbors, unit_rows
from hubble_dash.config import MapSettings
from hubble_dash.errors import MissingExtraError

__all__ = ["LEAST_CUTOUTS", "project", "usable_method"]

logger = logging.getLogger(__name__)

Positions: TypeAlias = NDArray[np.float64]
Progress: TypeAlias = Callable[[int, int], None]

EARLY_ITERATIONS = 250
PROGRESS_EVERY = 25
# t-SNE takes three neighbours for one of perplexity (van der Maaten 2014, section 4.1).
NEIGHBORS_PER_PERPLEXITY = 3
# With fewer different cutouts the perplexity would be below two, and there is nothing to lay out.
LEAST_CUTOUTS = 7
# With fewer, threads wait for one another longer than they work.
WORTH_THREADS = 1000
# Fingerprints this similar are one point to t-SNE, which they would make blow up or collapse
# (openTSNE #233).
SAME = 0.999999
# Side of the square matrix up to which principal axes come from all rows.
LARGEST_SQUARE = 4096


def usable_method(neighbors: Neighbors, settings: MapSettings) -> Literal["tsne", "umap", "pca"]:
    """Say which layout `project` will make: PCA where there is too little for the one asked for.

    Parameters
    ----------
    neighbors : Neighbors
        The shared graph.
    settings : MapSettings
        The method asked for.

    Returns
    -------
    str
        ``"pca"``, if there are fewer than `LEAST_CUTOUTS` different cutouts.
    """
    first, _ = _merged(neighbors)
    return settings.method if len(first) >= LEAST_CUTOUTS else "pca"


def project(
    fingerprints: FloatMatrix,
    neighbors: Neighbors,
    settings: MapSettings,
    *,
    progress: Progress | None = None,
) -> NDArray[np.float32]:
    """Lay fingerprints out on the plane.

    t-SNE and UMAP take `neighbors` as they are, so that the graph is computed once. Duplicates
    are laid out as one point and then spread a little, so that each can be pointed at. With too
    few cutouts for t-SNE or UMAP the map is that of PCA.

    Parameters
    ----------
    fingerprints : (n, d) float array
        One row per cutout.
    neighbors : Neighbors
        Their nearest neighbours, from `hubble_dash.builder.neighbors.find_neighbors`. For the
        perplexity asked for, k must be three times as large; with less it is lowered.
    settings : MapSettings
        Method and parameters.
    progress : callable, optional
        Called with the iterations done and all iterations of t-SNE.

    Returns
    -------
    (n, 2) float32 array
        Centred, in [-1, 1]; the longer side fills it.

    Raises
    ------
    ValueError
        If there are no fingerprints, or `neighbors` is of another length.
    MissingExtraError
        If UMAP is asked for and not installed.

    References
    ----------
    Van der Maaten & Hinton 2008, JMLR 9, 2579; initialised by PCA after Kobak & Berens 2019,
    Nature Communications 10, 5416; learning rate after Belkina et al. 2019, ibid., 5415.
    """
    n = len(fingerprints)
    if n == 0 or len(neighbors.rows) != n:
        raise ValueError(
            f"{n} fingerprints and neighbours of {len(neighbors.rows)}; give both of n"
        )
    if settings.method == "pca":
        return _fitted(_pca(fingerprints))
    first, group = _merged(neighbors)
    if len(first) < n:
        logger.info("%d duplicates are laid out with their likes", n - len(first))
        fingerprints = fingerprints[first]
        k = min(neighbors.rows.shape[1], len(first) - 1)
        neighbors = find_neighbors(fingerprints, k=k)
    if len(fingerprints) < LEAST_CUTOUTS:
        text = "%s needs %d different cutouts and has %d: the map is that of PCA"
        logger.warning(text, settings.method, LEAST_CUTOUTS, len(fingerprints))
        layout = _pca(fingerprints)
    elif settings.method == "umap":
        layout = _umap(fingerprints, neighbors, settings)
    else:
        layout = _tsne(fingerprints, neighbors, settings, progress)
    return _fitted(_fitted(layout)[group] + _spread(group))


def _tsne(
    fingerprints: FloatMatrix,
    neighbors: Neighbors,
    settings: MapSettings,
    progress: Progress | None,
) -> Positions:
    import openTSNE

    k = neighbors.rows.shape[1]
    perplexity = min(settings.perplexity, k / NEIGHBORS_PER_PERPLEXITY)
    if perplexity < settings.perplexity:
        logger.info("perplexity is lowered to %.1f, for %d neighbours a cutout", perplexity, k)
    k = min(k, round(NEIGHBORS_PER_PERPLEXITY * perplexity))
    graph = openTSNE.nearest_neighbors.PrecomputedNeighbors(
        neighbors.rows[:, :k].astype(np.int64), _distances(neighbors.similarities[:, :k])
    )
    n_jobs = (os.cpu_count() or 1) if len(fingerprints) >= WORTH_THREADS else 1
    affinities = openTSNE.affinity.PerplexityBasedNN(
        knn_index=graph, perplexity=perplexity, n_jobs=n_jobs
    )
    total = EARLY_ITERATIONS + settings.n_iter
    done = 0

    def step(_iteration: int, _error: float, _embedding: object) -> None:
        nonlocal done
        done += PROGRESS_EVERY
        if progress is not None:
            progress(min(done, total), total)

    embedding = openTSNE.TSNE(
        early_exaggeration=settings.early_exaggeration,
        early_exaggeration_iter=EARLY_ITERATIONS,
        n_iter=settings.n_iter,
        n_jobs=n_jobs,
        callbacks=step if progress is not None else None,
        callbacks_every_iters=PROGRESS_EVERY,
        random_state=settings.random_state,
    ).fit(affinities=affinities, initialization=_start(fingerprints, settings.random_state))
    if progress is not None:
        progress(total, total)
    return np.asarray(embedding, np.float64)


def _umap(fingerprints: FloatMatrix, neighbors: Neighbors, settings: MapSettings) -> Positions:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that it would like TensorFlow
            import umap
    except ModuleNotFoundError as error:
        raise MissingExtraError("umap-learn", "umap") from error

    # UMAP counts each point as its own first neighbour.
    n, k = neighbors.rows.shape
    n_neighbors = min(settings.n_neighbors, k)
    own = np.arange(n, dtype=np.int64)[:, np.newaxis]
    rows = np.hstack([own, neighbors.rows[:, : n_neighbors - 1]])
    distances = np.hstack(
        [np.zeros((n, 1)), _distances(neighbors.similarities[:, : n_neighbors - 1])]
    ).astype(np.float32)
    reducer = umap.UMAP(
        n_neighbors=n_neighbors,
        min_dist=settings.min_dist,
        init=10 * _fitted(_pca(fingerprints)),  # the size of UMAP's own initial layouts
        random_state=settings.random_state,
        n_jobs=1,  # what a fixed random_state takes
        precomputed_knn=(rows, distances, None),
    )
    with warnings.catch_warnings():
        # That new points could not be placed later: none will be.
        warnings.filterwarnings("ignore", "precomputed_knn", UserWarning)
        return np.asarray(reducer.fit_transform(unit_rows(fingerprints)), np.float64)


def _distances(similarities: NDArray[np.float32]) -> Positions:
    """Euclidean distances of unit vectors: |a - b|^2 = 2 - 2 cos(a, b)."""
    distances: Positions = np.sqrt(np.maximum(2 - 2 * similarities.astype(np.float64), 0))
    return distances


def _start(fingerprints: FloatMatrix, random_state: int) -> Positions:
    """Principal components, tiny, and shaken by a hundredth so that no two points coincide."""
    components = _pca(fingerprints)
    components *= 1e-4 / max(float(components[:, 0].std()), np.finfo(np.float64).tiny)
    shake = np.random.default_rng(random_state).normal(0, 1e-6, components.shape)
    return np.ascontiguousarray(components + shake)


def _pca(fingerprints: FloatMatrix) -> Positions:
    """Two principal components of the fingerprints brought to unit length, as cosines see them.

    From the smaller of the two square matrices, ``X X^T`` or ``X^T X``. Beyond `LARGEST_SQUARE`
    rows and columns the axes come from rows drawn by a fixed chance.
    """
    unit = unit_rows(fingerprints)
    unit -= unit.mean(axis=0, dtype=np.float64).astype(np.float32)
    n, d = unit.shape
    sample = unit
    if min(n, d) > LARGEST_SQUARE:
        sample = unit[np.random.default_rng(0).choice(n, LARGEST_SQUARE, replace=False)]
    few_rows = len(sample) < d
    square = (sample @ sample.T if few_rows else sample.T @ sample).astype(np.float64)
    side = len(square)
    values, vectors = eigh(square, subset_by_index=[max(0, side - 2), side - 1])
    axes = sample.T.astype(np.float64) @ vectors if few_rows else vectors
    real = values > max(1e-6 * values[-1], 1e-10)  # else rounding errors, not an axis
    axes = (axes * real / np.maximum(np.linalg.norm(axes, axis=0), 1e-30))[:, ::-1]
    components = np.zeros((n, 2))
    components[:, : axes.shape[1]] = unit @ axes.astype(np.float32)
    # The sign of an axis is arbitrary; fixed, so that the same input gives the same map.
    largest = np.abs(components).argmax(axis=0)
    return components * np.where(components[largest, [0, 1]] < 0, -1.0, 1.0)


def _merged(neighbors: Neighbors) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Group duplicates: the first row of each group, and the group of each row."""
    n = len(neighbors.rows)
    rows, columns = np.nonzero(neighbors.similarities >= SAME)
    edges = np.ones(len(rows), np.int8)
    links = csr_array((edges, (rows, neighbors.rows[rows, columns])), shape=(n, n))
    _, labels = connected_components(links, directed=False)
    _, first, group = np.unique(labels, return_index=True, return_inverse=True)
    return first.astype(np.int64), group.astype(np.int64)


def _spread(group: NDArray[np.int64]) -> Positions:
    """Offsets that set the members of each group apart, on a sunflower's spiral (Vogel 1979)."""
    order = np.argsort(group, kind="stable")
    counts = np.bincount(group)
    place = np.empty(len(group), np.int64)
    place[order] = np.arange(len(group)) - np.repeat(np.cumsum(counts) - counts, counts)
    step = np.minimum(0.002, 0.02 / np.sqrt(counts))[group]
    angle = place * np.pi * (3 - np.sqrt(5))
    radius = step * np.sqrt(place)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)


def _fitted(layout: Positions) -> NDArray[np.float32]:
    """Centre a layout in [-1, 1], its longer side filling it."""
    low, high = layout.min(axis=0), layout.max(axis=0)
    half = float((high - low).max()) / 2
    centred = layout - (low + high) / 2
    return np.asarray(centred / half if half > 0 else centred, np.float32)
