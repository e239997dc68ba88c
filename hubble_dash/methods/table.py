"""All that an atlas was made of and with: settings, versions and checksums, by name."""

from __future__ import annotations

import hashlib
import importlib.metadata
from collections.abc import Iterable, Sequence
from typing import TypeAlias

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.methods.provenance import provenance

__all__ = ["Row", "rows_of", "sum_of_sums"]

Row: TypeAlias = tuple[str, str]

# Of more files than this, one checksum stands for all.
MAX_FILES = 8


def rows_of(atlas: Atlas, page: Sequence[str] = ()) -> list[Row]:
    """Give the settings of an atlas, versions and checksums; no row is long.

    Parameters
    ----------
    atlas : Atlas
        The atlas.
    page : sequence of str
        Packages that its page is made with.

    Returns
    -------
    list of (str, str)
        Name and text.
    """
    settings = atlas.manifest["settings"]
    rows = [*provenance(atlas), *_image_files(atlas)]
    if settings.get("catalog_sha256"):
        text = f"{settings['catalog']}, SHA-256 {settings['catalog_sha256']}"
        rows.append(("File of the catalogue", text))
    if page:
        here = (f"{name} {importlib.metadata.version(name)}" for name in ("hubble-dash", *page))
        rows.append(("This page", f"made with {', '.join(here)}"))
    return rows


def sum_of_sums(checksums: Iterable[str]) -> str:
    """Give one checksum for many files: that of theirs, hexadecimal, a line each.

    Parameters
    ----------
    checksums : iterable of str
        Hexadecimal, in the order of the files.
    """
    return hashlib.sha256("".join(f"{one}\n" for one in checksums).encode()).hexdigest()


def _image_files(atlas: Atlas) -> list[Row]:
    listed = atlas.image_files
    if listed is None or listed["sha256"].isna().any():
        return []
    # Several images may be of one file.
    files = listed.assign(path=atlas.images["path"]).drop_duplicates("path")
    size = f"{files['bytes'].sum() / 1e6:,.1f} MB"
    if len(files) > MAX_FILES:
        text = f"{len(files):,} files, {size}; SHA-256 of the list of their SHA-256: "
        return [("Files", text + sum_of_sums(files["sha256"]))]
    names = atlas.images["name"][files.index]
    return [
        ("File", f"{name}, {n_bytes:,.0f} bytes, SHA-256 {checksum}")
        for name, n_bytes, checksum in zip(names, files["bytes"], files["sha256"], strict=True)
    ]
