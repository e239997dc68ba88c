"""A file of a server, read where it is needed: blocks that are wanted together come together."""

from __future__ import annotations

import io
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from hubble_dash.builder.remote.failures import NoRangesError, connections

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

__all__ = ["RangeFile"]

BLOCK = 65_536
# Blocks that are kept: 64 MB.
MAX_KEPT = 1024
# Whoever reads on gets ever more at once, up to 1 MB; and no request is for more than 4 MB.
MAX_AHEAD, MAX_A_REQUEST = 16, 64


class RangeFile(io.RawIOBase):
    """A file of which only parts are read.

    Parameters
    ----------
    read_range : callable
        Gives the bytes from a place to another.
    size : int
        Of the file.
    whole : callable
        Gives the file as a whole, open: used where parts come to more than half of it, or where
        its server sends none.
    """

    def __init__(
        self,
        read_range: Callable[[int, int], bytes],
        size: int,
        whole: Callable[[], io.BufferedIOBase],
    ) -> None:
        super().__init__()
        self.size, self._end = size, size
        self._read_range, self._get_whole = read_range, whole
        self._whole: io.BufferedIOBase | None = None
        self._place, self._n_read = 0, 0
        self._ahead, self._next = 1, 0
        self._blocks: OrderedDict[int, bytes] = OrderedDict()
        self._reading = threading.RLock()

    def end_at(self, end: int) -> None:
        """End, for those who read on, before the file does; begin anew.

        Parameters
        ----------
        end : int
            Bytes from the start of the file.
        """
        self._end = min(end, self.size)
        self._place = 0

    def want(self, spans: Iterable[tuple[int, int]]) -> None:
        """Have bytes here that will be read, in few requests, several of which are under way.

        Parameters
        ----------
        spans : iterable of (int, int)
            From where to where.
        """
        with self._reading:
            wanted = {
                block
                for start, stop in spans
                for block in range(start // BLOCK, -(-min(stop, self.size) // BLOCK))
            }
            missing = sorted(wanted - self._blocks.keys())
            # More than can be kept would push out what came first.
            self._fetch(missing[:MAX_KEPT])

    def readable(self) -> bool:
        """Say yes."""
        return True

    def seekable(self) -> bool:
        """Say yes."""
        return True

    def tell(self) -> int:
        """Give the place where reading goes on."""
        return self._place

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place.

        Parameters
        ----------
        offset : int
            Bytes.
        whence : int
            From where they are counted, as of `io`.
        """
        start = (0, self._place, self._end)[whence]
        self._place = max(0, start + offset)
        return self._place

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Read into a buffer as much as it holds, up to the end.

        Parameters
        ----------
        buffer : writable buffer
            Takes the bytes.
        """
        view = memoryview(buffer).cast("B")
        data = self.read(len(view))
        view[: len(data)] = data
        return len(data)

    def read(self, size: int | None = -1) -> bytes:
        """Read on.

        Parameters
        ----------
        size : int
            Bytes; all that is left where it is negative.
        """
        left = max(0, self._end - self._place)
        n = left if size is None or size < 0 else min(size, left)
        with self._reading:
            data = self._bytes(self._place, self._place + n)
        self._place += n
        return data

    def close(self) -> None:
        """Let go of all that is kept."""
        self._blocks.clear()
        if self._whole is not None:
            self._whole.close()
        super().close()

    def _bytes(self, start: int, stop: int) -> bytes:
        parts = []
        while start < stop and self._whole is None:
            block = start // BLOCK
            if block not in self._blocks:
                self._read_on(block, -(-stop // BLOCK))
                continue
            self._blocks.move_to_end(block)
            part = self._blocks[block][start - block * BLOCK : stop - block * BLOCK]
            parts.append(part)
            start += len(part)
        if start < stop and self._whole is not None:
            self._whole.seek(start)
            parts.append(self._whole.read(stop - start))
        return b"".join(parts)

    def _read_on(self, block: int, stop: int) -> None:
        self._ahead = min(2 * self._ahead, MAX_AHEAD) if block == self._next else 1
        last = min(max(stop, block + self._ahead), block + MAX_KEPT // 2, -(-self.size // BLOCK))
        self._fetch([one for one in range(block, last) if one not in self._blocks])
        self._next = last

    def _fetch(self, blocks: Sequence[int]) -> None:
        """Get blocks; runs of them by one request each."""
        if not blocks or self._whole is not None:
            return
        runs = list(_runs(blocks))
        self._n_read += len(blocks) * BLOCK
        if self._n_read > max(self.size / 2, 2 * BLOCK):
            self._whole = self._get_whole()
            return
        try:
            if len(runs) == 1:
                got = [self._get(*runs[0])]
            else:
                with ThreadPoolExecutor(min(len(runs), connections())) as pool:
                    got = list(pool.map(lambda run: self._get(*run), runs))
        except NoRangesError:
            self._whole = self._get_whole()
            return
        for (first, _), data in zip(runs, got, strict=True):
            for at in range(0, len(data), BLOCK):
                self._blocks[first + at // BLOCK] = data[at : at + BLOCK]
        while len(self._blocks) > MAX_KEPT:
            self._blocks.popitem(last=False)

    def _get(self, first: int, last: int) -> bytes:
        return self._read_range(first * BLOCK, min(last * BLOCK, self.size))


def _runs(blocks: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Join neighbouring blocks: the first of each run, and the one behind its last."""
    first = previous = blocks[0]
    for block in blocks[1:]:
        if block != previous + 1 or block - first == MAX_A_REQUEST:
            yield first, previous + 1
            first = block
        previous = block
    yield first, previous + 1
