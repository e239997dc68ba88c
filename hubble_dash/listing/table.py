"""Rows of an atlas -> one table with what is known of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.atlas.schema import extra_image_columns

__all__ = ["files_of", "table_of", "with_first"]


def table_of(atlas: Atlas, rows: NDArray[np.integer[Any]]) -> pd.DataFrame:
    """Tell of cutouts all that the atlas knows.

    Parameters
    ----------
    atlas : Atlas
        The atlas.
    rows : (m,) int array
        The cutouts.

    Returns
    -------
    (m, ...) pandas.DataFrame
        ``row``, ``file``, the columns of the cutouts, and those that came with their images.
    """
    cutouts = atlas.cutouts.iloc[rows].reset_index(drop=True)
    images = atlas.images.iloc[cutouts["image"]].reset_index(drop=True)
    further = [name for name in extra_image_columns(atlas.images) if name not in cutouts]
    table = pd.concat([cutouts, images[further]], axis="columns")
    return with_first(table, {"row": rows, "file": images["name"]})


def with_first(table: pd.DataFrame, first: Mapping[str, Any]) -> pd.DataFrame:
    """Put columns before those of a table; one of the user's that has such a name gets another.

    Parameters
    ----------
    table : (m, ...) pandas.DataFrame
        The table.
    first : mapping of str to (m,) array
        What is put first.

    Returns
    -------
    (m, ...) pandas.DataFrame
        A new table; ``_catalog`` is added to names that were taken.
    """
    new = table.set_axis(_apart([str(name) for name in table], first), axis="columns")
    return pd.concat([pd.DataFrame(dict(first), index=table.index), new], axis="columns")


def files_of(atlas: Atlas, rows: NDArray[np.integer[Any]]) -> list[str]:
    """Name the image files of cutouts, each once, in the order of the atlas.

    Parameters
    ----------
    atlas : Atlas
        The atlas.
    rows : (m,) int array
        The cutouts.
    """
    images = np.unique(atlas.cutouts["image"].to_numpy()[rows])
    return list(dict.fromkeys(str(name) for name in atlas.images["name"].iloc[images]))


def _apart(names: list[str], taken: Iterable[str]) -> list[str]:
    """Give columns other names than those that are taken."""
    found: list[str] = []
    for name in names:
        new = name
        while new in taken or new in found or (new != name and new in names):
            new += "_catalog"
        found.append(new)
    return found
