"""Many files, read and cut by several threads or processes ahead of the network, in order."""

from __future__ import annotations

import logging
import os
from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import closing, suppress
from functools import partial
from itertools import chain, repeat
from pathlib import Path

from hubble_dash.atlas.boxes import Box
from hubble_dash.builder.ahead import Threads, in_order, let_go
from hubble_dash.builder.bounds.apart import end_trials
from hubble_dash.builder.bounds.failures import failing
from hubble_dash.builder.cutouts.display import Display
from hubble_dash.builder.feeding.cutter import (
    BOXES_AT_ONCE,
    NO_PICTURES,
    Cut,
    CutImage,
    Cutter,
    Pixels,
    Work,
)
from hubble_dash.builder.feeding.processes import (
    BYTES_AHEAD_A_READER,
    Processes,
    of_work,
    wait_for,
)
from hubble_dash.builder.remote.fetching import Fetched
from hubble_dash.errors import ImageError

__all__ = ["N_THREADS", "Feeder", "usual_workers"]

logger = logging.getLogger(__name__)

# Where the cores are few, the network needs them itself.
N_THREADS = max(2, min(8, (os.cpu_count() or 1) // 2))
# Threads have read fewer files before processes have started.
MIN_FILES_FOR_PROCESSES = 500
MAX_PROCESSES = 16


def usual_workers(device: str, n_files: int) -> int:
    """Say how many processes should read files: none where the network needs the cores itself.

    Threads share one interpreter, so that they keep up with a CPU, and not with a GPU.

    Parameters
    ----------
    device : {"cpu", "cuda", "mps"}
        Where the network runs.
    n_files : int
        How many there are to read.
    """
    if device == "cpu" or n_files < MIN_FILES_FOR_PROCESSES:
        return 0
    return min(MAX_PROCESSES, max(0, (os.cpu_count() or 1) - 1))


class Feeder:
    """Has files read and cut.

    Parameters
    ----------
    cutter : Cutter
        Does it.
    n_workers : int
        Processes that read files, and cut those with few cutouts; 0 for threads of this process.
        An image with many cutouts is always cut by threads.
    """

    def __init__(self, cutter: Cutter, *, n_workers: int = 0) -> None:
        self.cutter = cutter
        self._threads = Threads(N_THREADS, "cutting")
        self._processes = Processes(cutter, n_workers) if n_workers else None

    def close(self) -> None:
        """Stop the threads and processes."""
        end_trials()
        self._threads.shutdown(cancel_futures=True)
        if self._processes is not None:
            self._processes.close()

    def images(
        self, files: Sequence[Path], sizes: Sequence[int], *, first: int = 0, first_part: int = 0
    ) -> Generator[CutImage | ImageError, None, None]:
        """Read files and find their cutouts.

        Parameters
        ----------
        files : sequence of Path
            All files.
        sizes : sequence of int
            Bytes of each.
        first, first_part : int
            Number of the first file to read, and of the first of its images.

        Yields
        ------
        CutImage or ImageError
            In the order of the files, and of the images in each. An image is closed when the next
            one is asked for.

        Raises
        ------
        CatalogError
            If the catalogue has hours where it seems to have degrees.
        BuildError
            If processes that read files die as soon as they start.
        """
        if first_part:
            try:
                further = self.cutter.further_of(files[first])
            except ImageError as err:
                yield err
            else:
                parts = _parts(Work(first, files[first], sizes[first]), further)
                yield from self._read(parts[first_part - 1 :])
            first += 1
        works = (Work(number, files[number], sizes[number]) for number in range(first, len(files)))
        with closing(self._read(works)) as images:
            for number, image in enumerate(images, first):
                yield image
                if image.further:
                    of_file = Work(number, files[number], sizes[number])
                    yield from self._read(_parts(of_file, image.further))

    def cuts(self, image: CutImage, *, start: int = 0) -> Generator[Cut, None, None]:
        """Cut an image.

        Parameters
        ----------
        image : CutImage
            Of `images`, before the next one is asked for.
        start : int
            The first box.

        Yields
        ------
        Cut
            Of each box, in order; left out where anything goes wrong with it.
        """
        if image.cuts is not None:
            yield from image.cuts[start:]
            return
        try:
            display = image.display or self.cutter.recipe.open(image.path, image.part)
        except ImageError as err:
            yield from _named(repeat(err, len(image.found) - start))
            return
        with display.image:
            yield from self.cuts_of(display, image.found.boxes[start:])

    def cuts_of(self, display: Display, boxes: Sequence[Box]) -> Generator[Cut, None, None]:
        """Cut boxes of an open image.

        Parameters
        ----------
        display : Display
            The image as shown.
        boxes : sequence of Box
            In its array pixels.

        Yields
        ------
        Cut
            As of `cuts`.
        """
        parts = in_order(
            lambda i: self._try_some(display, boxes[i : i + BOXES_AT_ONCE]),
            range(0, len(boxes), BOXES_AT_ONCE),
            executor=self._threads,
            depth=2 * N_THREADS,
        )
        with closing(parts):
            yield from _named(chain.from_iterable(parts))

    def _try_some(self, display: Display, boxes: Sequence[Box]) -> list[Cut | ImageError]:
        try:
            display.image.expect(boxes)
        except ImageError as err:
            return [err] * len(boxes)
        pixels: Sequence[Pixels | None] = [None] * len(boxes)
        # What cannot be read together is read box by box, of which some may be whole.
        with suppress(ImageError), failing(display.image.address, "cannot be cut"):
            pixels = self.cutter.read_each(display, boxes)
        return [self._try(display, box, read) for box, read in zip(boxes, pixels, strict=True)]

    def _try(self, display: Display, box: Box, read: Pixels | None) -> Cut | ImageError:
        try:
            with failing(display.image.address, "cannot be cut"):
                return self.cutter.cut(display, box, read)
        except ImageError as err:
            return err

    def _read(self, works: Iterable[Work]) -> Generator[CutImage | ImageError, None, None]:
        """Read images ahead, in order; each is closed when the next one is asked for."""
        read = self._read_here if self._processes is None else self._processes.read
        fetched = Fetched(
            works,
            path=lambda work: work.path,
            replaced=lambda work, path: work._replace(path=path),
            is_fetched=lambda work: not self.cutter.recipe.reads_in_parts(work.path),
        )
        with closing(fetched), closing(read(fetched)) as images:
            for image in images:
                try:
                    yield image
                finally:
                    _close(image)
                    fetched.release()

    def _read_here(self, works: Iterable[Work]) -> Generator[CutImage | ImageError, None, None]:
        yield from in_order(
            lambda work: self.cutter.read(work.number, work.path, work.part, work.part_number),
            works,
            executor=self._threads,
            depth=2 * N_THREADS + 2,
            weigh=lambda work: work.n_bytes,
            most=BYTES_AHEAD_A_READER * N_THREADS,
            discard=_close,
            result=self._wait_here,
        )

    def _wait_here(
        self, future: Future[CutImage | ImageError], work: Work
    ) -> CutImage | ImageError:
        """Give what a thread makes of an image, and give it up where that takes very long."""
        try:
            return wait_for(future, [work], self.cutter.recipe)
        except ImageError as err:
            future.add_done_callback(partial(let_go, _close))
            self._threads.add()
            return of_work(err, work)


def _parts(of_file: Work, further: Sequence[str]) -> list[Work]:
    """Give the images of a file behind its first one."""
    n_bytes = of_file.n_bytes // (len(further) + 1)
    return [
        of_file._replace(n_bytes=n_bytes, part=part, part_number=number)
        for number, part in enumerate(further, 1)
    ]


def _close(image: CutImage | ImageError) -> None:
    if isinstance(image, CutImage):
        image.close()


def _named(cuts: Iterable[Cut | ImageError]) -> Iterator[Cut]:
    """Leave out what went wrong, and say each reason once."""
    failures: set[str] = set()
    for cut in cuts:
        if isinstance(cut, Cut):
            yield cut
            continue
        if cut.reason not in failures:
            logger.warning("cutouts are left out: %s", cut)
            failures.add(cut.reason)
        yield Cut(NO_PICTURES, None, (0, 0, 0), cut.reason)
