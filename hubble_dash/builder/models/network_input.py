"""A cutout as shown -> the picture a network expects: sized, cropped and three channels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import floor
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hubble_dash.builder.cutouts.resampling import VECTORIZED, resample
from hubble_dash.errors import WeightsError

__all__ = ["Expected", "NetworkInput"]

# A cutout is resized whole, which is quick, unless it would then have more than so many times the
# pixels that the network sees; of a long thin one only the part that is seen is resized.
MAX_RESIZED_PER_SEEN_PIXEL = 3
# Pixels along the side of the picture, where a network takes any and nobody says which.
DEFAULT_SIDE = 224


class Expected(NamedTuple):
    """The array of pictures that a network file takes.

    Attributes
    ----------
    batch : int or None
        Pictures in one pass; None where it takes any number.
    channels : {1, 3}
        Gray or colour.
    height, width : int
        Pixels.
    channels_last : bool
        Whether it is (batch, height, width, channels) rather than channels first.
    """

    batch: int | None
    channels: int
    height: int
    width: int
    channels_last: bool

    @classmethod
    def of_shape(cls, shape: Sequence[int | None], *, size: int | None, path: object) -> Expected:
        """Understand the shape that a file names.

        Parameters
        ----------
        shape : sequence of int or None
            Of the array it takes; None where any length will do.
        size : int, optional
            The side that the user names, where the file leaves it open.
        path : path-like
            The file, for messages.

        Raises
        ------
        WeightsError
            If the array is none of pictures.
        ValueError
            If the user names another side than the file.
        """
        said = ", ".join("any" if length is None else str(length) for length in shape)
        channels_last = len(shape) == 4 and shape[1] not in (1, 3)
        channels = shape[3 if channels_last else 1] if len(shape) == 4 else None
        if channels not in (1, 3):
            raise WeightsError(
                f"{path} takes an array of shape ({said}); it must take pictures: (batch,"
                " channels, height, width), or channels last, with 1 or 3 channels"
            )
        sides = shape[1:3] if channels_last else shape[2:4]
        if size is not None and any(side not in (None, size) for side in sides):
            raise ValueError(f"{path} takes an array of shape ({said}), not of side {size}")
        height, width = (side or size or DEFAULT_SIDE for side in sides)
        return cls(shape[0], channels, height, width, channels_last)

    def shape(self, batch: int) -> tuple[int, int, int, int]:
        """Give the shape of a batch.

        Parameters
        ----------
        batch : int
            Pictures.
        """
        if self.channels_last:
            return batch, self.height, self.width, self.channels
        return batch, self.channels, self.height, self.width


@dataclass(frozen=True)
class NetworkInput:
    """The evaluation preprocessing of a timm model, up to the conversion to floating point.

    The same picture as `timm.data.create_transform` makes, to a level or two; only the part that
    is cropped is ever resampled, so that a long thin cutout costs no more than a square one.

    Parameters
    ----------
    height, width : int
        Pixels.
    interpolation : str
        A name of `PIL.Image.Resampling`, in lower case.
    crop_pct : float
        Share of the resized picture's sides that the network sees.
    crop_mode : {"center", "squash", "border"}
        Fill the input and cut what hangs over; squeeze both sides; or fit in and pad.
    mean : tuple of float
        Colour of the padding, in [0, 1].
    """

    height: int
    width: int
    interpolation: str
    crop_pct: float
    crop_mode: Literal["center", "squash", "border"]
    mean: tuple[float, ...]

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> NetworkInput:
        """Take the settings that timm has for a model.

        Parameters
        ----------
        config : mapping
            From `timm.data.resolve_model_data_config`.
        """
        _, height, width = config["input_size"]
        names = ("interpolation", "crop_pct", "crop_mode", "mean")
        return cls(height, width, **{name: config[name] for name in names})

    def prepare(self, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Fit one cutout into the network's input.

        Parameters
        ----------
        pixels : (h, w) or (h, w, 3) uint8 array
            As shown, of any size.

        Returns
        -------
        (height, width, 3) uint8 array

        Raises
        ------
        ValueError
            If the array has another shape or data type, or no pixels.
        """
        gray_or_rgb = pixels.ndim == 2 or (pixels.ndim == 3 and pixels.shape[2] == 3)
        if pixels.dtype != np.uint8 or not gray_or_rgb or pixels.size == 0:
            raise ValueError(
                f"a cutout is a {pixels.dtype} array of shape {pixels.shape}; "
                f"it must be uint8, (h, w) or (h, w, 3), with at least one pixel"
            )
        resized_height, resized_width = self.resized(*pixels.shape[:2])
        if self.resizes_whole(*pixels.shape[:2]):
            part = self._resize_whole(pixels, resized_height, resized_width)
        else:
            part = self._resize_part(pixels, resized_height, resized_width)
        if part.shape[:2] == (self.height, self.width):
            return np.broadcast_to(part, (self.height, self.width, 3))
        return self._padded(part)

    def _resize_whole(
        self, pixels: NDArray[np.uint8], resized_height: int, resized_width: int
    ) -> NDArray[np.uint8]:
        """Resize, then crop, as timm does; torch's kernel equals Pillow's to a level."""
        resized = resample(pixels, (resized_height, resized_width), self.interpolation)
        top, left = (
            max(0, round((side - wanted) / 2))
            for side, wanted in ((resized_height, self.height), (resized_width, self.width))
        )
        return resized[top : top + self.height, left : left + self.width]

    def _resize_part(
        self, pixels: NDArray[np.uint8], resized_height: int, resized_width: int
    ) -> NDArray[np.uint8]:
        """Resize only what will be seen, so that a long thin cutout costs no more than others."""
        y, height = _seen(pixels.shape[0], resized_height, self.height)
        x, width = _seen(pixels.shape[1], resized_width, self.width)
        shown = Image.fromarray(pixels).resize(
            (width, height), Image.Resampling[self.interpolation.upper()], (x[0], y[0], x[1], y[1])
        )
        return np.asarray(shown).reshape(height, width, -1)

    def _padded(self, part: NDArray[np.uint8]) -> NDArray[np.uint8]:
        height, width = part.shape[:2]
        top, left = (self.height - height) // 2, (self.width - width) // 2
        padded = np.empty((self.height, self.width, 3), np.uint8)
        padded[:] = [round(255 * value) for value in self.mean]
        padded[top : top + height, left : left + width] = part
        return padded

    def resizes_whole(self, height: int, width: int) -> bool:
        """Say whether a cutout is resized whole by torch's kernel, and then cropped.

        Parameters
        ----------
        height, width : int
            Of the cutout, in pixels.
        """
        resized_height, resized_width = self.resized(height, width)
        needed = max(self.height, resized_height) * max(self.width, resized_width)
        most = MAX_RESIZED_PER_SEEN_PIXEL * self.height * self.width
        return self.interpolation in VECTORIZED and needed <= most

    def resized(self, height: int, width: int) -> tuple[int, int]:
        """Give the sides of a whole cutout once resized, rounded as torchvision and timm do it.

        Parameters
        ----------
        height, width : int
            Of the cutout, in pixels.
        """
        target = floor(self.height / self.crop_pct), floor(self.width / self.crop_pct)
        if self.crop_mode == "squash":
            return target
        if self.crop_mode == "center" and target[0] == target[1]:
            short = min(height, width)
            return target[0] * height // short, target[0] * width // short
        choose = max if self.crop_mode == "border" else min
        ratio = choose(height / target[0], width / target[1])
        return max(1, round(height / ratio)), max(1, round(width / ratio))


def _seen(length: int, resized: int, wanted: int) -> tuple[tuple[float, float], int]:
    """Along one axis: the stretch of the cutout that is seen, and its pixels in the input."""
    if resized < wanted:
        return (0.0, float(length)), resized
    first = round((resized - wanted) / 2)
    return (first * length / resized, (first + wanted) * length / resized), wanted
