"""What a network sees in the disk, at two depths, instead of the mean over the whole square.

The last layers tell objects apart, those at a sixteenth of the picture's side tell textures; both
together find more of what is alike than either does.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import torch

__all__ = ["Depths", "DiskPooled", "can_be_pooled", "disk_weights", "over_disk"]

# A pixel of the earlier map stands for so many pixels of the picture along each side.
EARLIER_STRIDE = 16
# The radius at which the weight of the disk falls to one half, and how softly it falls; in units of
# half the picture's side.
DISK_RADIUS = 0.85
DISK_SOFTNESS = 0.1


class Depths(NamedTuple):
    """Maps of a picture, (b, c, h, w) each: the last one, and an earlier, finer one."""

    last: torch.Tensor
    earlier: torch.Tensor


class DiskPooled(torch.nn.Module):
    """A timm model whose features are pooled over the disk of two maps, joined.

    It has the two methods of a timm model that lead from pictures to features and logits; the
    logits stay as they were.

    Parameters
    ----------
    model : torch.nn.Module
        A timm model for which `can_be_pooled` holds.
    """

    def __init__(self, model: torch.nn.Module) -> None:
        super().__init__()
        self.model: Any = model
        self._index = _earlier(model)

    def forward_features(self, pictures: torch.Tensor) -> Depths:
        """Compute the two maps.

        Parameters
        ----------
        pictures : (b, 3, height, width) float tensor
            Normalised.

        Returns
        -------
        Depths
        """
        last, maps = self.model.forward_intermediates(pictures, indices=[self._index])
        return Depths(last, maps[0])

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
            The features, each depth of length 1; or the model's own logits.
        """
        if not pre_logits:
            logits: torch.Tensor = self.model.forward_head(depths.last)
            return logits
        parts = [torch.nn.functional.normalize(over_disk(one.float()), dim=1) for one in depths]
        return torch.cat(parts, dim=1)


def can_be_pooled(model: Any, side: int) -> bool:
    """Say whether a timm model has the maps that `DiskPooled` needs.

    Parameters
    ----------
    model : torch.nn.Module
        A timm model.
    side : int
        Pixels along the side of its pictures.
    """
    if not hasattr(model, "forward_intermediates") or _earlier(model) is None:
        return False
    with torch.inference_mode():
        last = model.forward_features(torch.zeros((1, 3, side, side)))
    # Transformers give tokens, and some networks put the channels last: neither are such maps.
    return bool(last.ndim == 4 and last.shape[2] == last.shape[3] and last.shape[1] > last.shape[2])


def _earlier(model: Any) -> int | None:
    """Which of the model's stages has a map at this stride, the last one if several have."""
    stages = getattr(model, "feature_info", [])
    there = [number for number, stage in enumerate(stages) if stage["reduction"] == EARLIER_STRIDE]
    return there[-1] if there else None


def over_disk(maps: torch.Tensor) -> torch.Tensor:
    """Take the mean of maps over a soft disk.

    Parameters
    ----------
    maps : (b, c, h, w) float tensor
        What a layer gives.

    Returns
    -------
    (b, c) float tensor
    """
    weight = disk_weights(maps.shape[2], maps.shape[3], device=maps.device)
    return (maps * weight).sum((2, 3))


def disk_weights(height: int, width: int, *, device: torch.device | str = "cpu") -> torch.Tensor:
    """Give the weights of a soft disk.

    Parameters
    ----------
    height, width : int
        Sides of the map.
    device : torch.device or str
        Where the weights are to lie.

    Returns
    -------
    (height, width) float32 tensor
        Their sum is 1.
    """
    down, across = (torch.linspace(-1, 1, n, device=device) for n in (height, width))
    # Not torch.hypot, which OpenVINO does not convert.
    radius = (down[:, None].square() + across.square()).sqrt()
    weight = torch.sigmoid((DISK_RADIUS - radius) / DISK_SOFTNESS)
    return weight / weight.sum()
