"""A picture for all tests of steps on pixels."""

from __future__ import annotations

import numpy as np
import pytest


@pytest.fixture
def rgb() -> np.ndarray:
    noise = np.random.default_rng(0).integers(0, 200, (48, 64, 3))
    return noise.astype(np.uint8)
