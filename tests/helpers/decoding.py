"""Columns of a page's data, decoded as the browser does it."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np


def decode(column: dict[str, str], width: int | None = None) -> np.ndarray[Any, Any]:
    """The numbers of a column; with a width, row by row."""
    values = np.frombuffer(base64.b64decode(column["data"]), dtype=column["dtype"])
    return values if width is None else values.reshape(-1, width)
