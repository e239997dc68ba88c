"""What a network sees in the disk, by how its channels vary together rather than by their mean.

How often two patterns occur at the same place says more of a texture than how often each occurs.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from hubble_dash.builder.metric.features import FeatureParts
from hubble_dash.builder.models.pooling import Depths, DiskPooled, disk_weights

__all__ = [
    "GEM_LEAST",
    "GEM_POWER",
    "MAX_CHANNELS",
    "CovariancePooled",
    "Covariances",
    "mixing",
    "parts_of",
]

# Of more channels, as many random mixtures: their covariances grow with the square.
MAX_CHANNELS = 128
# Of the generalised mean, F. Radenovic et al. 2019, TPAMI 41, 1655.
GEM_POWER, GEM_LEAST = 3.0, 1e-6


class Covariances(torch.nn.Module):
    """What is taken of two maps beside their means.

    Parameters
    ----------
    n_earlier : int
        Channels of the earlier map.
    """

    upper: torch.Tensor
    mix: torch.Tensor

    def __init__(self, n_earlier: int) -> None:
        super().__init__()
        n = min(n_earlier, MAX_CHANNELS)
        # Constants, since OpenVINO does not convert triu.
        rows, columns = np.triu_indices(n)
        self.register_buffer("upper", torch.from_numpy(rows * n + columns))
        mix = mixing(n_earlier)
        self.register_buffer("mix", torch.empty(0) if mix is None else torch.from_numpy(mix))

    def forward(self, depths: Depths) -> torch.Tensor:
        """Pool two maps.

        Parameters
        ----------
        depths : Depths
            The last one, and an earlier one or the same.

        Returns
        -------
        (b, n_last + n_covariances) float32 tensor
            The first parts of `FeatureParts`.
        """
        last, earlier = depths.last.float(), depths.earlier.float()
        mix = self.mix.float() if self.mix.numel() else None
        covariances = _covariances(earlier, mix).flatten(1)[:, self.upper]
        unit = torch.nn.functional.normalize
        return torch.cat([unit(_generalised_mean(last)), unit(covariances)], dim=1)


class CovariancePooled(DiskPooled):
    """A timm model whose features also have the covariances of its earlier map.

    Parameters
    ----------
    model : torch.nn.Module
        A timm model for which `hubble_dash.builder.models.pooling.can_be_pooled` holds.
    side : int
        Pixels along the side of its pictures.

    Attributes
    ----------
    parts : FeatureParts
        Of the features.
    """

    def __init__(self, model: torch.nn.Module, side: int) -> None:
        super().__init__(model)
        with torch.inference_mode():
            depths = self.forward_features(torch.zeros((1, 3, side, side)))
        n_last, n_earlier = depths.last.shape[1], depths.earlier.shape[1]
        self.parts = parts_of(n_last, n_earlier, n_last + n_earlier)
        self.covariances = Covariances(n_earlier)

    def forward_head(self, depths: Depths, pre_logits: bool = False) -> torch.Tensor:
        """Pool the two maps.

        Parameters
        ----------
        depths : Depths
            From `forward_features`.
        pre_logits : bool
            Whether features are wanted rather than logits.

        Returns
        -------
        (b, d) float32 or (b, c) tensor
            The features, in the order of `FeatureParts`; or the model's own logits.
        """
        pooled = super().forward_head(depths, pre_logits)
        if not pre_logits:
            return pooled
        return torch.cat([self.covariances(depths), pooled], dim=1)


def parts_of(n_last: int, n_earlier: int, n_means: int) -> FeatureParts:
    """Say how long the parts are of features of two maps.

    Parameters
    ----------
    n_last, n_earlier : int
        Channels of the maps; of a network that gives one map the same.
    n_means : int
        Numbers that stand behind.
    """
    return FeatureParts(n_last, min(n_earlier, MAX_CHANNELS), n_means)


def mixing(n_channels: int) -> NDArray[np.float32] | None:
    """Give weights by which many channels become few: random directions, always the same.

    A random projection keeps lengths and angles (Johnson and Lindenstrauss 1984).

    Parameters
    ----------
    n_channels : int
        Of a map.

    Returns
    -------
    (128, n_channels) float32 array or None
        Its rows have length 1 and are orthogonal; None where there are no more channels than that.
    """
    if n_channels <= MAX_CHANNELS:
        return None
    directions = np.random.default_rng(0).standard_normal((n_channels, MAX_CHANNELS))
    axes, _ = np.linalg.qr(directions)
    return np.ascontiguousarray(axes.T, np.float32)


def _generalised_mean(maps: torch.Tensor) -> torch.Tensor:
    weight = disk_weights(maps.shape[2], maps.shape[3], device=maps.device)
    powers = maps.clamp(min=GEM_LEAST).pow(GEM_POWER)
    return (powers * weight).sum((2, 3)).pow(1 / GEM_POWER)


def _covariances(maps: torch.Tensor, mix: torch.Tensor | None) -> torch.Tensor:
    """Give how channels vary together over the disk, (b, c, c)."""
    weight = disk_weights(maps.shape[2], maps.shape[3], device=maps.device).flatten()
    values = maps.flatten(2)
    if mix is not None:
        values = mix @ values
    off = (values - (values * weight).sum(2, keepdim=True)) * weight.sqrt()
    return off @ off.transpose(1, 2)
