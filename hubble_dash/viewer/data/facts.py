"""What the tables say of cutouts: labels, and the user's own columns as numbers or texts."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubble_dash.atlas.schema import BOX, LABELS, SCORES, SKY, is_number, text_codes
from hubble_dash.viewer.data.encoding import column
from hubble_dash.viewer.data.schema import (
    SCORE_STEPS,
    BoxColumns,
    LabelPiece,
    MetadataColumn,
    SkyColumns,
)

__all__ = ["box_columns", "label_codes", "label_columns", "metadata", "sky_columns"]


def metadata(rows: pd.DataFrame, *, long: Collection[str] = ()) -> list[MetadataColumn]:
    """Give columns for a piece: numbers as they are, anything else as codes into its texts.

    Parameters
    ----------
    rows : (m, ...) pandas.DataFrame
        The columns of `extra_columns`, of the cutouts in question.
    long : collection of str
        Columns of whole numbers that are too long for a float; they travel as texts.

    Returns
    -------
    list of MetadataColumn
        One a column, in their order.
    """
    found: list[MetadataColumn] = []
    for name in rows:
        values = rows[name]
        if is_number(values) and name not in long:
            # The shortest number that is one of single precision is not that of its double.
            kind: Literal["float32", "float64"] = (
                "float32" if values.dtype in (np.float32, np.float16) else "float64"
            )
            numbers = values.to_numpy(dtype=kind, na_value=np.nan)
            found.append({"name": str(name), "values": column(numbers, kind)})
        else:
            codes, texts = text_codes(values)
            found.append({"name": str(name), "codes": column(codes, "int32"), "texts": texts})
    return found


def label_codes(cutouts: pd.DataFrame) -> tuple[list[str], NDArray[np.int16]]:
    """Give the best labels of all cutouts as codes into their names.

    Parameters
    ----------
    cutouts : (n, ...) pandas.DataFrame
        Its columns ``label_1`` to ``label_5``.

    Returns
    -------
    names : list of str
        All labels that occur, sorted; none where the cutouts have no labels.
    codes : (n, 5) int16 array
        Best first, -1 where there is none; (n, 0) without labels.
    """
    if LABELS[0] not in cutouts:
        return [], np.empty((len(cutouts), 0), np.int16)
    found = [text_codes(cutouts[name]) for name in LABELS]
    names = sorted(set().union(*(texts for _, texts in found)))
    place = {name: number for number, name in enumerate(names)}
    columns = [np.array([*map(place.get, texts), -1], np.int16)[codes] for codes, texts in found]
    return names, np.column_stack(columns)


def label_columns(
    cutouts: pd.DataFrame, codes: NDArray[np.int16], rows: NDArray[np.int32]
) -> LabelPiece:
    """Give the labels of some cutouts and their scores.

    Parameters
    ----------
    cutouts : (n, ...) pandas.DataFrame
        Its columns ``score_1`` to ``score_5``.
    codes : (n, 5) int16 array
        As of `label_codes`.
    rows : (m,) int32 array
        The cutouts.
    """
    scores = [cutouts[name].to_numpy()[rows] for name in SCORES]
    fixed = np.round(np.nan_to_num(np.column_stack(scores)) * SCORE_STEPS)
    return {"label": column(codes[rows], "int16"), "score": column(fixed, "uint16")}


def box_columns(cutouts: pd.DataFrame, rows: NDArray[np.int32]) -> BoxColumns:
    """Give the parent images and the boxes of some cutouts.

    Parameters
    ----------
    cutouts : (n, ...) pandas.DataFrame
        Their images and boxes.
    rows : (m,) int32 array
        The cutouts.
    """
    box = np.column_stack([cutouts[name].to_numpy()[rows] for name in BOX])
    image = cutouts["image"].to_numpy()[rows]
    return {"image": column(image, "int32"), "box": column(box, "int32")}


def sky_columns(
    cutouts: pd.DataFrame,
    plane: tuple[NDArray[np.float64], NDArray[np.float64]],
    rows: NDArray[np.int32],
) -> SkyColumns:
    """Give the places of some cutouts on the sky, and on its map.

    Parameters
    ----------
    cutouts : (n, ...) pandas.DataFrame
        Their positions, in ICRS degrees, and pixel scales, in arcseconds.
    plane : ((n,) float64 array, (n,) float64 array)
        The places of all on the sky map, x and y.
    rows : (m,) int32 array
        The cutouts.
    """
    ra, dec, scale = (cutouts[name].to_numpy()[rows] for name in SKY)
    x, y = plane
    return {
        "ra": column(ra, "float64"),
        "dec": column(dec, "float64"),
        "sky_x": column(x[rows], "float64"),
        "sky_y": column(y[rows], "float64"),
        "scale": column(scale, "float32"),
    }
