"""The repulsion on a grid and from point to point, against its sum in double precision."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from hubble_dash.builder.forces import repulsion as on_grid
from hubble_dash.builder.forces.grid import Shares, bounds_of, grid_for, spread
from hubble_dash.builder.forces.pairs import PairwiseRepulsion
from hubble_dash.builder.forces.repulsion import Repulsion, added_in_any_order
from hubble_dash.builder.forces.threads import AtOnce, threads_for

Floats = NDArray[np.float64]


def tensor(points: Floats) -> torch.Tensor:
    return torch.from_numpy(points.T.astype(np.float32)).contiguous()


def summed(points: Floats) -> tuple[Floats, float]:
    away = points[:, np.newaxis] - points
    near = 1 / (1 + (away**2).sum(axis=2))
    return (away * near[:, :, np.newaxis] ** 2).sum(axis=1), float(near.sum() - len(points))


def assert_close(
    found: tuple[torch.Tensor, torch.Tensor], points: Floats, error: float, *, first: int = 0
) -> None:
    expected, total = summed(points)
    forces = found[0].numpy().T
    assert np.linalg.norm(forces - expected[first:]) < error * np.linalg.norm(expected[first:])
    assert float(found[1]) == pytest.approx(total, rel=0.01)


@pytest.mark.parametrize(
    ("size", "error"), [(1e-4, 2e-3), (0.1, 1e-3), (2.0, 1e-3), (9.0, 3e-2), (40.0, 6e-2)]
)
def test_repulsion_equals_its_sum(size: float, error: float) -> None:
    points = np.random.default_rng(0).normal(0, size, (1500, 2)) * [1.0, 0.4]
    assert_close(Repulsion(torch.empty(2, 0))(tensor(points), AtOnce()), points, error)


@pytest.mark.parametrize("size", [1e-4, 2.0, 40.0])
@pytest.mark.parametrize("n_fixed", [0, 100, 300])
def test_the_sum_from_point_to_point(size: float, n_fixed: int) -> None:
    points = np.random.default_rng(0).normal(0, size, (400, 2)) * [1.0, 0.4]
    fixed, moved = tensor(points[:n_fixed]), tensor(points[n_fixed:])
    assert_close(PairwiseRepulsion(fixed)(moved, AtOnce()), points, 1e-5, first=n_fixed)


@pytest.mark.parametrize("pairs", [0, 1_000_000])
def test_fixed_points_act_on_those_that_move(pairs: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Moved points act on one another by the grid, or from point to point."""
    monkeypatch.setattr(on_grid, "MAX_PAIRS_PER_GRID_POINT", pairs)
    points = np.random.default_rng(2).normal(0, 2, (1200, 2))
    repulsion = Repulsion(tensor(points[:900]))
    for stretch in (1.0, 1.01, 3.0):  # which stay on the grid at first, and then leave it
        points[900:] *= stretch
        assert_close(repulsion(tensor(points[900:]), AtOnce()), points, 3e-2, first=900)


def test_repulsion_of_another_layout() -> None:
    """The kernels that are kept between calls are those of the grid at hand."""
    points = tensor(np.random.default_rng(1).normal(0, 5, (500, 2)))
    repulsion = Repulsion(torch.empty(2, 0))
    before = repulsion(points, AtOnce())
    repulsion(points * 7, AtOnce())
    again = repulsion(points, AtOnce())
    assert (again[0] == before[0]).all()
    assert repulsion.normalization(points, AtOnce()) == before[1] == again[1]


def test_threads_change_nothing() -> None:
    points = tensor(np.random.default_rng(1).normal(0, 20, (20_000, 2)))
    repulsion = Repulsion(torch.empty(2, 0))
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    try:
        with threads_for(points.device, points.shape[1]) as pool:
            assert not isinstance(pool, AtOnce)
            by_threads = repulsion(points, pool)
        assert torch.get_num_threads() == 3
    finally:
        torch.set_num_threads(before)
    at_once = repulsion(points, AtOnce())
    assert (by_threads[0] == at_once[0]).all()
    assert by_threads[1] == at_once[1]


def test_sums_in_any_order_are_the_same() -> None:
    """As a GPU adds; here on the processor."""
    points = tensor(np.random.default_rng(1).normal(0, 20, (3000, 2)))
    grid = grid_for(bounds_of(points))
    cells, weights = spread(points, grid)
    empty = torch.zeros(grid.side**2)
    density = added_in_any_order(empty, [Shares(cells, weights)])
    mixed = torch.randperm(3000, generator=torch.Generator().manual_seed(0))
    again = added_in_any_order(empty, [Shares(cells[:, mixed], weights[:, mixed])])
    assert (again == density).all()
    added = empty.index_add(0, cells.view(-1), weights.view(-1))
    assert torch.allclose(density, added, atol=1e-5)
    assert float(density.sum()) == pytest.approx(3000, rel=1e-5)
