"""Identifiers that stand inside the names of images: row 1237 means ``sdss_1237.png``."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from pathlib import Path

from hubble_dash.builder.catalogs.names import (
    ImageNames,
    named_in,
    plain_name,
    without_suffix,
)
from hubble_dash.errors import BuildError

__all__ = ["images_by_identifier", "names_of_rows"]

# Numbers, words, and what stands between them.
_PIECES = re.compile(r"\d+|[^\W\d_]+|[\W_]+")
# More pieces than this have names that are sentences, in which anything could be found.
MAX_PIECES = 40


def names_of_rows(
    path: Path, names: Sequence[str], images: Sequence[Path]
) -> tuple[ImageNames, list[str]]:
    """Find how the rows of a file name images: as a catalogue does, or by identifiers inside.

    Parameters
    ----------
    path : Path
        The file.
    names : sequence of str
        What it calls the image of each row.
    images : sequence of Path
        All images.

    Returns
    -------
    (ImageNames, list of str)
        Which finds the rows of an image, and what the user should know.

    Raises
    ------
    BuildError
        If no row means any image.
    """
    found = ImageNames([named_in(path.parent, name) for name in names], images)
    if any(len(found.find(image).rows) for image in images):
        return found, []
    meant = images_by_identifier(names, images)
    if not meant:
        raise BuildError(
            f"{path}: no row means any of the {len(images)} images:"
            f" {found.explain(images, path.parent)}; say which column names them"
            " (--name-column), or leave it out (--leave-out-column), and rows are taken in the"
            " order of the files"
        )
    identifier, image = next(iter(meant.items()))
    note = (
        f"Rows of {path.name} mean images by the identifiers in their names: {identifier!r} is"
        f" {image.name}"
    )
    rows = [meant.get(name, named_in(path.parent, name)) for name in names]
    return ImageNames(rows, images), [note]


def images_by_identifier(
    identifiers: Sequence[str], images: Sequence[Path]
) -> dict[str, Path] | None:
    """Find the image of each identifier, where there is no doubt of any.

    Parameters
    ----------
    identifiers : sequence of str
        As a table has them, one a row; several rows may have the same one.
    images : sequence of Path
        All images.

    Returns
    -------
    dict of str to Path, or None
        By identifier as it is given. None unless each image's name has exactly one of the
        identifiers in it, as a number or words of its own, and no two images have the same one.
        Zeros in front of a number do not count.
    """
    known: dict[str, str] = {}
    for identifier in identifiers:
        if known.setdefault(_plain(identifier), identifier) != identifier:
            return None
    found: dict[str, Path] = {}
    for image in images:
        parts = _parts(without_suffix(plain_name(image)))
        inside = [known[part] for part in parts if part in known]
        if len(inside) != 1 or found.setdefault(inside[0], image) != image:
            return None
    return found


def _parts(name: str) -> set[str]:
    """Give all that stands in a name between borders of numbers and words."""
    pieces = _PIECES.findall(name)
    if len(pieces) > MAX_PIECES:
        return set()
    places = itertools.combinations(range(len(pieces) + 1), 2)
    return {_plain("".join(pieces[start:end])) for start, end in places}


def _plain(text: str) -> str:
    folded = text.strip().casefold()
    return (folded.lstrip("0") or "0") if folded.isdecimal() else folded
