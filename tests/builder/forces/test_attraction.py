"""The attraction, against its sum in double precision."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.sparse import csr_matrix, random_array

from hubble_dash.builder.forces.attraction import Attraction
from hubble_dash.builder.forces.threads import AtOnce

CPU = torch.device("cpu")


@pytest.mark.parametrize("pairs_per_block", [1, 50, 400, 100_000])
@pytest.mark.parametrize("n_fixed", [0, 30])
def test_attraction_equals_its_sum(pairs_per_block: int, n_fixed: int) -> None:
    """Rows are of all lengths; some are empty."""
    random = np.random.default_rng(0)
    density = random.uniform(0, 0.3, (80, 1)) * (np.arange(80)[:, np.newaxis] % 9 > 0)
    joint = np.where(random.uniform(size=(80, 80)) < density, random.uniform(size=(80, 80)), 0)
    points = random.normal(0, 3, (80, 2))
    away = points[:, np.newaxis] - points
    weights = joint / (1 + (away**2).sum(axis=2))
    expected = (weights[..., np.newaxis] * away).sum(axis=1)[n_fixed:]
    there = torch.from_numpy(points.T.astype(np.float32)).contiguous()
    attraction = Attraction(csr_matrix(joint[n_fixed:]), CPU, pairs_per_block=pairs_per_block)
    forces = attraction(there[:, n_fixed:], there, AtOnce())().numpy().T
    assert np.allclose(forces, expected, rtol=1e-5, atol=1e-5)


def test_a_matrix_with_nothing_in_it_pulls_at_nothing() -> None:
    joint = csr_matrix(random_array((5, 5), density=0.0))
    there = torch.arange(10, dtype=torch.float32).view(2, 5)
    assert (Attraction(joint, CPU)(there, there, AtOnce())() == 0).all()
