"""A pretrained network and what it sees, for all tests of backends."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import skimage.data
import torch
from helpers.networks import Pixels
from numpy.typing import NDArray

from hubble_dash.builder.backends.backend import Encoder
from hubble_dash.builder.models.checkpoints import load_model
from hubble_dash.builder.models.network_input import NetworkInput
from hubble_dash.builder.models.timm_import import timm
from hubble_dash.builder.models.weights import find_weights


@pytest.fixture(scope="session")
def lite() -> Encoder:
    """EfficientNet-Lite0 with its weights."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr("hubble_dash.builder.models.weights.hub_constants.HF_HUB_OFFLINE", True)
        weights = find_weights("tf_efficientnet_lite0")
    model: Any = load_model(weights.model, weights.path)
    config = timm.data.resolve_model_data_config(model)
    return Encoder(model, mean=config["mean"], std=config["std"])


@pytest.fixture(scope="session")
def field() -> Pixels:
    """Windows of the Hubble eXtreme Deep Field, of galaxies' sizes, (48, 128, 128, 3)."""
    image = skimage.data.hubble_deep_field()
    rng = np.random.default_rng(2)
    prepared = NetworkInput(128, 128, "bicubic", 0.875, "center", (0.5, 0.5, 0.5))
    cutouts = []
    for _ in range(48):
        side = int(rng.integers(40, 200))
        y, x = rng.integers(0, image.shape[0] - side), rng.integers(0, image.shape[1] - side)
        cutouts.append(prepared.prepare(image[y : y + side, x : x + side]))
    return np.stack(cutouts)


@pytest.fixture(scope="session")
def plain(lite: Encoder, field: Pixels) -> NDArray[np.float32]:
    """Fingerprints of `field` by PyTorch itself: single precision, no backend."""
    with torch.inference_mode():
        parts = [lite(torch.from_numpy(field[i : i + 16]))[0] for i in range(0, len(field), 16)]
    return torch.cat(parts).numpy()
