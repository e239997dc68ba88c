"""Files of servers are on their way before their turn comes, a few at a time."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from typing import Generic, TypeVar

from hubble_dash.builder.ahead import Threads, result_of
from hubble_dash.builder.remote.failures import RemoteError, connections
from hubble_dash.builder.remote.path import Remote
from hubble_dash.errors import ImageError

__all__ = ["Fetched", "ask_all"]

logger = logging.getLogger(__name__)

T = TypeVar("T")
# Files that wait for their turn; a larger one comes alone.
BYTES_AHEAD = 256_000_000


class Fetched(Generic[T]):
    """Items whose files are here, in their order; those of servers were fetched ahead.

    Parameters
    ----------
    items : iterable
        Drawn some time before they are given.
    path : callable
        Gives the file of an item.
    replaced : callable
        Gives an item again with another path of its file: one that has a copy, or knows why there
        can be none.
    is_fetched : callable
        Says of an item of a server whether all of its file is fetched.
    """

    def __init__(
        self,
        items: Iterable[T],
        *,
        path: Callable[[T], Path],
        replaced: Callable[[T, Path], T],
        is_fetched: Callable[[T], bool] = lambda _: True,
    ) -> None:
        self._items, self._path, self._replaced = iter(items), path, replaced
        self._is_fetched = is_fetched
        self._threads: Threads | None = None
        self._given: deque[ExitStack] = deque()
        self._coming: deque[tuple[T, Future[tuple[Path, ExitStack]] | None, int]] = deque()

    def __iter__(self) -> Iterator[T]:
        n_bytes = 0
        for item in self._items:
            self._coming.append(self._begin(item))
            n_bytes += self._coming[-1][2]
            while self._is_enough(n_bytes):
                n_bytes -= self._coming[0][2]
                yield self._next()
        while self._coming:
            yield self._next()

    def release(self) -> None:
        """Let go of the copy of the first item that was given and not let go of yet."""
        if self._given:
            self._given.popleft().close()

    def close(self) -> None:
        """Let go of all."""
        while self._given:
            self.release()
        for _, future, _ in self._coming:
            if future is not None and not future.cancel():
                future.add_done_callback(_let_go)
        if self._threads is not None:
            self._threads.shutdown(wait=False, cancel_futures=True)

    def _begin(self, item: T) -> tuple[T, Future[tuple[Path, ExitStack]] | None, int]:
        path = self._path(item)
        if not isinstance(path, Remote) or not self._is_fetched(item):
            return item, None, 0
        if self._threads is None:
            self._threads = Threads(connections(), "fetching")
        return item, self._threads.submit(_fetch, path), path.known_size

    def _is_enough(self, n_bytes: int) -> bool:
        """Say whether the first is to be given before a further one is drawn."""
        if not self._coming:
            return False
        is_here = self._coming[0][1] is None
        return is_here or len(self._coming) > 2 * connections() or n_bytes > BYTES_AHEAD

    def _next(self) -> T:
        item, future, _ = self._coming.popleft()
        if future is None:
            self._given.append(ExitStack())
            return item
        path, used = result_of(future)
        self._given.append(used)
        return self._replaced(item, path)


def _fetch(path: Remote) -> tuple[Path, ExitStack]:
    used = ExitStack()
    try:
        return path.with_copy(used.enter_context(path.copy_here())), used
    except ImageError as err:
        return path.failed(err.reason), used


def _let_go(future: Future[tuple[Path, ExitStack]]) -> None:
    if not future.cancelled() and future.exception() is None:
        future.result()[1].close()


def ask_all(paths: Sequence[Path]) -> None:
    """Ask servers what they say of files, many at a time; what they do not say is asked later.

    Parameters
    ----------
    paths : sequence of Path
        Those of files here are passed over.
    """
    remote = [path for path in paths if isinstance(path, Remote)]
    if not remote:
        return
    logger.info("asking servers about %s files", f"{len(remote):,}")
    threads = Threads(min(connections(), len(remote)), "asking")
    try:
        futures = [threads.submit(partial(_ask, path)) for path in remote]
        for future in futures:
            result_of(future)
    finally:
        threads.shutdown(wait=False, cancel_futures=True)


def _ask(path: Remote) -> None:
    with suppress(RemoteError):
        path.facts()
