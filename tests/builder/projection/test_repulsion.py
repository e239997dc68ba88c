"""The repulsion on a grid, against its sum from point to point."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from hubble_dash.builder.projection.repulsion import Repulsion

Floats = NDArray[np.float64]


def summed(points: Floats) -> tuple[Floats, float]:
    away = points[:, np.newaxis] - points
    near = 1 / (1 + (away**2).sum(axis=2))
    return (away * near[:, :, np.newaxis] ** 2).sum(axis=1), float(near.sum() - len(points))


@pytest.mark.parametrize(
    ("size", "error"), [(1e-4, 2e-3), (0.1, 1e-3), (2.0, 1e-3), (9.0, 3e-2), (40.0, 6e-2)]
)
def test_repulsion_equals_its_sum(size: float, error: float) -> None:
    points = np.random.default_rng(0).normal(0, size, (1500, 2)) * [1.0, 0.4]
    forces, total = Repulsion()(points)
    expected, expected_total = summed(points)
    assert np.linalg.norm(forces - expected) < error * np.linalg.norm(expected)
    assert total == pytest.approx(expected_total, rel=0.01)


def test_repulsion_of_another_layout() -> None:
    """The kernels that are kept between calls are those of the grid at hand."""
    points = np.random.default_rng(1).normal(0, 5, (500, 2))
    repulsion = Repulsion()
    before = repulsion(points)
    repulsion(points * 7)
    assert (repulsion(points)[0] == before[0]).all()
