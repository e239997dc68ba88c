from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import skimage.data
from PIL import Image

from hubble_dash.builder.models.network_input import NetworkInput
from hubble_dash.builder.models.timm_import import timm

PICTURE = skimage.data.coffee()


@pytest.mark.parametrize("crop_mode", ["center", "squash", "border"])
@pytest.mark.parametrize("input_size", [(3, 224, 224), (3, 128, 96)])
@pytest.mark.parametrize("shape", [(400, 600), (300, 300), (224, 500), (333, 57), (40, 31), (9, 8)])
def test_equal_to_timms_own_transform(
    crop_mode: str, input_size: tuple[int, int, int], shape: tuple[int, int]
) -> None:
    pixels = PICTURE[: shape[0], : shape[1]]
    config: dict[str, Any] = {
        "input_size": input_size,
        "interpolation": "bicubic",
        "crop_pct": 0.9,
        "crop_mode": crop_mode,
        "mean": (0.485, 0.456, 0.406),
    }
    ours = NetworkInput.from_config({**config, "std": (1, 1, 1)}).prepare(pixels)
    transform = timm.data.create_transform(**config, normalize=False)
    theirs = np.asarray(transform(Image.fromarray(pixels))).transpose(1, 2, 0)
    difference = np.abs(ours.astype(int) - theirs.astype(int))
    assert ours.shape == theirs.shape
    assert difference.mean() < 0.5
    assert np.percentile(difference, 99.9) <= 4
