"""Small networks, pictures for them, and what their vectors have in common."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from hubble_dash.builder.backends.backend import Encoder
from hubble_dash.builder.models.timm_import import timm

Pixels = NDArray[np.uint8]


def tiny_encoder() -> Encoder:
    """Make an encoder of timm's smallest ResNet, with random weights that are always the same."""
    torch.manual_seed(0)
    model: Any = timm.create_model("test_resnet").eval()
    return Encoder(model, mean=(0.5, 0.4, 0.3), std=(0.2, 0.3, 0.4))


def noise(n: int, side: int = 64) -> Pixels:
    """Make n pictures of noise, (n, side, side, 3)."""
    return np.random.default_rng(n).integers(0, 256, (n, side, side, 3), dtype=np.uint8)


def cosines(a: NDArray[np.float32], b: NDArray[np.float32]) -> NDArray[np.float32]:
    """Give the cosine of each row of a and the same row of b."""
    product = (a * b).sum(axis=1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)
    return np.asarray(product, np.float32)


def agreement(a: NDArray[np.float32], b: NDArray[np.float32], *, n: int = 9) -> float:
    """Give the share of the n nearest rows in a that are the nearest in b too."""
    pairs = zip(_nearest(a, n), _nearest(b, n), strict=True)
    return float(np.mean([len(one & other) / n for one, other in pairs]))


def _nearest(vectors: NDArray[np.float32], n: int) -> list[set[int]]:
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    similarities = unit @ unit.T
    np.fill_diagonal(similarities, -np.inf)
    return [set(row) for row in np.argsort(-similarities, axis=1)[:, :n].tolist()]
