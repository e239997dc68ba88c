"""Cutouts -> fingerprints: what a network trained on photographs sees in each, as a vector."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray

from hubble_dash.builder.checkpoints import load_model
from hubble_dash.builder.native import timm
from hubble_dash.builder.network_input import NetworkInput
from hubble_dash.builder.weights import Weights
from hubble_dash.errors import WeightsError

__all__ = ["N_LABELS", "Batch", "Network", "load_network"]

logger = logging.getLogger(__name__)

N_LABELS = 5

# (b, height, width, 3) uint8 pictures -> (b, d) features and (b, c) logits, float32 on the CPU.
Engine: TypeAlias = Callable[[NDArray[np.uint8]], tuple[torch.Tensor, torch.Tensor]]


@dataclass(frozen=True)
class Batch:
    """What the network says of some cutouts.

    Parameters
    ----------
    fingerprints : (b, d) float32 array
        One row a cutout.
    labels : (b, 5) int32 array
        Indices into the network's `label_names`, most probable first; -1 where there is none.
    scores : (b, 5) float32 array
        Their probabilities (softmax over all classes); 0 where there is none.
    """

    fingerprints: NDArray[np.float32]
    labels: NDArray[np.int32]
    scores: NDArray[np.float32]


class Pictures(torch.nn.Module):
    """A timm model from 8-bit pictures to features and logits, in one pass.

    What an engine compiles or converts: all of the numerical work, and nothing else.

    Parameters
    ----------
    model : torch.nn.Module
        A timm model.
    mean, std : sequence of float
        The colour statistics the model was trained with, in [0, 1].
    """

    scale: torch.Tensor
    shift: torch.Tensor

    def __init__(
        self, model: torch.nn.Module, *, mean: Sequence[float], std: Sequence[float]
    ) -> None:
        super().__init__()
        self.model: Any = model
        spread = torch.tensor(std).reshape(1, 3, 1, 1)
        self.register_buffer("scale", 1 / (255 * spread))
        self.register_buffer("shift", -torch.tensor(mean).reshape(1, 3, 1, 1) / spread)

    def forward(self, pictures: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Turn (b, height, width, 3) uint8 pictures into (b, d) features and (b, c) logits."""
        channels_last = pictures.permute(0, 3, 1, 2).to(self.scale.dtype)
        spatial = self.model.forward_features(channels_last * self.scale + self.shift)
        # The head runs twice, which costs little and holds for every timm model, whatever it
        # does between features and classifier.
        features = self.model.forward_head(spatial, pre_logits=True)
        return features.flatten(1), self.model.forward_head(spatial)


class Network:
    """A network with pretrained weights that turns cutouts into fingerprints.

    Use `load_network` to make one.

    Attributes
    ----------
    model : str
        timm's name of the model.
    weights : Weights
        Its weights and where they come from.
    device : str
        ``"cpu"``, ``"cuda"`` or ``"mps"``.
    n_features : int
        Length of a fingerprint.
    input_size : int
        Side of the picture that the network sees, in pixels.
    label_names : list of str or None
        Names of the classes; None where the classes are not ImageNet's.
    """

    def __init__(
        self,
        weights: Weights,
        *,
        engine: Engine,
        network_input: NetworkInput,
        label_names: list[str] | None,
        features: Literal["pooled", "probabilities"],
        device: str,
        batch_size: int,
    ) -> None:
        self.model = weights.model
        self.weights = weights
        self.device = device
        self.input_size = network_input.height
        self.label_names = label_names
        self._engine = engine
        self._input = network_input
        self._features = features
        self._batch_size = batch_size
        blank = np.zeros((1, 1), np.uint8)
        self.n_features = self.fingerprint([blank]).fingerprints.shape[1]

    def fingerprint(self, cutouts: Sequence[NDArray[np.uint8]]) -> Batch:
        """Compute the fingerprints and the best labels of cutouts.

        Parameters
        ----------
        cutouts : sequence of (h, w) or (h, w, 3) uint8 arrays
            As shown; any number, of any sizes.

        Returns
        -------
        Batch
            Row i is that of ``cutouts[i]``.

        Raises
        ------
        ValueError
            If there are no cutouts, or one has another data type or shape.
        """
        if len(cutouts) == 0:
            raise ValueError("no cutouts were given; at least one is needed")
        parts = [self._described(*self._engine(batch)) for batch in self._batches(cutouts)]
        return Batch(
            np.concatenate([part.fingerprints for part in parts]),
            np.concatenate([part.labels for part in parts]),
            np.concatenate([part.scores for part in parts]),
        )

    def _batches(self, cutouts: Sequence[NDArray[np.uint8]]) -> Iterator[NDArray[np.uint8]]:
        """Prepare batches of pictures, one ahead of the network."""

        def prepared(start: int) -> NDArray[np.uint8]:
            chosen = cutouts[start : start + self._batch_size]
            return np.stack([self._input.prepare(pixels) for pixels in chosen])

        with ThreadPoolExecutor(1) as ahead:
            batch = ahead.submit(prepared, 0)
            for start in range(self._batch_size, len(cutouts), self._batch_size):
                ready = batch.result()
                batch = ahead.submit(prepared, start)
                yield ready
            yield batch.result()

    def _described(self, features: torch.Tensor, logits: torch.Tensor) -> Batch:
        probabilities = logits.softmax(1)
        chosen = probabilities if self._features == "probabilities" else features
        labels = np.full((len(features), N_LABELS), -1, np.int32)
        scores = np.zeros((len(features), N_LABELS), np.float32)
        if self.label_names is not None:
            best = probabilities.topk(N_LABELS, dim=1)
            labels[:], scores[:] = best.indices.numpy(), best.values.numpy()
        return Batch(chosen.numpy(), labels, scores)


