"""Arrays that go from process to process by memory that both see, never through a pipe.

The memory has no name (``memfd_create``): it is gone with the last process that sees it, however
that ends, and the size of ``/dev/shm``, 64 MB in many containers, does not bound it.
"""

from __future__ import annotations

import itertools
import mmap
import os
import pickle
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np

__all__ = ["Packed", "SharedBlocks"]

# Where a process finds the memory of another one, and a number that tells it from earlier ones.
Address: TypeAlias = tuple[str, int]

_numbers = itertools.count()
# Arrays begin at multiples of so many bytes, as processors like it.
ALIGNMENT = 64


class Packed(NamedTuple):
    """An object on its way: its arrays lie in a block.

    Attributes
    ----------
    data : bytes
        The rest of it, pickled.
    block : int
        Where its arrays lie.
    spans : list of (int, int)
        First byte in the block, and length, of each of them.
    """

    data: bytes
    block: int
    spans: list[tuple[int, int]]


@lru_cache(maxsize=4)
def _memory_of(address: Address, n_bytes: int) -> mmap.mmap | None:
    """Come by the memory of another process: once, as its pages are mapped one by one."""
    try:
        with Path(address[0]).open("r+b") as file:
            return mmap.mmap(file.fileno(), n_bytes)
    except OSError:  # another user's, or there is no /proc
        return None


class SharedBlocks:
    """Memory in blocks of equal size, seen by this process and by all that it is sent to, pickled.

    Pages are taken from the system as they are first written to, and given back when all have let
    go of them. Where the system has no such memory, or a process cannot come by it, all goes with
    `Packed.data`, as if there were no blocks.

    Parameters
    ----------
    n_blocks : int
        How many.
    block_bytes : int
        Bytes of each; arrays that do not fit into one go with `Packed.data`.
    """

    def __init__(self, n_blocks: int, block_bytes: int) -> None:
        self.n_blocks, self.block_bytes = n_blocks, block_bytes
        self._file, self._address = -1, ("", next(_numbers))
        self._memory: mmap.mmap | None = None
        # Other systems than Linux have no such call, and a limit on files may forbid it.
        with suppress(OSError, AttributeError):
            self._file = os.memfd_create("hubble-dash")
            os.truncate(self._file, n_blocks * block_bytes)
            self._memory = mmap.mmap(self._file, n_blocks * block_bytes)
            self._address = f"/proc/{os.getpid()}/fd/{self._file}", self._address[1]

    def __getstate__(self) -> tuple[int, int, Address]:
        return self.n_blocks, self.block_bytes, self._address

    def __setstate__(self, state: tuple[int, int, Address]) -> None:
        self.n_blocks, self.block_bytes, self._address = state
        self._file = -1
        self._memory = _memory_of(self._address, self.n_blocks * self.block_bytes)

    @property
    def is_shared(self) -> bool:
        """Whether there is memory behind it."""
        return self._memory is not None

    def close(self) -> None:
        """Let go of it; may be called twice."""
        if self._memory is not None:
            self._memory.close()
            self._memory = None
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def pack(self, value: object, block: int) -> Packed:
        """Write the arrays of an object into a block.

        Parameters
        ----------
        value : object
            Can be pickled. Arrays that are not contiguous go with the rest of it.
        block : int
            Nobody else uses it before the object has been unpacked.
        """
        spans: list[tuple[int, int]] = []
        first, end = block * self.block_bytes, 0

        def stays(buffer: pickle.PickleBuffer) -> bool:
            nonlocal end
            raw = buffer.raw()
            if self._memory is None or end + raw.nbytes > self.block_bytes:
                return True
            self._memory[first + end : first + end + raw.nbytes] = raw
            spans.append((end, raw.nbytes))
            end += -(-raw.nbytes // ALIGNMENT) * ALIGNMENT
            return False

        return Packed(pickle.dumps(value, 5, buffer_callback=stays), block, spans)

    def unpack(self, packed: Packed) -> Any:
        """Give the object, with arrays of its own: its block is free for the next one.

        Parameters
        ----------
        packed : Packed
            Of `pack`, by a process of this build.
        """
        if not packed.spans:
            return pickle.loads(packed.data)
        memory = np.frombuffer(self._memory or b"", np.uint8)[packed.block * self.block_bytes :]
        parts = (memory[start : start + n_bytes] for start, n_bytes in packed.spans)
        return pickle.loads(packed.data, buffers=[part.copy() for part in parts])
