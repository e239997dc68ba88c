"""How pieces lie: their bounds, clusters, rows spread over the map, neighbours deep as needed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.atlas.boxes import Boxes
from hubble_dash.viewer.data.encoding import column
from hubble_dash.viewer.data.schema import (
    SIMILARITY_STEPS,
    BoxIndex,
    ClusterLevelIndex,
    ColumnIndex,
    NearPiece,
    PlaneIndex,
)

__all__ = [
    "N_SMOOTHED",
    "bounds",
    "box_index",
    "cluster_index",
    "near_depth",
    "neighbor_columns",
    "neighbor_depth",
    "plane_index",
    "spread_rows",
]

# Places below this many fit 16 bits.
N_SHORT = 2**16
# Neighbours that a page has at most of a cutout, in collections below and above that; and of those
# by smoothed fingerprints.
N_NEAR, N_SMOOTHED = (100, 50), (50, 20)
# Most of a cluster lies between these quantiles of its places, along each axis.
MOST = (0.05, 0.95)


def plane_index(x: NDArray[Any], y: NDArray[Any], per_piece: int) -> PlaneIndex:
    """Describe pieces of points.

    Parameters
    ----------
    x, y : (n,) float array
        Coordinates, in the order of the pieces.
    per_piece : int
        Points a piece; the last may have fewer.

    Returns
    -------
    PlaneIndex
        Its extent is that of all points, the unit square for none.
    """
    edges = [float(edge) for values in (x, y) if len(x) for edge in (values.min(), values.max())]
    return {
        "n": len(x),
        "per_piece": per_piece,
        "extent": edges or [0.0, 1.0, 0.0, 1.0],
        "bounds": column(bounds(x, y, per_piece), "float32"),
    }


def box_index(cutouts: pd.DataFrame, order: NDArray[np.int32], per_piece: int) -> BoxIndex:
    """Describe pieces of boxes.

    Parameters
    ----------
    cutouts : (n, ...) pandas.DataFrame
        Their images and boxes.
    order : (n,) int32 array
        The row at each place of the pieces.
    per_piece : int
        Boxes a piece; the last may have fewer.

    Returns
    -------
    BoxIndex
        Of each piece the union of its boxes, the least and the greatest image.
    """
    starts = np.arange(0, len(order), per_piece)

    def least_and_most(low: str, high: str) -> list[NDArray[Any]]:
        if not len(starts):
            return [np.empty(0, np.int32)] * 2
        lows, highs = (cutouts[name].to_numpy()[order] for name in (low, high))
        return [np.minimum.reduceat(lows, starts), np.maximum.reduceat(highs, starts)]

    sides = least_and_most("ixmin", "ixmax") + least_and_most("iymin", "iymax")
    return {
        "n": len(order),
        "per_piece": per_piece,
        "bounds": column(np.column_stack(sides), "int32"),
        "images": column(np.column_stack(least_and_most("image", "image")), "int32"),
    }


def bounds(x: NDArray[Any], y: NDArray[Any], per_piece: int) -> NDArray[np.float32]:
    """Give the bounds of each piece of points that are in the order of the pieces.

    Parameters
    ----------
    x, y : (n,) float array
        Coordinates.
    per_piece : int
        Points a piece; the last may have fewer.

    Returns
    -------
    (m, 4) float32 array
        Left, right, bottom and top, rounded outwards.
    """
    starts = np.arange(0, len(x), per_piece)
    if not len(starts):
        return np.empty((0, 4), np.float32)
    columns = []
    for values in (x, y):
        least, most = np.minimum.reduceat(values, starts), np.maximum.reduceat(values, starts)
        low, high = least.astype(np.float32), most.astype(np.float32)
        columns.append(np.where(low > least, np.nextafter(low, np.float32(-np.inf)), low))
        columns.append(np.where(high < most, np.nextafter(high, np.float32(np.inf)), high))
    return np.column_stack(columns)


def spread_rows(
    positions: NDArray[np.float32], count: int, *, max_looked_at: int = 20_000
) -> list[int]:
    """Choose rows spread evenly over the map, each as far as possible from those before it.

    Parameters
    ----------
    positions : (n, 2) float32 array
        The map.
    count : int
        How many; fewer come back where there are fewer.
    max_looked_at : int
        Of more rows than that, as many at equal steps are looked at.

    Returns
    -------
    list of int
        Rows, from row 0 on.

    Notes
    -----
    Farthest-point sampling (Gonzalez, *Theoretical Computer Science* 38, 1985).
    """
    sample = np.linspace(0, len(positions) - 1, min(len(positions), max_looked_at)).astype(np.int64)
    places = positions[sample].astype(np.float64)
    distance = np.full(len(places), np.inf)
    chosen: list[int] = []
    for _ in range(min(count, len(places))):
        farthest = int(np.argmax(distance))
        chosen.append(farthest)
        distance = np.minimum(distance, ((places - places[farthest]) ** 2).sum(axis=1))
        distance[chosen] = -1
    return [int(row) for row in sample[chosen]]


def cluster_index(atlas: Atlas, columns: Mapping[str, ColumnIndex]) -> list[ClusterLevelIndex]:
    """Say where clusters lie, and what is typical of them.

    Parameters
    ----------
    atlas : Atlas
        The atlas.
    columns : mapping of str to ColumnIndex
        Of the columns of the levels, by these.

    Returns
    -------
    list of ClusterLevelIndex
        Coarse to fine, without levels of more clusters than a column has categories. Names stand
        at the cutout nearest to the median of a cluster's places, which is within any shape.
    """
    found: list[ClusterLevelIndex] = []
    for number, level in enumerate(atlas.manifest.get("clusters", [])):
        entry = columns[level["name"]]
        told = {one["name"]: (code, one) for code, one in enumerate(level["clusters"])}
        # The commonest first, so that those without any cutout are the last.
        some = [one["text"] for one in entry.get("categories", []) if one["count"]]
        if not some or atlas.clusters is None:
            continue
        ordered = [told[name] for name in some]
        codes = np.array([code for code, _ in ordered])
        places, within = _lie(atlas.positions, atlas.clusters[:, number], codes)
        own = [(i, one["own_name"]) for i, (_, one) in enumerate(ordered) if "own_name" in one]
        said: ClusterLevelIndex = {
            "column": entry["name"],
            "medoid": column(np.array([one["medoid"] for _, one in ordered]), "int32"),
            "spread": column(np.array([one["spread"] for _, one in ordered]), "float32"),
            "place": column(places, "float32"),
            "bounds": column(within, "float32"),
        }
        parts = [i for i, (_, one) in enumerate(ordered) if one.get("is_part")]
        if own:
            said["own"] = own
        if parts:
            said["parts"] = parts
        found.append(said)
    return found


def _lie(
    positions: NDArray[np.float32], codes: NDArray[np.int16], wanted: NDArray[np.int64]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Give a place in the middle of some clusters, (m, 2), and where most of each lies, (m, 4)."""
    order = np.argsort(codes, kind="stable")
    ends = [np.searchsorted(codes[order], wanted, side) for side in ("left", "right")]
    places, within = [], []
    for first, last in zip(*ends, strict=True):
        own = positions[order[first:last]]
        away = ((own - np.median(own, axis=0)) ** 2).sum(axis=1)
        places.append(own[away.argmin()])
        within.append(np.quantile(own, MOST, axis=0).T.ravel())
    return np.array(places), np.array(within, np.float32)