def load_network(
    weights: Weights,
    *,
    device: str = "auto",
    features: Literal["pooled", "probabilities"] = "pooled",
    batch_size: int = 32,
) -> Network:
    """Build the network that makes fingerprints.

    Parameters
    ----------
    weights : Weights
        From `hubble_dash.builder.weights.find_weights`.
    device : {"auto", "cpu", "cuda", "mps"}
        Where it runs; ``"auto"`` takes a GPU where there is one.
    features : {"pooled", "probabilities"}
        The pooled features before the classifier, (n, 2048) for resnet50, or the probabilities of
        the classes, which is what the method started from.
    batch_size : int
        Pictures in one pass of the network.

    Returns
    -------
    Network

    Raises
    ------
    ValueError
        If an option is not known, or the device is not there.
    WeightsError
        If the weights do not fit the model, or lack the classifier that probabilities need.
    """
    if features not in ("pooled", "probabilities"):
        raise ValueError(f"features is {features!r}; allowed: pooled, probabilities")
    if batch_size < 1:
        raise ValueError(f"batch_size is {batch_size}; it must be at least 1")
    device = _device(device)
    model: Any = load_model(weights.model, weights.path)
    if features == "probabilities" and not model.num_classes:
        raise WeightsError(
            f"{weights.path} has no classifier, so there are no class probabilities; "
            f"take the pooled features, or weights with a classifier"
        )
    config = timm.data.resolve_model_data_config(model)
    pictures = Pictures(model, mean=config["mean"], std=config["std"])
    return Network(
        weights,
        engine=_eager(pictures, device),
        network_input=NetworkInput.from_config(config),
        label_names=_label_names(model),
        features=features,
        device=device,
        batch_size=batch_size,
    )


def _eager(pictures: Pictures, device: str) -> Engine:
    """Run the network as PyTorch does, in single precision, channels last."""
    module: torch.nn.Module = pictures.eval().to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]

    @torch.inference_mode()
    def run(batch: NDArray[np.uint8]) -> tuple[torch.Tensor, torch.Tensor]:
        features, logits = module(torch.from_numpy(batch).to(device))
        return features.float().cpu(), logits.float().cpu()

    return run


def _device(device: str) -> str:
    there = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    available = [name for name, is_there in there.items() if is_there]
    if device == "auto":
        return available[0]
    if device not in available:
        known = "not there" if device in there else "not known"
        raise ValueError(
            f"device {device!r} is {known}; here there are: auto, {', '.join(available)}"
        )
    return device


def _label_names(model: Any) -> list[str] | None:
    """Name the classes by the first of WordNet's words, where they are ImageNet's."""
    subset = timm.data.infer_imagenet_subset(model) if model.num_classes else None
    if subset is None:
        return None
    return [text.split(",")[0] for text in timm.data.ImageNetInfo(subset).label_descriptions()]
