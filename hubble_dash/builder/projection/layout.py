"""Fingerprints -> a map: t-SNE from the shared neighbour graph, UMAP, or PCA.

The map is a drawing. It tears neighbourhoods apart, so that nothing is ever searched on it.
"""

from __future__ import annotations

import logging
import warnings
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from hubble_dash.atlas.atlas import Neighbors
from hubble_dash.builder.neighbors.principal import two_components
from hubble_dash.builder.neighbors.unit import FloatMatrix, unit_rows
from hubble_dash.builder.projection.duplicates import without_duplicates
from hubble_dash.builder.projection.quality import map_quality
from hubble_dash.builder.projection.tsne import (
    NEIGHBORS_PER_PERPLEXITY,
    Progress,
    affinities,
    optimize,
)
from hubble_dash.config import MapSettings
from hubble_dash.errors import MissingExtraError

__all__ = ["LEAST_CUTOUTS", "Layout", "lay_out", "project"]

logger = logging.getLogger(__name__)

Positions: TypeAlias = NDArray[np.float64]

# As good as the usual 250, measured at 30,000 cutouts: the start is PCA's, not chance's.
EARLY_ITERATIONS = 125
# With fewer different cutouts the perplexity would be below two, and there is nothing to lay out.
LEAST_CUTOUTS = 7
# Fingerprints this similar are one point to t-SNE, which they would make blow up or collapse
# (openTSNE #233).
SAME = 0.999999
# Of more cutouts, the points are sorted by place after the early phase.
WORTH_SORTING = 100_000
# Of very many cutouts t-SNE takes fewer neighbours, so that its matrix fits in memory.
MOST_EDGES, FEWEST_NEIGHBORS = 40_000_000, 30


class Layout(NamedTuple):
    """A map, and how it came about.

    Attributes
    ----------
    positions : (n, 2) float32 array
        Centred, in [-1, 1]; the longer side fills it.
    report : dict
        Plain data for the manifest's ``map``, beside the settings: ``method``, the layout that was
        made; ``perplexity``, where it had to be lowered; and ``quality``, as
        `hubble_dash.builder.projection.quality.map_quality` gives it.
    """

    positions: NDArray[np.float32]
    report: dict[str, Any]


def project(
    fingerprints: FloatMatrix,
    neighbors: Neighbors,
    settings: MapSettings,
    *,
    progress: Progress | None = None,
) -> NDArray[np.float32]:
    """Lay fingerprints out on the plane.

    `lay_out`, without its report.
    """
    return _Map(fingerprints, neighbors, settings, progress).positions()


