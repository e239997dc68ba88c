from __future__ import annotations

import numpy as np
import pytest
import torch

from hubble_dash.builder.models.pooling import DiskPooled, can_be_pooled
from hubble_dash.builder.models.timm_import import timm


@pytest.mark.parametrize("name", ["test_resnet", "test_efficientnet", "resnet18", "convnext_atto"])
def test_features_are_the_means_over_the_disk(name: str) -> None:
    torch.manual_seed(0)
    model = timm.create_model(name).eval()
    assert can_be_pooled(model, 96)
    pooled, pictures = DiskPooled(model), torch.randn(2, 3, 96, 96)
    with torch.inference_mode():
        depths = pooled.forward_features(pictures)
        features = pooled.forward_head(depths, pre_logits=True).numpy()
        assert torch.allclose(pooled.forward_head(depths), model(pictures), atol=1e-5)
        assert torch.allclose(depths.last, model.forward_features(pictures), atol=1e-5)
    assert depths.earlier.shape[2] == 96 // 16
    expected = []
    for maps in depths:
        n = maps.shape[2]
        y, x = np.meshgrid(np.linspace(-1, 1, n), np.linspace(-1, 1, n))
        weight = 1 / (1 + np.exp((np.hypot(x, y) - 0.85) / 0.1))
        mean = np.einsum("bchw,hw->bc", maps.numpy(), weight / weight.sum())
        expected.append(mean / np.linalg.norm(mean, axis=1, keepdims=True))
    assert np.allclose(features, np.hstack(expected), atol=1e-5)


@pytest.mark.parametrize("name", ["test_vit", "test_vit2"])
def test_models_without_maps_are_told_apart(name: str) -> None:
    assert not can_be_pooled(timm.create_model(name).eval(), 160)
