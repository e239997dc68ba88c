"""The parent images: what the page says of them, and pieces of their previews."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.atlas.schema import PREVIEWS_FOLDER, extra_image_columns
from hubble_dash.viewer.data.encoding import Payload, data_url

__all__ = ["Parents"]

# Of a piece of previews; a larger preview has a piece of its own.
PREVIEW_BYTES = 1_000_000


class Parents:
    """The parent images of an atlas.

    Parameters
    ----------
    atlas : Atlas
        The atlas.

    Attributes
    ----------
    preview_piece : (m,) int32 array
        The piece of previews that each image's is in.
    """

    def __init__(self, atlas: Atlas) -> None:
        self._atlas = atlas
        self._extra = extra_image_columns(atlas.images)
        self.preview_piece = self._group()

    def __len__(self) -> int:
        return len(self._atlas.images)

    def preview_path(self, image: int) -> Path:
        """Path of an image's preview."""
        return self._atlas.path / PREVIEWS_FOLDER / str(self._atlas.images["preview"].iloc[image])

    @property
    def n_previews(self) -> int:
        """Number of pieces of previews."""
        return int(self.preview_piece[-1]) + 1 if len(self) else 0

    def describe(self, images: slice) -> list[Payload]:
        """Say what the page shows of some images.

        Parameters
        ----------
        images : slice
            Rows of the table of images.

        Returns
        -------
        list of dict
            ``name``, ``nx``, ``ny``, ``origin``, ``approximate``, ``metadata``.
        """
        found = []
        for record in self._atlas.images.iloc[images].to_dict("records"):
            facts = {name: record[name] for name in self._extra if not pd.isna(record[name])}
            found.append(
                {
                    "name": record["name"],
                    "nx": int(record["nx"]),
                    "ny": int(record["ny"]),
                    "origin": record["origin"],
                    "approximate": record["position_quality"] == "approximate",
                    "metadata": [[str(name), _plain(value)] for name, value in facts.items()],
                }
            )
        return found

    def previews(self, number: int) -> dict[str, str]:
        """Give a piece of previews: data URLs by the image's row, as text."""
        start, stop = np.searchsorted(self.preview_piece, [number, number + 1])
        return {
            str(image): data_url(self.preview_path(image).read_bytes())
            for image in range(start, stop)
        }

    def _group(self) -> NDArray[np.int32]:
        """Put previews into pieces, one after another, as far as they fit."""
        files, names = self._atlas.manifest["files"], self._atlas.images["preview"]
        pieces = np.zeros(len(names), np.int32)
        piece = taken = 0
        for image, name in enumerate(names):
            size = files[f"previews/{name}"]["bytes"]
            if taken and taken + size > PREVIEW_BYTES:
                piece, taken = piece + 1, 0
            taken += size
            pieces[image] = piece
        return pieces


def _plain(value: Any) -> str | float | int:
    """Give what JSON holds: a finite number as it is, anything else as text."""
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return value if number and math.isfinite(value) else str(value)
