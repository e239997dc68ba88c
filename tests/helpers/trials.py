"""What a process is asked to do with a file that cannot be trusted."""

from __future__ import annotations

import os
import resource
import signal
import time
from pathlib import Path

import numpy as np


def fill_memory(_: Path) -> None:
    # Half of what is allowed, and then more than that.
    first = np.empty(60_000_000)
    first[:1] = np.empty(80_000_000)[:1]


def be_wrong(_: Path) -> None:
    os.write(1, b"a remark of a library")
    raise KeyError("tag")


def be_idle(_: Path) -> None:
    time.sleep(60)


def be_busy(_: Path) -> None:
    while True:
        pass


def die(_: Path) -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def be_well(_: Path) -> None:
    pass


def leave_no_core(_: Path) -> None:
    assert resource.getrlimit(resource.RLIMIT_CORE) == (0, 0)
