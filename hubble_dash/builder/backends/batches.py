"""How many pictures at a time a network is quickest with, measured with whole batches.

A single small batch tells of a GPU only how long it takes to be asked.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from hubble_dash.builder.backends.backend import Pictures, Runner

__all__ = ["BATCH_SIZES", "USUAL_BATCH", "Timing", "filled", "time_batches", "time_sizes"]

# Pictures in one pass where nobody says how many; on a GPU, those that are tried.
USUAL_BATCH = 32
BATCH_SIZES = (32, 128, 256, 512)
# How long batches are timed, after some that are not, and how many at least and at most.
TIMED_S, MIN_TIMED, MAX_TIMED, N_BEFORE = 0.2, 5, 200, 2
# What batches need that are under way together with the next one, which is being prepared.
BATCHES_IN_MEMORY = 3


class Timing(NamedTuple):
    """How fast batches ran.

    Attributes
    ----------
    images_per_s : float
        By the median of the batches.
    spread : float or None
        Between the quartiles of their times, as a share of the median; None of one alone.
    """

    images_per_s: float
    spread: float | None


def time_batches(runner: Runner, pictures: Pictures, *, seconds: float = TIMED_S) -> Timing:
    """Time a network with one batch again and again, each waited for.

    Parameters
    ----------
    runner : callable
        The network.
    pictures : (b, height, width, 3) uint8 array or tensor
        The batch.
    seconds : float
        How long, about.
    """
    for _ in range(N_BEFORE):
        runner(pictures)()
    times: list[float] = []
    while len(times) < MIN_TIMED or (sum(times) < seconds and len(times) < MAX_TIMED):
        begin = time.perf_counter()
        runner(pictures)()
        times.append(time.perf_counter() - begin)
    first, median, last = statistics.quantiles(times)
    return Timing(len(pictures) / median, (last - first) / median)


def time_sizes(
    runner: Runner,
    sample: NDArray[np.uint8],
    device: str,
    *,
    sizes: Sequence[int] = BATCH_SIZES,
    seconds: float = TIMED_S,
) -> dict[int, Timing]:
    """Time a network with batches of several sizes, as far as there is memory.

    Parameters
    ----------
    runner : callable
        The network; it takes batches of any size.
    sample : (n, height, width, 3) uint8 array
        Pictures such as it will see, repeated where a batch needs more.
    device : str
        Where it runs.
    sizes : sequence of int
        In rising order.
    seconds : float
        How long each is timed, about.

    Returns
    -------
    dict
        Of the first size, and of all others that there is room for.

    Raises
    ------
    RuntimeError
        If there is no room for the first size.
    """
    timings: dict[int, Timing] = {}
    for size, larger in zip(sizes, [*sizes[1:], None], strict=True):
        before = _begin_to_count(device)
        try:
            timings[size] = time_batches(runner, filled(sample, size, device), seconds=seconds)
        except torch.OutOfMemoryError:
            if not timings:
                raise
            break
        if larger is not None and not _is_room(device, before, larger / size):
            break
    return timings


def filled(sample: NDArray[np.uint8], size: int, device: str) -> torch.Tensor:
    """Make a batch of a sample, on the device.

    Parameters
    ----------
    sample : (n, height, width, 3) uint8 array
        Repeated as often as needed.
    size : int
        Pictures in the batch.
    device : str
        Where it is to lie.
    """
    return torch.from_numpy(np.resize(sample, (size, *sample.shape[1:]))).to(device)


def _begin_to_count(device: str) -> int:
    """Begin to count the memory that a GPU gives; say how much it has given already."""
    if device != "cuda":
        return 0
    torch.cuda.reset_peak_memory_stats()
    return torch.cuda.memory_allocated()


def _is_room(device: str, before: int, times: float) -> bool:
    """Say whether there is memory for batches so many times as large as the last one."""
    if device != "cuda":
        return True
    needed = (torch.cuda.max_memory_allocated() - before) * times * BATCHES_IN_MEMORY
    free, _ = torch.cuda.mem_get_info()
    # What PyTorch holds ready it would use again.
    free += torch.cuda.memory_reserved() - torch.cuda.memory_allocated()
    return needed <= free
