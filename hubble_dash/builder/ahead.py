"""Work done by threads or processes before its result is asked for, results in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import TypeVar

__all__ = ["ahead", "in_order"]

S = TypeVar("S")
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


def in_order(
    work: Callable[[S], T],
    items: Iterable[S],
    *,
    executor: Executor,
    depth: int,
    weigh: Callable[[S], float] = lambda _: 0.0,
    most: float = 0.0,
    discard: Callable[[T], None] = lambda _: None,
) -> Generator[T, None, None]:
    """Give what work makes of items, several at a time, in their order.

    Parameters
    ----------
    work : callable
        Run by the executor; what it raises is raised here, in its turn.
    items : iterable
        Drawn by the consumer's thread.
    executor : Executor
        Threads or processes, which may serve others too.
    depth : int
        How many items may be under way or lie ready.
    weigh : callable
        The weight of an item, such as its bytes.
    most : float
        How much may be under way or lie ready in all; a single item may weigh more.
    discard : callable
        Lets go of a result that nobody asks for, since the consumer stopped early.

    Yields
    ------
    object
        The results.
    """
    waiting: deque[tuple[float, Future[T]]] = deque()
    weight = 0.0
    try:
        for item in items:
            own = weigh(item)
            while waiting and (len(waiting) >= depth or weight + own > most):
                weight -= waiting[0][0]
                yield waiting.popleft()[1].result()
            weight += own
            waiting.append((own, executor.submit(work, item)))
        while waiting:
            yield waiting.popleft()[1].result()
    finally:
        for _, future in waiting:
            if not future.cancel() and future.exception() is None:
                discard(future.result())
