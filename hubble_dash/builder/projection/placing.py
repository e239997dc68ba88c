"""New cutouts -> their places on a map that is there, which stays as it is.

openTSNE's own way to do so (`PartialTSNEEmbedding`) places each new point by itself: of a hundred
cutouts of a kind that is new, none would feel another. Here new points act on one another, too.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix

from hubble_dash.amid import N_BESIDE, amid
from hubble_dash.atlas.atlas import Neighbors
from hubble_dash.builder.forces.affinities import affinities
from hubble_dash.builder.forces.descent import as_tensor, optimize, repulsion_of
from hubble_dash.builder.forces.threads import threads_for
from hubble_dash.builder.neighbors.exact import nearest_of_some
from hubble_dash.builder.neighbors.unit import FloatMatrix, blocks, unit_block
from hubble_dash.builder.projection.duplicates import (
    group_duplicates,
    offsets_in_groups,
    without_duplicates,
)
from hubble_dash.builder.projection.layout import (
    MAX_EDGES,
    MIN_CUTOUTS_TO_LAY_OUT,
    n_neighbors_of,
)
from hubble_dash.builder.projection.plane import Positions
from hubble_dash.builder.projection.quality import map_quality
from hubble_dash.builder.projection.tsne import NEIGHBORS_PER_PERPLEXITY, Progress
from hubble_dash.config import MapSettings

__all__ = ["natural_scale", "place_new", "quality_of_new"]

# Iterations with exaggerated attraction, in which points find where they belong, and without. At
# 1,800 digits twice as many give no more.
EARLY_ITERATIONS, ITERATIONS = 50, 150
# The scale of a map is looked for in steps of this factor, and then between two of them.
SMALLEST_SCALE, STEP_OF_SCALE = 2.0, 1.5
# Pairs of neighbours that this takes into account.
MAX_PAIRS_FOR_SCALE = 2_000_000


def place_new(
    fingerprints: FloatMatrix,
    neighbors: Neighbors,
    placed: NDArray[np.float32],
    settings: MapSettings,
    *,
    is_moved: bool = True,
    device: str = "cpu",
    progress: Progress | None = None,
    max_edges: int = MAX_EDGES,
) -> NDArray[np.float32]:
    """Place new cutouts beside their neighbours, and let them find their places by t-SNE.

    Old points act on the new ones, and new ones on each other. What is the same as another cutout
    lies beside it.

    Parameters
    ----------
    fingerprints : (n, d) float array
        Of the m old ones first; read in blocks.
    neighbors : Neighbors
        Of all n, among all.
    placed : (m, 2) float32 array
        The map of the old ones.
    settings : MapSettings
        By which it was laid out.
    is_moved : bool
        Whether it is one of t-SNE, on which points can be moved by its forces; on others they stay
        beside their neighbours.
    device : str
        Where forces are computed.
    progress : callable, optional
        Called with the iterations done and all iterations.
    max_edges : int
        As of `hubble_dash.builder.projection.layout.lay_out`.

    Returns
    -------
    (n, 2) float32 array
        The first m rows are `placed`.
    """
    n, m = len(neighbors.rows), len(placed)
    # A group's first row is the first of its group: groups with an old member stand first.
    first, group = group_duplicates(neighbors)
    n_old = int(np.searchsorted(first, m))
    points = np.empty((len(first), 2))
    points[:n_old] = placed[first[:n_old]]
    points[n_old:] = _beside(fingerprints, first[n_old:], placed, device)
    k = n_neighbors_of(len(first), neighbors, settings, max_edges)
    if is_moved and MIN_CUTOUTS_TO_LAY_OUT <= n_old < len(first):
        graph = neighbors
        if len(first) < n:
            _, graph = without_duplicates(fingerprints, neighbors, first, group, k=k, device=device)
        perplexity = min(settings.perplexity, k / NEIGHBORS_PER_PERPLEXITY)
        nearest = Neighbors(graph.rows[:, :k], graph.similarities[:, :k])
        joint = affinities(nearest, perplexity, device=device)
        phases = [(settings.early_exaggeration, EARLY_ITERATIONS), (1.0, ITERATIONS)]
        # A map of t-SNE has a size of its own.
        scale = natural_scale(joint[:n_old, :n_old], points[:n_old], device=device)
        points *= scale
        points = optimize(joint, points, phases, n_fixed=n_old, device=device, progress=progress)
        points /= scale
    positions = (points[group] + offsets_in_groups(group)).astype(np.float32)
    # Of those that have one nearest, some have the same.
    same = np.unique(positions[m:], axis=0, return_inverse=True)[1].reshape(-1)
    positions[m:] += offsets_in_groups(same).astype(np.float32)
    positions[:m] = placed
    return positions


def quality_of_new(
    fingerprints: FloatMatrix, neighbors: Neighbors, positions: NDArray[np.float32], m: int
) -> dict[str, float | int]:
    """Measure what a map keeps of the cutouts that were placed on it, beside the first m.

    Parameters
    ----------
    fingerprints, neighbors
        As of `place_new`.
    positions : (n, 2) float32 array
        The map.
    m : int
        Cutouts of which it was laid out.

    Returns
    -------
    dict
        ``cutouts`` that were placed; the share of their ten nearest on the map that are among the
        ten most similar, ``neighbors_kept_at_10``, and that of the first m,
        ``neighbors_kept_at_10_of_old``. With fewer neighbours, the names say how many.
    """
    new, old = (
        map_quality(fingerprints, neighbors, positions, rows=rows)
        for rows in (np.arange(m, len(positions)), np.arange(m))
    )
    said: dict[str, float | int] = {"cutouts": len(positions) - m}
    for name in new:
        if name.startswith("neighbors_kept"):
            said |= {name: new[name], f"{name}_of_old": old[name]}
    return said


def _beside(
    fingerprints: FloatMatrix,
    new: NDArray[np.int64],
    placed: NDArray[np.float32],
    device: str,
) -> Positions:
    """Give places amid the nearest old cutouts."""
    k = min(N_BESIDE, len(placed))
    places = np.empty((len(new), 2))
    for part in blocks(len(new)):
        queries = unit_block(fingerprints, new[part])
        _, rows = nearest_of_some(queries, fingerprints[: len(placed)], k, device=device)
        places[part] = amid(placed[rows])
    return places


def natural_scale(joint: csr_matrix, points: Positions, *, device: str = "cpu") -> float:
    """Find how large t-SNE would draw a map: its divergence is least at that size.

    Parameters
    ----------
    joint : (n, n) sparse float64 matrix
        Affinities, as of `hubble_dash.builder.forces.affinities.affinities`; of any sum.
    points : (n, 2) float64 array
        A map of any size.
    device : str
        Where forces are computed.

    Returns
    -------
    float
        By which the map is to be multiplied.
    """
    rows = slice(None, None, -(-joint.nnz // MAX_PAIRS_FOR_SCALE))
    pairs = joint[rows].tocoo()
    ends = np.arange(len(points))[rows][pairs.row], pairs.col
    squared = ((points[ends[0]] - points[ends[1]]) ** 2).sum(axis=1)
    weights = pairs.data / pairs.data.sum()
    places = as_tensor(points, device)
    repulsion = repulsion_of(places[:, :0], n=len(points))

    def divergence(logarithm: float) -> float:
        scale = float(np.exp(logarithm))
        total = float(repulsion.normalization(scale * places, pool))
        return float((weights * np.log1p(scale**2 * squared)).sum() + np.log(total))

    with threads_for(places.device, len(points)) as pool:
        at, step = np.log(SMALLEST_SCALE), np.log(STEP_OF_SCALE)
        here, beyond = divergence(at), divergence(at + step)
        while beyond < here:
            at, here = at + step, beyond
            beyond = divergence(at + step)
        found = minimize_scalar(
            divergence, bounds=(at - step, at + step), method="bounded", options={"xatol": 0.02}
        )
    return float(np.exp(found.x))
