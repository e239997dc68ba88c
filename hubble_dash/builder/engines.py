"""Ways to run a network: PyTorch as it is, compiled, or OpenVINO; each from pictures to features.

An engine only changes how fast the numbers come. Which form is taken is decided elsewhere, by
measurement.
"""

from __future__ import annotations

import contextlib
import copy
import importlib.util
import io
import logging
import shutil
import sys
import warnings
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Literal, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray

__all__ = [
    "Engine",
    "EngineName",
    "Form",
    "Outputs",
    "Pictures",
    "available_forms",
    "import_openvino",
    "missing",
    "start",
]

EngineName: TypeAlias = Literal["eager", "compile", "openvino"]
Precision: TypeAlias = Literal["fp32", "bf16", "fp16", "int8"]
# (b, d) features and (b, c) logits, float32 on the CPU.
Outputs: TypeAlias = tuple[torch.Tensor, torch.Tensor]
# Take (b, height, width, 3) uint8 pictures and begin; the answer waits for the outputs. Whoever
# submits the next batch before asking for the last keeps the device busy.
Engine: TypeAlias = Callable[[NDArray[np.uint8]], Callable[[], Outputs]]

DTYPES: dict[Precision, torch.dtype] = {
    "fp32": torch.float32,
    "bf16": torch.bfloat16,
    "fp16": torch.float16,
}
HINTS: dict[Precision, str] = {"fp32": "f32", "bf16": "bf16", "fp16": "f16", "int8": "f32"}
# Pictures of one request to OpenVINO: more leave the cores' caches, fewer cost overhead.
REQUEST = 4


@dataclass(frozen=True)
class Form:
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

    # The form that the others are compared with, and the engines that can run it.
    reference = Form()
    engines: Sequence[EngineName] = ("eager", "compile", "openvino")
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
        # OpenVINO's form of the network, once made: the same for all precisions.
        self.converted: Any = None
        spread = torch.tensor(std).reshape(1, 3, 1, 1)
        self.register_buffer("scale", 1 / (255 * spread))
        self.register_buffer("shift", -torch.tensor(mean).reshape(1, 3, 1, 1) / spread)

    def forward(self, pictures: torch.Tensor) -> Outputs:
        """Turn (b, height, width, 3) uint8 pictures into (b, d) features and (b, c) logits."""
        channels_first = pictures.permute(0, 3, 1, 2).float()
        # Normalised in single precision: rounded colours are no colours any more.
        normalised = (channels_first * self.scale + self.shift).to(self.dtype)
        spatial = self.model.forward_features(normalised)
        # The head runs twice, which costs little and holds for every timm model, whatever it
        # does between features and classifier.
        features = self.model.forward_head(spatial, pre_logits=True)
        return features.flatten(1).float(), self.model.forward_head(spatial).float()

    def with_dtype(self, dtype: torch.dtype) -> Pictures:
        """Give a copy whose network computes in another precision."""
        other = Pictures(copy.deepcopy(self.model).to(dtype), mean=(0, 0, 0), std=(1, 1, 1))
        other.scale, other.shift, other.dtype = self.scale, self.shift, dtype
        return other


def available_forms(device: str) -> list[Form]:
    """List the forms that can run here, in the order of how long they take to start.

    The first is single precision as PyTorch does it, against which the others are measured.

    Parameters
    ----------
    device : {"cpu", "cuda", "mps"}
        Where the network runs.
    """
    forms = [Form()]
    if device == "cpu" and missing("openvino") is None:
        return [*forms, *(Form("openvino", precision) for precision in _openvino_precisions())]
    lower = _torch_precisions(device)
    forms += [Form("eager", precision) for precision in lower]
    if missing("compile") is None and device != "mps":
        forms += [Form("compile", precision) for precision in (*lower[:1], "fp32")]
    return forms


def missing(engine: EngineName) -> str | None:
    """Say what an engine lacks here, and how to get it; None if it lacks nothing."""
    if engine == "openvino" and importlib.util.find_spec("openvino") is None:
        return "OpenVINO is not installed; install it: pip install 'hubble-dash[openvino]'"
    if engine == "compile" and not any(map(shutil.which, ("g++", "clang++", "cl"))):
        return "torch.compile needs a C++ compiler (g++, clang++ or cl), and none is on the path"
    return None


