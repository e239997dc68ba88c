"""The system calls by which names change, disks are waited for, and things go."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import shutil
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias

__all__ = ["exchange", "remove", "sync", "sync_all"]

Exchange: TypeAlias = Callable[[bytes, bytes], int]

# What systems and file systems say that cannot exchange names; some containers forbid the call.
LACKING = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EPERM}
# From linux/fcntl.h and linux/fs.h, and from macOS's sys/stdio.h.
AT_FDCWD, RENAME_EXCHANGE, RENAME_SWAP = -100, 2, 2
# Disks put several waiting calls into one step: eight threads take an eighth of the time.
N_THREADS = 8


def exchange(one: Path, other: Path) -> bool:
    """Let two names change places in one step.

    Parameters
    ----------
    one, other : Path
        Both are there, on one disk.

    Returns
    -------
    bool
        Whether they did; False where the system or the disk cannot, and nothing has changed.

    Raises
    ------
    OSError
        If they cannot for another reason.
    """
    call = _exchange_call()
    if call is None:
        return False
    if call(os.fsencode(one), os.fsencode(other)) == 0:
        return True
    number = ctypes.get_errno()
    if number in LACKING:
        return False
    raise OSError(number, os.strerror(number), str(one), None, str(other))


@lru_cache(maxsize=1)
def _exchange_call() -> Exchange | None:
    """Find the call: renameat2 on Linux since 3.15, renamex_np on macOS since 10.12."""
    with contextlib.suppress(AttributeError, OSError):
        if sys.platform == "linux":
            renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
            return lambda a, b: int(renameat2(AT_FDCWD, a, AT_FDCWD, b, RENAME_EXCHANGE))
        if sys.platform == "darwin":
            renamex_np = ctypes.CDLL(None, use_errno=True).renamex_np
            return lambda a, b: int(renamex_np(a, b, RENAME_SWAP))
    return None


def sync(path: Path) -> None:
    """Wait until the disk has a file, or the names in a folder.

    Parameters
    ----------
    path : Path
        The file or folder.

    Raises
    ------
    OSError
        If the disk did not take it.
    """
    is_folder = path.is_dir()
    # Windows syncs only what is open for writing, and no folder.
    if is_folder and sys.platform == "win32":
        return
    descriptor = os.open(path, os.O_RDWR if sys.platform == "win32" else os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as err:
        # Some network disks take no such word for a folder.
        if not is_folder or err.errno not in LACKING:
            raise
    finally:
        os.close(descriptor)


def sync_all(paths: Iterable[Path]) -> None:
    """Wait until the disk has all of them.

    Parameters
    ----------
    paths : iterable of Path
        Files and folders.

    Raises
    ------
    OSError
        If the disk did not take one.
    """
    with ThreadPoolExecutor(N_THREADS, "sync") as threads:
        for _ in threads.map(sync, paths):
            pass


def remove(path: Path) -> None:
    """Remove a file, a link, or a folder with all that is in it, as far as that is allowed.

    Parameters
    ----------
    path : Path
        Need not be there. Links are removed, never followed.
    """
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with contextlib.suppress(OSError):
            path.unlink()
