"""What the tables say of cutouts: labels, and the user's own columns as numbers or texts."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubble_dash.atlas.schema import BOX, LABELS, SCORES, SKY, is_number, text_codes
from hubble_dash.viewer.data.encoding import Payload, column

__all__ = [
    "boxes",
    "label_codes",
    "labels",
    "metadata",
    "sky_places",
]


def metadata(rows: pd.DataFrame) -> list[Payload]:
    """Give columns for a piece: numbers as they are, anything else as codes into its texts.

    Parameters
    ----------
    rows : (m, ...) pandas.DataFrame
        The columns of `extra_columns`, of the cutouts in question.

    Returns
    -------
    list of dict
        ``name`` with ``values`` (float64), or with ``codes`` (int32, -1 where missing) and
        ``texts``.
    """
    found: list[Payload] = []
    for name in rows:
        values = rows[name]
        if is_number(values):
            numbers = values.to_numpy(dtype=float, na_value=np.nan)
            found.append({"name": str(name), "values": column(numbers, "float64")})
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


def labels(cutouts: pd.DataFrame, codes: NDArray[np.int16], rows: NDArray[np.int32]) -> Payload:
    """Give the labels of some cutouts: codes as of `label_codes`, and scores in 65,535ths."""
    scores = [cutouts[name].to_numpy()[rows] for name in SCORES]
    fixed = np.round(np.nan_to_num(np.column_stack(scores)) * 65535)
    return {"label": column(codes[rows], "int16"), "score": column(fixed, "uint16")}


def boxes(cutouts: pd.DataFrame, rows: NDArray[np.int32]) -> Payload:
    """Give the parent images and the boxes of some cutouts."""
    box = np.column_stack([cutouts[name].to_numpy()[rows] for name in BOX])
    image = cutouts["image"].to_numpy()[rows]
    return {"image": column(image, "int32"), "box": column(box, "int32")}


def sky_places(
    cutouts: pd.DataFrame,
    plane: tuple[NDArray[np.float64], NDArray[np.float64]],
    rows: NDArray[np.int32],
) -> Payload:
    """Give the places of some cutouts on the sky, and on its map, where `plane` has all."""
    ra, dec, scale = (cutouts[name].to_numpy()[rows] for name in SKY)
    found = {"ra": ra, "dec": dec, "sky_x": plane[0][rows], "sky_y": plane[1][rows]}
    columns = {name: column(values, "float64") for name, values in found.items()}
    return {**columns, "scale": column(scale, "float32")}
