"""A neighbour graph -> a map, by UMAP, which is an extra."""

from __future__ import annotations

import warnings

import numpy as np
from numpy.typing import NDArray

from hubble_dash.atlas.atlas import Neighbors
from hubble_dash.builder.neighbors.principal import two_components
from hubble_dash.builder.neighbors.unit import FloatMatrix, unit_rows
from hubble_dash.builder.projection.plane import Positions, fit
from hubble_dash.config import MapSettings
from hubble_dash.errors import MissingExtraError

__all__ = ["umap_positions"]


def umap_positions(
    fingerprints: FloatMatrix, neighbors: Neighbors, settings: MapSettings
) -> Positions:
    """Lay points out by UMAP, from the graph that is there.

    Parameters
    ----------
    fingerprints : (n, d) float array
        Copied at unit length.
    neighbors : Neighbors
        Their nearest neighbours.
    settings : MapSettings
        Of which ``n_neighbors``, ``min_dist`` and ``random_state`` count.

    Returns
    -------
    (n, 2) float64 array

    Raises
    ------
    MissingExtraError
        If UMAP is not installed.

    References
    ----------
    McInnes, Healy & Melville 2018, arXiv:1802.03426.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # UMAP warns that TensorFlow is not there
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
        init=10 * fit(two_components(fingerprints)),  # the size of UMAP's own initial layouts
        random_state=settings.random_state,
        n_jobs=1,  # a fixed random_state allows no more
        precomputed_knn=(rows, distances, None),
    )
    with warnings.catch_warnings():
        # UMAP warns that new points could not be placed later; none will be.
        warnings.filterwarnings("ignore", "precomputed_knn", UserWarning)
        return np.asarray(reducer.fit_transform(unit_rows(fingerprints)), np.float64)


def _distances(similarities: NDArray[np.float32]) -> Positions:
    """Euclidean distances of unit vectors: |a - b|^2 = 2 - 2 cos(a, b)."""
    distances: Positions = np.sqrt(np.maximum(2 - 2 * similarities.astype(np.float64), 0))
    return distances
