"""Networks run by PyTorch, as they are or compiled; and the backends that are there.

Which backend is taken is decided in `autotune`, by measurement.
"""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from hubble_dash.builder.backends.backend import (
    Backend,
    Encoder,
    Outputs,
    Pictures,
    Runner,
    fill_batch,
    to_host,
)
from hubble_dash.builder.backends.openvino import OpenVino, openvino_precisions
from hubble_dash.config.choices import EngineName, Precision

__all__ = ["available_backends", "missing", "start"]

DTYPES: dict[Precision, torch.dtype] = {
    "fp32": torch.float32,
    "bf16": torch.bfloat16,
    "fp16": torch.float16,
}


def available_backends(device: str) -> list[Backend]:
    """List the backends that can run here, in the order of how long they take to start.

    The first is single precision as PyTorch does it, against which the others are measured.

    Parameters
    ----------
    device : {"cpu", "cuda", "mps"}
        Where the network runs.
    """
    found = [Backend()]
    if device == "cpu" and missing("openvino") is None:
        return [*found, *(Backend("openvino", precision) for precision in openvino_precisions())]
    lower = _torch_precisions(device)
    found += [Backend("eager", precision) for precision in lower]
    if missing("compile") is None and device != "mps":
        found += [Backend("compile", precision) for precision in (*lower[:1], "fp32")]
    return found


def missing(engine: EngineName) -> str | None:
    """Say what an engine lacks here, and how to get it; None if it lacks nothing.

    Parameters
    ----------
    engine : {"eager", "compile", "openvino"}
        Which.
    """
    if engine == "openvino" and importlib.util.find_spec("openvino") is None:
        return "OpenVINO is not installed; install it: pip install 'hubble-dash[openvino]'"
    if engine == "compile" and not any(map(shutil.which, ("g++", "clang++", "cl"))):
        return "torch.compile needs a C++ compiler (g++, clang++ or cl), and none is on the path"
    return None


def start(
    backend: Backend,
    encoder: Encoder,
    sample: NDArray[np.uint8],
    *,
    device: str,
    batch_size: int,
) -> Runner:
    """Make a network ready to run.

    Parameters
    ----------
    backend : Backend
        How.
    encoder : Encoder
        The network, single precision, on the CPU; it is not changed.
    sample : (n, height, width, 3) uint8 array
        Pictures such as it will see, by which the range of 8-bit integers is set.
    device : {"cpu", "cuda", "mps"}
        Where; OpenVINO runs on the CPU.
    batch_size : int
        Pictures of a full batch. Batches may be smaller.

    Returns
    -------
    Runner

    Raises
    ------
    ValueError
        If the engine or the device is not there, or does not have the precision.
    RuntimeError
        If the network cannot be converted or compiled.
    """
    lacking = missing(backend.engine)
    if lacking is not None:
        raise ValueError(lacking)
    if backend.engine not in encoder.engines:
        only = " or ".join(encoder.engines)
        raise ValueError(f"{backend.engine} does not run this network; take --engine {only}")
    if backend.engine == "openvino":
        if device != "cpu":
            raise ValueError(f"OpenVINO runs on the CPU here, not on {device}; take --device cpu")
        return OpenVino(encoder, backend.precision, sample, batch_size)
    if backend.precision == "int8":
        raise ValueError("8-bit integers need OpenVINO; take --engine openvino")
    module: Any = encoder.with_dtype(DTYPES[backend.precision]).eval()
    module = module.to(device, memory_format=torch.channels_last)
    if backend.engine == "eager":
        return _Torch(module, device)
    # Freezing folds normalisation and batch statistics into the weights; torch has it on CPUs only.
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


class _Torch:
    """PyTorch: on the CPU at once, on a GPU while the caller prepares the next batch."""

    def __init__(self, module: Callable[..., Outputs], device: str, full: int = 0) -> None:
        self._module, self._device, self._full = module, device, full

    @torch.inference_mode()
    def __call__(self, pictures: Pictures) -> Callable[[], Outputs]:
        n = len(pictures)
        features, logits = self._module(self._sent(pictures))
        copies = to_host((features[:n].float(), logits[:n].float()))

        def outputs() -> Outputs:
            features, logits = copies()
            return features, logits

        return outputs

    def _sent(self, pictures: Pictures) -> torch.Tensor:
        """Send pictures to the device, as many as a compiled network takes, which has one shape."""
        if isinstance(pictures, torch.Tensor):
            lacking = max(0, self._full - len(pictures))
            pictures = torch.nn.functional.pad(pictures, (0, 0, 0, 0, 0, 0, 0, lacking))
            return pictures.to(self._device)
        host = torch.from_numpy(fill_batch(pictures, self._full))
        if self._device == "cuda":
            host = host.pin_memory()
        return host.to(self._device, non_blocking=True)
