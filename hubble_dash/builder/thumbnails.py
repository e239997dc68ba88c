"""Small pictures for the page: cutouts on sprite sheets, and each parent image shrunk."""

from __future__ import annotations

import io
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from hubble_dash.atlas import SheetLayout
from hubble_dash.builder.stretch import Display

__all__ = ["SheetWriter", "fit_thumbnail", "write_preview"]

# Galaxies on a dark sky take 0.7 kB at the first quality; a crowded star field needs a low one,
# and its noise hides what that costs. The page's size rests on this budget.
SHEET_QUALITIES = (85, 75, 65, 55, 45, 35)
BYTES_A_THUMBNAIL = 2300
PREVIEW_QUALITY = 90
WEBP_MAX_SIDE = 16383


def fit_thumbnail(pixels: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    """Fit a cutout into a square, its aspect kept, centred on black.

    Parameters
    ----------
    pixels : (h, w) or (h, w, 3) uint8 array
        As shown, row 0 at the top.
    size : int
        Side of the square, in pixels; larger cutouts shrink, smaller ones grow.

    Returns
    -------
    (size, size, 3) uint8 array
    """
    picture = Pillow.fromarray(pixels).convert("RGB")
    scale = size / max(picture.size)
    width, height = (max(1, round(side * scale)) for side in picture.size)
    # Lanczos keeps stars crisp when shrinking, and rings around them when growing.
    resampling = Pillow.Resampling.LANCZOS if scale < 1 else Pillow.Resampling.BICUBIC
    square = Pillow.new("RGB", (size, size))
    square.paste(
        picture.resize((width, height), resampling),
        ((size - width) // 2, (size - height) // 2),
    )
    return np.array(square)


class SheetWriter:
    """Write thumbnails to sprite sheets, one sheet in memory at a time.

    Thumbnail i goes to ``sheet_00000.webp`` and so on, sheet ``i // layout.per_sheet``, slot
    ``i % layout.per_sheet``, along the rows. The last sheet has only the rows it needs.
    As a context manager it writes the last sheet on leaving, unless an exception passes.

    Parameters
    ----------
    folder : path-like
        Where the sheets go; made if it is not there.
    layout : SheetLayout
        Size of a thumbnail, and thumbnails across and down a sheet.
    """

    def __init__(self, folder: str | Path, layout: SheetLayout) -> None:
        self.folder = Path(folder)
        self.layout = layout
        self._n = 0
        self._quality_step = 0
        self._closed = False
        self._sheet = self._blank()
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

    def add(self, pixels: NDArray[np.uint8]) -> None:
        """Put the next cutout in its slot.

        Parameters
        ----------
        pixels : (h, w) or (h, w, 3) uint8 array
            As shown, row 0 at the top.

        Raises
        ------
        ValueError
            If the writer has been closed.
        """
        if self._closed:
            raise ValueError(f"the sheets in {self.folder} are closed; nothing can be added")
        size = self.layout.size
        row, column = divmod(self._n % self.layout.per_sheet, self.layout.columns)
        top, left = row * size, column * size
        self._sheet[top : top + size, left : left + size] = fit_thumbnail(pixels, size)
        self._n += 1
        if self._n % self.layout.per_sheet == 0:
            self._write(self.layout.per_sheet)

    def close(self) -> int:
        """Write what is left; a second call only counts.

        Returns
        -------
        int
            Number of sheets.
        """
        left_over = self._n % self.layout.per_sheet
        if left_over and not self._closed:
            self._write(left_over)
        self._closed = True
        return -(-self._n // self.layout.per_sheet)

    def _write(self, n_thumbnails: int) -> None:
        """Write the sheet at the best quality that keeps to the budget."""
        n_rows = -(-n_thumbnails // self.layout.columns)
        sheet = Pillow.fromarray(self._sheet[: n_rows * self.layout.size])
        # Sheets of one collection are alike: begin a step above what the last one needed.
        for step in range(max(0, self._quality_step - 1), len(SHEET_QUALITIES)):
            webp = _encode(sheet, SHEET_QUALITIES[step])
            if len(webp) <= n_thumbnails * BYTES_A_THUMBNAIL:
                break
        self._quality_step = step
        number = (self._n - 1) // self.layout.per_sheet
        _write_whole(webp, self.folder / f"sheet_{number:05d}.webp")
        self._sheet = self._blank()

    def _blank(self) -> NDArray[np.uint8]:
        size = self.layout.size
        return np.zeros((self.layout.rows * size, self.layout.columns * size, 3), dtype=np.uint8)


def write_preview(display: Display, path: str | Path, *, max_side: int = 1600) -> tuple[int, int]:
    """Write a parent image, shrunk, as WebP.

    Parameters
    ----------
    display : Display
        The image as shown; read in bands, so never held whole.
    path : path-like
        The file to write.
    max_side : int
        Longest side of the preview, in pixels, at most 16383 (WebP holds no more).

    Returns
    -------
    (width, height) : tuple of int
        Pixels of the preview.

    Raises
    ------
    ValueError
        If `max_side` is out of range.
    """
    if not 1 <= max_side <= WEBP_MAX_SIDE:
        raise ValueError(f"max_side is {max_side}; WebP holds 1 to {WEBP_MAX_SIDE} pixels a side")
    pixels, _ = display.read(max_side=max_side)
    _write_whole(_encode(Pillow.fromarray(pixels), PREVIEW_QUALITY), Path(path))
    return pixels.shape[1], pixels.shape[0]


def _encode(picture: Pillow.Image, quality: int) -> bytes:
    buffer = io.BytesIO()
    # A third to a fifth of the time of the default method, for files 2 to 5 % larger.
    picture.convert("RGB").save(buffer, format="WEBP", quality=quality, method=0)
    return buffer.getvalue()


def _write_whole(data: bytes, path: Path) -> None:
    """Write under a temporary name, then rename: the file is whole or not there."""
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.write_bytes(data)
    temporary.replace(path)
