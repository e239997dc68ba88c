"""What a measurement was made on."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import torch

# What one matrix product may take.
MAX_PRODUCT_S = 2.0

PACKAGES = ("torch", "timm", "openvino", "nncf", "faiss-cpu", "openTSNE", "scikit-learn", "pillow")


def describe() -> str:
    """Say in Markdown which machine and which versions."""
    return (
        f"{_cpu()}, {os.cpu_count()} cores ({torch.get_num_threads()} threads of torch), "
        f"{platform.system()}, Python {platform.python_version()}; "
        + ", ".join(f"{name} {_version(name)}" for name in PACKAGES)
        + f"; load average at the start {os.getloadavg()[0]:.1f}"
    )


def matrix_gflops(dtype: torch.dtype, sides: tuple[int, ...] = (256, 2048)) -> float:
    """Measure the machine's own matrix product, in GFLOP/s: no network runs faster for long.

    Where a small product is slow a large one would take minutes (bf16 on a processor without it).
    """
    rate = 0.0
    for side in sides:
        if rate and 2 * side**3 / rate > MAX_PRODUCT_S:
            break
        a, b = (torch.randn(side, side).to(dtype) for _ in range(2))
        rate = 2 * side**3 / best_of(partial(torch.matmul, a, b), 5)
    return rate / 1e9


def best_of(call: Callable[[], object], rounds: int) -> float:
    """Give the least time of some calls, in seconds."""
    call()
    times = []
    for _ in range(rounds):
        begin = time.perf_counter()
        call()
        times.append(time.perf_counter() - begin)
    return min(times)


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


def _cpu() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    flags = next((line for line in lines if line.startswith("flags")), "")
    features = [name for name in ("avx512_bf16", "avx512_fp16", "avx512_vnni", "amx_bf16")
                if name in flags.split()]  # fmt: skip
    return f"{names[0] if names else platform.processor()} ({', '.join(features) or 'no AVX-512'})"
