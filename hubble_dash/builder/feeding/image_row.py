"""What the table of images says of one."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import Any

from hubble_dash.atlas.schema import ImageRow
from hubble_dash.builder.cutouts.display import Display
from hubble_dash.builder.cutouts.placeholders import PLACEHOLDER, placeholder_note
from hubble_dash.builder.cutouts.plane import plane_of
from hubble_dash.builder.cutouts.sky_positions import SkyPositions
from hubble_dash.builder.feeding.previews import Preview
from hubble_dash.builder.reading.image import Image
from hubble_dash.builder.remote.path import Remote

__all__ = ["IMAGE_FILE", "describe_image", "listed_path", "notes_on"]

# What a row has beside the columns of the table of images: its row of that of files. No key
# of a header has such a name.
IMAGE_FILE = "(source)"


def describe_image(display: Display, preview: Preview, positions: SkyPositions) -> dict[str, Any]:
    """Give an image's row of the table of images, in which its preview has no name yet.

    Parameters
    ----------
    display : Display
        The image, after processing.
    preview : Preview
        What shows it.
    positions : SkyPositions
        Of its cutouts.
    """
    image, (ny, nx) = display.image, display.shape
    row: ImageRow = {
        "path": listed_path(image.path),
        "name": _text(image.name),
        "nx": nx,
        "ny": ny,
        "origin": display.origin,
        "preview": "",
        "preview_width": preview.width,
        "preview_height": preview.height,
        "position_quality": positions.quality,
        "notes": "; ".join(notes_on(image, preview, positions)),
    }
    sky = display.sky
    plane = {} if sky is None or sky.quality != "exact" else plane_of(sky, display.shape)
    empty = {PLACEHOLDER: preview.placeholder} if preview.placeholder else {}
    return {**row, **plane, **empty, **image.metadata}


def notes_on(image: Image, preview: Preview, positions: SkyPositions) -> list[str]:
    """Give all that the user should know of an image.

    Parameters
    ----------
    image : Image
        As it was read.
    preview : Preview
        What shows it.
    positions : SkyPositions
        Of its cutouts.
    """
    return image.notes + positions.notes + placeholder_note(preview.placeholder)


def listed_path(path: Path) -> str:
    """Give a path as the table of images has it: links followed; an address as it is shown.

    Parameters
    ----------
    path : Path
        Of a file; the links of its folder are followed once for all of its files.
    """
    if isinstance(path, Remote):
        return _text(str(path))
    is_link = path.is_symlink()
    return _text(os.path.realpath(path) if is_link else f"{_real_folder(path.parent)}{path.name}")


@lru_cache(maxsize=8)
def _real_folder(folder: Path) -> str:
    return os.path.join(os.path.realpath(folder), "")  # noqa: PTH118


def _text(name: str) -> str:
    """Replace the bytes of a file's name that are no UTF-8, which no table can hold."""
    return name.encode("utf-8", "replace").decode("utf-8")
