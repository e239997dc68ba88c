"""Cutouts -> regions for DS9 and CARTA: on the sky where that is known, else on each image."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.atlas.schema import BOX, SKY

__all__ = ["as_regions"]

_HEAD = "# Region file format: DS9 version 4.1"
_UNSAFE = str.maketrans({"{": "(", "}": ")", "\n": " ", "\r": " "})


def as_regions(atlas: Atlas, rows: NDArray[np.integer[Any]], *, said: str) -> str:
    """Write cutouts as a file of regions.

    Parameters
    ----------
    atlas : Atlas
        The atlas.
    rows : (m,) int array
        The cutouts.
    said : str
        What the file holds; stands in a comment.

    Returns
    -------
    str
        On the sky (ICRS) a circle as wide as the cutout's shorter side, since an atlas does not
        know how its boxes are turned; a point where the scale is unknown. Cutouts without a
        position are boxes in pixels of their image, whose name stands in a comment above them.
    """
    cutouts = atlas.cutouts.iloc[rows]
    on_sky = cutouts[list(SKY[:2])].notna().all(axis="columns").to_numpy()
    lines = [_HEAD, f"# {_in_a_line(said)}"]
    if on_sky.any():
        lines += ["icrs", *_on_sky(cutouts[on_sky], rows[on_sky])]
    if not on_sky.all():
        lines += _on_images(atlas.images, cutouts[~on_sky], rows[~on_sky])
    return "\n".join([*lines, ""])


def _on_sky(cutouts: pd.DataFrame, rows: NDArray[Any]) -> list[str]:
    ra, dec, scale = (cutouts[name].to_numpy(float) for name in SKY)
    x0, x1, y0, y1 = (cutouts[name].to_numpy() for name in BOX)
    radius = np.minimum(x1 - x0, y1 - y0) * scale / 2
    return [
        f"circle({a:.7f},{d:+.7f},{r:.3f}\") # text={{row {row}}}" if r > 0
        else f"point({a:.7f},{d:+.7f}) # point=cross text={{row {row}}}"
        for row, a, d, r in zip(rows, ra, dec, radius, strict=True)
    ]  # fmt: skip


def _on_images(images: pd.DataFrame, cutouts: pd.DataFrame, rows: NDArray[Any]) -> list[str]:
    """Write boxes image by image, in DS9's pixels: the centre of the lowest, leftmost is (1, 1)."""
    lines = ["# without a position: boxes in pixels of the image that is named above them"]
    boxes = cutouts[list(BOX)].to_numpy()
    images_of = cutouts["image"].to_numpy()
    for image in np.unique(images_of):
        entry = images.iloc[image]
        lines += [f"# image: {_in_a_line(str(entry['name']))}", "image"]
        here = images_of == image
        for row, (x0, x1, y0, y1) in zip(rows[here], boxes[here], strict=True):
            if entry["origin"] == "upper":
                y0, y1 = entry["ny"] - y1, entry["ny"] - y0
            x, y = (x0 + x1 + 1) / 2, (y0 + y1 + 1) / 2
            lines.append(f"box({x:.1f},{y:.1f},{x1 - x0},{y1 - y0},0) # text={{row {row}}}")
    return lines


def _in_a_line(text: str) -> str:
    return text.translate(_UNSAFE)
