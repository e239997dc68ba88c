"""Warnings, and astropy's remarks, kept off the screen while threads share a process."""

from __future__ import annotations

import contextlib
import threading
import warnings
from collections.abc import Iterator

import numpy as np
from astropy import log as astropy_log

__all__ = ["quiet", "quiet_astropy"]

_lock = threading.Lock()
_inside: list[contextlib.ExitStack] = []
_n_inside = 0


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Ignore them until the last thread has left.

    The list of filters belongs to the process: `warnings.catch_warnings` alone, entered and left
    by threads in turns, would put back what another one had set.
    """
    global _n_inside
    with _lock:
        if _n_inside == 0:
            stack = contextlib.ExitStack()
            stack.enter_context(warnings.catch_warnings())
            warnings.simplefilter("ignore")
            stack.callback(astropy_log.setLevel, astropy_log.level)
            astropy_log.setLevel("ERROR")
            _inside.append(stack)
        _n_inside += 1
    try:
        yield
    finally:
        with _lock:
            _n_inside -= 1
            if _n_inside == 0:
                _inside.pop().close()


@contextlib.contextmanager
def quiet_astropy() -> Iterator[None]:
    """Keep astropy's remarks on real headers off the screen; what matters becomes a note."""
    with quiet(), np.errstate(all="ignore"):
        yield
