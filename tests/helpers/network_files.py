"""Files of a small network, and the vectors that it gives, by hand and by the product."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from hubble_dash.builder.fingerprints.loading import load_network
from hubble_dash.builder.models.weights import find_weights

SIDE = 32
MEAN, STD = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])


class Small(torch.nn.Module):
    """A network of one layer, which gives maps or their mean."""

    def __init__(
        self, channels: int = 3, maps: bool = False, last: bool = False, n: int = 6
    ) -> None:
        super().__init__()
        torch.manual_seed(channels)
        self.layer = torch.nn.Conv2d(channels, n, 5, stride=3)
        self.maps, self.last = maps, last

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = x.permute(0, 3, 1, 2) if self.last else x
        maps = torch.relu(self.layer(x))
        return maps if self.maps else maps.mean((2, 3))


def write_pt2(path: Path, model: Small, *, batch: int | None = None, side: int = SIDE) -> Path:
    channels = model.layer.in_channels
    shape = (side, side, channels) if model.last else (channels, side, side)
    free = {0: torch.export.Dim("batch")} if batch is None else {}
    program = torch.export.export(
        model.eval(), (torch.zeros(batch or 2, *shape),), dynamic_shapes=(free,)
    )
    torch.export.save(program, path)
    return path


def write_onnx(path: Path, model: Small, *, batch: int | None = None, side: int = SIDE) -> Path:
    """The same network, node by node."""
    channels = model.layer.in_channels
    shape: list[Any] = [batch or "batch", channels, side, side]
    nodes, entry = [], "pictures"
    if model.last:
        shape = [batch or "batch", side, side, channels]
        nodes.append(helper.make_node("Transpose", ["pictures"], ["first"], perm=[0, 3, 1, 2]))
        entry = "first"
    nodes.append(helper.make_node("Conv", [entry, "w", "b"], ["conv"], strides=[3, 3]))
    nodes.append(helper.make_node("Relu", ["conv"], ["maps"]))
    nodes.append(helper.make_node("ReduceMean", ["maps"], ["vectors"], axes=[2, 3], keepdims=0))
    out = "maps" if model.maps else "vectors"
    graph = helper.make_graph(
        nodes if out == "vectors" else nodes[:-1],
        "small",
        [helper.make_tensor_value_info("pictures", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info(out, TensorProto.FLOAT, None)],
        [
            numpy_helper.from_array(model.layer.weight.detach().numpy(), "w"),
            numpy_helper.from_array(model.layer.bias.detach().numpy(), "b"),  # type: ignore[union-attr]
        ],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)]), path)
    return path


def cutouts(n: int) -> list[NDArray[np.uint8]]:
    random = np.random.default_rng(3)
    return [random.integers(0, 256, (SIDE, SIDE, 3), dtype=np.uint8) for _ in range(n)]


def by_hand(
    model: Small, pictures: list[NDArray[np.uint8]], mean: Any = MEAN, std: Any = STD
) -> NDArray[np.float32]:
    x = torch.tensor((np.stack(pictures) / 255 - mean) / std, dtype=torch.float32)
    x = x.mean(3, keepdim=True) if model.layer.in_channels == 1 else x
    with torch.inference_mode():
        found: torch.Tensor = model(x if model.last else x.permute(0, 3, 1, 2))
    return found.numpy()


def vectors(path: Path, pictures: list[NDArray[np.uint8]], **options: Any) -> NDArray[np.float32]:
    network = load_network(find_weights(str(path)), device="cpu", batch_size=4, **options)
    batch = network.fingerprint(pictures)
    assert network.label_names is None
    assert (batch.labels == -1).all()
    assert network.n_features == batch.fingerprints.shape[1]
    return batch.fingerprints
