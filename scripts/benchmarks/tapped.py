"""Features of a network at several depths and by several poolings, in one pass."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from tqdm import tqdm

from hubble_dash.builder.models.checkpoints import load_model
from hubble_dash.builder.models.network_input import NetworkInput
from hubble_dash.builder.models.timm_import import timm
from hubble_dash.builder.models.weights import find_weights

__all__ = ["Tapped"]

MODEL = "tf_efficientnet_lite0"
STAGES = {2: "stage 3", 4: "stage 5", 6: "stage 7"}
POOLINGS = ("mean", "gem", "disk")
BATCH = 16


class _Taps(torch.nn.Module):
    """Pictures -> pooled features of all taps, side by side."""

    mean: torch.Tensor
    std: torch.Tensor

    def __init__(self, model: Any, mean: tuple[float, ...], std: tuple[float, ...]) -> None:
        super().__init__()
        self.model = model
        self.register_buffer("mean", torch.tensor(mean).reshape(1, 3, 1, 1) * 255)
        self.register_buffer("std", torch.tensor(std).reshape(1, 3, 1, 1) * 255)

    def taps(self, pictures: torch.Tensor) -> dict[str, torch.Tensor]:
        x = (pictures.permute(0, 3, 1, 2).float() - self.mean) / self.std
        x = self.model.bn1(self.model.conv_stem(x))
        found = {}
        for number, block in enumerate(self.model.blocks):
            x = block(x)
            if number in STAGES:
                found[STAGES[number]] = x
        found["head"] = self.model.bn2(self.model.conv_head(x))
        return found

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        taps = self.taps(pictures).values()
        return torch.cat([pool(x) for x in taps for pool in (_mean, _gem, _disk)], dim=1)


def _mean(x: torch.Tensor) -> torch.Tensor:
    return x.mean((2, 3))


def _gem(x: torch.Tensor) -> torch.Tensor:
    """Generalised mean, p = 3 (F. Radenović et al. 2019, TPAMI 41, 1655)."""
    return x.clamp(min=1e-6).pow(3).mean((2, 3)).pow(1 / 3)


def _disk(x: torch.Tensor) -> torch.Tensor:
    """Mean with the weight of a disk about the middle."""
    across = torch.linspace(-1, 1, x.shape[2])
    # Not torch.hypot, which OpenVINO does not convert.
    radius = (across[:, None].square() + across.square()).sqrt()
    weight = torch.sigmoid((0.85 - radius) / 0.1)
    return (x * (weight / weight.sum())).sum((2, 3))


class Tapped:
    """EfficientNet-Lite0 with taps; by OpenVINO where it is installed, else by PyTorch."""

    def __init__(self) -> None:
        model = load_model(MODEL, find_weights(MODEL).path)
        config = timm.data.resolve_model_data_config(model)
        self.input = NetworkInput.from_config(config)
        module = _Taps(model, config["mean"], config["std"]).eval()
        blank = torch.zeros((BATCH, self.input.height, self.input.width, 3), dtype=torch.uint8)
        with torch.inference_mode():
            shapes = {name: x.shape[1] for name, x in module.taps(blank).items()}
        self.names = [(tap, pooling) for tap in shapes for pooling in POOLINGS]
        self.ends = np.cumsum([shapes[tap] for tap, _ in self.names])
        self._run = _openvino(module, blank) or _eager(module)

    def features(self, pictures: Any, n: int, path: Path) -> NDArray[np.float16]:
        """Compute the features of `n` pictures, an iterable, or read them from `path`."""
        if path.exists():
            kept: NDArray[np.float16] = np.load(path)
            return kept
        made, pending = [], []
        for picture in tqdm(pictures, total=n, desc=path.stem, mininterval=10):
            pending.append(picture)
            if len(pending) == BATCH:
                made.append(self._run(np.stack(pending)))
                pending = []
        if pending:
            filled = pending + [pending[-1]] * (BATCH - len(pending))
            made.append(self._run(np.stack(filled))[: len(pending)])
        found = np.concatenate(made).astype(np.float16)
        path.parent.mkdir(parents=True, exist_ok=True)
        np.save(path, found)
        return found

    def of(self, features: NDArray[Any], tap: str, pooling: str) -> NDArray[np.float32]:
        """Pick one tap and pooling."""
        place = self.names.index((tap, pooling))
        start = self.ends[place - 1] if place else 0
        return features[..., start : self.ends[place]].astype(np.float32)


def _eager(module: torch.nn.Module) -> Callable[[NDArray[np.uint8]], NDArray[np.float32]]:
    def run(pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
        with torch.inference_mode():
            features: NDArray[np.float32] = module(torch.from_numpy(pictures)).numpy()
            return features

    return run


def _openvino(
    module: torch.nn.Module, blank: torch.Tensor
) -> Callable[[NDArray[np.uint8]], NDArray[np.float32]] | None:
    try:
        import openvino  # type: ignore[import-untyped]
    except ImportError:
        return None
    converted = openvino.convert_model(module, example_input=blank)
    converted.reshape(list(blank.shape))
    # Single precision: the measurement is of the features, not of their rounding.
    compiled = openvino.compile_model(converted, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})

    def run(pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
        return np.array(compiled(pictures)[0])

    return run
