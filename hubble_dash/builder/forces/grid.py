"""A grid on the plane: points are spread onto it, and a field is read where they are.

Both by cubic B-splines, as in particle codes (Hockney & Eastwood 1988, Computer Simulation Using
Particles, ch. 5).
"""

from __future__ import annotations

import math
from typing import NamedTuple, TypeAlias

import scipy.fft
import torch

__all__ = ["Bounds", "Grid", "Shares", "bounds_of", "grid_for", "read", "spread"]

Bounds: TypeAlias = list[list[float]]

# Distance of grid points, from coarse to fine; the kernel is about 1 wide. Relative errors of the
# forces are 3 %, 0.1 % and 0.001 %.
SPACINGS = (0.5, 0.25, 0.125)
# A finer grid is taken as long as it has no more steps across: so far it costs next to nothing.
MAX_STEPS_OF_FINER_GRID = 180
# Grid points along the side of the smallest grid. Kernels break off at the edge of the grid; on a
# smaller one that would change the forces.
MIN_GRID_SIDE = 16
# The grid points that a point is spread over, along one axis, counted from the one before it.
SUPPORT = range(-1, 3)


class Grid(NamedTuple):
    """Where a grid lies: its first corner, its steps, and how many points it has along a side."""

    low: tuple[float, float]
    spacing: float
    side: int

    def holds(self, bounds: Bounds) -> bool:
        """Whether all points between these bounds can be spread."""
        reach = (self.side - 4) * self.spacing
        return all(
            low <= least and most <= low + reach
            for low, (least, most) in zip(self.low, bounds, strict=True)
        )


class Shares(NamedTuple):
    """How points are shared among the 4 x 4 grid points around each.

    Attributes
    ----------
    cells : (16, n) int32 tensor
        Which grid points these are, counted row by row.
    weights : (16, n) float32 tensor
        Their shares, of sum 1.
    """

    cells: torch.Tensor
    weights: torch.Tensor


def bounds_of(points: torch.Tensor) -> Bounds:
    """Find the least and the largest along each axis.

    Parameters
    ----------
    points : (2, n) float32 tensor
        Places.
    """
    bounds: Bounds = torch.stack(points.aminmax(dim=1), 1).tolist()
    return bounds


def grid_for(bounds: Bounds, *, slack: float = 0.0) -> Grid:
    """Lay a grid under points, with a margin of two steps for the splines.

    Parameters
    ----------
    bounds : list
        Of the points.
    slack : float
        How much wider it is made, as a share.
    """
    extent = max(most - least for least, most in bounds)
    margin = slack * extent / 2
    extent += 2 * margin
    fine = [step for step in SPACINGS if extent / step <= MAX_STEPS_OF_FINER_GRID]
    spacing = fine[-1] if fine else SPACINGS[0]
    reach = max(math.ceil(extent / spacing) + 5, MIN_GRID_SIDE)
    side = scipy.fft.next_fast_len(reach, real=True)
    return Grid((bounds[0][0] - margin, bounds[1][0] - margin), spacing, side)


def spread(points: torch.Tensor, grid: Grid) -> Shares:
    """Share points among grid points.

    Parameters
    ----------
    points : (2, n) float32 tensor
        Places, which the grid holds.
    grid : Grid
        Where.
    """
    low = torch.tensor(grid.low, device=points.device)
    places = (points - low[:, None]).div_(grid.spacing).add_(1.5)
    whole = places.int()
    across, along = _spline(places - whole)
    support = torch.tensor(
        [grid.side * row + column for row in SUPPORT for column in SUPPORT],
        dtype=torch.int32,
        device=points.device,
    )
    cells = whole[0] * grid.side + whole[1] + support[:, None]
    return Shares(cells, (across[:, None] * along).view(len(support), -1))


def read(field: torch.Tensor, shares: Shares) -> torch.Tensor:
    """Read a field where points are.

    Parameters
    ----------
    field : (side x side,) tensor
        At the grid points, row by row.
    shares : Shares
        From `spread`.

    Returns
    -------
    (n,) tensor
    """
    there = field.index_select(0, shares.cells.view(-1)).view(shares.cells.shape)
    return there.mul_(shares.weights).sum(0)


def _spline(t: torch.Tensor) -> torch.Tensor:
    """Weights of a cubic B-spline, (2, 4, n), at t in [0, 1) between its two middle knots."""
    weights = torch.empty((2, 4, t.shape[1]), device=t.device)
    rest, square = 1 - t, t * t
    weights[:, 0] = rest * rest * rest / 6
    weights[:, 1] = (3 * t - 6) * square / 6 + 4 / 6
    weights[:, 3] = square * t / 6
    weights[:, 2] = 1 - weights[:, 0] - weights[:, 1] - weights[:, 3]
    return weights
