"""The parent images: what the page says of them, and pieces of their previews."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.atlas.schema import (
    CORNERS,
    LONGEST_WHOLE,
    PLANE,
    PREVIEWS_FOLDER,
    extra_image_columns,
)
from hubble_dash.viewer.data.encoding import column, data_url
from hubble_dash.viewer.data.schema import ImageEntry, OutlinePiece
from hubble_dash.viewer.planes.tangent import (
    MAX_ERROR,
    MIN_CUTOUTS,
    TangentPlane,
    corners_on,
    tangent_plane,
)

__all__ = ["PREVIEW_BYTES", "Parents"]

PREVIEW_BYTES = 1_000_000
_OF_THE_WEB = re.compile("https?://")


class Parents:
    """The parent images of an atlas.

    Parameters
    ----------
    atlas : Atlas
        The atlas.
    preview_bytes : int
        Bytes of pictures in a piece of previews; a larger picture has a piece of its own.
    levels : dict of int to list of int
        Of images that have tiles the first one of each level.
    """

    def __init__(
        self,
        atlas: Atlas,
        *,
        preview_bytes: int = PREVIEW_BYTES,
        levels: Mapping[int, list[int]] | None = None,
    ) -> None:
        self._atlas, self._preview_bytes = atlas, preview_bytes
        self._levels = levels or {}
        self._extra = extra_image_columns(atlas.images)

    def __len__(self) -> int:
        return len(self._atlas.images)

    @property
    def n_previews(self) -> int:
        """Number of pieces of previews."""
        return int(self._preview_piece[-1]) + 1 if len(self) else 0

    def describe(self, images: slice, *, with_preview: bool) -> list[ImageEntry]:
        """Say what the page shows of some images.

        Parameters
        ----------
        images : slice
            Rows of the table of images.
        with_preview : bool
            Whether it is said which piece of previews each one's picture is in; without it they
            have no pictures, until somebody gives them the addresses of some.

        Returns
        -------
        list of ImageEntry
            One an image.
        """
        found: list[ImageEntry] = []
        files = self._atlas.image_files
        sums = None if files is None else files["sha256"]
        records = self._atlas.images.iloc[images].to_dict("records")
        for image, record in enumerate(records, images.start):
            facts = {name: record[name] for name in self._extra if not pd.isna(record[name])}
            entry: ImageEntry = {
                "name": record["name"],
                "nx": int(record["nx"]),
                "ny": int(record["ny"]),
                "origin": record["origin"],
                "approximate": record["position_quality"] == "approximate",
                "metadata": [(str(name), _plain(value)) for name, value in facts.items()],
            }
            if sums is not None and isinstance(sums[image], str):
                entry["sha256"] = sums[image]
            if _OF_THE_WEB.match(record["path"]):
                entry["source"] = record["path"]
            if record["position_quality"] == "exact":
                self._place(entry, image, record)
            if image in self._levels:
                entry["levels"] = self._levels[image]
            if with_preview:
                entry["preview"] = int(self._preview_piece[image])
            else:
                entry["url"] = None
            found.append(entry)
        return found

    def _place(self, entry: ImageEntry, image: int, record: Mapping[Any, Any]) -> None:
        plane, is_distorted = self._plane(image, record)
        if plane is not None:
            entry["wcs"] = [*plane]
        if is_distorted:
            entry["distorted"] = True

    def outlines(self, images: slice) -> OutlinePiece:
        """Say where some images lie on the sky: their corners, distortions and all.

        Parameters
        ----------
        images : slice
            Rows of the table of images.
        """
        table = self._atlas.images.iloc[images]
        at = np.full((len(table), 2), np.nan)
        corners = np.full((len(table), 4, 2), np.nan)
        size = np.empty((len(table), 2), np.int32)
        for i, record in enumerate(table.to_dict("records")):
            size[i] = record["nx"], record["ny"]
            if not record["position_quality"]:
                continue
            plane, is_distorted = self._plane(images.start + i, record)
            if plane is None:
                continue
            at[i] = plane.ra_deg, plane.dec_deg
            corners[i] = corners_on(plane, record["nx"], record["ny"])
            told = np.array([record.get(name, np.nan) for name in CORNERS], float)
            if is_distorted and np.isfinite(told).all():
                corners[i] = told.reshape(4, 2)
        return {
            "at": column(at, "float64"),
            "corners": column(corners, "float32"),
            "size": column(size, "int32"),
            "exact": column(table["position_quality"] == "exact", "uint8"),
        }

    def _plane(self, image: int, record: Mapping[Any, Any]) -> tuple[TangentPlane | None, bool]:
        """Say how an image lies on the sky: as its file does, else as its cutouts tell.

        Where it is distorted, and too few cutouts tell, the plane gives directions alone.
        """
        told = [float(record.get(name, np.nan)) for name in PLANE]
        middle = (record["nx"] - 1) / 2, (record["ny"] - 1) / 2
        is_told, is_straight = bool(np.isfinite(told).all()), told[-1] <= MAX_ERROR
        if not (is_told and is_straight) and (fitted := self._fitted(image)) is not None:
            return fitted, False
        if is_told:
            return TangentPlane(*middle, *told[:-1]), not is_straight
        return None, False

    def _fitted(self, image: int) -> TangentPlane | None:
        order, starts = self._rows
        rows = order[starts[image] : starts[image + 1]]
        if len(rows) < MIN_CUTOUTS:
            return None
        return tangent_plane(self._atlas.cutouts.iloc[rows])

    @cached_property
    def _rows(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """The cutouts by their images, and where each image's begin."""
        images = self._atlas.cutouts["image"].to_numpy()
        order = np.argsort(images, kind="stable")
        return order, np.searchsorted(images[order], np.arange(len(self) + 1))

    def previews(self, number: int) -> dict[str, str]:
        """Give a piece of previews.

        Parameters
        ----------
        number : int
            Which, from 0.

        Returns
        -------
        dict of str to str
            Data URLs by the image's row, as text.
        """
        start, stop = np.searchsorted(self._preview_piece, [number, number + 1])
        pictures = self._atlas.pictures
        return {str(image): data_url(pictures.preview(image)) for image in range(start, stop)}

    @cached_property
    def _preview_piece(self) -> NDArray[np.int32]:
        """The piece of each image's preview: one image after another, as far as they fit."""
        files, names = self._atlas.manifest["files"], self._atlas.images["preview"]
        pieces = np.zeros(len(names), np.int32)
        piece = taken = 0
        for image, name in enumerate(names):
            size = files[f"{PREVIEWS_FOLDER}/{name}"]["bytes"]
            if taken and taken + size > self._preview_bytes:
                piece, taken = piece + 1, 0
            taken += size
            pieces[image] = piece
        return pieces


def _plain(value: Any) -> str | float | int:
    """Give what browsers hold: a finite number as it is, others and longer ones as text."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return str(value)
    fits = math.isfinite(value) if isinstance(value, float) else abs(value) <= LONGEST_WHOLE
    return value if fits else str(value)
