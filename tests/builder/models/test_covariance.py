from __future__ import annotations

import numpy as np
import pytest
import torch

from hubble_dash.builder.models.covariance import (
    MAX_CHANNELS,
    CovariancePooled,
    Covariances,
    mixing,
    parts_of,
)
from hubble_dash.builder.models.pooling import Depths, DiskPooled
from hubble_dash.builder.models.timm_import import timm


def disk(n: int) -> np.ndarray:
    y, x = np.meshgrid(np.linspace(-1, 1, n), np.linspace(-1, 1, n))
    weight = 1 / (1 + np.exp((np.hypot(x, y) - 0.85) / 0.1))
    return weight / weight.sum()


@pytest.mark.parametrize("n_channels", [7, MAX_CHANNELS + 5])
def test_covariances_are_those_of_numpy_over_the_disk(n_channels: int) -> None:
    maps = torch.randn(2, n_channels, 6, 6, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        found = Covariances(n_channels)(Depths(maps, maps)).numpy()
    parts = parts_of(n_channels, n_channels, 0)
    weight = disk(6).ravel()
    for one, row in zip(maps.numpy(), found, strict=True):
        general = (np.maximum(one, 1e-6) ** 3 * disk(6)).sum((1, 2)) ** (1 / 3)
        values = one.reshape(n_channels, -1)
        mix = mixing(n_channels)
        values = values if mix is None else mix @ values
        whole = np.cov(values, aweights=weight, ddof=0)
        upper = whole[np.triu_indices(parts.n_channels)]
        assert np.allclose(row[: parts.n_last], general / np.linalg.norm(general), atol=1e-5)
        assert np.allclose(row[parts.n_last :], upper / np.linalg.norm(upper), atol=1e-5)


def test_what_stands_behind_is_what_was_pooled_before() -> None:
    torch.manual_seed(0)
    model = timm.create_model("test_resnet").eval()
    pictures = torch.randn(2, 3, 96, 96)
    pooled, before = CovariancePooled(model, 96), DiskPooled(model)
    with torch.inference_mode():
        depths = pooled.forward_features(pictures)
        features = pooled.forward_head(depths, pre_logits=True)
        assert torch.equal(
            features[:, -pooled.parts.n_means :], before.forward_head(depths, pre_logits=True)
        )
        assert torch.equal(pooled.forward_head(depths), before.forward_head(depths))
    assert features.shape == (2, pooled.parts.n)


def test_many_channels_are_mixed_along_orthonormal_axes() -> None:
    mix = mixing(300)
    assert mix is not None
    assert mix.shape == (MAX_CHANNELS, 300)
    assert np.allclose(mix @ mix.T, np.eye(MAX_CHANNELS), atol=1e-5)
    again = mixing(300)
    assert again is not None
    assert np.array_equal(mix, again)
    assert mixing(MAX_CHANNELS) is None


@pytest.mark.parametrize(("name", "n_last", "n_earlier"), [("resnet18", 512, 256)])
def test_a_network_with_many_channels_gives_mixtures(
    name: str, n_last: int, n_earlier: int
) -> None:
    torch.manual_seed(0)
    pooled = CovariancePooled(timm.create_model(name).eval(), 96)
    assert pooled.parts == parts_of(n_last, n_earlier, n_last + n_earlier)
    assert pooled.parts.n_channels == MAX_CHANNELS
    pictures = torch.randn(2, 3, 96, 96)
    with torch.inference_mode():
        twice = [
            pooled.forward_head(pooled.forward_features(pictures), pre_logits=True)
            for _ in range(2)
        ]
    assert torch.equal(*twice)
    assert twice[0].shape == (2, pooled.parts.n)
