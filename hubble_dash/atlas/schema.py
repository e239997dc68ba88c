"""Columns of an atlas's tables, and how the user's own columns are told from them."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = [
    "BOX",
    "IMAGE_AND_BOX",
    "N_LABELS",
    "extra_columns",
    "extra_image_columns",
    "is_number",
    "text_codes",
]

BOX = ["ixmin", "ixmax", "iymin", "iymax"]
IMAGE_AND_BOX = ["image", *BOX]
# ImageNet labels kept of each cutout, best first.
N_LABELS = 5
OWN_COLUMNS = {
    *("image", *BOX, "ra_deg", "dec_deg", "pixel_scale_arcsec"),
    *(f"{kind}_{i}" for kind in ("label", "score") for i in range(1, N_LABELS + 1)),
}
IMAGE_COLUMNS = {
    *("path", "name", "nx", "ny", "origin", "preview", "preview_width", "preview_height"),
    *("position_quality", "notes"),
}


def extra_columns(cutouts: pd.DataFrame) -> list[str]:
    """Name the columns that came with the cutouts and say something of at least one of them."""
    return [
        str(name) for name in cutouts if name not in OWN_COLUMNS and cutouts[name].notna().any()
    ]


def extra_image_columns(images: pd.DataFrame) -> list[str]:
    """Name the columns that came with the images, such as keywords of their headers."""
    return [
        str(name) for name in images if name not in IMAGE_COLUMNS and images[name].notna().any()
    ]


def is_number(values: pd.Series) -> bool:
    """Say whether a column holds numbers; true and false are none."""
    return pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)


def text_codes(values: pd.Series) -> tuple[NDArray[np.int64], list[str]]:
    """Give a column as codes into its distinct texts.

    Parameters
    ----------
    values : (m,) pandas.Series
        Of any kind; what is no text is written as one.

    Returns
    -------
    codes : (m,) int64 array
        -1 where the value is missing.
    texts : list of str
        In the order of their first appearance.
    """
    if values.dtype == np.dtype(object):
        values = values.map(str, na_action="ignore")
    codes, texts = pd.factorize(values)
    return codes.astype(np.int64), [str(text) for text in texts]
