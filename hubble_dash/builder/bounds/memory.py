"""What decoded pictures may take of memory, shared by all threads."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["MEMORY", "Memory"]

# Two pictures that become as large as any may, and Hubble's largest mosaic of 1.3 GB.
TOTAL_BYTES = 2_000_000_000
# Smaller ones are not worth waiting for.
SMALL_BYTES = 16_000_000
# After which one goes on all the same: a decoder may hang, and gives nothing back.
MAX_SECONDS = 600.0


class Memory:
    """Lets threads decode while there is room.

    A picture that is decoded keeps its memory until it is closed, and that may wait for another
    one, whose turn comes first. So where nobody is decoding, whoever has waited longest goes on,
    though it be too large: somebody always does.

    Parameters
    ----------
    total : int
        Bytes that decoded pictures may have together.
    """

    def __init__(self, total: int = TOTAL_BYTES) -> None:
        self._total = total
        self._taken = 0
        self._n_decoding = 0
        self._waiting: deque[object] = deque()
        self._changed = threading.Condition()

    @contextmanager
    def decoding(self, n_bytes: int) -> Iterator[None]:
        """Wait until there is room; it stays taken until `free` is called, or decoding fails.

        Parameters
        ----------
        n_bytes : int
            What will be taken; nothing is counted of small pictures.
        """
        if n_bytes < SMALL_BYTES:
            yield
            return
        self._take(n_bytes)
        try:
            yield
        except BaseException:
            self.free(n_bytes)
            raise
        finally:
            with self._changed:
                self._n_decoding -= 1
                self._changed.notify_all()

    def free(self, n_bytes: int) -> None:
        """Give back what was taken.

        Parameters
        ----------
        n_bytes : int
            As in `decoding`.
        """
        if n_bytes >= SMALL_BYTES:
            with self._changed:
                self._taken -= n_bytes
                self._changed.notify_all()

    def _take(self, n_bytes: int) -> None:
        mine = object()
        with self._changed:
            self._waiting.append(mine)
            self._changed.wait_for(
                lambda: (
                    self._waiting[0] is mine
                    and (self._taken + n_bytes <= self._total or not self._n_decoding)
                ),
                MAX_SECONDS,
            )
            self._waiting.remove(mine)
            self._taken += n_bytes
            self._n_decoding += 1
            self._changed.notify_all()


MEMORY = Memory()
