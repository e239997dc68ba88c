"""Columns as they travel -> arrays."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["decoded", "is_column"]


def is_column(value: Any) -> bool:
    """Say whether plain data are a column.

    Parameters
    ----------
    value
        Of a piece.
    """
    return isinstance(value, dict) and value.keys() == {"dtype", "data"}


def decoded(column: Mapping[str, str]) -> NDArray[Any]:
    """Decode a column as the browser does, but refuse what it would pass over.

    Parameters
    ----------
    column : dict
        As it travels.

    Raises
    ------
    ValueError
        If its data are no base64, or no whole numbers of numbers.
    """
    kind = np.dtype(column["dtype"]).newbyteorder("<")
    return np.frombuffer(base64.b64decode(column["data"], validate=True), kind)
