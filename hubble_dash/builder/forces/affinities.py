"""Neighbours of points -> their affinities: the joint probabilities of t-SNE."""

from __future__ import annotations

import math

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from hubble_dash.atlas.atlas import Neighbors

__all__ = ["affinities"]

# The width of each point's Gaussian is found by bisection, between e^-30 and e^30 of the points'
# distance, in so many steps: to a relative error of 1e-8.
WIDEST, HALVINGS = 30.0, 32
# Pairs of points that are worked on at a time: on a processor, what its cache holds.
PAIRS_PER_BLOCK = {"cpu": 2**16}
PAIRS_PER_BLOCK_ON_GPU = 2**24


def affinities(
    neighbors: Neighbors,
    perplexity: float,
    *,
    device: str = "cpu",
    pairs_per_block: int | None = None,
) -> csr_matrix:
    """Weigh the neighbours of each point, so that their perplexity is the one asked for.

    Parameters
    ----------
    neighbors : Neighbors
        Cosine similarities; the distances are those of unit vectors,
        ``|a - b|^2 = 2 - 2 cos(a, b)``. All k are taken.
    perplexity : float
        Effective number of neighbours, less than k.
    device : str
        Where this is computed, in double precision.
    pairs_per_block : int, optional
        Pairs of a point and a neighbour that are worked on at a time.

    Returns
    -------
    (n, n) sparse float64 matrix
        Symmetric, of sum 1: the joint probabilities of van der Maaten & Hinton 2008,
        JMLR 9, 2579, section 2.
    """
    n, k = neighbors.rows.shape
    if pairs_per_block is None:
        pairs_per_block = PAIRS_PER_BLOCK.get(device, PAIRS_PER_BLOCK_ON_GPU)
    step = max(1, pairs_per_block // k)
    weights = np.empty((n, k))
    for start in range(0, n, step):
        rows = slice(start, start + step)
        cosines = torch.from_numpy(neighbors.similarities[rows].astype(np.float64)).to(device)
        squared = (2 - 2 * cosines).clamp_(min=0)
        weights[rows] = _gaussian(squared, perplexity).cpu().numpy()
    return _joint(neighbors.rows, weights / (2 * n))


def _joint(rows: NDArray[np.int32], weights: NDArray[np.float64]) -> csr_matrix:
    """Add the weight of each pair from both its ends."""
    n, k = rows.shape
    starts = np.arange(0, n * k + 1, k)
    directed = csr_matrix(
        (weights.reshape(-1), np.array(rows, np.int32).reshape(-1), starts), shape=(n, n)
    )
    joint = directed + directed.T
    joint.sort_indices()
    return csr_matrix(joint)


def _gaussian(squared: torch.Tensor, perplexity: float) -> torch.Tensor:
    """Give each row of squared distances weights of sum 1 and of this perplexity."""
    squared = squared - squared.amin(1, keepdim=True)
    scale = squared.mean(1, keepdim=True).clamp_(min=torch.finfo(squared.dtype).tiny)
    squared = squared / scale
    low, high = torch.full_like(scale, -WIDEST), torch.full_like(scale, WIDEST)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        precision = middle.exp()
        weights = torch.exp(-precision * squared)
        total = weights.sum(1, keepdim=True)
        # Of weights e^-bd / Z, the entropy is b<d> + ln Z.
        mean = (weights * squared).sum(1, keepdim=True) / total
        wide = precision * mean + total.log() > math.log(perplexity)
        low, high = torch.where(wide, middle, low), torch.where(wide, high, middle)
    return weights / total
