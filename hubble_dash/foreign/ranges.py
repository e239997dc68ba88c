"""Values from outside against their bounds; the first that is off is told with its row."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from hubble_dash.errors import AtlasError

__all__ = ["check_range", "check_rows", "check_values", "off"]

ROWS_A_BLOCK = 1 << 16


def check_range(
    path: Path, values: pd.Series[Any], low: ArrayLike, high: ArrayLike, *, nan: bool = False
) -> None:
    """Check the numbers of a column.

    Parameters
    ----------
    path : Path
        The table's file, which is told.
    values : (n,) pandas.Series
        The column.
    low, high : float or (n,) array
        The least and the greatest that is allowed, of all or of each.
    nan : bool
        Whether one may be missing.

    Raises
    ------
    AtlasError
        That names the first row that is off.
    """
    numbers = values.to_numpy(dtype=float, na_value=np.nan)
    holds = (numbers >= low) & (numbers <= high)
    if nan:
        holds |= np.isnan(numbers)
    if not holds.all():
        row = int(np.argmin(holds))
        least, most = (np.broadcast_to(bound, holds.shape)[row] for bound in (low, high))
        check_rows(path, values, holds, f"{least:,} to {most:,}{' or NaN' if nan else ''}")


def check_rows(
    path: Path, values: pd.Series[Any], holds: NDArray[np.bool_] | pd.Series[bool], words: str
) -> None:
    """Refuse a column in which a row does not hold.

    Parameters
    ----------
    path : Path
        The table's file, which is told.
    values : (n,) pandas.Series
        The column.
    holds : (n,) bool array
        Whether each does.
    words : str
        What is allowed.

    Raises
    ------
    AtlasError
        That names the first row that is off.
    """
    wrong = np.flatnonzero(~np.asarray(holds, bool))
    if len(wrong):
        row = int(wrong[0])
        found = values.iloc[row]
        shown = ascii(found) if isinstance(found, str) else found
        raise off(path, f"{values.name} of row {row}", shown, words)


def check_values(path: Path, array: NDArray[Any], low: float, high: float) -> None:
    """Check all values of an array, a block of rows at a time.

    Parameters
    ----------
    path : Path
        The array's file, which is told.
    array : array
        May be memory-mapped.
    low, high : float
        The least and the greatest that is allowed; NaN is not.

    Raises
    ------
    AtlasError
        That names the first row that is off.
    """
    for start in range(0, len(array), ROWS_A_BLOCK):
        block = array[start : start + ROWS_A_BLOCK]
        # A block with NaN has it as its least.
        if block.size and not (block.min() >= low and block.max() <= high):
            place = tuple(np.argwhere(~((block >= low) & (block <= high)))[0])
            raise off(path, f"row {start + place[0]}", block[place], f"{low:,} to {high:,}")


def off(path: Path, field: str, found: object, allowed: str) -> AtlasError:
    """Make the error that says where something is off, what is there and what is allowed.

    Parameters
    ----------
    path : Path
        The file.
    field, allowed : str
        What it is called, and what it may be.
    found : object
        What is there.
    """
    return AtlasError(f"{path}: {field} is {str(found)[:120]}; allowed: {allowed}")
