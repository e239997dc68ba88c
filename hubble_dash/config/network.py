"""A whole network in a file."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from hubble_dash.config.bounds import at_least

__all__ = [
    "NETWORK_FILES",
    "ModelInput",
    "is_network_file",
]


# Suffixes of files that hold a whole network, not only its weights.
NETWORK_FILES = (".onnx", ".pt2")


def is_network_file(model: str) -> bool:
    """Say whether a model is named by a file of its own rather than by timm's name.

    Parameters
    ----------
    model : str
        As in `hubble_dash.BuildSettings`.

    Returns
    -------
    bool
    """
    return model.lower().endswith(NETWORK_FILES)


@dataclass(frozen=True, kw_only=True)
class ModelInput:
    """What a network file of the user's expects to be given; the files do not say all of it.

    A display value v of 0 to 255 reaches the network as (v / 255 - mean) / std. The default is what
    networks trained on ImageNet expect; a mean of 0 and a std of 1 give 0 to 1, 0.5 and 0.5 give -1
    to 1.

    Parameters
    ----------
    size : int, optional
        Side of the picture in pixels, where the file leaves it open; 224 if not given.
    mean, std : sequence of float
        For red, green and blue, or one number for all three.
    """

    size: int | None = None
    mean: Sequence[float] = (0.485, 0.456, 0.406)
    std: Sequence[float] = (0.229, 0.224, 0.225)

    def __post_init__(self) -> None:
        if self.size is not None:
            at_least("size", self.size, 1)
        for name in ("mean", "std"):
            values = tuple(float(value) for value in getattr(self, name))
            if len(values) not in (1, 3) or not all(map(math.isfinite, values)):
                raise ValueError(f"{name} is {values}; it must be one or three finite numbers")
            object.__setattr__(self, name, values if len(values) == 3 else values * 3)
        if min(self.std) <= 0:
            raise ValueError(f"std is {self.std}; it must be positive")
