"""Fingerprints -> a map: t-SNE from the shared neighbour graph, UMAP, or PCA.

The map is a drawing. It tears neighbourhoods apart, so that nothing is ever searched on it.
"""

from __future__ import annotations

import logging
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hubble_dash.atlas.atlas import Neighbors
from hubble_dash.builder.neighbors.principal import two_components
from hubble_dash.builder.neighbors.unit import FloatMatrix
from hubble_dash.builder.projection.duplicates import (
    group_duplicates,
    offsets_in_groups,
    without_duplicates,
)
from hubble_dash.builder.projection.plane import Positions, fit, start_positions
from hubble_dash.builder.projection.quality import map_quality
from hubble_dash.builder.projection.tsne import (
    MAX_UNSORTED_POINTS,
    NEIGHBORS_PER_PERPLEXITY,
    Progress,
    tsne_positions,
)
from hubble_dash.builder.projection.umap import umap_positions
from hubble_dash.config import MapSettings

__all__ = ["MAX_EDGES", "MIN_CUTOUTS_TO_LAY_OUT", "Layout", "lay_out", "n_neighbors_of"]

logger = logging.getLogger(__name__)

# With fewer different cutouts the perplexity would be below two, and there is nothing to lay out.
MIN_CUTOUTS_TO_LAY_OUT = 7
# t-SNE's matrix has two entries for each cutout and neighbour. Of very many cutouts it takes fewer
# neighbours, so that this matrix fits in memory, but never fewer than the second number.
MAX_EDGES, MIN_NEIGHBORS = 40_000_000, 30


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


def lay_out(
    fingerprints: FloatMatrix,
    neighbors: Neighbors,
    settings: MapSettings,
    *,
    device: str = "cpu",
    progress: Progress | None = None,
    max_edges: int = MAX_EDGES,
    max_unsorted_points: int = MAX_UNSORTED_POINTS,
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
        Their nearest neighbours, from `hubble_dash.builder.neighbors.search.search_neighbors`. For
        the perplexity asked for, k must be three times as large; with less it is lowered.
    settings : MapSettings
        Method and parameters.
    device : str
        Where the forces of t-SNE are computed. A GPU with too little memory leaves it to the
        processor, which is logged.
    progress : callable, optional
        Called with the iterations done and all iterations of t-SNE.
    max_edges : int
        Pairs of a cutout and a neighbour that t-SNE may take.
    max_unsorted_points : int
        As of `hubble_dash.builder.projection.tsne.tsne_positions`.

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
    n = len(fingerprints)
    if n == 0 or len(neighbors.rows) != n:
        raise ValueError(
            f"{n} fingerprints and neighbours of {len(neighbors.rows)}; give both of n"
        )
    changed: dict[str, Any] = {}
    if settings.method == "pca":
        positions = fit(two_components(fingerprints))
    else:
        first, group = group_duplicates(neighbors)
        k = n_neighbors_of(len(first), neighbors, settings, max_edges)
        distinct = fingerprints, neighbors
        if len(first) < n:
            logger.info("%d duplicates are laid out with their likes", n - len(first))
            distinct = without_duplicates(fingerprints, neighbors, first, group, k=k, device=device)
        plane, changed = _lay_out_distinct(
            *distinct, k, settings, device=device, progress=progress,
            max_unsorted_points=max_unsorted_points,
        )  # fmt: skip
        positions = fit(fit(plane)[group] + offsets_in_groups(group))
    quality = map_quality(fingerprints, neighbors, positions)
    return Layout(positions, {"method": settings.method, **changed, "quality": quality})


def n_neighbors_of(n: int, neighbors: Neighbors, settings: MapSettings, max_edges: int) -> int:
    """Count the neighbours that a layout takes of each of n different cutouts.

    Parameters
    ----------
    n : int
        Different cutouts.
    neighbors : Neighbors
        Of all.
    settings : MapSettings
        Method and parameters.
    max_edges : int
        As of `lay_out`.
    """
    wanted = round(NEIGHBORS_PER_PERPLEXITY * settings.perplexity)
    if settings.method == "umap":
        wanted = settings.n_neighbors
    known = int(neighbors.rows.shape[1])
    return min(known, n - 1, wanted, max(MIN_NEIGHBORS, max_edges // n))


def _lay_out_distinct(
    fingerprints: FloatMatrix,
    neighbors: Neighbors,
    k: int,
    settings: MapSettings,
    *,
    device: str,
    progress: Progress | None,
    max_unsorted_points: int,
) -> tuple[Positions, dict[str, Any]]:
    """Lay out cutouts without duplicates; and say what became of the settings, where it differs."""
    n = len(fingerprints)
    if n < MIN_CUTOUTS_TO_LAY_OUT:
        text = "%s needs %d different cutouts and has %d: the map is that of PCA"
        logger.warning(text, settings.method, MIN_CUTOUTS_TO_LAY_OUT, n)
        return two_components(fingerprints), {"method": "pca"}
    if settings.method == "umap":
        return umap_positions(fingerprints, neighbors, settings), {}
    perplexity, changed = settings.perplexity, {}
    if k < NEIGHBORS_PER_PERPLEXITY * perplexity:
        perplexity = k / NEIGHBORS_PER_PERPLEXITY
        logger.info("perplexity is lowered to %.1f, for %d neighbours a cutout", perplexity, k)
        changed = {"perplexity": round(perplexity, 2)}
    plane = tsne_positions(
        Neighbors(neighbors.rows[:, :k], neighbors.similarities[:, :k]),
        start_positions(fingerprints, settings.random_state),
        perplexity,
        settings,
        device=device,
        progress=progress,
        max_unsorted_points=max_unsorted_points,
    )
    return plane, changed