def start(
    form: Form, pictures: Pictures, sample: NDArray[np.uint8], *, device: str, batch_size: int
) -> Engine:
    """Make a network ready to run.

    Parameters
    ----------
    form : Form
        How.
    pictures : Pictures
        The network, single precision, on the CPU; it is not changed.
    sample : (n, height, width, 3) uint8 array
        Pictures such as it will see, by which the range of 8-bit integers is set.
    device : {"cpu", "cuda", "mps"}
        Where; OpenVINO runs on the CPU.
    batch_size : int
        Pictures of a full batch. Batches may be smaller.

    Returns
    -------
    Engine

    Raises
    ------
    ValueError
        If the engine or the device is not there, or does not have the precision.
    RuntimeError
        If the network cannot be converted or compiled.
    """
    lacking = missing(form.engine)
    if lacking is not None:
        raise ValueError(lacking)
    if form.engine not in pictures.engines:
        only = " or ".join(pictures.engines)
        raise ValueError(f"{form.engine} does not run this network; take --engine {only}")
    if form.engine == "openvino":
        if device != "cpu":
            raise ValueError(f"OpenVINO runs on the CPU here, not on {device}; take --device cpu")
        return _OpenVino(pictures, form.precision, sample, batch_size)
    if form.precision == "int8":
        raise ValueError("8-bit integers need OpenVINO; take --engine openvino")
    module: Any = pictures.with_dtype(DTYPES[form.precision]).eval()
    module = module.to(device, memory_format=torch.channels_last)
    if form.engine == "eager":
        return _Torch(module, device)
    # Folds normalisation and batch statistics into the weights; CPU only.
    options: Any = {"freezing": True} if device == "cpu" else {}
    compiled = torch.compile(module, dynamic=False, options=options)
    return _Torch(compiled, device, full=batch_size)


def _torch_precisions(device: str) -> list[Precision]:
    """List the lower precisions that PyTorch has in hardware here."""
    if device == "mps":
        return ["fp16"]
    if device == "cuda":
        return ["bf16", "fp16"] if torch.cuda.is_bf16_supported(False) else ["fp16"]
    # Emulated, it is slower by a factor of ten or more.
    return ["bf16"] if torch.ops.mkldnn._is_mkldnn_bf16_supported() else []


def _openvino_precisions() -> list[Precision]:
    there = import_openvino().Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    # 8-bit integers are for those who ask: a few per cent of the cutouts come out quite wrong
    # (EfficientNet-Lite0: least cosine 0.89), too few for a short trial to be sure to meet them.
    lower: list[Precision] = ["bf16", "fp16"]
    return ["fp32", *(precision for precision in lower if precision.upper() in there)]


def import_openvino() -> ModuleType:
    """Import OpenVINO without its telemetry.

    It reports each import and conversion to its makers unless the user has objected. Where its
    reporting package cannot be imported, it puts a stub in its place.
    """
    if "openvino_telemetry" not in sys.modules:
        sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]
    return importlib.import_module("openvino")


class _Torch:
    """PyTorch: on the CPU at once, on a GPU while the caller prepares the next batch."""

    def __init__(self, module: Callable[..., Outputs], device: str, full: int = 0) -> None:
        self._module, self._device, self._full = module, device, full

    @torch.inference_mode()
    def __call__(self, pictures: NDArray[np.uint8]) -> Callable[[], Outputs]:
        # A compiled network has one shape.
        filled, n = _filled(pictures, self._full), len(pictures)
        host = torch.from_numpy(filled)
        if self._device == "cuda":
            host = host.pin_memory()
        features, logits = self._module(host.to(self._device, non_blocking=True))
        return lambda: (features[:n].float().cpu(), logits[:n].float().cpu())


