"""Warnings, and astropy's remarks, kept off the screen while threads share a process."""

from __future__ import annotations

import contextlib
import logging
import threading
import warnings
from collections.abc import Iterator

import numpy as np
from astropy import log as astropy_log

__all__ = ["quiet", "quiet_astropy", "unheard"]

_lock = threading.Lock()
_inside: list[warnings.catch_warnings] = []
_n_inside = 0


def _is_shown(record: logging.LogRecord) -> bool:
    return not _n_inside or record.levelno >= logging.ERROR


# To set its level for each file would have all loggers of the process forget theirs.
astropy_log.addFilter(_is_shown)


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Ignore them until the last thread has left.

    The list of filters belongs to the process: `warnings.catch_warnings` alone, entered and left
    by threads in turns, would put back what another one had set.
    """
    global _n_inside
    with _lock:
        if _n_inside == 0:
            _inside.append(warnings.catch_warnings())
            _inside[0].__enter__()
            warnings.simplefilter("ignore")
        _n_inside += 1
    try:
        yield
    finally:
        with _lock:
            _n_inside -= 1
            if _n_inside == 0:
                _inside.pop().__exit__(None, None, None)


@contextlib.contextmanager
def quiet_astropy() -> Iterator[None]:
    """Keep astropy's remarks on real headers off the screen; what matters becomes a note."""
    with quiet(), np.errstate(all="ignore"):
        yield


@contextlib.contextmanager
def unheard(*names: str) -> Iterator[None]:
    """Keep loggers silent whose remarks come once more later.

    Parameters
    ----------
    names : str
        Of the loggers themselves, not of those above them.
    """
    loggers = [logging.getLogger(name) for name in names]
    for logger in loggers:
        logger.addFilter(_never)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeFilter(_never)


def _never(_: logging.LogRecord) -> bool:
    return False
