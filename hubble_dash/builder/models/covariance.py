"""What a network sees in the disk, by how its channels vary together rather than by their mean.

How often two patterns occur at the same place says more of a texture than how often each occurs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from hubble_dash.builder.metric.features import FeatureParts
from hubble_dash.builder.models.pooling import Depths, DiskPooled, disk_weights
from hubble_dash.builder.models.taps import Taps, find_taps

__all__ = [
    "GEM_LEAST",
    "GEM_POWER",
    "MAX_CHANNELS",
    "CovariancePooled",
    "Covariances",
    "Seen",
    "mixing",
    "parts_of",
]

# Of more channels, as many random mixtures: their covariances grow with the square.
MAX_CHANNELS = 128
# Of the generalised mean, F. Radenovic et al. 2019, TPAMI 41, 1655.
GEM_POWER, GEM_LEAST = 3.0, 1e-6


class Covariances(torch.nn.Module):
    """What is taken of maps beside their means.

    Parameters
    ----------
    n_channels : sequence of int
        Channels of each map of which covariances are taken.
    """

    def __init__(self, n_channels: Sequence[int]) -> None:
        super().__init__()
        self._each = torch.nn.ModuleList(map(_MapCovariances, n_channels))

    def forward(self, last: torch.Tensor, maps: Sequence[torch.Tensor]) -> torch.Tensor:
        """Pool maps.

        Parameters
        ----------
        last : (b, c, h, w) float tensor
            The last one.
        maps : sequence of (b, c, h, w) float tensors
            Of which covariances are taken.

        Returns
        -------
        (b, n_last + n_covariances) float32 tensor
            The first parts of `FeatureParts`.
        """
        found = [each(one) for each, one in zip(self._each, maps, strict=True)]
        return torch.cat([_to_unit(_generalised_mean(last.float())), *found], dim=1)


class _MapCovariances(torch.nn.Module):
    """The covariances of one map's channels over the disk, on and above the diagonal."""

    upper: torch.Tensor
    mix: torch.Tensor

    def __init__(self, n_channels: int) -> None:
        super().__init__()
        n = min(n_channels, MAX_CHANNELS)
        # Constants, since OpenVINO does not convert triu.
        rows, columns = np.triu_indices(n)
        self.register_buffer("upper", torch.from_numpy(rows * n + columns))
        mix = mixing(n_channels)
        # Known beforehand: a question to a tensor is none that can be traced.
        self._is_mixed = mix is not None
        self.register_buffer("mix", torch.empty(0) if mix is None else torch.from_numpy(mix))

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        mix = self.mix.float() if self._is_mixed else None
        return _to_unit(_covariances(maps.float(), mix).flatten(1)[:, self.upper])


class Seen(NamedTuple):
    """What is pooled of a picture: two maps by their means, and those with covariances."""

    depths: Depths
    maps: Sequence[torch.Tensor]


class CovariancePooled(torch.nn.Module):
    """A timm model whose features also have the covariances of earlier maps.

    Parameters
    ----------
    model : torch.nn.Module
        A timm model for which `hubble_dash.builder.models.pooling.can_be_pooled` holds.
    side : int
        Pixels along the side of its pictures.
    several : bool
        Whether maps of three depths are taken, where the model is made of blocks; else the one at
        a sixteenth of the picture's side.

    Attributes
    ----------
    parts : FeatureParts
        Of the features.
    """

    def __init__(self, model: torch.nn.Module, side: int, *, several: bool = True) -> None:
        super().__init__()
        self._pooled = DiskPooled(model)
        with torch.inference_mode():
            blank = torch.zeros((1, 3, side, side))
            self._taps = find_taps(self._pooled, blank) if several else Taps()
            depths, maps = self.forward_features(blank)
        n_last, n_earlier = depths.last.shape[1], depths.earlier.shape[1]
        n_channels = [one.shape[1] for one in maps]
        self.parts = parts_of(n_last, n_channels, n_last + n_earlier)
        self._covariances = Covariances(n_channels)

    def forward_features(self, pictures: torch.Tensor) -> Seen:
        """Compute the maps.

        Parameters
        ----------
        pictures : (b, 3, height, width) float tensor
            Normalised.

        Returns
        -------
        Seen
            Maps in the order in which the network computes them.
        """
        depths = self._pooled.forward_features(pictures)
        before, after = self._taps.taken()
        return Seen(depths, [*before, depths.earlier, *after])

    def forward_head(self, seen: Seen, pre_logits: bool = False) -> torch.Tensor:
        """Pool the maps.

        Parameters
        ----------
        seen : Seen
            From `forward_features`.
        pre_logits : bool
            Whether features are wanted rather than logits.

        Returns
        -------
        (b, d) float32 or (b, c) tensor
            The features, in the order of `FeatureParts`; or the model's own logits.
        """
        pooled = self._pooled.forward_head(seen.depths, pre_logits)
        if not pre_logits:
            return pooled
        return torch.cat([self._covariances(seen.depths.last, seen.maps), pooled], dim=1)


def parts_of(n_last: int, n_channels: Iterable[int], n_means: int) -> FeatureParts:
    """Say how long the parts of features are.

    Parameters
    ----------
    n_last : int
        Channels of the last map.
    n_channels : iterable of int
        Those of each map of which covariances are taken.
    n_means : int
        Numbers that stand behind.
    """
    return FeatureParts(n_last, tuple(min(n, MAX_CHANNELS) for n in n_channels), n_means)


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


def _to_unit(vectors: torch.Tensor) -> torch.Tensor:
    return torch.nn.functional.normalize(vectors, dim=1)
