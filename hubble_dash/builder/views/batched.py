"""What `Preparation` does to a cutout, done to many at once by tensors, on a GPU.

A GPU resizes, fades and turns pictures in no time, where a CPU takes milliseconds for each. Written
for any device: on a CPU it gives the same, and gains nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from hubble_dash.builder.cutouts.resampling import VECTORIZED
from hubble_dash.builder.models.network_input import NetworkInput
from hubble_dash.builder.views.augmentation import disk_of
from hubble_dash.builder.views.borders import (
    CORNERS_A_SIDE,
    MAX_OFF_LEVELS,
    fill_blanks,
)
from hubble_dash.builder.views.preparation import Preparation

__all__ = ["BatchedPreparation", "Prepared", "can_be_batched"]

# Bytes of the cutouts, as single-precision numbers, that are resized together.
BYTES_AT_ONCE = 500_000_000


def can_be_batched(prepare: Preparation) -> bool:
    """Say whether tensors can do all of a preparation.

    Not where views are drawn for each cutout, or turned by less than a quarter: Pillow's bicubic
    kernel is not torch's. Nor do tensors resize by every kernel that timm knows.

    Parameters
    ----------
    prepare : Preparation
        What is done to each cutout.
    """
    views = prepare.views
    are_exact = views.changed == 0 and views.turns in (1, 2, 4)
    return are_exact and prepare.network_input.interpolation in VECTORIZED


class Prepared(NamedTuple):
    """What is made of some cutouts, on the device.

    Attributes
    ----------
    pictures : (n * v, height, width, 3) uint8 tensor
        What the network sees: the views of the first cutout, then those of the second, and so on.
    thumbnails : (n, size, size, 3) uint8 tensor
        What the page shows.
    colors : (n, 3) uint8 tensor
        Mean red, green and blue of each thumbnail.
    """

    pictures: torch.Tensor
    thumbnails: torch.Tensor
    colors: torch.Tensor


class BatchedPreparation:
    """Prepares cutouts for the network, and makes their thumbnails, many at a time.

    Pictures and thumbnails equal those of `Preparation` and
    `hubble_dash.builder.feeding.previews.fit_thumbnail` to a level, as these equal Pillow's. Frames
    are filled by the CPU, just as there: few cutouts have one.

    Parameters
    ----------
    prepare : Preparation
        What is done to each; `can_be_batched`.
    device : str
        Where.
    bytes_at_once : int
        Bytes of the cutouts, as single-precision numbers, that are resized together.
    """

    def __init__(
        self, prepare: Preparation, device: str, *, bytes_at_once: int = BYTES_AT_ONCE
    ) -> None:
        self._prepare, self._device = prepare, device
        self._bytes_at_once = bytes_at_once

    @torch.inference_mode()
    def __call__(self, shown: Sequence[NDArray[np.uint8]], thumbnail_size: int) -> Prepared:
        """Prepare cutouts; on a GPU this returns before it is done.

        Parameters
        ----------
        shown : sequence of (h, w) or (h, w, 3) uint8 arrays
            As shown, of any sizes that `NetworkInput.resizes_whole`. Those of equal size are
            prepared together.
        thumbnail_size : int
            Side of a thumbnail, in pixels.
        """
        n, seen, views = len(shown), self._prepare.network_input, self._prepare.views
        pictures = self._empty(n, views.n, seen.height, seen.width)
        thumbnails = self._empty(n, thumbnail_size, thumbnail_size)
        for places in self._alike(shown):
            some = np.stack([shown[i] for i in places])
            on_device = self._sent(some)
            thumbnail = fit_thumbnails(on_device, thumbnail_size)
            if views.disk and (filled := _filled(some)) is not None:
                on_device = self._sent(filled)
            index = self._moved(torch.tensor(places))
            thumbnails[index] = thumbnail
            pictures[index] = see_all(prepare_all(on_device, seen), self._prepare)
        colors = thumbnails.flatten(1, 2).float().mean(1) + 0.5
        return Prepared(pictures.flatten(0, 1), thumbnails, colors.to(torch.uint8))

    def _alike(self, shown: Sequence[NDArray[np.uint8]]) -> list[list[int]]:
        """Put those of equal size together, and no more than can be resized at once."""
        by_shape: dict[tuple[int, ...], list[int]] = defaultdict(list)
        for i, pixels in enumerate(shown):
            by_shape[pixels.shape].append(i)
        parts = []
        for shape, places in by_shape.items():
            most = max(1, self._bytes_at_once // (4 * int(np.prod(shape))))
            parts += [places[i : i + most] for i in range(0, len(places), most)]
        return parts

    def _sent(self, pixels: NDArray[np.uint8]) -> torch.Tensor:
        """Send (b, h, w[, 3]) pixels to the device, as (b, h, w, c)."""
        return self._moved(torch.from_numpy(pixels.reshape(*pixels.shape[:3], -1)))

    def _moved(self, host: torch.Tensor) -> torch.Tensor:
        """Send a tensor to the device; without a pin it would wait for all that a GPU is told."""
        if self._device == "cuda":
            host = host.pin_memory()
        return host.to(self._device, non_blocking=True)

    def _empty(self, *shape: int) -> torch.Tensor:
        return torch.empty((*shape, 3), dtype=torch.uint8, device=self._device)


def prepare_all(pixels: torch.Tensor, seen: NetworkInput) -> torch.Tensor:
    """Do what `NetworkInput.prepare` does, to cutouts of one size.

    Parameters
    ----------
    pixels : (b, h, w, 1) or (b, h, w, 3) uint8 tensor
        As shown.
    seen : NetworkInput
        What the network takes.

    Returns
    -------
    (b, height, width, 3) uint8 tensor
    """
    resized = seen.resized(*pixels.shape[1:3])
    rows, columns = (
        _Stretch.middle(old, new, wanted, seen.interpolation)
        for old, new, wanted in zip(
            pixels.shape[1:3], resized, (seen.height, seen.width), strict=True
        )
    )
    part = _resized(pixels, rows, columns)
    if part.shape[1:3] == (seen.height, seen.width):
        return part.expand(-1, -1, -1, 3)
    return _framed(part, [round(255 * value) for value in seen.mean], seen.height, seen.width)


def fit_thumbnails(pixels: torch.Tensor, size: int) -> torch.Tensor:
    """Do what `hubble_dash.builder.feeding.previews.fit_thumbnail` does, to cutouts of one size.

    Parameters
    ----------
    pixels : (b, h, w, 1) or (b, h, w, 3) uint8 tensor
        As shown.
    size : int
        Side of a thumbnail, in pixels.

    Returns
    -------
    (b, size, size, 3) uint8 tensor
    """
    scale = size / max(pixels.shape[1:3])
    rows, columns = (
        _Stretch(side, max(1, round(side * scale)), "bicubic") for side in pixels.shape[1:3]
    )
    return _framed(_resized(pixels, rows, columns), (0, 0, 0), size, size)


def see_all(pictures: torch.Tensor, prepare: Preparation) -> torch.Tensor:
    """Do what `hubble_dash.builder.views.augmentation.see` does, to many pictures.

    Parameters
    ----------
    pictures : (b, height, width, 3) uint8 tensor
        Sized for the network.
    prepare : Preparation
        Says which views; `can_be_batched`.

    Returns
    -------
    (b, v, height, width, 3) uint8 tensor
    """
    views = prepare.views
    seen = _faded(pictures) if views.disk else pictures
    turned = [torch.rot90(seen, i * 4 // views.turns, (1, 2)) for i in range(views.n_turned)]
    mirrored = [view.flip(2) for view in turned] if views.mirrored else []
    return torch.stack([*turned, *mirrored], dim=1)


class _Stretch(NamedTuple):
    """How an axis is resized: to so many pixels, of which those from `first` to `stop` are seen."""

    old: int
    new: int
    mode: str
    first: int = 0
    stop: int | None = None

    @classmethod
    def middle(cls, old: int, new: int, wanted: int, mode: str) -> _Stretch:
        first = max(0, round((new - wanted) / 2))
        return cls(old, new, mode, first, first + wanted)


def _resized(pixels: torch.Tensor, rows: _Stretch, columns: _Stretch) -> torch.Tensor:
    """Resize (b, h, w, c) pixels along both axes, each by a product with what its kernel weighs."""
    by_rows, by_columns = (_weights(axis, pixels.device.type) for axis in (rows, columns))
    # Channels first, for products of large matrices.
    channels = pixels.permute(0, 3, 1, 2).to(torch.float32, memory_format=torch.contiguous_format)
    # Levels again after each, as Pillow has it: the kernel shoots over beside bright stars.
    wide = torch.matmul(channels, by_columns.T).round_().clamp_(0, 255)
    values = torch.matmul(by_rows, wide).round_().clamp_(0, 255)
    return values.to(torch.uint8).permute(0, 2, 3, 1)


@lru_cache(maxsize=64)
def _weights(axis: _Stretch, device: str) -> torch.Tensor:
    """Give (new, old) weights of old pixels in new ones: what torch makes of single bright ones."""
    resized = torch.nn.functional.interpolate(
        torch.eye(axis.old)[None, None], size=(axis.new, axis.old), mode=axis.mode, antialias=True
    )
    return resized[0, 0, axis.first : axis.stop].contiguous().to(device)


def _framed(part: torch.Tensor, color: Sequence[int], height: int, width: int) -> torch.Tensor:
    """Put (b, h, w, c) pictures in the middle of larger ones of one colour."""
    top, left = (height - part.shape[1]) // 2, (width - part.shape[2]) // 2
    whole = part.new_empty((len(part), height, width, 3))
    for channel, level in enumerate(color):
        whole[..., channel] = level
    whole[:, top : top + part.shape[1], left : left + part.shape[2]] = part
    return whole


def _filled(pixels: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """Fill frames of (b, h, w[, 3]) cutouts; None where none has one."""
    filled = None
    for i in np.flatnonzero(_may_have_frame(pixels)):
        one = pixels[i]
        whole = fill_blanks(one)
        if whole is not one:
            filled = pixels.copy() if filled is None else filled
            filled[i] = whole
    return filled


def _may_have_frame(pixels: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Look at nine pixels of each corner: only where one is of one colour may there be a frame."""
    side = min(pixels.shape[1:3])
    thick = max(2, side // CORNERS_A_SIDE)
    if side < 4 * thick:
        return np.zeros(len(pixels), np.bool_)
    places = np.array([0, thick // 2, thick - 1, -thick, -(thick // 2) - 1, -1])
    corners = pixels[:, places[:, None], places].reshape(len(pixels), 2, 3, 2, 3, -1)
    levels = corners.max(axis=(2, 4)) - corners.min(axis=(2, 4))
    found: NDArray[np.bool_] = (levels <= MAX_OFF_LEVELS).all(axis=3).any(axis=(1, 2))
    return found


@lru_cache(maxsize=8)
def _disk_on(device: str, side: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Give the disk of `disk_of` on a device: places of its rim, and shares inside and outside."""
    disk = disk_of(side)
    inside, outside = (
        torch.from_numpy(weight.astype(np.int32)).view(side, side, 3).to(device)
        for weight in (disk.inside, disk.outside)
    )
    return torch.from_numpy(disk.rim).to(device), inside, outside


def _faded(pictures: torch.Tensor) -> torch.Tensor:
    """Fade what lies outside the disk into the median colour of its rim."""
    rim_places, inside, outside = _disk_on(pictures.device.type, pictures.shape[1])
    rim = pictures.flatten(1)[:, rim_places].sort(dim=2).values.int()
    last = rim.shape[2] - 1
    color = (rim[:, :, last // 2] + rim[:, :, -(-last // 2)]) // 2
    faded = pictures.int() * inside + color[:, None, None] * outside + 128
    # Divided by 255 and rounded, as Pillow's masks have it.
    return ((faded + (faded >> 8)) >> 8).to(torch.uint8)
