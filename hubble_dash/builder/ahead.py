"""Iterate in a thread of its own, a few items ahead of whoever consumes them."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

__all__ = ["ahead"]

T = TypeVar("T")
_END = object()


def ahead(items: Iterable[T], *, depth: int = 2) -> Generator[T, None, None]:
    """Give the items of an iterable, which a thread works out while they are consumed.

    Parameters
    ----------
    items : iterable
        Used in one thread; what it raises is raised here, in its turn. A generator is closed when
        the consumer stops early.
    depth : int
        How many items may lie ready.

    Yields
    ------
    object
        The items, in order.
    """
    iterator = iter(items)
    with ThreadPoolExecutor(1, "ahead") as thread:
        waiting = deque(thread.submit(next, iterator, _END) for _ in range(depth))
        try:
            while (item := waiting.popleft().result()) is not _END:
                waiting.append(thread.submit(next, iterator, _END))
                yield item  # type: ignore[misc]
        finally:
            for future in waiting:
                future.cancel()
            if isinstance(iterator, Generator):
                thread.submit(iterator.close).result()
