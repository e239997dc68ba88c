"""The repulsion of t-SNE among few points, summed from point to point."""

from __future__ import annotations

from concurrent.futures import Executor

import torch

__all__ = ["PairwiseRepulsion"]

# Pairs of points that are worked on at a time: they stay in a cache, or keep a GPU busy.
PAIRS_PER_BLOCK, PAIRS_PER_BLOCK_ON_GPU = 2**17, 2**24


class PairwiseRepulsion:
    """Sum the repulsion from point to point.

    Parameters
    ----------
    fixed : (2, m) float32 tensor
        Points that stay where they are, and act on the others; there may be none.
    """

    def __init__(self, fixed: torch.Tensor) -> None:
        self._fixed = fixed
        self._among_fixed = _summed(fixed, fixed)[2].sum() - fixed.shape[1]

    def __call__(self, moved: torch.Tensor, pool: Executor) -> tuple[torch.Tensor, torch.Tensor]:
        """Sum the forces on each point that moves.

        Parameters
        ----------
        moved : (2, n) float32 tensor
            Where they are.
        pool : Executor
            Whose threads share the work.

        Returns
        -------
        forces : (2, n) float32 tensor
            Of each point i, the sum over j, of all, of ``(y_i - y_j) / (1 + |y_i - y_j|^2)^2``.
        normalization : () float32 tensor
            The sum over all pairs, i not j, of ``1 / (1 + |y_i - y_j|^2)``.
        """
        pairs = PAIRS_PER_BLOCK if moved.device.type == "cpu" else PAIRS_PER_BLOCK_ON_GPU
        step = max(1, pairs // (moved.shape[1] + self._fixed.shape[1]))

        def sums(some: torch.Tensor) -> torch.Tensor:
            return torch.stack([_summed(some, moved), 2 * _summed(some, self._fixed)])

        among, from_fixed = torch.cat(list(pool.map(sums, torch.split(moved, step, 1))), 2)
        total = (among[2] + from_fixed[2]).sum(dtype=torch.float64)
        total = (total - moved.shape[1] + self._among_fixed).float()
        return among[:2] + from_fixed[:2] / 2, total

    def normalization(self, moved: torch.Tensor, pool: Executor) -> torch.Tensor:
        """Give the normalization alone.

        Parameters
        ----------
        moved, pool
            As above.
        """
        return self(moved, pool)[1]


def _summed(points: torch.Tensor, others: torch.Tensor) -> torch.Tensor:
    """Sum, for each point, the forces of others, and how near they are: (3, n)."""
    x, y = (here[:, None] - there for here, there in zip(points, others, strict=True))
    near = torch.addcmul(torch.ones((), device=x.device), x, x).addcmul_(y, y).reciprocal_()
    squared = near * near
    return torch.stack([x.mul_(squared).sum(1), y.mul_(squared).sum(1), near.sum(1)])
