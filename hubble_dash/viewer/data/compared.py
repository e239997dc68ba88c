"""Cutouts compared with all others, as a server answers pages that ask for it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.atlas.schema import FINGERPRINTS_FILE
from hubble_dash.cosine import cosines, mean_direction, nearest
from hubble_dash.errors import AtlasError
from hubble_dash.viewer.data.encoding import column
from hubble_dash.viewer.data.schema import MOST_AVERAGED, MOST_LIKE, CosinePiece, LikeAnswer

__all__ = ["cosine_piece", "like_answer"]


def cosine_piece(atlas: Atlas, row: int, *, refine: bool = False) -> CosinePiece:
    """Compare one cutout with all.

    Parameters
    ----------
    atlas : Atlas
        The atlas; of its fingerprints a block is read at a time.
    row : int
        The cutout.
    refine : bool
        Compare smoothed fingerprints.

    Returns
    -------
    CosinePiece

    Raises
    ------
    LookupError
        If there is no such row.
    AtlasError
        If its fingerprint is zero or not finite, as no build makes it.
    """
    n = len(atlas)
    if not 0 <= row < n:
        raise LookupError(f"there is no row {row}; rows are 0 to {n - 1}")
    fingerprints = atlas.smoothed if refine else atlas.fingerprints
    try:
        found = cosines(fingerprints, np.asarray(fingerprints[row : row + 1][0], np.float32))
    except ValueError as err:
        raise AtlasError(f"{atlas.path / FINGERPRINTS_FILE}: row {row}: {err}") from err
    found[row] = -np.inf
    return {"cosines": column(np.where(np.isfinite(found), found, np.nan), "float32")}


def like_answer(atlas: Atlas, rows: NDArray[np.int32], n: int) -> LikeAnswer:
    """Find the cutouts most like the mean of some, whose fingerprints have length 1 each in it.

    Parameters
    ----------
    atlas : Atlas
        The atlas; of its fingerprints a block is read at a time.
    rows : (k,) int32 array
        Those that are averaged, which are not found; one that is there twice counts once.
    n : int
        How many are wanted.

    Returns
    -------
    LikeAnswer
        Fewer where there are fewer.

    Raises
    ------
    ValueError
        If there are no rows or more than `MOST_AVERAGED`, or one that is not there, if `n` is not
        from 1 to `MOST_LIKE`, or if the mean has no direction.
    """
    if not 1 <= n <= MOST_LIKE:
        raise ValueError(f"{n} cutouts are wanted; 1 to {MOST_LIKE:,} can be")
    if not 1 <= len(rows) <= MOST_AVERAGED:
        raise ValueError(f"{len(rows):,} rows are given; 1 to {MOST_AVERAGED:,} can be")
    averaged = np.unique(rows).astype(np.int64)
    least, greatest, last = averaged[0], averaged[-1], len(atlas) - 1
    if least < 0 or greatest > last:
        raise ValueError(
            f"there is no row {least if least < 0 else greatest}; rows are 0 to {last}"
        )
    mean = mean_direction(atlas.fingerprints, averaged)
    found, _ = nearest(atlas.fingerprints, mean, n=n, left_out=averaged)
    return {"rows": column(found, "int32")}
