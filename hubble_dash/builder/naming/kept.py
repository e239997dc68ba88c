"""Names that people gave to clusters of an atlas -> those of the clusters that these are now."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.atlas.manifest import ClusterLevelEntry
from hubble_dash.builder.naming.given import renamed

__all__ = ["Before", "before_of", "with_kept_names"]

logger = logging.getLogger(__name__)

# More than so much of what is left of it, and of the one that it is now.
MIN_SHARED = 0.5


class Before(NamedTuple):
    """The clusters of an atlas before they were found anew.

    Attributes
    ----------
    levels : sequence of ClusterLevelEntry
        What was said of them.
    codes : (m, levels) int16 array
        To which the first m cutouts belonged; the others are new.
    """

    levels: Sequence[ClusterLevelEntry]
    codes: NDArray[np.int16]


def before_of(atlas: Atlas, rows: NDArray[np.integer[Any]] | None = None) -> Before:
    """Give the clusters of an atlas that becomes another.

    Parameters
    ----------
    atlas : Atlas
        As it was.
    rows : (m,) int array, optional
        Those of its cutouts that stay, in order; all if not given.
    """
    if atlas.clusters is None:
        return Before([], np.empty((0, 0), np.int16))
    return Before(atlas.manifest["clusters"], atlas.clusters[slice(None) if rows is None else rows])


def with_kept_names(
    levels: Sequence[ClusterLevelEntry], codes: NDArray[np.int16], before: Before
) -> list[ClusterLevelEntry]:
    """Call clusters what people called the ones that they were; what is no longer there is logged.

    Parameters
    ----------
    levels : sequence of ClusterLevelEntry
        Of clusters that were found anew.
    codes : (n, levels) int16 array
        To which each cutout belongs now.
    before : Before
        How it was.

    Returns
    -------
    list of ClusterLevelEntry
        A cluster is the same where more than half of it, as of what is left of the one before, is
        of both.
    """
    found: list[ClusterLevelEntry] = []
    kept: set[str] = set()
    for level, now in zip(levels, codes[: len(before.codes)].T, strict=True):
        names: dict[str, str] = {}
        for number, other in enumerate(before.levels):
            if other["name"] != level["name"]:
                continue
            for code, one in enumerate(other["clusters"]):
                if "own_name" in one and (same := _same(before.codes[:, number] == code, now)) >= 0:
                    names[level["clusters"][same]["name"]] = one["name"]
        found += renamed([level], names)
        kept |= {one["name"] for one in found[-1]["clusters"] if "own_name" in one}
    for other in before.levels:
        for one in other["clusters"]:
            if "own_name" in one and one["name"] not in kept:
                text = "%r of before is no longer a %s, and its name is gone"
                logger.warning(text, one["name"], other["name"])
    return found


def _same(inside: NDArray[np.bool_], now: NDArray[np.int16]) -> int:
    """Give the cluster that some cutouts are now, -1 where they are none."""
    codes = now[inside]
    counts = np.bincount(codes[codes >= 0], minlength=1)
    same = int(counts.argmax())
    whole = max(int(inside.sum()), int((now == same).sum()))
    return same if counts[same] > MIN_SHARED * whole else -1
