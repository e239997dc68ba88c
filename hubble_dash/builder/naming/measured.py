"""What every atlas has -> terms: where cutouts were cut, how large, how bright and of which colour.

They name clusters of which neither catalogue nor headers say what is special.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from hubble_dash.atlas.boxes import Boxes
from hubble_dash.atlas.schema import (
    COLORS_FILE,
    CUTOUTS_FILE,
    IMAGE_AND_BOX,
    IMAGES_FILE,
    ImageRow,
)
from hubble_dash.builder.naming.values import MAX_CATEGORIES, Values, outer_thirds

__all__ = ["box_values", "image_values", "look_values"]

# As of "m51.fits.gz".
SUFFIXES = re.compile(r"(\.([a-z]{2,4}|bz2|jp2)){1,2}$", re.IGNORECASE)
# How much more light of one end of the spectrum than of the other is a colour, as a share of all.
MIN_COLOR = 0.05


def image_values(folder: Path) -> Values | None:
    """Say from which image each cutout is; None of more images than anybody reads names of.

    Parameters
    ----------
    folder : Path
        With the tables of the atlas.
    """
    names = pd.read_parquet(folder / IMAGES_FILE, columns=["name"])["name"]
    if not 1 < len(names) <= MAX_CATEGORIES:
        return None
    of_cutouts = pd.read_parquet(folder / CUTOUTS_FILE, columns=["image"])["image"]
    return Values(of_cutouts.to_numpy(), [[SUFFIXES.sub("", name)] for name in names])


def look_values(folder: Path) -> Iterator[Values]:
    """Say how bright the picture of each cutout is, and how coloured.

    Parameters
    ----------
    folder : Path
        Of the atlas, with mean colours if there are any.
    """
    if not (folder / COLORS_FILE).exists():
        return
    colors = np.load(folder / COLORS_FILE).astype(np.float64)
    light = colors.sum(axis=1)
    if (brightness := outer_thirds(light, "dark", "bright")) is not None:
        yield brightness
    redness = (colors[:, 0] - colors[:, 2]) / np.maximum(light, 1)
    if (hue := outer_thirds(redness, "blue", "red")) is not None:
        # The bluest of red ones are not blue.
        is_so = np.where(hue.codes == 0, redness < -MIN_COLOR, redness > MIN_COLOR)
        yield hue._replace(codes=np.where(is_so, hue.codes, -1))


def box_values(folder: Path) -> Iterator[Values]:
    """Say how large each cutout is, and in which third of its image as that is shown.

    Parameters
    ----------
    folder : Path
        With the tables of the atlas.
    """
    boxes = Boxes.of(pd.read_parquet(folder / CUTOUTS_FILE, columns=IMAGE_AND_BOX))
    images = pd.read_parquet(folder / IMAGES_FILE, columns=[*ImageRow.__annotations__])
    images = images.iloc[boxes.image]
    width, height = boxes.ixmax - boxes.ixmin, boxes.iymax - boxes.iymin
    across = (boxes.ixmin + boxes.ixmax) / 2 / images["nx"].to_numpy()
    up = (boxes.iymin + boxes.iymax) / 2 / images["ny"].to_numpy()
    up = np.where(images["origin"] == "lower", up, 1 - up)
    for at, terms in ((across, [["left"], ["right"]]), (up, [["bottom"], ["top"]])):
        yield Values(np.select([at < 1 / 3, at > 2 / 3], [0, 1], -1), terms)
    sides = outer_thirds(np.maximum(width, height).astype(np.float64), "small", "large")
    if sides is not None:
        yield sides
