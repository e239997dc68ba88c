"""Networks run by OpenVINO, on CPUs."""

from __future__ import annotations

import contextlib
import importlib.util
import io
import logging
import sys
import time
import warnings
from collections import deque
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from hubble_dash.builder.backends.backend import Encoder, Outputs, Pictures, fill_batch
from hubble_dash.config.choices import Precision

__all__ = ["OpenVino", "import_openvino", "openvino_precisions"]

# What OpenVINO calls each precision. Networks of 8-bit integers keep the rest in single precision.
PRECISION_HINTS: dict[Precision, str] = {
    "fp32": "f32",
    "bf16": "bf16",
    "fp16": "f16",
    "int8": "f32",
}
# Pictures in one request to OpenVINO: with more, arrays no longer fit into a core's cache, with
# fewer, too much time goes into starting requests. Which is best depends on the processor; on those
# that were tried these are within a tenth or two of one another.
USUAL_REQUEST, OTHER_REQUESTS = 2, (1, 4, 8)
# The others are tried, on so many pictures, where the three seconds that this takes are little of
# the time to come. Often it gains nothing.
TIMED_PICTURES, MIN_PICTURES, MIN_RUN_TIME_S = 32, 1000, 120.0


def import_openvino() -> ModuleType:
    """Import OpenVINO without its telemetry.

    It reports each import and conversion to its makers unless the user has objected. Where its
    reporting package cannot be imported, it puts a stub in its place.
    """
    if "openvino_telemetry" not in sys.modules:
        sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]
    return importlib.import_module("openvino")


def openvino_precisions() -> list[Precision]:
    """List the precisions that OpenVINO has in hardware here."""
    there = import_openvino().Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    # 8-bit integers are for those who ask: a few per cent of the cutouts come out quite wrong
    # (EfficientNet-Lite0: least cosine 0.89), too few for a short trial to be sure to meet them.
    lower: list[Precision] = ["bf16", "fp16"]
    return ["fp32", *(precision for precision in lower if precision.upper() in there)]


class OpenVino:
    """A network in OpenVINO: a few pictures a request, so that each stream keeps to its cache.

    Parameters
    ----------
    encoder : Encoder
        The network; it keeps what OpenVINO has converted it to.
    precision : {"fp32", "bf16", "fp16", "int8"}
        Of weights and activations.
    sample : (n, height, width, 3) uint8 array
        Pictures such as it will see, by which the range of 8-bit integers is set.
    batch_size : int
        Pictures of a full batch. Batches may be smaller.

    Raises
    ------
    RuntimeError
        If the network cannot be converted.
    ValueError
        If 8-bit integers are asked for and NNCF is not installed.
    """

    def __init__(
        self,
        encoder: Encoder,
        precision: Precision,
        sample: NDArray[np.uint8],
        batch_size: int,
    ) -> None:
        openvino = import_openvino()
        if encoder.converted is None:
            encoder.converted = _converted(encoder, sample[:1])
        core = openvino.Core()
        settings = {
            "PERFORMANCE_HINT": "THROUGHPUT",
            "INFERENCE_PRECISION_HINT": PRECISION_HINTS[precision],
        }

        def requests(size: int) -> _Requests:
            model = encoder.converted.clone()
            model.reshape([size, *sample.shape[1:]])
            if precision == "int8":
                model = _quantized(model, sample, size)
            return _Requests(core.compile_model(model, "CPU", settings), size, openvino.Tensor)

        most = max(1, batch_size // core.get_property("CPU", "RANGE_FOR_STREAMS")[1])
        self._requests = requests(encoder.batch or min(USUAL_REQUEST, most))
        self._make, self._sample = requests, sample
        sized = encoder.batch is None and precision != "int8"
        self._others = [n for n in OTHER_REQUESTS if n <= most] if sized else []

    def __call__(self, pictures: Pictures) -> Callable[[], Outputs]:
        """Begin with (b, height, width, 3) pictures; the answer waits for the outputs."""
        return self._requests(np.asarray(pictures))

    def tune(self, n_expected: int) -> None:
        """Take as many pictures a request as are quickest, which is measured where many come.

        Parameters
        ----------
        n_expected : int
            Pictures that are to come.
        """
        self._requests = _quickest(
            self._requests, self._make, self._others, self._sample, n_expected
        )


def _quickest(
    usual: _Requests,
    requests: Callable[[int], _Requests],
    others: Sequence[int],
    sample: NDArray[np.uint8],
    n_expected: int,
) -> _Requests:
    """Find how many pictures a request are quickest, where enough are to come."""
    if n_expected < MIN_PICTURES:
        return usual
    timed = sample[:TIMED_PICTURES]
    best, least_s = usual, usual.seconds(timed)
    if n_expected * least_s / len(timed) < MIN_RUN_TIME_S:
        return usual
    for size in others:
        other = requests(size)
        seconds = other.seconds(timed)
        if seconds < least_s:
            best, least_s = other, seconds
    return best


def _converted(encoder: Encoder, example: NDArray[np.uint8]) -> Any:
    """Convert to OpenVINO's own model, normalisation and all."""
    openvino = import_openvino()
    failures = (openvino.frontend.GeneralFailure, openvino.frontend.OpConversionFailure)
    pictures = torch.tensor(example)
    with warnings.catch_warnings(), torch.inference_mode():
        # Tracing warns that it takes Python numbers for constants, and that it is deprecated.
        warnings.simplefilter("ignore")
        try:
            # OpenVINO would trace it twice and compare; what it gives is compared anyway.
            traced = torch.jit.trace(encoder.eval(), pictures, check_trace=False)  # type: ignore[no-untyped-call]
            return openvino.convert_model(traced, example_input=pictures)
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
    parts = parts or [fill_batch(sample, size)]
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


class _Requests:
    """Requests of one size, which OpenVINO runs side by side."""

    def __init__(self, compiled: Any, size: int, tensor: Any) -> None:
        self.size = size
        # Two requests a stream, so that the next one waits while one runs. They are used in turn.
        n_slots = 2 * compiled.get_property("NUM_STREAMS")
        self._slots = deque(_Slot(compiled.create_infer_request(), tensor) for _ in range(n_slots))

    def __call__(self, pictures: NDArray[np.uint8]) -> Callable[[], Outputs]:
        parts = []
        for i in range(0, len(pictures), self.size):
            slot = self._slots[0]
            self._slots.rotate(-1)
            parts.append(slot.start(pictures[i : i + self.size], self.size))

        def outputs() -> Outputs:
            pairs = [part.result() for part in parts]
            return torch.cat([pair[0] for pair in pairs]), torch.cat([pair[1] for pair in pairs])

        return outputs

    def seconds(self, pictures: NDArray[np.uint8]) -> float:
        """Time pictures, once all slots have run."""
        self(pictures)()
        begin = time.perf_counter()
        self(pictures)()
        return time.perf_counter() - begin


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
        self._pictures = np.ascontiguousarray(fill_batch(pictures, size))
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
