"""What points are painted by."""

from __future__ import annotations

import numpy as np
import pytest

from hubble_dash.viewer.colors.points import own_colors


def test_own_colours_read_on_dark_and_on_light() -> None:
    random = np.random.default_rng(2)
    means = random.integers(0, 256, (500, 3), dtype=np.uint8)
    light = own_colors(means).astype(int)
    middle = (light.max(axis=1) + light.min(axis=1)) / 510
    assert middle.min() == pytest.approx(0.35, abs=0.01)
    assert middle.max() == pytest.approx(0.77, abs=0.01)
    # The strongest channel stays the strongest, but for rounding.
    strongest = np.take_along_axis(light, means.argmax(1)[:, None], 1)[:, 0]
    assert (strongest >= light.max(1) - 1).all()
