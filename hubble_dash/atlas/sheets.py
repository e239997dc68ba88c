"""Sheets of thumbnails: where each stands, and their pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubble_dash.atlas.boxes import Box
from hubble_dash.atlas.manifest import ThumbnailsEntry
from hubble_dash.atlas.schema import PREVIEWS_FOLDER, SHEETS_FOLDER
from hubble_dash.errors import AtlasError
from hubble_dash.foreign.folder import Folder
from hubble_dash.foreign.pictures import MAX_BYTES, decode_webp, prove_picture

__all__ = ["Pictures", "SheetLayout", "Slot", "sheet_name"]


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
        """Count the sheets that n thumbnails need.

        Parameters
        ----------
        n : int
            Thumbnails.
        """
        return -(-n // self.per_sheet)

    def slot(self, i: int) -> Slot:
        """Say where thumbnail i stands.

        Parameters
        ----------
        i : int
            Its number, from 0, which is the row of its cutout.
        """
        return Slot(*divmod(i, self.per_sheet))

    def box(self, i: int) -> Box:
        """Give the pixels of thumbnail i on its sheet, whose row 0 is at the top.

        Parameters
        ----------
        i : int
            As of `slot`.
        """
        row, column = divmod(self.slot(i).number, self.columns)
        left, top = column * self.size, row * self.size
        return Box(left, left + self.size, top, top + self.size)

    def blank(self, n: int) -> NDArray[np.uint8]:
        """Make a black sheet with no more rows than n thumbnails need, (ny, nx, 3).

        Parameters
        ----------
        n : int
            Thumbnails that it is to hold, no more than stand on a sheet.
        """
        return np.zeros(self.blank_shape(n), np.uint8)

    def blank_shape(self, n: int) -> tuple[int, int, int]:
        """Give the shape of such a sheet.

        Parameters
        ----------
        n : int
            As of `blank`.
        """
        return -(-n // self.columns) * self.size, self.columns * self.size, 3

    def to_entry(self) -> ThumbnailsEntry:
        """Give it as an entry of the manifest."""
        return {"size": self.size, "columns": self.columns, "rows": self.rows}


def sheet_name(number: int) -> str:
    """Name the file of a sheet, within ``sheets/``.

    Parameters
    ----------
    number : int
        From 0.
    """
    return f"sheet_{number:05d}.webp"


class Pictures:
    """Sheets and previews of an atlas from outside, each proved to be a picture before it is given.

    Parameters
    ----------
    folder : Folder
        Of the atlas.
    layout : SheetLayout
        Of its sheets.
    images : pandas.DataFrame
        Its table of images, checked.
    n : int
        Number of cutouts.
    """

    def __init__(self, folder: Folder, layout: SheetLayout, images: pd.DataFrame, n: int) -> None:
        self._folder, self._layout, self._images, self._n = folder, layout, images, n

    def sheet(self, number: int) -> bytes:
        """Read the file of a sheet of thumbnails.

        Parameters
        ----------
        number : int
            Of the sheet, from 0.

        Returns
        -------
        bytes
            A WebP file.

        Raises
        ------
        AtlasError
            If it is no picture of the size that its thumbnails take, or cannot be read.
        """
        return self._read_sheet(number)[0]

    def sheet_pixels(self, number: int) -> NDArray[np.uint8]:
        """Read the pixels of a sheet of thumbnails.

        Parameters
        ----------
        number : int
            Of the sheet, from 0.

        Returns
        -------
        (ny, nx, 3) uint8 array
            Row 0 at the top.

        Raises
        ------
        AtlasError
            As of `sheet`.
        """
        return self._read_sheet(number)[1]

    def preview(self, image: int) -> bytes:
        """Read the file that shows an image.

        Parameters
        ----------
        image : int
            Row of the table of images.

        Returns
        -------
        bytes
            A JPEG or WebP file.

        Raises
        ------
        AtlasError
            If it is no such picture, of another size than the table says, or cannot be read.
        """
        row = self._images.iloc[image]
        name = f"{PREVIEWS_FOLDER}/{row['preview']}"
        data = self._folder.read(name, max_bytes=MAX_BYTES)
        try:
            prove_picture(data, int(row["preview_width"]), int(row["preview_height"]))
        except ValueError as err:
            raise self._unreadable(name, err) from err
        return data

    def _read_sheet(self, number: int) -> tuple[bytes, NDArray[np.uint8]]:
        name = f"{SHEETS_FOLDER}/{sheet_name(number)}"
        data = self._folder.read(name, max_bytes=MAX_BYTES)
        n = min(self._layout.per_sheet, self._n - number * self._layout.per_sheet)
        few, wide, _ = self._layout.blank_shape(n)
        # Early versions wrote all rows of every sheet.
        shapes = {(few, wide), (self._layout.rows * self._layout.size, wide)}
        try:
            pixels = decode_webp(data)
            if pixels.shape[:2] not in shapes:
                taken = f"its {n} thumbnails take {wide} x {few}"
                raise ValueError(f"it has {pixels.shape[1]} x {pixels.shape[0]} pixels; {taken}")
        except ValueError as err:
            raise self._unreadable(name, err) from err
        return data, pixels

    def _unreadable(self, name: str, why: ValueError) -> AtlasError:
        return AtlasError(f"{self._folder.path / name} cannot be read ({why}); build it again")
