"""Work done by threads or processes before its result is asked for, results in order."""

from __future__ import annotations

import math
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import CancelledError, Executor, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar

__all__ = ["Stopped", "Threads", "ahead", "in_order", "is_done", "let_go", "result_of"]

S = TypeVar("S")
T = TypeVar("T")
_END = object()
# How often a thread that waits looks whether it is still needed.
SECONDS_A_LOOK = 0.5
# How long what is under way may take when nobody asks for it any more.
SECONDS_OF_GRACE = 5.0
_here = threading.local()


class Stopped(Exception):  # noqa: N818 - it is none
    """Whoever consumes what this thread works out has gone."""


class Threads(Executor):
    """Threads that end with the program, whatever they do.

    Those of `ThreadPoolExecutor` are waited for when a program ends, so that one that hangs in a
    library would keep it from ending.

    Parameters
    ----------
    n : int
        How many.
    name : str
        Theirs.
    """

    def __init__(self, n: int, name: str) -> None:
        self._name = name
        self._tasks: queue.SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None] = (
            queue.SimpleQueue()
        )
        self._threads: list[threading.Thread] = []
        for _ in range(n):
            self.add()

    def add(self) -> None:
        """Start a thread more, in the place of one that hangs."""
        name = f"{self._name}_{len(self._threads)}"
        self._threads.append(threading.Thread(target=self._serve, name=name, daemon=True))
        self._threads[-1].start()

    def submit(self, work: Callable[..., T], /, *args: Any, **options: Any) -> Future[T]:
        """Have something done.

        Parameters
        ----------
        work : callable
            Does it.
        *args, **options
            Are given to it.
        """
        future: Future[T] = Future()
        self._tasks.put((future, partial(work, *args, **options)))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the threads.

        Parameters
        ----------
        wait : bool
            Whether to wait for what is under way, some seconds at most.
        cancel_futures : bool
            Whether to leave what is not begun.
        """
        while cancel_futures and not self._tasks.empty():
            task = self._tasks.get()
            if task is not None:
                task[0].cancel()
        for _ in self._threads:
            self._tasks.put(None)
        end = time.monotonic() + SECONDS_OF_GRACE
        for thread in self._threads if wait else []:
            thread.join(max(0.0, end - time.monotonic()))

    def _serve(self) -> None:
        while (task := self._tasks.get()) is not None:
            future, work = task
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(work())
                except BaseException as err:  # noqa: BLE001 - it is raised where it is asked for
                    future.set_exception(err)
            # Kept until the next task comes, they would keep an image.
            del task, future, work


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
    stop = threading.Event()
    with ThreadPoolExecutor(1, "ahead", partial(setattr, _here, "stop", stop)) as thread:
        waiting = deque(thread.submit(next, iterator, _END) for _ in range(depth))
        try:
            while (item := waiting.popleft().result()) is not _END:
                waiting.append(thread.submit(next, iterator, _END))
                yield item  # type: ignore[misc]
        finally:
            for future in waiting:
                future.cancel()
            # It may be waiting itself, for what does not end.
            stop.set()
            if isinstance(iterator, Generator):
                thread.submit(iterator.close).result()


def is_done(future: Future[Any], seconds: float = math.inf) -> bool:
    """Wait for something to be done.

    Parameters
    ----------
    future : Future
        Will have its result.
    seconds : float
        How long; those do not count in which this process was stopped.

    Raises
    ------
    Stopped
        If this is a thread of `ahead`, and nobody consumes what it works out any more.
    """
    left = seconds
    while not future.done():
        if left <= 0:
            return False
        with suppress(TimeoutError, CancelledError):
            future.exception(min(left, SECONDS_A_LOOK))
        left -= SECONDS_A_LOOK
        stop: threading.Event | None = getattr(_here, "stop", None)
        if stop is not None and stop.is_set() and not future.done():
            raise Stopped
    return True


def result_of(future: Future[T], _: object = None) -> T:
    """Give the result of something, once it is done.

    Parameters
    ----------
    future : Future
        Has it, or what it raised.

    Raises
    ------
    Stopped
        As of `is_done`.
    """
    is_done(future)
    return future.result()


def let_go(discard: Callable[[T], None], future: Future[T]) -> None:
    """Let go of the result of something, if it has one.

    Parameters
    ----------
    discard : callable
        Takes the result.
    future : Future
        Done.
    """
    if not future.cancelled() and future.exception() is None:
        discard(future.result())


def in_order(
    work: Callable[[S], T],
    items: Iterable[S],
    *,
    executor: Executor,
    depth: int,
    weigh: Callable[[S], float] = lambda _: 0.0,
    most: float = 0.0,
    discard: Callable[[T], None] = lambda _: None,
    result: Callable[[Future[T], S], T] = result_of,
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
        Lets go of a result that nobody asks for, since the consumer stopped early; in the thread
        that made it, where that takes long.
    result : callable
        Waits for the result of an item.

    Yields
    ------
    object
        The results.
    """
    waiting: deque[tuple[S, float, Future[T]]] = deque()
    weight = 0.0

    def next_result() -> T:
        item, _, future = waiting[0]
        value = result(future, item)
        waiting.popleft()
        return value

    try:
        for item in items:
            own = weigh(item)
            while waiting and (len(waiting) >= depth or weight + own > most):
                weight -= waiting[0][1]
                yield next_result()
            weight += own
            waiting.append((item, own, executor.submit(work, item)))
        while waiting:
            yield next_result()
    finally:
        under_way = [future for _, _, future in waiting if not future.cancel()]
        wait(under_way, SECONDS_OF_GRACE)
        for future in under_way:
            future.add_done_callback(partial(let_go, discard))
