"""Threads of libraries, kept from waiting where another library's are at work."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from threadpoolctl import threadpool_limits

__all__ = ["one_thread_each"]


@contextmanager
def one_thread_each() -> Iterator[None]:
    """Let PyTorch and the linear algebra of NumPy work in the thread that asks them.

    Beside a network that OpenVINO runs they have little to do, a few milliseconds a batch. Their
    other threads wait for more by spinning, on cores that the network needs: a fifth of a build.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with threadpool_limits(1, "blas"):
            yield
    finally:
        torch.set_num_threads(before)
