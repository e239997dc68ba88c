"""Servers that run as long as somebody looks at them: for benchmarks and pictures."""

from __future__ import annotations

import os
import shlex
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import IO, Any
from urllib.error import URLError

__all__ = ["free_port", "running"]


def free_port() -> int:
    """Give a port at which nobody listens."""
    with socket.socket() as free:
        free.bind(("localhost", 0))
        return int(free.getsockname()[1])


@contextmanager
def running(
    command: Sequence[str],
    url: str,
    *,
    seconds: float,
    env: Mapping[str, str] | None = None,
    log: IO[Any] | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server as long as this lasts; begin when it answers.

    Parameters
    ----------
    command : sequence of str
        What starts it.
    url : str
        Where it answers.
    seconds : float
        For which it may be silent, at first and before each answer.
    env : mapping of str to str, optional
        Environment variables beside those there are.
    log : file, optional
        Where what it says goes.

    Raises
    ------
    TimeoutError
        If it ends, or does not answer in time.
    """
    said = subprocess.DEVNULL if log is None else log
    process = subprocess.Popen(
        command, env={**os.environ, **(env or {})}, stdout=said, stderr=subprocess.STDOUT
    )
    begin = time.monotonic()
    try:
        while not _answers(url, seconds):
            if process.poll() is not None or time.monotonic() - begin > seconds:
                where = "" if log is None else f", or see {log.name}"
                raise TimeoutError(
                    f"nothing answers; look at it with: {shlex.join(command)}{where}"
                )
            time.sleep(0.1)
        yield process
    finally:
        process.terminate()
        process.wait()


def _answers(url: str, seconds: float) -> bool:
    try:
        urllib.request.urlopen(url, timeout=seconds).close()
    except (URLError, OSError):
        return False
    return True
