"""The attraction of t-SNE: each point is pulled by those that it has an affinity with.

The matrix of affinities is cut into blocks of rows that are about equally long, each filled up to
its longest row, as in the sliced ELLPACK format (Kreutzer et al. 2014, SIAM J. Sci. Comput. 36,
C401): all sums run along rows, in a fixed order, and a block's numbers stay in the cache.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

__all__ = ["Attraction"]

# Pairs of points in a block: on a processor, what its cache holds; on a GPU, what keeps it busy.
PAIRS_PER_BLOCK = {"cpu": 2**18}
PAIRS_PER_BLOCK_ON_GPU = 2**24
# Rows are sorted by length only among so many blocks' worth, since points that are near in memory
# have neighbours in common.
BLOCKS_PER_SORTING = 16


class _Block(NamedTuple):
    """Some rows of the matrix, filled up with points that pull at nothing."""

    rows: slice
    columns: torch.Tensor
    affinities: torch.Tensor


class Attraction:
    """Compute the attraction of points on the plane, for one layout after another.

    Parameters
    ----------
    joint : (m, n) sparse float matrix
        Affinities of m points, whose attraction is asked for, with all n.
    device : torch.device
        Where the points will be.
    pairs_per_block : int, optional
        Pairs of points that are worked on at a time.
    """

    def __init__(
        self, joint: csr_matrix, device: torch.device, *, pairs_per_block: int | None = None
    ) -> None:
        if pairs_per_block is None:
            pairs_per_block = PAIRS_PER_BLOCK.get(device.type, PAIRS_PER_BLOCK_ON_GPU)
        lengths = np.diff(joint.indptr)
        rows_sorted = 1 + BLOCKS_PER_SORTING * pairs_per_block // max(1, int(lengths.mean()))
        order = np.lexsort((lengths, np.arange(len(lengths)) // rows_sorted))
        place = np.empty(len(order), np.int64)
        place[order] = np.arange(len(order))
        self._order = torch.from_numpy(order).to(device)
        self._place = torch.from_numpy(place).to(device)
        self._blocks = [
            _filled(joint, order, rows, device) for rows in _cut(lengths[order], pairs_per_block)
        ]

    def __call__(
        self, moved: torch.Tensor, points: torch.Tensor, pool: Executor
    ) -> Callable[[], torch.Tensor]:
        """Begin to sum the forces on each point.

        Parameters
        ----------
        moved : (2, m) float32 tensor
            Places of the points that are pulled.
        points : (2, n) float32 tensor
            Places of all.
        pool : Executor
            Whose threads share the blocks.

        Returns
        -------
        callable
            Which waits for the forces, a (2, m) float32 tensor: of each point i, the sum over j of
            ``p_ij (y_i - y_j) / (1 + |y_i - y_j|^2)``.
        """
        own = moved[:, self._order]
        forces = torch.empty_like(own)

        def pull(block: _Block) -> None:
            forces[:, block.rows] = _pulled(block, own[:, block.rows], points)

        begun = pool.map(pull, self._blocks)

        def pulled() -> torch.Tensor:
            for _ in begun:
                pass
            return forces[:, self._place]

        return pulled


def _pulled(block: _Block, own: torch.Tensor, points: torch.Tensor) -> torch.Tensor:
    """Sum along the rows of a block; in place, since its numbers are in the cache."""
    _, columns, affinities = block
    x, y = (
        there.index_select(0, columns).view(affinities.shape).neg_().add_(here[:, None])
        for there, here in zip(points, own, strict=True)
    )
    weights = torch.addcmul(torch.ones((), device=x.device), x, x).addcmul_(y, y)
    torch.div(affinities, weights, out=weights)
    return torch.stack([x.mul_(weights).sum(1), y.mul_(weights).sum(1)])


def _cut(lengths: NDArray[np.int32], pairs_per_block: int) -> Iterator[slice]:
    """Cut rows into blocks that are not too large when each row is as long as the longest."""
    start, longest = 0, 1
    for row, length in enumerate(lengths):
        longest = max(longest, length)
        if (row + 1 - start) * longest > pairs_per_block and row > start:
            yield slice(start, row)
            start, longest = row, max(1, length)
    if start < len(lengths):
        yield slice(start, len(lengths))


def _filled(
    joint: csr_matrix, order: NDArray[np.int64], rows: slice, device: torch.device
) -> _Block:
    """Take some rows of the matrix, and fill them up."""
    some = joint[order[rows]]
    lengths = np.diff(some.indptr)
    there = np.arange(max(1, lengths.max())) < lengths[:, np.newaxis]
    columns = np.zeros(there.shape, np.int32)
    affinities = np.zeros(there.shape, np.float32)
    columns[there], affinities[there] = some.indices, some.data
    return _Block(
        rows, torch.from_numpy(columns).to(device).view(-1), torch.from_numpy(affinities).to(device)
    )
