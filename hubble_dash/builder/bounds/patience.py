"""Files that nobody suspects, and that take very long all the same."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import TypeVar

from hubble_dash.builder.ahead import is_done
from hubble_dash.builder.bounds.apart import is_tried
from hubble_dash.builder.bounds.promise import allowed_seconds

__all__ = ["patient_result"]

logger = logging.getLogger(__name__)

T = TypeVar("T")
SECONDS_A_LOOK = 1.0


def patient_result(future: Future[T], trials: Sequence[tuple[Path, Callable[[], None]]]) -> T:
    """Wait for what is made of files; where that takes very long, say so, and try them apart.

    A thread cannot be ended. So a file that takes longer than it may is read once more, by a
    process that can: where that ends well, the machine is busy or the image a hard one.

    Parameters
    ----------
    future : Future
        Made of the files by a thread or process.
    trials : sequence of (Path, callable)
        The files, and what reads each in a process that can be ended.

    Raises
    ------
    ImageError
        If a file cannot be read there either; then `future` may never be done.
    """
    if is_done(future, SECONDS_A_LOOK):
        return future.result()
    paths = list(dict.fromkeys(path for path, _ in trials))
    limit, waited = sum(allowed_seconds(_size(path)) for path in paths), SECONDS_A_LOOK
    while waited < limit:
        if is_done(future, SECONDS_A_LOOK):
            return future.result()
        waited = 0.0 if any(map(is_tried, paths)) else waited + SECONDS_A_LOOK
    names = ", ".join(map(str, paths))
    logger.warning(
        "%s: has been read for %.0f s; it is tried in a process that can be ended", names, limit
    )
    for _, try_again in trials:
        if not future.done():
            try_again()
    while not is_done(future, limit):
        logger.warning("%s: is still being worked on; Ctrl-C ends the build", names)
    return future.result()


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
