"""A network in an ONNX file -> what makes fingerprints of pictures, by OpenVINO.

ONNX is data, not a program: reading such a file runs nothing in it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch

from hubble_dash.builder.backends.backend import Backend, Encoder, Outputs
from hubble_dash.builder.backends.openvino import import_openvino
from hubble_dash.builder.backends.pytorch import missing
from hubble_dash.builder.metric.features import FeatureParts
from hubble_dash.builder.models.covariance import GEM_LEAST, GEM_POWER, mixing, parts_of
from hubble_dash.builder.models.network_input import Expected
from hubble_dash.builder.models.pooling import disk_weights
from hubble_dash.config import ModelInput
from hubble_dash.errors import MissingExtraError, WeightsError

__all__ = ["OnnxEncoder"]


class OnnxEncoder(Encoder):
    """The network of an ONNX file, from 8-bit pictures to vectors.

    PyTorch cannot run it, so single precision by OpenVINO is what others are compared with.

    Parameters
    ----------
    path : Path
        The file. It takes one array of pictures, floats or 8-bit integers, and gives one of
        vectors (n, d), or of maps (n, d, h, w), whose mean is taken.
    model_input : ModelInput
        What it expects.
    disk : bool
        Whether the mean of maps is that over the disk.
    learns : bool
        Whether covariances of maps are given before their mean.

    Attributes
    ----------
    parts : FeatureParts or None
        Of what is given, where covariances are.

    Raises
    ------
    MissingExtraError
        If OpenVINO is not installed.
    WeightsError
        If the file cannot be read, or the network takes or gives something else.
    ValueError
        If `model_input` contradicts the file.
    """

    reference = Backend("openvino", "fp32")
    engines = ("openvino",)

    def __init__(
        self, path: Path, model_input: ModelInput, *, disk: bool, learns: bool = False
    ) -> None:
        super().__init__(torch.nn.Identity(), mean=model_input.mean, std=model_input.std)
        if missing("openvino") is not None:
            raise MissingExtraError("OpenVINO, which runs ONNX files,", "openvino")
        model = _read(path)
        shape = _lengths(model.inputs[0].get_partial_shape())
        self.expected = Expected.of_shape(shape, size=model_input.size, path=path)
        # Some networks mix up their pictures where a batch has another length than they say.
        self.batch = self.expected.batch
        pictures = _show_pictures(model, self.expected, model_input)
        vectors = _vectors(model.outputs[0], disk=disk, path=path)
        self.parts = _parts(model.outputs[0]) if learns else None
        if self.parts is not None:
            vectors = _with_covariances(model.outputs[0], vectors, self.parts)
        self.converted = _from_pictures(pictures, vectors)

    def forward(self, pictures: torch.Tensor) -> Outputs:
        """Turn pictures into vectors.

        Parameters
        ----------
        pictures : (b, height, width, 3) uint8 tensor
            RGB.

        Returns
        -------
        vectors : (b, d) float32 tensor
        vectors : the same
            There are no classes.
        """
        n = self.batch or len(pictures)
        filled = np.zeros((-(-len(pictures) // n) * n, *pictures.shape[1:]), np.uint8)
        filled[: len(pictures)] = pictures.numpy()
        model = self.converted.clone()
        model.reshape([n, *pictures.shape[1:]])
        # By itself OpenVINO takes bf16 where a processor has it; others are compared with this.
        exact = {"INFERENCE_PRECISION_HINT": "f32"}
        compiled = import_openvino().Core().compile_model(model, "CPU", exact)
        parts = [compiled(filled[i : i + n])[0] for i in range(0, len(filled), n)]
        vectors = torch.from_numpy(np.concatenate(parts)[: len(pictures)])
        return vectors, vectors


def _read(path: Path) -> Any:
    openvino = import_openvino()
    # ONNX alone: left to choose, OpenVINO tries each format that it knows.
    frontend = openvino.frontend
    reader = frontend.FrontEndManager().load_by_framework("onnx")
    failures = (
        *(RuntimeError, frontend.GeneralFailure, frontend.OpConversionFailure),
        *(frontend.OpValidationFailure, frontend.NotImplementedFailure),
    )
    try:
        model = reader.convert(reader.load(str(path)))
    except failures as err:
        reason = str(err).strip().splitlines()[-1]
        raise WeightsError(f"{path} cannot be read as an ONNX file: {reason}") from err
    for what, ports in (("takes", model.inputs), ("gives", model.outputs)):
        if len(ports) != 1:
            names = ", ".join(port.any_name for port in ports)
            raise WeightsError(f"{path} {what} {len(ports)} arrays ({names}); it must be one")
    return model


def _show_pictures(model: Any, expected: Expected, model_input: ModelInput) -> Any:
    """Lead 8-bit pictures (b, height, width, 3) into a network; give where they come in."""
    openvino = import_openvino()
    ops, numbers = openvino.opset13, openvino.Type
    entry = model.inputs[0]
    wanted = entry.get_element_type()
    model.reshape({entry: [expected.batch or -1, *expected.shape(1)[1:]]})
    pictures = ops.parameter([expected.batch or -1, expected.height, expected.width, 3], numbers.u8)
    x = ops.convert(pictures, "f32")
    if not wanted.is_integral():
        mean, std = (
            255 * np.array(values, np.float32) for values in (model_input.mean, model_input.std)
        )
        x = ops.divide(ops.subtract(x, mean), std)
    if expected.channels == 1:
        x = ops.reduce_mean(x, np.array([3]), keep_dims=True)
    if not expected.channels_last:
        x = ops.transpose(x, np.array([0, 3, 1, 2]))
    x = ops.convert(x, wanted.get_type_name())
    entry.get_node().output(0).replace(x.output(0))
    return pictures


def _from_pictures(pictures: Any, vectors: Any) -> Any:
    """Make a network of what comes in and what goes out, the latter twice."""
    ops, openvino = import_openvino().opset13, import_openvino()
    found = openvino.Model([ops.result(vectors), ops.result(vectors)], [pictures])
    found.validate_nodes_and_infer_types()
    return found


def _parts(port: Any) -> FeatureParts | None:
    """Say what there is beside the mean, where the network gives maps."""
    lengths = _lengths(port.get_partial_shape())
    if len(lengths) != 4 or lengths[1] is None:
        return None
    return parts_of(lengths[1], [lengths[1]], lengths[1])


def _vectors(port: Any, *, disk: bool, path: Path) -> Any:
    """Turn what the network gives into float vectors (n, d)."""
    ops = import_openvino().opset13
    lengths = _lengths(port.get_partial_shape())
    values = ops.convert(port.get_node().input_value(0), "f32")
    if len(lengths) == 4:
        height, width = lengths[2:]
        if height is None or width is None:
            raise WeightsError(f"{path} gives maps whose size depends on what they show")
        even = torch.full((height, width), 1 / (height * width))
        weights = disk_weights(height, width) if disk else even
        return ops.reduce_sum(ops.multiply(values, weights.numpy()), np.array([2, 3]))
    if len(lengths) != 2:
        said = ", ".join("any" if length is None else str(length) for length in lengths)
        raise WeightsError(
            f"{path} gives an array of shape ({said}); it must give vectors (n, d), or maps"
            " (n, d, height, width)"
        )
    return values


def _with_covariances(port: Any, means: Any, parts: FeatureParts) -> Any:
    """Do what `Covariances` does, in OpenVINO's own operations."""
    ops = import_openvino().opset13
    height, width = _lengths(port.get_partial_shape())[2:]
    assert height is not None
    assert width is not None
    maps = ops.convert(port.get_node().input_value(0), "f32")
    weight = disk_weights(height, width).numpy()
    powers = ops.power(ops.maximum(maps, np.float32(GEM_LEAST)), np.float32(GEM_POWER))
    total = ops.reduce_sum(ops.multiply(powers, weight), np.array([2, 3]))
    general = ops.power(total, np.float32(1 / GEM_POWER))
    values = ops.reshape(maps, np.array([0, 0, height * width]), special_zero=True)
    mix = mixing(parts.n_last)
    values = values if mix is None else ops.matmul(mix, values, False, False)
    flat = weight.ravel()
    mean = ops.reduce_sum(ops.multiply(values, flat), np.array([2]), keep_dims=True)
    off = ops.multiply(ops.subtract(values, mean), np.sqrt(flat))
    (n,) = parts.n_channels
    square = ops.reshape(ops.matmul(off, off, False, True), np.array([0, n * n]), special_zero=True)
    rows, columns = np.triu_indices(n)
    upper = ops.gather(square, (rows * n + columns).astype(np.int32), np.array(1, np.int32))
    return ops.concat([_to_unit(general), _to_unit(upper), means], axis=1)


def _to_unit(vectors: Any) -> Any:
    ops = import_openvino().opset13
    total = ops.reduce_sum(ops.multiply(vectors, vectors), np.array([1]), keep_dims=True)
    length = ops.maximum(ops.sqrt(total), np.float32(1e-12))
    return ops.divide(vectors, length)


def _lengths(shape: Any) -> list[int | None]:
    if shape.rank.is_dynamic:
        return []
    return [None if length.is_dynamic else length.get_length() for length in shape]
