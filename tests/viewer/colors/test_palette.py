"""A palette that reads on both pages."""

from __future__ import annotations

import numpy as np
import pytest

from hubble_dash.viewer.colors.palette import PALETTE


def luminance(color: str) -> float:
    """Relative luminance of ``#rrggbb`` (WCAG 2.2)."""
    parts = np.array([int(color[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


@pytest.mark.parametrize("background", ["#10151f", "#ffffff"])
def test_density_reads_on_both_pages(background: str) -> None:
    for color in PALETTE["density"]:
        low, high = sorted([luminance(color), luminance(background)])
        assert (high + 0.05) / (low + 0.05) >= 3


def test_categories_have_a_colour_each() -> None:
    assert len(set(PALETTE["categories"])) == 10
    assert len(PALETTE["ramp"]) == 9
