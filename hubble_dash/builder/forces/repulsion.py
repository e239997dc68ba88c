"""The repulsion of t-SNE, that of all points on each, by a field on a grid.

Points are spread onto a grid, the grid is convolved with the kernel by FFT, and the field is read
where the points are: time grows with n and with the area of the map, not with n squared. The idea
is that of FIt-SNE (Linderman et al. 2019, Nature Methods 16, 243); the grid is that of particle
codes, cubic B-splines, whose smoothing is divided out of the kernel. For the same error this takes
a tenth of the time.
"""

from __future__ import annotations

from concurrent.futures import Executor

import torch

from hubble_dash.builder.forces.convolution import Convolution
from hubble_dash.builder.forces.grid import Grid, Shares, bounds_of, grid_for, read, spread
from hubble_dash.builder.forces.pairs import PairwiseRepulsion

__all__ = ["Repulsion", "added_in_any_order"]

# Points that are spread, and read for, at a time.
POINTS_PER_BLOCK = 2**14
# Moved points act on one another from point to point, as long as that is quicker than a convolution
# of them with the fixed ones: with at most so many pairs to a grid point.
MAX_PAIRS_PER_GRID_POINT = 20
# How much further than all points a grid reaches on which some of them are spread once for all.
SLACK = 0.1
# Of a point's weight of one, where weights are added as whole numbers.
UNITS_OF_WEIGHT = 2**30


class Repulsion:
    """Compute the repulsion of points on the plane, for one layout after another.

    Parameters
    ----------
    fixed : (2, m) float32 tensor
        Points that stay where they are, and act on the others; there may be none. They are spread
        once, and again only when another point leaves the grid.
    """

    def __init__(self, fixed: torch.Tensor) -> None:
        self._fixed = fixed
        self._grid = Grid((0.0, 0.0), 0.0, 0)
        self._convolution: Convolution | None = None
        self._density = torch.empty(0)
        self._still: tuple[torch.Tensor, torch.Tensor, torch.Tensor] | None = None
        self._pairs = PairwiseRepulsion(fixed[:, :0])

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
        convolution = self._laid(moved, pool)
        shares = self._shares(moved, pool)
        if self._still is not None:
            field, potential, total = self._still
            forces, among_moved = self._pairs(moved, pool)
            crossed = _read(potential, shares, pool).sum()
            return forces + _as_rows(_read(field, shares, pool)), total + 2 * crossed + among_moved
        field, total = convolution(_added(self._density.clone(), shares), pool)
        return _as_rows(_read(field, shares, pool)), self._of_pairs(total, moved)

    def normalization(self, moved: torch.Tensor, pool: Executor) -> torch.Tensor:
        """Give the normalization alone.

        Parameters
        ----------
        moved, pool
            As above.
        """
        convolution = self._laid(moved, pool)
        density = _added(self._density.clone(), self._shares(moved, pool))
        return self._of_pairs(convolution.total(density, pool), moved)

    def _of_pairs(self, total: torch.Tensor, moved: torch.Tensor) -> torch.Tensor:
        """Take away each point with itself."""
        pairs = total - moved.shape[1] - self._fixed.shape[1]
        return pairs.clamp(min=torch.finfo(total.dtype).tiny)

    def _laid(self, moved: torch.Tensor, pool: Executor) -> Convolution:
        """Lay a grid under the points; one with fixed points stays as long as it can."""
        bounds = bounds_of(moved)
        n_fixed = self._fixed.shape[1]
        if n_fixed == 0:
            self._grid = grid_for(bounds)
        elif not self._grid.holds(bounds):
            self._grid = grid_for(bounds_of(torch.cat([self._fixed, moved], 1)), slack=SLACK)
        elif self._convolution is not None:
            return self._convolution
        _, spacing, side = self._grid
        kept = self._convolution
        if kept is None or (kept.side, kept.spacing) != (side, spacing):
            kept = self._convolution = Convolution(side, spacing, moved.device)
        density = torch.zeros(side**2, device=moved.device)
        self._density = _added(density, self._shares(self._fixed, pool)) if n_fixed else density
        if n_fixed and moved.shape[1] ** 2 <= MAX_PAIRS_PER_GRID_POINT * side**2:
            field, total = kept(self._density, pool)
            self._still = field, kept.potential(self._density), total - n_fixed
        else:
            self._still = None
        return kept

    def _shares(self, points: torch.Tensor, pool: Executor) -> list[Shares]:
        grid, step = self._grid, POINTS_PER_BLOCK
        if points.device.type != "cpu":
            step = points.shape[1]
        return list(pool.map(lambda some: spread(some, grid), torch.split(points, step, 1)))


def _added(density: torch.Tensor, shares: list[Shares]) -> torch.Tensor:
    """Add points to the density; one after another, so that sums are the same every time."""
    if density.device.type != "cpu":
        return added_in_any_order(density, shares)
    for cells, weights in shares:
        density.index_add_(0, cells.view(-1), weights.view(-1))
    return density


def added_in_any_order(density: torch.Tensor, shares: list[Shares]) -> torch.Tensor:
    """Add points to a density where many are added at once, as on a GPU.

    In whole numbers, whose sums are the same in any order.

    Parameters
    ----------
    density : (side x side,) float32 tensor
        What is there.
    shares : list of Shares
        Of fewer than 2^33 points.

    Returns
    -------
    (side x side,) float32 tensor
    """
    sums = torch.zeros(density.shape, dtype=torch.int64, device=density.device)
    for cells, weights in shares:
        sums.index_add_(0, cells.view(-1), (weights.view(-1) * UNITS_OF_WEIGHT).long())
    return density + (sums.double() / UNITS_OF_WEIGHT).float()


def _read(field: torch.Tensor, shares: list[Shares], pool: Executor) -> torch.Tensor:
    return torch.cat(list(pool.map(lambda some: read(field, some), shares)))


def _as_rows(forces: torch.Tensor) -> torch.Tensor:
    return torch.stack([forces.real, forces.imag])
