"""What a worker does: it reads, cuts and fingerprints its stretch of the files, one at a time."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from functools import cached_property

from hubble_dash.allocator import pages_kept
from hubble_dash.builder.cluster.connection import use_threads_of_worker
from hubble_dash.builder.cluster.job import Begun, Job
from hubble_dash.builder.cluster.reading import Opened, stretch_of
from hubble_dash.builder.cluster.results import Writing, has_result
from hubble_dash.builder.cluster.tasks import Task
from hubble_dash.builder.feeding.cutter import Cutter
from hubble_dash.builder.feeding.feeder import Feeder, usual_workers
from hubble_dash.builder.fingerprints.fingerprinter import Batch, Cutout, Fingerprinter
from hubble_dash.builder.inputs import inputs_elsewhere, source_of
from hubble_dash.builder.learning import learn_metric
from hubble_dash.builder.remote.path import Remote
from hubble_dash.builder.sampling import count_boxes
from hubble_dash.builder.shards.part import Part
from hubble_dash.errors import BuildError

__all__ = ["begin", "count", "work"]

# A network takes all threads of a worker, so that it does one thing at a time.
_lock = threading.Lock()
_workers: list[Worker] = []


def begin(job: Job, task: Task | None) -> Begun:
    """Choose a backend, learn the metric, do the first task, and tell of the network.

    Parameters
    ----------
    job : Job
        With a network.
    task : Task or None
        None where nothing is left to be done.

    Raises
    ------
    HubbleDashError
        If the files or the network cannot be used here.
    """
    with _lock:
        worker = _worker_of(job)
        network = worker.network
        if task is not None:
            worker.do(task)
        return Begun(
            network.n_features,
            network.label_names,
            network.prepare,
            network.packages,
            network.describe(),
            network.describe_engine(),
        )


def work(job: Job, task: Task) -> None:
    """Do a task, unless another worker has.

    Parameters
    ----------
    job : Job
        Of which build.
    task : Task
        Which stretch of it.

    Raises
    ------
    HubbleDashError
        If the files or the network cannot be used here.
    """
    with _lock:
        _worker_of(job).do(task)


def count(job: Job, first: int, stop: int) -> list[tuple[int, int, int]]:
    """Count the boxes of some files.

    Parameters
    ----------
    job : Job
        Of which build.
    first, stop : int
        Number of the first file, and of the one after the last.

    Returns
    -------
    list of tuple of int
        Number of the file, of the image in it, and how many boxes that has.
    """
    with _lock:
        worker = _worker_of(job)
        counts = count_boxes(worker.cutter(), worker.files[first:stop], worker.sizes[first:stop])
    return [(first + file, part, n) for (file, part), n in counts.items()]


def _worker_of(job: Job) -> Worker:
    """Give what this process has opened for a build; what it had of another one is let go of."""
    if not _workers or _workers[0].job.run != job.run:
        while _workers:
            _workers.pop().close()
        problem = job.problem_here()
        if problem:
            raise BuildError(f"a worker {problem}; see docs/cluster.md")
        use_threads_of_worker()
        _workers.append(Worker(job))
    return _workers[0]


class Worker:
    """What a process has opened for a build, until another one comes.

    Parameters
    ----------
    job : Job
        Of which build.
    """

    def __init__(self, job: Job) -> None:
        self.job, self.part = job, Part(job.folder)
        files, self.sizes = self.part.files()
        self.files = [file if isinstance(file, Remote) else job.base / file for file in files]
        self.inputs = inputs_elsewhere(
            self.files, job.settings, several=job.several, blocks=job.blocks
        )
        self._opened, self._held = Opened(), ExitStack()
        # From one task to the next.
        self._held.enter_context(pages_kept())

    @cached_property
    def network(self) -> Fingerprinter:
        """The network in the backend of the build, with its metric."""
        job = self.job
        source = source_of(job.settings, self.inputs, blocks=job.blocks)
        if source.told != job.source:
            raise BuildError(
                f"a worker has other weights ({source.told}) than the client ({job.source}); name"
                " a file that all machines share: --weights FILE"
            )
        made = source.open(job.engine, job.learns)
        learn_metric(
            job.settings, self.inputs, self.sizes, made, self.part,
            how=job.blocks.learning, progress=False,
        )  # fmt: skip
        return made

    @cached_property
    def feeder(self) -> Feeder:
        """What reads and cuts files here."""
        network = None if self.job.source is None else self.network
        n_workers = self.job.settings.workers
        if n_workers is None:
            device = "cpu" if network is None else network.device
            n_workers = usual_workers(device, len(self.files))
        cutter = self.cutter()
        if network is not None:
            cutter = replace(cutter, prepare=network.prepare, hands_over=network.takes_shown)
        return Feeder(cutter, n_workers=n_workers)

    def cutter(self) -> Cutter:
        """Give what cuts thumbnails alone."""
        job = self.job
        return Cutter(
            job.settings, self.inputs.catalog, None, job.blocks.layout.size, several=job.several
        )

    def do(self, task: Task) -> None:
        """Do a task and write its result.

        Parameters
        ----------
        task : Task
            Which stretch.
        """
        if has_result(self.job.results, task):
            return
        writing = Writing(self.job.results, task)
        try:
            with closing(self._cutouts(task, writing)) as cutouts:
                writing.finish(*self._seen(cutouts))
        except BaseException:
            writing.drop()
            raise

    def close(self) -> None:
        """Let go of threads, processes and files."""
        self._held.close()
        self._opened.close()
        if "feeder" in self.__dict__:
            self.feeder.close()

    def _cutouts(self, task: Task, writing: Writing) -> Generator[Cutout, None, None]:
        for stretch in stretch_of(task, self.feeder, self.files, self.sizes, self._opened):
            writing.begin(stretch.number, stretch.part_number, stretch.described)
            for cut in stretch.cuts:
                writing.add(cut)
                if cut.thumbnail is not None:
                    # Who makes thumbnails of what is shown writes their colours into the row.
                    yield Cutout(
                        cut.pictures,
                        self.job.n_expected,
                        (*cut.color, -1),
                        thumbnail=cut.thumbnail,
                        shown=cut.shown,
                    )

    def _seen(self, cutouts: Iterator[Cutout]) -> tuple[list[Cutout], list[Batch]]:
        if self.job.source is None:
            return list(cutouts), []
        seen, batches = list[Cutout](), list[Batch]()
        with closing(self.network.stream(cutouts)) as stream:
            for some, batch in stream:
                seen += some
                batches.append(batch)
        return seen, batches