def neighbor_depth(atlas: Atlas, similar: int, rows: NDArray[Any], *, per_block: int = 4096) -> int:
    """Say how deep a piece must keep neighbours, so that `similar` remain without overlapping ones.

    Parameters
    ----------
    atlas : Atlas
        The atlas.
    similar : int
        How many a page shows.
    rows : (m,) int array
        The rows of the piece.
    per_block : int
        Rows whose neighbours are looked at at a time, which bounds the memory that takes.

    Returns
    -------
    int
        At most the depth that the atlas stores.
    """
    stored = int(atlas.neighbors.rows.shape[1])
    depth = min(similar, stored)
    if len(atlas.images) == len(atlas):
        return depth
    boxes = Boxes.of(atlas.cutouts)
    for start in range(0, len(rows), per_block):
        block = rows[start : start + per_block]
        # Few need more than those before them did; only they are looked at in full.
        block = block[_apart(atlas, boxes, block, depth)[:, -1:].ravel() < similar]
        apart = _apart(atlas, boxes, block, stored)
        depth = max(depth, int(np.max((apart < similar).sum(axis=1) + 1, initial=0)))
    return min(depth, stored)


def near_depth(atlas: Atlas, most: tuple[int, int] = N_NEAR) -> int:
    """Say how many neighbours of each cutout a page has at most.

    Parameters
    ----------
    atlas : Atlas
        The atlas.
    most : (int, int)
        In small collections and in large ones: `N_NEAR` or `N_SMOOTHED`.

    Returns
    -------
    int
        At most the depth that the atlas stores.
    """
    return min(int(atlas.neighbors.rows.shape[1]), most[len(atlas) > N_SHORT])


def neighbor_columns(
    place_of: NDArray[np.int32], neighbors: NDArray[np.int32], cosines: NDArray[np.float32]
) -> NearPiece:
    """Give the neighbours of some cutouts as they travel.

    Parameters
    ----------
    place_of : (n,) int32 array
        The place of each row.
    neighbors : (m, depth) int32 array
        Rows, nearest first.
    cosines : (m, depth) float32 array
        Their similarities.

    Returns
    -------
    NearPiece
        Their places and similarities, (m, depth), nearest first.
    """
    fixed = np.round(cosines.astype(np.float64) * SIMILARITY_STEPS)
    return {
        "depth": neighbors.shape[1],
        "neighbors": column(place_of[neighbors], "uint16" if len(place_of) <= N_SHORT else "int32"),
        "similarities": column(fixed, "int16"),
    }


def _apart(atlas: Atlas, boxes: Boxes, rows: NDArray[Any], depth: int) -> NDArray[np.int64]:
    """Count the neighbours that do not overlap, among the nearest 1, 2, ... `depth` of each row."""
    neighbors = atlas.neighbors.rows[rows, :depth]
    return np.cumsum(~boxes[rows[:, None]].overlap(boxes[neighbors]), axis=1)
