"""Places in 16 bits: as near as half a step, and nowhere where nothing is known."""

from __future__ import annotations

import numpy as np

from hubble_dash.viewer.planes.grid import GRID_STEPS, NOWHERE, on_grid


def test_places_come_back_within_half_a_step() -> None:
    random = np.random.default_rng(0)
    low = np.repeat(random.normal(size=8), 50)
    high = low + np.repeat(random.uniform(1e-3, 1e3, 8), 50)
    values = low + random.uniform(size=400) * (high - low)
    values[:2] = low[0], high[0]
    steps = on_grid(values, low, high)
    back = low + steps * ((high - low) / GRID_STEPS)
    assert (np.abs(back - values) <= 0.5001 * (high - low) / GRID_STEPS).all()
    assert steps[:2].tolist() == [0, GRID_STEPS]


def test_what_is_not_known_is_nowhere() -> None:
    values = np.array([np.nan, 2.0, 1.0], np.float32)
    assert on_grid(values, np.float32(1), np.float32(2)).tolist() == [NOWHERE, GRID_STEPS, 0]


def test_points_on_one_line_lie_on_it() -> None:
    assert on_grid(np.full(3, 7.0), np.full(3, 7.0), np.full(3, 7.0)).tolist() == [0, 0, 0]
