"""The near side of `hubble_dash.builder.feeding.workers`: processes that read files, and end."""

from __future__ import annotations

import logging
import os
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future
from functools import partial
from typing import Any, TypeVar

from loky.process_executor import BrokenProcessPool, ProcessPoolExecutor  # type: ignore[import-untyped]

from hubble_dash.builder.ahead import in_order
from hubble_dash.builder.bounds.apart import try_apart
from hubble_dash.builder.bounds.patience import patient_result
from hubble_dash.builder.feeding.cutter import CutImage, Cutter, Work
from hubble_dash.builder.feeding.recipe import Recipe
from hubble_dash.builder.feeding.workers import (
    Answer,
    Task,
    further_there,
    read_there,
    start_worker,
)
from hubble_dash.builder.shared import SharedBlocks
from hubble_dash.errors import BuildError, ImageError

__all__ = ["BYTES_AHEAD_A_READER", "Processes", "of_work", "wait_for"]

logger = logging.getLogger(__name__)

T = TypeVar("T")

# Bytes of files that each thread or process may read before their turn, so that the largest
# images are read one at a time.
BYTES_AHEAD_A_READER = 16_000_000
# Small files go to a process together, so that going to and fro costs little.
MAX_FILES_A_TASK = 4
MAX_BYTES_A_TASK = 2_000_000
# Bytes of the cutouts of a task that go by shared memory: those of an image with many are as many.
BLOCK_BYTES = 24_000_000


class Processes:
    """Read files, and cut those with few cutouts.

    Parameters
    ----------
    cutter : Cutter
        Does it; each process gets it once.
    n : int
        How many.
    """

    def __init__(self, cutter: Cutter, n: int) -> None:
        self._cutter, self._n = cutter, n
        self._depth = n + n // 2 + 2
        # Of readings that ended. One image of a file may be read while others are under way.
        self._spare: list[SharedBlocks] = []
        self._pool: Any = self._start()

    def _start(self) -> Any:
        return ProcessPoolExecutor(
            self._n,
            initializer=start_worker,
            initargs=(self._cutter, logging.getLogger("hubble_dash").getEffectiveLevel()),
            env={"OMP_NUM_THREADS": "1"},
        )

    def close(self) -> None:
        """End them."""
        self._pool.shutdown(kill_workers=True)
        for blocks in self._spare:
            blocks.close()

    def read(self, works: Iterable[Work]) -> Generator[CutImage | ImageError, None, None]:
        """Read images ahead, in order.

        Parameters
        ----------
        works : iterable of Work
            Which.

        Yields
        ------
        CutImage or ImageError
            Without `CutImage.display`, since an open file stays in its process.

        Raises
        ------
        BuildError
            If processes die as soon as they start.
        """
        source, waiting = iter(works), deque[Work]()

        def drawn() -> Iterator[Work]:
            for work in source:
                waiting.append(work)
                yield work

        while True:
            blocks = self._spare.pop() if self._spare else self._new_blocks()
            free = deque(range(blocks.n_blocks))
            tasks = in_order(
                read_there,
                (Task(some, blocks, free.popleft()) for some in _tasks(drawn())),
                executor=self._pool,
                depth=self._depth,
                weigh=lambda task: sum(work.n_bytes for work in task.works),
                most=BYTES_AHEAD_A_READER * self._n,
                result=lambda future, task: wait_for(future, task.works, self._cutter.recipe),
            )
            try:
                for packed in tasks:
                    answers = blocks.unpack(packed)
                    free.append(packed.block)
                    for answer in answers:
                        waiting.popleft()
                        yield _take(answer)
                self._spare.append(blocks)
                return
            except (BrokenProcessPool, ImageError):
                self._restart()
                # One of the images under way ended a process, or hangs: alone, it shows itself.
                while waiting:
                    yield self._read_alone(waiting.popleft(), blocks)

    def _new_blocks(self) -> SharedBlocks:
        # One for each task under way, and one for the next.
        blocks = SharedBlocks(self._depth + 1, BLOCK_BYTES)
        if not blocks.is_shared:
            logger.info("cutouts go through pipes: there is no memory that processes share here")
        return blocks

    def _read_alone(self, work: Work, blocks: SharedBlocks) -> CutImage | ImageError:
        task = Task([work], blocks, 0)
        try:
            packed = self._result(self._pool.submit(read_there, task), work)
        except BrokenProcessPool:
            why = "ended the process that read it: it is damaged, or too large"
            error = ImageError(work.path, why)
        except ImageError as err:
            error = err
        else:
            return _take(*blocks.unpack(packed))
        self._restart()
        return of_work(error, work, self._further_of(work))

    def _further_of(self, work: Work) -> tuple[str, ...]:
        """List the images behind the first one; that, too, may end a process."""
        if work.part is not None:
            return ()
        try:
            return self._result(self._pool.submit(further_there, work.path), work)
        except (BrokenProcessPool, ImageError):
            self._restart()
            return ()

    def _result(self, future: Future[T], work: Work) -> T:
        return wait_for(future, [work], self._cutter.recipe)

    def _restart(self) -> None:
        self._pool.shutdown(kill_workers=True)
        self._pool = self._start()
        try:
            self._pool.submit(os.getpid).result()
        except BrokenProcessPool as err:
            raise BuildError(
                "processes that read files die as soon as they start, for lack of memory perhaps;"
                " take fewer with --workers, or none with --workers 0: the build goes on where it"
                " was"
            ) from err


def wait_for(future: Future[T], works: Sequence[Work], recipe: Recipe) -> T:
    """Wait for what is made of images, and no longer where one cannot be read in time.

    Parameters
    ----------
    future : Future
        Will have it.
    works : sequence of Work
        The images.
    recipe : Recipe
        How they are read.

    Raises
    ------
    ImageError
        As of `hubble_dash.builder.bounds.patience.patient_result`.
    """
    read = recipe.read_through
    trials = [(one.path, partial(try_apart, read, one.path, one.part)) for one in works]
    return patient_result(future, trials)


def of_work(error: ImageError, work: Work, further: Sequence[str] = ()) -> ImageError:
    """Name the image in an error, where it is one of several of its file.

    Parameters
    ----------
    error : ImageError
        Of the file.
    work : Work
        The image.
    further : sequence of str
        Others that may be readable.
    """
    if work.part is None:
        return ImageError(work.path, error.reason, further)
    return ImageError(work.path.with_name(f"{work.path.name}[{work.part}]"), error.reason)


def _take(answer: Answer) -> CutImage | ImageError:
    for record in answer.logged:
        logging.getLogger(record.name).handle(record)
    return answer.image


def _tasks(works: Iterable[Work]) -> Iterator[list[Work]]:
    """Join small images to tasks."""
    task: list[Work] = []
    n_bytes = 0
    for work in works:
        is_enough = len(task) == MAX_FILES_A_TASK or n_bytes + work.n_bytes > MAX_BYTES_A_TASK
        if is_enough and task:
            yield task
            task, n_bytes = [], 0
        task.append(work)
        n_bytes += work.n_bytes
    if task:
        yield task
