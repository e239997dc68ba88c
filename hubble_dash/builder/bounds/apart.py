"""Suspicious files, tried in a process of their own, which can be ended, before they are read here.

What is tried there is done here again: nothing but an error comes back. So the many files that are
above suspicion are read as quickly as ever, by threads, and the few others take twice as long.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, ClassVar

from hubble_dash.builder.bounds.failures import as_image_error
from hubble_dash.builder.bounds.promise import allowed_bytes, allowed_seconds
from hubble_dash.errors import ImageError

try:
    import resource
except ImportError:  # not on Windows
    resource = None  # type: ignore[assignment]

__all__ = ["answer", "end_trials", "is_tried", "try_apart"]

# Of a process that waits, which takes no time of its own, for so many times as long.
_PATIENCE = 2
_CHILD = (
    "import pickle, sys; sys.path[:] = pickle.load(sys.stdin.buffer);"
    " from hubble_dash.builder.bounds.apart import answer; answer(sys.stdin.buffer)"
)
_ENVIRONMENT = {"OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1"}


class _Trials:
    """One is made after the other, so that they take the memory of one file."""

    lock = threading.Lock()
    process: subprocess.Popen[bytes] | None = None
    paths: ClassVar[list[Path]] = []
    is_here = False


def try_apart(work: Callable[..., object], path: Path, *arguments: Any) -> None:
    """Do something with a file in another process, bounded in memory and time.

    Parameters
    ----------
    work : callable
        Is given the path and the arguments there; a function of a module.
    path : Path
        The file.
    *arguments
        What else it is given.

    Raises
    ------
    ImageError
        If it raises anything, takes more memory or time than the file may, or ends the process.
    """
    if _Trials.is_here:
        return
    n_file = path.stat().st_size
    seconds = round(allowed_seconds(n_file))
    told = (work, path, arguments, allowed_bytes(n_file), seconds)
    _Trials.paths.append(path)
    try:
        with _Trials.lock:
            error = _outcome(path, pickle.dumps(sys.path) + pickle.dumps(told), seconds)
    finally:
        _Trials.paths.remove(path)
    if error is not None:
        raise error


def _outcome(path: Path, told: bytes, seconds: float) -> ImageError | None:
    late = ImageError(path, f"takes more than {seconds:.0f} s to read")
    with subprocess.Popen(
        [sys.executable, "-c", _CHILD],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **_ENVIRONMENT},
    ) as process:
        _Trials.process = process
        try:
            said, _ = process.communicate(told, timeout=_PATIENCE * seconds)
        except subprocess.TimeoutExpired:
            return late
        finally:
            process.kill()
            _Trials.process = None
    if process.returncode == 0:
        # Of a process of our own, and no file's words are in it but as text.
        error: ImageError | None = pickle.loads(said)
        return error
    if resource is not None and process.returncode == -signal.SIGXCPU:
        return late
    return ImageError(path, "ended the process that read it: it is damaged, or too large")


def is_tried(path: Path) -> bool:
    """Say whether a file is being tried, or waits for it.

    Parameters
    ----------
    path : Path
        The file.
    """
    return path in _Trials.paths


def end_trials() -> None:
    """End the process in which a file is being tried, if any."""
    process = _Trials.process
    if process is not None:
        process.kill()


def answer(asked: BinaryIO) -> None:
    """Do in this process what another one asks for, and write out the error, if any.

    Parameters
    ----------
    asked : binary file
        What is to be done, pickled by `try_apart`.
    """
    # What libraries print shall not be taken for the answer.
    said = os.dup(1)
    os.dup2(2, 1)
    _Trials.is_here = True
    error = None
    work, path, arguments, n_bytes, seconds = pickle.load(asked)
    try:
        _bound(n_bytes, seconds)
        work(path, *arguments)
    except Exception as err:  # noqa: BLE001 - what is wrong with a file shows itself in any way
        error = as_image_error(path, err)
    os.write(said, pickle.dumps(error))


def _bound(n_bytes: int, seconds: int) -> None:
    """Let this process take no more than so many bytes and seconds beyond what it has taken."""
    if resource is None:
        return
    # A file that ends this process leaves no image of its memory in the user's folder.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    used = resource.getrusage(resource.RUSAGE_SELF)
    n_seconds = round(used.ru_utime + used.ru_stime) + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (n_seconds, n_seconds + 1))
    resource.setrlimit(resource.RLIMIT_AS, (_n_bytes_here() + n_bytes,) * 2)


def _n_bytes_here() -> int:
    """Count the bytes of addresses that this process has, where the system tells."""
    try:
        n_pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except OSError:
        return 4_000_000_000
    return n_pages * os.sysconf("SC_PAGE_SIZE")
