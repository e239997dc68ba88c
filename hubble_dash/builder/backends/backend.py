"""The backends in which a network can run, and what all of them run: pictures to features."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, get_args

import numpy as np
import torch
from numpy.typing import NDArray

from hubble_dash.config.choices import EngineName, Precision

__all__ = ["Backend", "Encoder", "Outputs", "Pictures", "Runner", "fill_batch", "to_host"]

# (b, d) features and (b, c) logits, float32 on the CPU.
Outputs: TypeAlias = tuple[torch.Tensor, torch.Tensor]
# (b, height, width, 3) uint8; those of a tensor may lie on the device already.
Pictures: TypeAlias = NDArray[np.uint8] | torch.Tensor
# A network that is ready to run: it takes pictures and begins; what it gives waits for the outputs
# when called. Whoever hands over the next batch before waiting for the
# last one keeps the device busy.
Runner: TypeAlias = Callable[[Pictures], Callable[[], Outputs]]


@dataclass(frozen=True)
class Backend:
    """A way to run a network.

    Parameters
    ----------
    engine : {"eager", "compile", "openvino"}
        What runs it.
    precision : {"fp32", "bf16", "fp16", "int8"}
        Of weights and activations.
    """

    engine: EngineName = "eager"
    precision: Precision = "fp32"

    def __str__(self) -> str:
        return f"{self.engine} {self.precision}"


class Encoder(torch.nn.Module):
    """A timm model from 8-bit pictures to features and logits, in one pass.

    What a backend compiles or converts: all of the numerical work, and nothing else.

    Parameters
    ----------
    model : torch.nn.Module
        A timm model.
    mean, std : sequence of float
        The colour statistics the model was trained with, in [0, 1].
    """

    # The backend that the others are compared with, and the engines that can run it.
    reference = Backend()
    engines: Sequence[EngineName] = get_args(EngineName)
    # How many pictures each pass must have, where that is fixed.
    batch: int | None = None

    scale: torch.Tensor
    shift: torch.Tensor

    def __init__(
        self, model: torch.nn.Module, *, mean: Sequence[float], std: Sequence[float]
    ) -> None:
        super().__init__()
        self.model: Any = model
        self.dtype = torch.float32
        # The network as OpenVINO's own model, once converted: the same for all precisions.
        self.converted: Any = None
        spread = torch.tensor(std).reshape(1, 3, 1, 1)
        self.register_buffer("scale", 1 / (255 * spread))
        self.register_buffer("shift", -torch.tensor(mean).reshape(1, 3, 1, 1) / spread)

    def forward(self, pictures: torch.Tensor) -> Outputs:
        """Turn pictures into features and logits.

        Parameters
        ----------
        pictures : (b, height, width, 3) uint8 tensor
            RGB.

        Returns
        -------
        features : (b, d) float32 tensor
        logits : (b, c) float32 tensor
        """
        channels_first = pictures.permute(0, 3, 1, 2).float()
        # Normalised in single precision, since lower ones would round the colours beforehand.
        normalised = (channels_first * self.scale + self.shift).to(self.dtype)
        spatial = self.model.forward_features(normalised)
        # The head runs twice, which costs little and holds for every timm model, whatever it
        # does between features and classifier.
        features = self.model.forward_head(spatial, pre_logits=True)
        return features.flatten(1).float(), self.model.forward_head(spatial).float()

    def with_dtype(self, dtype: torch.dtype) -> Encoder:
        """Give a copy whose network computes in another precision.

        Parameters
        ----------
        dtype : torch.dtype
            Of weights and activations.

        Returns
        -------
        Encoder
        """
        other = Encoder(copy.deepcopy(self.model).to(dtype), mean=(0, 0, 0), std=(1, 1, 1))
        other.scale, other.shift, other.dtype = self.scale, self.shift, dtype
        return other


def fill_batch(pictures: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    """Fill a batch up with black pictures, where the network has one shape.

    Parameters
    ----------
    pictures : (b, height, width, 3) uint8 array
        One batch.
    size : int
        Pictures that the network takes.

    Returns
    -------
    (max(b, size), height, width, 3) uint8 array
    """
    lacking = size - len(pictures)
    if lacking <= 0:
        return pictures
    return np.concatenate([pictures, np.zeros((lacking, *pictures.shape[1:]), np.uint8)])


def to_host(tensors: Sequence[torch.Tensor]) -> Callable[[], list[torch.Tensor]]:
    """Begin to copy tensors from a GPU; what is given waits for the copies when called.

    A copy that begins only when it is asked for waits for all that the GPU was told meanwhile.

    Parameters
    ----------
    tensors : sequence of tensor
        On any device.
    """
    if not tensors[0].is_cuda:
        return lambda: [tensor.cpu() for tensor in tensors]
    copies = [torch.empty(one.shape, dtype=one.dtype, pin_memory=True) for one in tensors]
    for copy_, tensor in zip(copies, tensors, strict=True):
        copy_.copy_(tensor, non_blocking=True)
    done = torch.cuda.Event()  # type: ignore[no-untyped-call]
    done.record()

    def wait() -> list[torch.Tensor]:
        done.synchronize()
        return copies

    return wait
