"""A process that dies before a chosen call of the system, as far as its disk can tell."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hubble_dash.disk import calls, lock, names, owners

# What renames, removes, or waits for the disk.
CALLS = ("rename", "replace", "unlink", "remove", "rmdir", "fsync")


class Killed(BaseException):
    """The process is dead: nothing that follows reaches the disk, clean-up included."""


class Deadly:
    """Counts calls, dies before one of them, and lets none happen from then on.

    Parameters
    ----------
    patch : pytest.MonkeyPatch
        Takes the place of the calls.
    can_exchange : bool
        Whether names can change places in one step.
    die : callable, optional
        How it dies; by an exception if not given.
    """

    def __init__(
        self,
        patch: pytest.MonkeyPatch,
        *,
        can_exchange: bool = True,
        die: Callable[[], object] | None = None,
    ) -> None:
        self._die = die
        self.n, self.at, self.n_lives = 0, 10**9, 0
        self._locked: list[int] = []
        for name in CALLS:
            # Here only the page cache counts, and no disk is waited for.
            real = (lambda _: None) if name == "fsync" else getattr(os, name)
            patch.setattr(os, name, self._counted(real))
        exchange = calls.exchange if can_exchange else lambda *_: False
        patch.setattr(names, "exchange", self._counted(exchange))
        patch.setattr(lock, "_lock", self._remembered(lock._lock))
        start_of = owners._start_of
        # Each life is another process.
        patch.setattr(owners, "_start_of", lambda pid: (start_of(pid) or 0) + self.n_lives)

    def run(self, work: Callable[[], object], at: int | None = None) -> bool:
        """Begin a life, and work until it ends before the call of that number, from 0.

        Returns
        -------
        bool
            Whether it ended so.
        """
        self.n, self.at = 0, 10**9 if at is None else at
        self.n_lives += 1
        try:
            work()
        except Killed:
            return True
        finally:
            # What the system does for a dead process.
            for descriptor in self._locked:
                with contextlib.suppress(OSError):
                    os.close(descriptor)
            self._locked.clear()
            self.at = 10**9
        return False

    def _counted(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*args: Any, **named: Any) -> Any:
            if self.n >= self.at:
                if self._die is not None:
                    self._die()
                raise Killed
            self.n += 1
            return call(*args, **named)

        return counted

    def _remembered(self, call: Callable[[int], None]) -> Callable[[int], None]:
        def remembered(descriptor: int) -> None:
            call(descriptor)
            self._locked.append(descriptor)

        return remembered


def everywhere(
    deadly: Deadly, prepare: Callable[[], None], work: Callable[[], object], *, first: int = 0
) -> Iterator[int]:
    """Die at every call of some work in turn; the caller looks at what is left each time.

    Parameters
    ----------
    deadly : Deadly
        Dies.
    prepare : callable
        Puts the disk into the state before the work.
    work : callable
        What is done.
    first : int
        The first call before which it dies.

    Yields
    ------
    int
        The call before which it died. In the end the work has been done whole.
    """
    for number in range(first, 10_000):
        prepare()
        if not deadly.run(work, number):
            return
        yield number


def content(path: Path) -> dict[str, bytes] | bytes | None:
    """All that a file or folder holds; None where there is none."""
    if path.is_dir():
        files = (one for one in path.rglob("*") if not one.is_dir())
        return {one.relative_to(path).as_posix(): one.read_bytes() for one in files}
    return path.read_bytes() if path.exists() else None
