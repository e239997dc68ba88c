"""The far side of `hubble_dash.builder.feeding.feeder`: what a process does that reads files."""

from __future__ import annotations

import logging
import logging.handlers
import os
import queue
import signal
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from hubble_dash.builder.feeding.cutter import Cut, CutImage, Cutter, Work
from hubble_dash.builder.shared import Packed, SharedBlocks
from hubble_dash.errors import ImageError

__all__ = ["Answer", "Task", "further_there", "read_there", "start_worker"]


class Task(NamedTuple):
    """Files that a process reads, and where it puts what it found.

    Attributes
    ----------
    works : sequence of Work
        Which.
    blocks : SharedBlocks
        Take what it finds.
    block : int
        The number of the one that does.
    """

    works: Sequence[Work]
    blocks: SharedBlocks
    block: int


class Answer(NamedTuple):
    """What a process found in a file, and what it would have logged."""

    image: CutImage | ImageError
    logged: list[logging.LogRecord]


class _Worker:
    """What this process was started with; each has one."""

    cutter: Cutter
    logged: queue.SimpleQueue[logging.LogRecord]


def start_worker(cutter: Cutter, level: int) -> None:
    """Make a process ready.

    Parameters
    ----------
    cutter : Cutter
        Reads its files.
    level : int
        Of what is logged.
    """
    # The user's Ctrl-C reaches all processes, and the one that made them stops them.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_follow, args=(os.getppid(),), daemon=True).start()
    _Worker.cutter, _Worker.logged = cutter, queue.SimpleQueue()
    logger = logging.getLogger("hubble_dash")
    logger.setLevel(level)
    logger.addHandler(logging.handlers.QueueHandler(_Worker.logged))
    logger.propagate = False


def _follow(parent: int) -> None:
    """End this process soon after the one that made it was killed."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


def read_there(task: Task) -> Packed:
    """Read files, and cut those whose cutouts are few.

    Parameters
    ----------
    task : Task
        Which.

    Returns
    -------
    Packed
        A list with an `Answer` each. An open file stays in its process, so of an image with many
        cutouts there is no display.
    """
    return task.blocks.pack([_read(work) for work in task.works], task.block)


def further_there(path: Path) -> tuple[str, ...]:
    """List the images of a file behind its first one.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    tuple of str
        None where it cannot be opened.
    """
    try:
        return _Worker.cutter.further_of(path)
    except ImageError:
        return ()


def _read(work: Work) -> Answer:
    image = _Worker.cutter.read(work.number, work.path, work.part, work.part_number)
    if isinstance(image, CutImage) and image.display is not None:
        image.close()
        image = replace(image, display=None)
    if isinstance(image, CutImage) and image.cuts is not None:
        image = replace(image, cuts=[_contiguous(cut) for cut in image.cuts])
    logged = []
    while not _Worker.logged.empty():
        logged.append(_Worker.logged.get())
    return Answer(image, logged)


def _contiguous(cut: Cut) -> Cut:
    """Let arrays be contiguous, as those must be that go to another process by shared memory."""
    shown = cut.shown
    if shown is not None:
        shown = shown._replace(pixels=np.ascontiguousarray(shown.pixels))
    return cut._replace(pictures=np.ascontiguousarray(cut.pictures), shown=shown)
