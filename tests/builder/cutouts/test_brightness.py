from __future__ import annotations

import numpy as np
import pytest
from skimage.color import rgb2hsv
from skimage.exposure import equalize_adapthist

from hubble_dash.builder.cutouts.processing import process
from hubble_dash.config import (
    EqualizeAdaptive,
    EqualizeHistogram,
    RescaleIntensity,
)


def test_rescale_intensity_is_one_line_for_all_channels(rgb: np.ndarray) -> None:
    for percentiles in [(10, 90), (0, 100), (2, 98), (33.3, 50.7)]:
        low, high = np.percentile(rgb, percentiles)
        expected = np.clip((rgb.astype(float) - low) / (high - low), 0, 1) * 255
        assert np.abs(process(rgb, [RescaleIntensity(*percentiles)]) - expected).max() <= 0.51


def test_equalised_histogram_is_flat() -> None:
    dark = np.random.default_rng(1).normal(80, 20, (200, 200)).clip(0, 255).astype(np.uint8)
    result = process(dark, [EqualizeHistogram()])
    assert result.min() == 0
    assert result.max() == 255
    for share in (0.6, 0.75, 0.9):
        assert np.quantile(result, share) == pytest.approx(share * 255, abs=6)


@pytest.mark.parametrize("step", [EqualizeHistogram(), EqualizeAdaptive(0.02)])
def test_equalising_keeps_hue_and_saturation(step: object) -> None:
    rng = np.random.default_rng(2)
    pixels = rng.integers(30, 90, (64, 64, 3)).astype(np.uint8)
    before, after = rgb2hsv(pixels), rgb2hsv(process(pixels, [step]))
    bright = after[..., 2] > 0.5
    assert bright.mean() > 0.2
    hue_change = np.abs((before - after)[..., 0][bright] + 0.5) % 1 - 0.5
    assert np.median(np.abs(hue_change)) < 0.005
    assert np.abs((before - after)[..., 1][bright]).max() < 0.02


def test_adaptive_equalisation_equals_scikit_image_on_gray(rgb: np.ndarray) -> None:
    gray = rgb[..., 0]
    expected = equalize_adapthist(gray, clip_limit=0.02) * 255
    assert np.abs(process(gray, [EqualizeAdaptive(0.02)]) - expected).max() <= 0.51
