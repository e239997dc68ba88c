"""Thumbnails -> sprite sheets, encoded by threads."""

from __future__ import annotations

import io
import os
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from hubble_dash.atlas.sheets import SheetLayout, sheet_name
from hubble_dash.disk.names import write_inside

__all__ = ["SheetWriter", "usual_encoders"]

# Galaxies on a dark sky take 0.7 kB at the first quality; a crowded star field needs a low one,
# and its noise hides what that costs. The page's size rests on this budget.
SHEET_QUALITIES = (85, 75, 65, 55, 45, 35)
BYTES_A_THUMBNAIL = 2300
# One row of so many is encoded to learn which quality a sheet needs.
ROWS_A_TRIED_ROW = 8
SHEETS_WAITING_A_THREAD = 2


def usual_encoders(device: str) -> int:
    """Say how many threads should encode sheets: of a crowded field one makes 2,500 thumbnails a s.

    Parameters
    ----------
    device : str
        Where the network runs; on a CPU it needs the cores itself.
    """
    n_cores = os.cpu_count() or 1
    shared = max(2, min(8, n_cores // 2))
    return shared if device == "cpu" else max(shared, n_cores - 1)


class SheetWriter:
    """Write thumbnails to sprite sheets, which threads encode.

    Thumbnail i goes to where `layout` has it. The last sheet has only the rows it needs. What a
    sheet looks like depends on its thumbnails alone, so that a build may go on after any sheet.
    As a context manager it writes the last sheet on leaving, unless an exception passes.

    Parameters
    ----------
    folder : path-like
        Where the sheets go; made if it is not there.
    layout : SheetLayout
        Size of a thumbnail, and thumbnails across and down a sheet.
    n_done : int
        Thumbnails on sheets that are there, a whole number of sheets.
    n_threads : int
        That encode.
    """

    def __init__(
        self, folder: str | Path, layout: SheetLayout, *, n_done: int = 0, n_threads: int = 1
    ) -> None:
        self.folder = Path(folder)
        self.layout = layout
        self._n, self._n_threads = n_done, n_threads
        self._closed = False
        self._sheet = self._blank()
        self._threads = ThreadPoolExecutor(n_threads, "sheets")
        self._waiting: deque[Future[None]] = deque()
        self.folder.mkdir(parents=True, exist_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if kind is None:
            self.close()
        self.stop()

    def add(self, thumbnail: NDArray[np.uint8]) -> None:
        """Put the next thumbnail in its slot.

        Parameters
        ----------
        thumbnail : (size, size, 3) uint8 array
            Of `hubble_dash.builder.feeding.previews.fit_thumbnail`.

        Raises
        ------
        ValueError
            If the writer has been closed.
        """
        if self._closed:
            raise ValueError(f"the sheets in {self.folder} are closed; nothing can be added")
        self._sheet[self.layout.box(self._n).slices] = thumbnail
        self._n += 1
        if self._n % self.layout.per_sheet == 0:
            self._submit(self.layout.per_sheet)

    def flush(self) -> None:
        """Wait until all full sheets are written."""
        while self._waiting:
            self._waiting.popleft().result()

    def close(self) -> int:
        """Write what is left; a second call only counts.

        Returns
        -------
        int
            Number of sheets.
        """
        left_over = self._n % self.layout.per_sheet
        if left_over and not self._closed:
            self._submit(left_over)
        self._closed = True
        self.flush()
        self._threads.shutdown()
        return self.layout.n_sheets(self._n)

    def stop(self) -> None:
        """Write no more, not even what waits."""
        self._threads.shutdown(cancel_futures=True)

    def _submit(self, n_thumbnails: int) -> None:
        while len(self._waiting) >= SHEETS_WAITING_A_THREAD * self._n_threads:
            self._waiting.popleft().result()
        n_rows = -(-n_thumbnails // self.layout.columns)
        sheet = self._sheet[: n_rows * self.layout.size]
        path = self.folder / sheet_name(self.layout.slot(self._n - 1).sheet)
        self._waiting.append(self._threads.submit(self._write, sheet, n_thumbnails, path))
        self._sheet = self._blank()

    def _write(self, sheet: NDArray[np.uint8], n_thumbnails: int, path: Path) -> None:
        """Write the sheet at the best quality that keeps to the budget."""
        size, columns = self.layout.size, self.layout.columns
        tried = sheet.reshape(-1, size, *sheet.shape[1:])[ROWS_A_TRIED_ROW // 2 :: ROWS_A_TRIED_ROW]
        if len(tried) and n_thumbnails == self.layout.per_sheet:
            budget = len(tried) * columns * BYTES_A_THUMBNAIL
            first = _first_within(budget, tried.reshape(-1, *sheet.shape[1:]))
        else:
            first = 0
        for quality in SHEET_QUALITIES[first:]:
            webp = _as_webp(sheet, quality)
            if len(webp) <= n_thumbnails * BYTES_A_THUMBNAIL:
                break
        write_inside(webp, path, lasting=True)

    def _blank(self) -> NDArray[np.uint8]:
        return self.layout.blank(self.layout.per_sheet)


def _first_within(budget: int, pixels: NDArray[np.uint8]) -> int:
    """Find the first quality at which pixels take no more bytes than that."""
    for step, quality in enumerate(SHEET_QUALITIES):
        if len(_as_webp(pixels, quality)) <= budget:
            return step
    return len(SHEET_QUALITIES) - 1


def _as_webp(pixels: NDArray[np.uint8], quality: int) -> bytes:
    buffer = io.BytesIO()
    # A third to a fifth of the time of the default method, for files 2 to 5 % larger.
    Pillow.fromarray(pixels).save(buffer, format="WEBP", quality=quality, method=0)
    return buffer.getvalue()