def lay_out(
    fingerprints: FloatMatrix,
    neighbors: Neighbors,
    settings: MapSettings,
    *,
    progress: Progress | None = None,
) -> Layout:
    """Lay fingerprints out on the plane, and say how and how well.

    t-SNE and UMAP take `neighbors` as they are, so that the graph is computed once. Duplicates
    are laid out as one point and then spread a little, so that each can be pointed at. With too
    few cutouts for t-SNE or UMAP the map is that of PCA. Of more than 440,000 cutouts t-SNE takes
    fewer neighbours of each (at a million 40), which lowers the perplexity.

    Parameters
    ----------
    fingerprints : (n, d) float array
        One row per cutout; memory-mapped, they are read in blocks. UMAP alone copies them.
    neighbors : Neighbors
        Their nearest neighbours, from `hubble_dash.builder.neighbors.search.find_neighbors`. For
        the perplexity asked for, k must be three times as large; with less it is lowered.
    settings : MapSettings
        Method and parameters.
    progress : callable, optional
        Called with the iterations done and all iterations of t-SNE.

    Returns
    -------
    Layout
        `positions` and `report`.

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
    drawn = _Map(fingerprints, neighbors, settings, progress)
    positions = drawn.positions()
    quality = map_quality(fingerprints, neighbors, positions)
    return Layout(positions, {**drawn.report, "quality": quality})


class _Map:
    """One map under way; `report` says how it is made."""

    def __init__(
        self,
        fingerprints: FloatMatrix,
        neighbors: Neighbors,
        settings: MapSettings,
        progress: Progress | None,
    ) -> None:
        n = len(fingerprints)
        if n == 0 or len(neighbors.rows) != n:
            raise ValueError(
                f"{n} fingerprints and neighbours of {len(neighbors.rows)}; give both of n"
            )
        self.fingerprints, self.neighbors = fingerprints, neighbors
        self.settings, self.progress = settings, progress
        self.report: dict[str, Any] = {"method": settings.method}

    def positions(self) -> NDArray[np.float32]:
        """Lay out the different ones, and spread their duplicates beside them."""
        n = len(self.fingerprints)
        if self.settings.method == "pca":
            return _fitted(two_components(self.fingerprints))
        first, group = _merged(self.neighbors)
        if len(first) < n:
            logger.info("%d duplicates are laid out with their likes", n - len(first))
            self.fingerprints, self.neighbors = without_duplicates(
                self.fingerprints, self.neighbors, first, group, k=self._wanted(len(first))
            )
        if len(first) < LEAST_CUTOUTS:
            text = "%s needs %d different cutouts and has %d: the map is that of PCA"
            logger.warning(text, self.settings.method, LEAST_CUTOUTS, len(first))
            self.report["method"] = "pca"
            layout = two_components(self.fingerprints)
        elif self.settings.method == "umap":
            layout = _umap(self.fingerprints, self.neighbors, self.settings)
        else:
            layout = self._tsne()
        return _fitted(_fitted(layout)[group] + _spread(group))

    def _wanted(self, n: int) -> int:
        """Count the neighbours that the layout takes of each cutout."""
        wanted = round(NEIGHBORS_PER_PERPLEXITY * self.settings.perplexity)
        if self.settings.method == "umap":
            wanted = self.settings.n_neighbors
        k = int(self.neighbors.rows.shape[1])
        return min(k, n - 1, wanted, max(FEWEST_NEIGHBORS, MOST_EDGES // n))

    def _tsne(self) -> Positions:
        n, k = len(self.neighbors.rows), self._wanted(len(self.neighbors.rows))
        perplexity = min(self.settings.perplexity, k / NEIGHBORS_PER_PERPLEXITY)
        if perplexity < self.settings.perplexity:
            logger.info("perplexity is lowered to %.1f, for %d neighbours a cutout", perplexity, k)
            self.report["perplexity"] = round(perplexity, 2)
        graph = Neighbors(self.neighbors.rows[:, :k], self.neighbors.similarities[:, :k])
        start = _start(self.fingerprints, self.settings.random_state)
        if n > WORTH_SORTING:
            return self._tsne_sorted(graph, perplexity, start)
        phases = [self._early, (1.0, self.settings.n_iter)]
        return optimize(affinities(graph, perplexity), start, phases, progress=self.progress)

    def _tsne_sorted(self, graph: Neighbors, perplexity: float, start: Positions) -> Positions:
        """Reach points that lie near one another in memory too: several times as fast."""
        n_iter = self.settings.n_iter
        total = EARLY_ITERATIONS + n_iter
        early = optimize(
            affinities(graph, perplexity), start, [self._early], progress=self._part(0, total)
        )
        order = _by_place(early)
        rank = np.empty(len(order), np.int32)
        rank[order] = np.arange(len(order), dtype=np.int32)
        graph = Neighbors(rank[graph.rows[order]], graph.similarities[order])
        layout = np.empty_like(start)
        layout[order] = optimize(
            affinities(graph, perplexity), early[order], [(1.0, n_iter)],
            progress=self._part(EARLY_ITERATIONS, total),
        )  # fmt: skip
        return layout

    @property
    def _early(self) -> tuple[float, int]:
        return self.settings.early_exaggeration, EARLY_ITERATIONS

    def _part(self, before: int, total: int) -> Progress | None:
        """Count the iterations of one part as some of the whole."""
        progress = self.progress
        if progress is None:
            return None
        return lambda done, _total: progress(before + done, total)


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
        init=10 * _fitted(two_components(fingerprints)),  # the size of UMAP's own initial layouts
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
    components = two_components(fingerprints)
    components *= 1e-4 / max(float(components[:, 0].std()), np.finfo(np.float64).tiny)
    shake = np.random.default_rng(random_state).normal(0, 1e-6, components.shape)
    return np.ascontiguousarray(components + shake)


def _by_place(positions: Positions) -> NDArray[np.int64]:
    """Order points by squares of a coarse grid."""
    cells = np.floor(256 * (_fitted(positions) + 1)).astype(np.int64)
    return np.lexsort((positions[:, 0], cells[:, 1], cells[:, 0] // 4)).astype(np.int64)


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
