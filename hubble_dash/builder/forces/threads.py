"""Threads that each compute something of their own.

PyTorch's threads share each operation and wait for one another after it, by spinning. Some hundred
operations an iteration are then slower than on one thread wherever other work runs beside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import torch

__all__ = ["AtOnce", "threads_for"]

# With fewer points, threads wait for one another as long as they work.
MIN_POINTS_FOR_THREADS = 5000


class AtOnce(Executor):
    """An executor without threads."""

    def map(self, fn: Callable[..., Any], *iterables: Iterable[Any], **_: Any) -> Iterator[Any]:
        """Call at once.

        Parameters
        ----------
        fn, iterables
            As of `map`.
        """
        return iter([fn(*items) for items in zip(*iterables, strict=False)])


@contextmanager
def threads_for(device: torch.device, n: int) -> Iterator[Executor]:
    """Start as many threads as PyTorch has, each of which computes by itself.

    None for a GPU, which has its own, and none for few points.

    Parameters
    ----------
    device : torch.device
        Where tensors are.
    n : int
        Points.

    Yields
    ------
    Executor
        Results do not depend on how many threads it has.
    """
    n_threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        if device.type != "cpu" or n_threads == 1 or n < MIN_POINTS_FOR_THREADS:
            yield AtOnce()
        else:
            with ThreadPoolExecutor(
                n_threads, initializer=torch.set_num_threads, initargs=(1,)
            ) as pool:
                yield pool
    finally:
        torch.set_num_threads(n_threads)
