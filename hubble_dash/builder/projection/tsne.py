"""A neighbour graph -> a map, by t-SNE."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix

from hubble_dash.atlas.atlas import Neighbors
from hubble_dash.builder.forces.affinities import affinities
from hubble_dash.builder.forces.descent import Progress, optimize
from hubble_dash.builder.projection.plane import Positions, order_by_place
from hubble_dash.config import MapSettings

__all__ = ["MAX_UNSORTED_POINTS", "NEIGHBORS_PER_PERPLEXITY", "Progress", "tsne_positions"]

# t-SNE takes three neighbours for one of perplexity (van der Maaten 2014, section 4.1).
NEIGHBORS_PER_PERPLEXITY = 3
# Iterations with exaggerated attraction. So many are as good as the usual 250, measured at 30,000
# cutouts, since the start is that of PCA and not random.
EARLY_ITERATIONS = 125
# More points are sorted by place after those iterations, which takes less time than it saves.
MAX_UNSORTED_POINTS = 100_000


def tsne_positions(
    neighbors: Neighbors,
    start: Positions,
    perplexity: float,
    settings: MapSettings,
    *,
    device: str = "cpu",
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
    device : str
        Where the forces are computed.
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
    joint = affinities(neighbors, perplexity, device=device)
    if len(start) <= max_unsorted_points:
        return optimize(joint, start, [early, late], device=device, progress=progress)
    total = EARLY_ITERATIONS + settings.n_iter
    placed = optimize(joint, start, [early], device=device, progress=_part(progress, 0, total))
    order = order_by_place(placed)
    layout = np.empty_like(start)
    layout[order] = optimize(
        csr_matrix(joint[order][:, order]),
        placed[order],
        [late],
        device=device,
        progress=_part(progress, EARLY_ITERATIONS, total),
    )
    return layout


def _part(progress: Progress | None, before: int, total: int) -> Progress | None:
    """Count the iterations of one part as some of the whole."""
    if progress is None:
        return None
    return lambda done, _total: progress(before + done, total)
