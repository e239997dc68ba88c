"""The C library's allocator, if that is glibc's: what was freed is kept, or given back."""

from __future__ import annotations

import atexit
import ctypes
import gc
import os
import platform
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["begin_again", "give_back", "give_back_soon", "pages_kept", "skip_last_collection"]

OLDEST = 2  # generation: what was collected with it is all there was
TRIES = 100

# Options of mallopt, as malloc.h numbers them.
TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3
KEEPING = {MMAP_THRESHOLD: 2**30, TRIM_THRESHOLD: 2**31 - 1}
# To what glibc raises them by itself at most, once so much has been freed at a time.
USUAL = {MMAP_THRESHOLD: 2**25, TRIM_THRESHOLD: 2**26}
# Where users say themselves what they want.
ENVIRONMENT = ("MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_", "GLIBC_TUNABLES")

_is_waiting = threading.Lock()
_keeping, _keepers = threading.Lock(), list[bool]()


def begin_again() -> None:
    """Let this process begin anew, with all of Python's memory from the C library.

    Python's own allocator gives an arena of 1 MiB back only when all that was ever in it is gone:
    of a server, whose visitors come and go, some of each arena always stays. The C library's can
    give back every page that is free (`give_back`). Which of both it is is decided at the start
    of a process.

    Notes
    -----
    Nothing is done under other C libraries, or where ``PYTHONMALLOC`` says what the user wants.
    """
    if platform.libc_ver()[0] == "glibc" and "PYTHONMALLOC" not in os.environ:
        sys.stdout.flush()
        os.execve(sys.executable, sys.orig_argv, {**os.environ, "PYTHONMALLOC": "malloc"})


@contextmanager
def pages_kept() -> Iterator[None]:
    """Keep what is freed for the next who asks, as long as a network runs.

    A network frees each layer's numbers, some megabytes, when the next layer is done. glibc gives
    so much back to the system at once, which clears the pages when they are asked for again: half
    of a network's time on a CPU. Afterwards all that is free is given back; within another such
    stretch, at the end of that.

    Notes
    -----
    Nothing is done under other C libraries, or where the environment says what the user wants.
    """
    if platform.libc_ver()[0] != "glibc" or any(name in os.environ for name in ENVIRONMENT):
        yield
        return
    with _keeping:
        _keepers.append(True)
        _set(KEEPING)
    try:
        yield
    finally:
        with _keeping:
            _keepers.pop()
            if not _keepers:
                _set(USUAL)
                _trim()


def _set(options: dict[int, int]) -> None:
    library = ctypes.CDLL(None)
    for option, value in options.items():
        library.mallopt(ctypes.c_int(option), ctypes.c_int(value))


def _trim() -> bool:
    try:
        trim = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):
        return False
    return bool(trim(ctypes.c_size_t(0)))


def give_back() -> bool:
    """Give all pages that are free back to the system, those of unreachable objects as well.

    Returns
    -------
    bool
        Whether there were any; False under other C libraries than glibc (``malloc_trim``).
    """
    _collect()  # what a session holds is in circles, which go when the collector comes by
    return _trim()


def _collect() -> None:
    """Collect all garbage; `gc.collect` does nothing where another thread is about it."""
    ended = threading.Event()

    def see(phase: str, info: dict[str, int]) -> None:
        if phase == "stop" and info["generation"] == OLDEST:
            ended.set()

    gc.callbacks.append(see)
    try:
        for _ in range(TRIES):
            gc.collect()
            if ended.wait(0.1):
                return
    finally:
        gc.callbacks.remove(see)


def give_back_soon(seconds: float = 20) -> None:
    """Do so in a while, once however often it was asked for until then.

    Panel lets the collector come by some 10 s after a session; memory is given back after that.

    Parameters
    ----------
    seconds : float
        How long what was let go of may take to be freed.
    """
    if not _is_waiting.acquire(blocking=False):
        return
    timer = threading.Timer(seconds, _give_back_now)
    timer.daemon = True
    timer.start()


def _give_back_now() -> None:
    _is_waiting.release()
    give_back()


def skip_last_collection() -> None:
    """Let this process end without a last search for garbage, which goes with it in any case.

    Python searches all objects as it ends. Those of torch, timm and what else a build imports take
    more than a second.
    """
    atexit.unregister(gc.freeze)
    atexit.register(gc.freeze)
