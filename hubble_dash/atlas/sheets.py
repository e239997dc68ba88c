"""Sheets of thumbnails: where each stands, and their pixels."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import imagecodecs
import numpy as np
from numpy.typing import NDArray

from hubble_dash.atlas.boxes import Box
from hubble_dash.atlas.manifest import ThumbnailsEntry
from hubble_dash.errors import AtlasError

__all__ = ["SheetLayout", "Slot", "sheet_name", "sheet_pixels"]


class Slot(NamedTuple):
    """Where a thumbnail stands.

    Attributes
    ----------
    sheet : int
        The sheet, from 0.
    number : int
        Its place on the sheet, from 0, along the rows.
    """

    sheet: int
    number: int


@dataclass(frozen=True)
class SheetLayout:
    """How thumbnails are spread over sheets, along the rows, one sheet after the other.

    Parameters
    ----------
    size : int
        Side of a thumbnail, in pixels.
    columns, rows : int
        Thumbnails across and down a sheet.
    """

    size: int = 96
    columns: int = 16
    rows: int = 16

    @property
    def per_sheet(self) -> int:
        """Thumbnails in a full sheet."""
        return self.columns * self.rows

    def n_sheets(self, n: int) -> int:
        """Count the sheets that n thumbnails need."""
        return -(-n // self.per_sheet)

    def slot(self, i: int) -> Slot:
        """Say where thumbnail i stands."""
        return Slot(*divmod(i, self.per_sheet))

    def box(self, i: int) -> Box:
        """Give the pixels of thumbnail i on its sheet, whose row 0 is at the top."""
        row, column = divmod(self.slot(i).number, self.columns)
        left, top = column * self.size, row * self.size
        return Box(left, left + self.size, top, top + self.size)

    def blank(self, n: int) -> NDArray[np.uint8]:
        """Make a black sheet with no more rows than n thumbnails need, (ny, nx, 3)."""
        n_rows = -(-n // self.columns)
        return np.zeros((n_rows * self.size, self.columns * self.size, 3), np.uint8)

    def to_entry(self) -> ThumbnailsEntry:
        """Give it as an entry of the manifest."""
        return {"size": self.size, "columns": self.columns, "rows": self.rows}


def sheet_name(number: int) -> str:
    """Name the file of a sheet, within ``sheets/``."""
    return f"sheet_{number:05d}.webp"


def sheet_pixels(path: Path) -> NDArray[np.uint8]:
    """Read a sheet of thumbnails.

    Parameters
    ----------
    path : Path
        Its file, such as `Atlas.sheet_path` names.

    Returns
    -------
    (ny, nx, 3) uint8 array
        Row 0 at the top.

    Raises
    ------
    AtlasError
        If the file cannot be read.
    """
    try:
        # Twice as fast as Pillow, which also keeps other threads waiting.
        pixels: NDArray[np.uint8] = imagecodecs.webp_decode(path.read_bytes())
    except (OSError, ValueError, imagecodecs.WebpError) as err:
        raise AtlasError(f"{path} cannot be read ({err}); build the atlas again") from err
    return pixels[..., :3]
