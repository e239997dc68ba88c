"""How the map is laid out."""

from __future__ import annotations

from dataclasses import dataclass

from hubble_dash.config.bounds import at_least, choice, within
from hubble_dash.config.choices import MapMethod

__all__ = ["MapSettings"]


@dataclass(frozen=True, kw_only=True)
class MapSettings:
    """How fingerprints are laid out on the plane.

    Parameters
    ----------
    method : {"tsne", "umap", "pca"}
        The layout. UMAP needs the extra ``hubble-dash[umap]``.
    perplexity : float
        t-SNE: effective number of neighbours; lowered where there are too few cutouts.
    early_exaggeration : float
        t-SNE: factor on the attraction in the first phase.
    n_iter : int
        t-SNE: iterations after the early phase.
    n_neighbors : int
        UMAP: neighbours a point; lowered where there are too few cutouts.
    min_dist : float
        UMAP: how tightly points may lie.
    random_state : int
        Seed: the same fingerprints give the same map.
    """

    method: MapMethod = "tsne"
    perplexity: float = 30.0
    early_exaggeration: float = 12.0
    n_iter: int = 500
    n_neighbors: int = 15
    min_dist: float = 0.1
    random_state: int = 0

    def __post_init__(self) -> None:
        choice("method", self.method, MapMethod)
        at_least("perplexity", self.perplexity, 1.0)
        at_least("early_exaggeration", self.early_exaggeration, 1.0)
        at_least("n_iter", self.n_iter, 1)
        at_least("n_neighbors", self.n_neighbors, 2)
        within("min_dist", self.min_dist, 0.0, 1.0)
        at_least("random_state", self.random_state, 0)
