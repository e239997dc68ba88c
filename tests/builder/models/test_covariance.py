from __future__ import annotations

import copy

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
from hubble_dash.builder.models.pooling import DiskPooled
from hubble_dash.builder.models.timm_import import timm


def disk(n: int) -> np.ndarray:
    y, x = np.meshgrid(np.linspace(-1, 1, n), np.linspace(-1, 1, n))
    weight = 1 / (1 + np.exp((np.hypot(x, y) - 0.85) / 0.1))
    return weight / weight.sum()


@pytest.mark.parametrize("n_channels", [7, MAX_CHANNELS + 5])
def test_covariances_are_those_of_numpy_over_the_disk(n_channels: int) -> None:
    maps = torch.randn(2, n_channels, 6, 6, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        found = Covariances([n_channels])(maps, [maps]).numpy()
    parts = parts_of(n_channels, [n_channels], 0)
    weight = disk(6).ravel()
    for one, row in zip(maps.numpy(), found, strict=True):
        general = (np.maximum(one, 1e-6) ** 3 * disk(6)).sum((1, 2)) ** (1 / 3)
        values = one.reshape(n_channels, -1)
        mix = mixing(n_channels)
        values = values if mix is None else mix @ values
        whole = np.cov(values, aweights=weight, ddof=0)
        upper = whole[np.triu_indices(parts.n_channels[0])]
        assert np.allclose(row[: parts.n_last], general / np.linalg.norm(general), atol=1e-5)
        assert np.allclose(row[parts.n_last :], upper / np.linalg.norm(upper), atol=1e-5)


def test_what_stands_behind_is_what_was_pooled_before() -> None:
    torch.manual_seed(0)
    model = timm.create_model("test_resnet").eval()
    pictures = torch.randn(2, 3, 96, 96)
    pooled, before = CovariancePooled(model, 96), DiskPooled(model)
    with torch.inference_mode():
        seen = pooled.forward_features(pictures)
        features = pooled.forward_head(seen, pre_logits=True)
        means = before.forward_head(seen.depths, pre_logits=True)
        assert torch.equal(features[:, -pooled.parts.n_means :], means)
        assert torch.equal(pooled.forward_head(seen), before.forward_head(seen.depths))
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


def test_a_network_with_many_channels_gives_mixtures() -> None:
    torch.manual_seed(0)
    pooled = CovariancePooled(timm.create_model("resnet18").eval(), 96)
    assert pooled.parts == parts_of(512, [256, 256, 512], 512 + 256)
    assert pooled.parts.n_channels == (MAX_CHANNELS, MAX_CHANNELS, MAX_CHANNELS)
    pictures = torch.randn(2, 3, 96, 96)
    with torch.inference_mode():
        twice = [
            pooled.forward_head(pooled.forward_features(pictures), pre_logits=True)
            for _ in range(2)
        ]
    assert torch.equal(*twice)
    assert twice[0].shape == (2, pooled.parts.n)


def test_maps_are_of_three_depths_or_of_the_one_that_was_asked_for() -> None:
    model = timm.create_model("resnet18").eval()
    pictures = torch.randn(2, 3, 96, 96)
    pooled, one = (CovariancePooled(model, 96, several=several) for several in (True, False))
    with torch.inference_mode():
        seen, alone = pooled.forward_features(pictures), one.forward_features(pictures)
        stem = model.maxpool(model.act1(model.bn1(model.conv1(pictures))))
        first = model.layer3[0](model.layer2(model.layer1(stem)))
        middle = model.layer3[1](first)
        expected = [first, middle, model.layer4[0](middle)]
    assert len(seen.maps) == 3
    assert all(map(torch.equal, seen.maps, expected))
    assert torch.equal(*alone.maps, middle)


def test_a_copy_of_a_network_keeps_its_own_maps() -> None:
    pooled = CovariancePooled(timm.create_model("resnet18").eval(), 96)
    other = copy.deepcopy(pooled).to(torch.bfloat16)
    pictures = torch.randn(1, 3, 96, 96)
    with torch.inference_mode():
        kinds = {one.dtype for one in other.forward_features(pictures.bfloat16()).maps}
        assert kinds == {torch.bfloat16}
        assert {one.dtype for one in pooled.forward_features(pictures).maps} == {torch.float32}


@pytest.mark.parametrize(
    ("name", "n_channels"),
    [
        ("mobilenetv3_small_100", [40, 48, 96]),
        ("test_resnet", [192]),
        ("regnetx_002", [152, 152, 368]),
    ],
)
def test_maps_come_from_between_blocks(name: str, n_channels: list[int]) -> None:
    pooled = CovariancePooled(timm.create_model(name).eval(), 96)
    with torch.inference_mode():
        maps = pooled.forward_features(torch.zeros(1, 3, 96, 96)).maps
    assert [one.shape[1] for one in maps] == n_channels
