"""A file of tags, as the page saves it -> the tag of each row; ``docs/tags-format.md`` tells it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, NotRequired, TypedDict, cast

import numpy as np
from numpy.typing import NDArray

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.atlas.manifest import identity_of
from hubble_dash.atlas.schema import BOX
from hubble_dash.errors import AtlasError
from hubble_dash.foreign.plain import Between, check_plain, read_plain

__all__ = ["Tags", "read_tags"]

N_TAGS = 5
# Of an entry some 100 bytes are usual, and rows are numbered by 32 bits.
MAX_BYTES = 4_000_000_000
Pixel = Annotated[int, Between(-(2**31), 2**31 - 1)]


class _Entry(TypedDict):
    tag: Annotated[int, Between(1, N_TAGS)]
    row: Annotated[int, Between(0, 2**31 - 1)]
    file: str
    box: tuple[Pixel, Pixel, Pixel, Pixel]


class _AtlasEntry(TypedDict):
    title: NotRequired[str]
    cutouts: NotRequired[int]
    identity: NotRequired[str]


class _TagFile(TypedDict):
    format: Literal["hubble-dash tags"]
    version: Literal[1]
    atlas: NotRequired[_AtlasEntry]
    tags: list[_Entry]


class Tags(NamedTuple):
    """Tags by row.

    Attributes
    ----------
    of_row : (n,) int8 array
        1 to 5; 0 for none.
    lost : int
        Entries of the file that mean no cutout of the atlas, or several.
    by_row : bool
        Whether the file is of this very atlas, so that rows say all.
    """

    of_row: NDArray[np.int8]
    lost: int
    by_row: bool


def read_tags(path: Path, atlas: Atlas) -> Tags:
    """Read a file of tags.

    Parameters
    ----------
    path : Path
        The file.
    atlas : Atlas
        The atlas that was tagged, or another build of the same images: then cutouts are found by
        the name of their file and their box.

    Returns
    -------
    Tags

    Raises
    ------
    AtlasError
        If it is no such file, or none of its cutouts is in the atlas.
    """
    said = _read(path)
    entries = said["tags"]
    if not entries:
        raise AtlasError(f"{path} holds no tags; tag cutouts in the page and save it again")
    by_row = said.get("atlas", {}).get("identity") == identity_of(atlas.manifest)
    rows = _rows_of(path, entries, len(atlas)) if by_row else _rows_by_name(entries, atlas)
    known = rows >= 0
    if not known.any():
        raise AtlasError(
            f"none of the {len(entries):,} tagged cutouts of {path} is in {atlas.path}: no image"
            " has such a name with such a box; is it of another collection?"
        )
    of_row = np.zeros(len(atlas), np.int8)
    of_row[rows[known]] = np.array([entry["tag"] for entry in entries], np.int8)[known]
    return Tags(of_row, int((~known).sum()), by_row)


def _read(path: Path) -> _TagFile:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise AtlasError(f"{path} has more than {MAX_BYTES:,} bytes, which no tags take")
        data = path.read_bytes()
    except OSError as err:
        raise AtlasError(f"{path} cannot be read: {err.strerror or err}") from err
    try:
        said: Any = read_plain(data)
        check_plain(said, _TagFile, "tags")
    except ValueError as err:
        raise AtlasError(f"{path} is no file of tags as the page saves it: {err}") from err
    return cast("_TagFile", said)


def _rows_of(path: Path, entries: list[_Entry], n: int) -> NDArray[np.int64]:
    rows = np.array([entry["row"] for entry in entries], np.int64)
    if rows.max() >= n:
        raise AtlasError(f"{path} has row {rows.max():,}; the atlas's rows are 0 to {n - 1:,}")
    return rows


def _rows_by_name(entries: list[_Entry], atlas: Atlas) -> NDArray[np.int64]:
    """Find cutouts by file and box; -1 where there is none, or where several are meant."""
    names = atlas.images["name"].astype(str).to_numpy()
    wanted = {entry["file"] for entry in entries}
    images = atlas.cutouts["image"].to_numpy()
    boxes = atlas.cutouts[BOX].to_numpy()
    here = np.flatnonzero(np.isin(images, [i for i, name in enumerate(names) if name in wanted]))
    found: dict[tuple[Any, ...], int] = {}
    for row in here:
        key = (names[images[row]], *boxes[row].tolist())
        found[key] = -1 if key in found else int(row)
    return np.array([found.get((one["file"], *one["box"]), -1) for one in entries], np.int64)
