"""Results of tasks -> what a reader and a fingerprinter of this machine would give."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import Future
from pathlib import Path

import numpy as np

from hubble_dash.atlas.manifest import EngineEntry, ModelEntry
from hubble_dash.builder.cluster.connection import Cluster
from hubble_dash.builder.cluster.job import Begun, Job
from hubble_dash.builder.cluster.results import Piece, has_result, read_result, remove_result
from hubble_dash.builder.cluster.tasks import Task, tasks_left
from hubble_dash.builder.cluster.worker import work
from hubble_dash.builder.cursor import Cursor
from hubble_dash.builder.feeding.cutter import Cut, CutImage
from hubble_dash.builder.fingerprints.fingerprinter import Batch, Cutout
from hubble_dash.errors import BuildError, ImageError

__all__ = ["ClusterFeeding", "ClusterFingerprints"]

CUTOUTS_A_BATCH = 256
# A worker that has done its task finds the next one there already.
TASKS_A_WORKER = 2
# Under way or not joined yet: of many workers, results would fill the disk before one client has
# joined them. So many that one task, done again after a death, holds nobody up.
TASKS_AHEAD_A_WORKER = 16


class ClusterFeeding:
    """Gives images and cuts as a `Feeder` does, which workers have read.

    Parameters
    ----------
    cluster : Cluster
        Of the workers.
    job : Job
        What they do.
    tasks : sequence of Task
        What is left of it.
    cursor : callable
        Says where whole shards end by now: results before that are removed.
    """

    def __init__(
        self, cluster: Cluster, job: Job, tasks: Sequence[Task], cursor: Callable[[], Cursor]
    ) -> None:
        self._cluster, self._job, self._tasks, self._cursor = cluster, job, tasks, cursor
        self._pieces = self._read()
        self._piece: Piece | None = None

    def close(self) -> None:
        """Have workers do no more of it."""
        self._pieces.close()

    def images(
        self, files: Sequence[Path], sizes: Sequence[int], *, first: int = 0, first_part: int = 0
    ) -> Generator[CutImage | ImageError, None, None]:
        """Give images as of `hubble_dash.builder.feeding.feeder.Feeder.images`.

        Parameters
        ----------
        files, sizes, first, first_part
            As there.

        Yields
        ------
        CutImage or ImageError
            In order.

        Raises
        ------
        HubbleDashError
            What workers raised.
        """
        del sizes
        for piece in self._pieces:
            if (piece.number, piece.part_number) < (first, first_part):
                continue
            if piece.error is not None:
                yield piece.error
                continue
            image = piece.image(files[piece.number])
            # Without one, it is more of an image that could not be read.
            if image is not None:
                self._piece = piece
                yield image

    def cuts(self, image: CutImage, *, start: int = 0) -> Generator[Cut, None, None]:
        """Give cuts as of `hubble_dash.builder.feeding.feeder.Feeder.cuts`.

        Parameters
        ----------
        image, start
            As there.

        Yields
        ------
        Cut
            In order.

        Raises
        ------
        BuildError
            If files have changed since the build began.
        """
        piece = self._piece
        while piece is not None:
            yield from piece.cuts[max(0, start - piece.first) :]
            if piece.stop >= len(image.found):
                return
            piece = next(self._pieces, None)
            if piece is None or (piece.number, piece.part_number) != (
                image.number,
                image.part_number,
            ):
                raise BuildError(f"{image.path} has changed while it was read")

    def _read(self) -> Generator[Piece, None, None]:
        """Have tasks done, so many at once as there are workers for, and give their results."""
        left = deque(self._tasks)
        waiting: deque[tuple[Task, Future[None] | None]] = deque()
        joined: list[Task] = []
        try:
            while left or waiting:
                under_way, n_workers = _under_way(waiting), max(1, self._cluster.n_workers)
                while (
                    left
                    and len(under_way) < n_workers * TASKS_A_WORKER
                    and len(waiting) < n_workers * TASKS_AHEAD_A_WORKER
                ):
                    waiting.append((left[0], self._begin(left.popleft())))
                    under_way = _under_way(waiting)
                task, future = waiting[0]
                if future is not None and not future.done():
                    self._cluster.wait(under_way)
                    continue
                waiting.popleft()
                if future is not None:
                    self._cluster.result(future, f"a stretch of files (task {task.number})")
                yield from read_result(self._job.results, task)
                joined = self._removed([*joined, task])
        finally:
            for future in _under_way(waiting):
                future.cancel()

    def _begin(self, task: Task) -> Future[None] | None:
        if has_result(self._job.results, task):
            return None
        return self._cluster.submit(work, self._job, task)

    def _removed(self, joined: list[Task]) -> list[Task]:
        """Remove results that no build which goes on would need; give the others."""
        needed = tasks_left(joined, self._cursor())
        for task in joined:
            if task not in needed:
                remove_result(self._job.results, task)
        return needed


class ClusterFingerprints:
    """A `Fingerprinter` whose network runs on workers.

    Parameters
    ----------
    begun : Begun
        What one of them said of it.
    """

    learner = None
    takes_shown = False

    def __init__(self, begun: Begun) -> None:
        self._begun = begun
        self.n_features, self.label_names = begun.n_features, begun.label_names
        self.prepare, self.packages = begun.prepare, begun.packages
        self.device = begun.engine.get("device", "cpu")

    def stream(
        self, cutouts: Iterable[Cutout]
    ) -> Generator[tuple[list[Cutout], Batch], None, None]:
        """Give cutouts back with the fingerprints that they bring.

        Parameters
        ----------
        cutouts : iterable of Cutout
            Drawn by the consumer's thread.

        Yields
        ------
        cutouts : list of Cutout
            The next ones, in order.
        batch : Batch
            Row i is of cutout i.
        """
        some: list[Cutout] = []
        for cutout in cutouts:
            some.append(cutout)
            # A shard that is whole waits for nothing.
            if len(some) == CUTOUTS_A_BATCH or cutout.after is not None:
                yield some, _batch(some)
                some = []
        if some:
            yield some, _batch(some)

    def describe(self) -> ModelEntry:
        """Say what made the fingerprints, and with which weights."""
        return self._begun.model

    def describe_engine(self) -> EngineEntry:
        """Say in which backend the network ran."""
        return self._begun.engine


def _under_way(waiting: Iterable[tuple[Task, Future[None] | None]]) -> list[Future[None]]:
    return [future for _, future in waiting if future is not None and not future.done()]


def _batch(cutouts: Iterable[Cutout]) -> Batch:
    rows = [cutout.ready for cutout in cutouts if cutout.ready is not None]
    return Batch(*map(np.stack, zip(*rows, strict=True)))