class _OpenVino:
    """OpenVINO: a few pictures a request, so that each stream keeps to its core's cache."""

    def __init__(
        self,
        pictures: Pictures,
        precision: Precision,
        sample: NDArray[np.uint8],
        batch_size: int,
    ) -> None:
        openvino = import_openvino()
        if pictures.converted is None:
            pictures.converted = _converted(pictures, sample[:1])
        model = pictures.converted.clone()
        core = openvino.Core()
        settings = {"PERFORMANCE_HINT": "THROUGHPUT", "INFERENCE_PRECISION_HINT": HINTS[precision]}
        n_streams = core.get_property("CPU", "RANGE_FOR_STREAMS")[1]
        size = pictures.batch or min(REQUEST, max(1, batch_size // n_streams))
        self._request_size = size
        model.reshape([size, *sample.shape[1:]])
        if precision == "int8":
            model = _quantized(model, sample, size)
        compiled = core.compile_model(model, "CPU", settings)
        n_streams = compiled.get_property("NUM_STREAMS")
        # Two a stream: the next one waits beside the one that runs. Taken and returned in turn.
        self._slots = deque(
            _Slot(compiled.create_infer_request(), openvino.Tensor) for _ in range(2 * n_streams)
        )

    def __call__(self, pictures: NDArray[np.uint8]) -> Callable[[], Outputs]:
        parts = []
        for i in range(0, len(pictures), self._request_size):
            slot = self._slots[0]
            self._slots.rotate(-1)
            parts.append(slot.start(pictures[i : i + self._request_size], self._request_size))

        def outputs() -> Outputs:
            pairs = [part.result() for part in parts]
            return torch.cat([pair[0] for pair in pairs]), torch.cat([pair[1] for pair in pairs])

        return outputs


def _converted(pictures: Pictures, example: NDArray[np.uint8]) -> Any:
    """Convert to OpenVINO's own form, normalisation and all."""
    openvino = import_openvino()
    failures = (openvino.frontend.GeneralFailure, openvino.frontend.OpConversionFailure)
    with warnings.catch_warnings():
        # Tracing warns of Python numbers and of its own age.
        warnings.simplefilter("ignore")
        try:
            return openvino.convert_model(pictures.eval(), example_input=torch.tensor(example))
        except failures as err:
            first_line = str(err).strip().partition("\n")[0]
            raise RuntimeError(f"OpenVINO cannot convert the network: {first_line}") from err


def _quantized(model: Any, sample: NDArray[np.uint8], size: int) -> Any:
    """Turn weights and activations into 8-bit integers, biases corrected by the sample.

    A. Kozlov et al. 2020, arXiv:2002.08679 (NNCF). The fast correction is not faithful enough.
    """
    if importlib.util.find_spec("nncf") is None:
        raise ValueError("8-bit integers need NNCF; install it: pip install nncf")
    nncf = importlib.import_module("nncf")
    nncf.set_log_level(logging.ERROR)
    parts = [sample[i : i + size] for i in range(0, len(sample) - size + 1, size)]
    parts = parts or [_filled(sample, size)]
    # It draws progress bars on the standard output, which belongs to the caller.
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return nncf.quantize(
            model,
            nncf.Dataset(parts),
            preset=nncf.QuantizationPreset.MIXED,
            subset_size=len(parts),
            fast_bias_correction=False,
        )


class _Part:
    """The outputs of one request, once its slot has handed them over."""

    def __init__(self, slot: _Slot) -> None:
        self._slot: _Slot | None = slot
        self._outputs: Outputs | None = None

    def hand_over(self, outputs: Outputs) -> None:
        self._outputs, self._slot = outputs, None

    def result(self) -> Outputs:
        if self._slot is not None:
            self._slot.finish()
        assert self._outputs is not None
        return self._outputs


class _Slot:
    """A request that OpenVINO runs again and again."""

    def __init__(self, request: Any, tensor: Any) -> None:
        self._request, self._tensor = request, tensor
        self._part: _Part | None = None
        self._n = 0
        self._pictures: NDArray[np.uint8] | None = None

    def start(self, pictures: NDArray[np.uint8], size: int) -> _Part:
        self.finish()
        self._n = len(pictures)
        # Held here, since OpenVINO reads it in place.
        self._pictures = np.ascontiguousarray(_filled(pictures, size))
        self._request.set_input_tensor(self._tensor(self._pictures, shared_memory=True))
        self._request.start_async()
        self._part = _Part(self)
        return self._part

    def finish(self) -> None:
        """Wait, and hand the outputs to whom they belong, before they are overwritten."""
        if self._part is None:
            return
        self._request.wait()
        features, logits = (
            torch.from_numpy(self._request.get_output_tensor(i).data[: self._n].copy())
            for i in range(2)
        )
        self._part.hand_over((features, logits))
        self._part = None


def _filled(pictures: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    """Fill a batch up with black pictures, where the network has one shape."""
    lacking = size - len(pictures)
    if lacking <= 0:
        return pictures
    return np.concatenate([pictures, np.zeros((lacking, *pictures.shape[1:]), np.uint8)])
