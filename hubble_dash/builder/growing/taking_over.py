"""What of an atlas stays as it is, byte for byte, where further images come into it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hubble_dash.atlas.atlas import Atlas, open_atlas
from hubble_dash.atlas.schema import MEAN_FILE, METRIC_FILES, PREVIEWS_FOLDER, SHEETS_FOLDER
from hubble_dash.atlas.sheets import sheet_name
from hubble_dash.builder.cursor import Before
from hubble_dash.builder.shards.part import Part
from hubble_dash.disk.files import take_over
from hubble_dash.errors import AtlasError

__all__ = ["before_of", "check_same", "kept_files", "take_over_files"]


def before_of(atlas: Atlas) -> Before:
    """Say what a part that adds to an atlas goes on after.

    Parameters
    ----------
    atlas : Atlas
        The atlas.

    Raises
    ------
    AtlasError
        If its last sheet cannot be read.
    """
    layout, n = atlas.sheet_layout, len(atlas)
    started = range(n - n % layout.per_sheet, n)
    thumbnails: tuple[NDArray[np.uint8], ...] = ()
    if started:
        pixels = atlas.pictures.sheet_pixels(atlas.n_sheets - 1)
        thumbnails = tuple(pixels[layout.box(row).slices].copy() for row in started)
    return Before(n, atlas.manifest["n_images"], thumbnails)


def kept_files(atlas: Atlas) -> list[str]:
    """Name the files that stay: full sheets, previews, the mean and the metric.

    Parameters
    ----------
    atlas : Atlas
        The atlas.
    """
    layout = atlas.sheet_layout
    full = len(atlas) // layout.per_sheet
    names = {f"{SHEETS_FOLDER}/{sheet_name(number)}" for number in range(full)}
    names |= {MEAN_FILE, *METRIC_FILES}
    previews = f"{PREVIEWS_FOLDER}/"
    return [name for name in atlas.manifest["files"] if name in names or name.startswith(previews)]


def take_over_files(atlas: Atlas, part: Part) -> None:
    """Give these files a name in a part as well.

    Parameters
    ----------
    atlas : Atlas
        The atlas, which the part will replace.
    part : Part
        The build.
    """
    for name in kept_files(atlas):
        if not (part.atlas / name).exists():
            take_over(atlas.path / name, part.atlas / name, linked=True)


def check_same(atlas: Atlas, folder: Path) -> None:
    """Check that what was taken over is what the atlas says it is.

    Parameters
    ----------
    atlas : Atlas
        The atlas.
    folder : Path
        The new one, whole.

    Raises
    ------
    AtlasError
        That names the first file that is not.
    """
    new = open_atlas(folder).manifest["files"]
    for name in kept_files(atlas):
        if new[name] != atlas.manifest["files"][name]:
            raise AtlasError(
                f"{atlas.path / name} is not the file that was sealed; see what"
                f" hubble-dash info --check {atlas.path} says"
            )
