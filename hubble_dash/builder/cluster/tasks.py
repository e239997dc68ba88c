"""Files, or the boxes of their images -> the tasks of workers, each a stretch of the whole."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from hubble_dash.builder.cursor import Cursor

__all__ = [
    "Spot",
    "Task",
    "cutouts_a_task",
    "files_a_task",
    "tasks_left",
    "tasks_of_boxes",
    "tasks_of_files",
]

# Some seconds to half a minute of a processor's time, which may have to be done again.
CUTOUTS_A_TASK = 1024
# Fewer cutouts are dealt out so, lest some workers go without: a task begins with reading, while
# its network waits.
TASKS_OF_A_WORKER = 8
BYTES_A_TASK = 4_000_000_000


class Spot(NamedTuple):
    """A place in the order of reading.

    Attributes
    ----------
    file : int
        Number of a file.
    part : int
        Number of an image of it.
    box : int
        Number of a box of that.
    """

    file: int
    part: int = 0
    box: int = 0


class Task(NamedTuple):
    """What one worker does at a time.

    Attributes
    ----------
    number : int
        Its place among all.
    first : Spot
        Where it begins.
    stop : Spot
        Where the next one begins.
    """

    number: int
    first: Spot
    stop: Spot


def cutouts_a_task(n: int, batch: int, n_workers: int) -> int:
    """Say how many cutouts are done together: whole batches of the network.

    Parameters
    ----------
    n : int
        How many there are.
    batch : int
        Cutouts in one pass of the network.
    n_workers : int
        How many workers there are.
    """
    return _batches(min(CUTOUTS_A_TASK, n / (TASKS_OF_A_WORKER * max(1, n_workers))), batch)


def files_a_task(sizes: Sequence[int], batch: int, n_workers: int) -> int:
    """Say how many images of one cutout each are done together.

    Parameters
    ----------
    sizes : sequence of int
        Bytes of each.
    batch, n_workers : int
        As of `cutouts_a_task`.
    """
    total = sum(max(0, size) for size in sizes)
    most = BYTES_A_TASK * len(sizes) / max(1, total)
    return min(_batches(most, batch), cutouts_a_task(len(sizes), batch, n_workers))


def tasks_of_files(n_files: int, n_together: int) -> list[Task]:
    """Deal out whole files.

    Parameters
    ----------
    n_files : int
        How many there are.
    n_together : int
        Files of a task.
    """
    return _tasks([Spot(file) for file in range(0, n_files, n_together)], n_files)


def tasks_of_boxes(
    counts: Iterable[tuple[int, int, int]], n_files: int, together: int
) -> list[Task]:
    """Deal out boxes, so that a large image is that of many workers.

    Parameters
    ----------
    counts : iterable of tuple of int
        Number of a file, number of an image in it, and how many boxes that has; in order. Of files
        that cannot be read there is nothing; who reads beside them finds out why.
    n_files : int
        How many there are.
    together : int
        Boxes of a task.
    """
    spots, n_before = [Spot(0)], 0
    for file, part, n in counts:
        next_one = -(-max(n_before, 1) // together) * together
        spots += [Spot(file, part, at - n_before) for at in range(next_one, n_before + n, together)]
        n_before += n
    return _tasks(spots, n_files)


def tasks_left(tasks: Iterable[Task], cursor: Cursor) -> list[Task]:
    """Choose the tasks whose results are still needed.

    Parameters
    ----------
    tasks : iterable of Task
        All of them.
    cursor : Cursor
        Where the build goes on: within an image, what was said of that is needed again.
    """
    here = Spot(cursor.file, cursor.part, cursor.box)
    image = here._replace(box=0)
    return [
        task
        for task in tasks
        if here < task.stop or (cursor.box and task.first <= image < task.stop)
    ]


def _batches(n: float, batch: int) -> int:
    """Round to whole batches, to one at least."""
    return max(1, round(n / batch)) * batch


def _tasks(spots: Sequence[Spot], n_files: int) -> list[Task]:
    ends = [*spots[1:], Spot(n_files)]
    return [Task(i, *stretch) for i, stretch in enumerate(zip(spots, ends, strict=True))]
