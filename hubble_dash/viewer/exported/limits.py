"""How large one HTML file may be, and whether an atlas becomes one or a folder."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.atlas.schema import SHEETS_FOLDER
from hubble_dash.config.bounds import choice
from hubble_dash.config.choices import PageForm
from hubble_dash.viewer.data.encoding import embed_json
from hubble_dash.viewer.data.orders import AtlasOrder, HilbertOrder
from hubble_dash.viewer.data.pieces import Pieces
from hubble_dash.viewer.exported.library import library

__all__ = ["LIMITS", "MAX_CUTOUTS", "FileLimits", "choose_form", "estimate_bytes"]

logger = logging.getLogger(__name__)

# Cutouts that one file carries well.
MAX_CUTOUTS = 20_000


@dataclass(frozen=True)
class FileLimits:
    """How large one HTML file may be.

    Parameters
    ----------
    n_cutouts : int
        Cutouts that one file carries well.
    base_bytes, bytes_per_cutout, bytes_per_image, most_bytes : int
        The size that is promised of so many: the first three together, never more than the last.
        What an image adds lets a collection of whole images be seen larger than its thumbnails.
    max_bytes : int
        From some 150 MB of data in it on, Chromium shows an empty page without a word (panel PR
        1130).
    """

    n_cutouts: int = MAX_CUTOUTS
    base_bytes: int = 3_500_000
    bytes_per_cutout: int = 4_000
    bytes_per_image: int = 12_000
    most_bytes: int = 58_000_000
    max_bytes: int = 120_000_000

    def of(self, n: int, n_images: int) -> int:
        """Give the bytes that a file of so many cutouts, of so many images, may have.

        Parameters
        ----------
        n, n_images : int
            How many there are.
        """
        promised = self.base_bytes + self.bytes_per_cutout * n + self.bytes_per_image * n_images
        return min(promised, self.most_bytes if n <= self.n_cutouts else self.max_bytes)


LIMITS = FileLimits()


def choose_form(
    n: int, path: Path, form: PageForm, *, limits: FileLimits = LIMITS
) -> tuple[bool, Path]:
    """Choose between file and folder, and log why where it is not what the name says.

    Parameters
    ----------
    n : int
        Number of cutouts.
    path : Path
        The name that was given.
    form : {"auto", "file", "folder"}
        What was asked for.
    limits : FileLimits
        How large a file may be.

    Returns
    -------
    is_folder : bool
        Whether a folder is to be written.
    path : Path
        Under which name.

    Raises
    ------
    ValueError
        If `form` is not known.
    """
    choice("form", form, PageForm)
    is_named_file, fits = path.suffix.lower() in (".html", ".htm"), n <= limits.n_cutouts
    if form == "file" or (form == "auto" and is_named_file and fits):
        return False, path
    if is_named_file:
        named, path = path, path.with_suffix("")
        why = f": one file carries {limits.n_cutouts:,} cutouts well, not {n:,}"
        logger.warning(
            "writing the folder %s instead of %s%s", path, named, why if form == "auto" else ""
        )
    elif form == "auto" and fits:
        logger.info("writing a folder; one file would do, with a name such as %s.html", path.name)
    return True, path


def estimate_bytes(atlas: Atlas, similar: int) -> int:
    """Estimate how large a file is, with the thumbnails as they are and no pictures of the images.

    Parameters
    ----------
    atlas : Atlas
        The atlas.
    similar : int
        How many similar cutouts are shown.
    """
    pieces = Pieces(atlas, HilbertOrder(), similar=similar)
    parts = [{**pieces.make("records", 0), "metadata": []}]
    parts += [{**pieces.make(kind, 0)} for kind in ("near", "smoothed") if kind in pieces.kinds()]
    records = sum(len(embed_json(part)) for part in parts) / pieces.places.per_piece("records")
    whole = Pieces(atlas, AtlasOrder(), similar=similar)
    columns = sum(
        len(embed_json(whole.make(kind, number)))
        for kind in ("columns", "texts")
        for number in range(whole.kinds()[kind])
    )
    # Bytes of a point of the map (x, y, tint and codes), of a point of the sky, and of a box.
    points = (12 + len(pieces.colors)) + 20 * pieces.places.has_sky + 24
    files = atlas.manifest["files"].items()
    sheets = sum(
        int(entry["bytes"]) for name, entry in files if name.startswith(f"{SHEETS_FOLDER}/")
    )
    # Base64 makes four characters of three bytes.
    return round(len(atlas) * (records + points * 4 / 3) + columns + sheets * 4 / 3) + len(
        library()
    )
