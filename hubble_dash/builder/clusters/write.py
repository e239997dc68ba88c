"""The clusters of an atlas: found, described, written."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hubble_dash.atlas.atlas import Atlas, Neighbors
from hubble_dash.atlas.manifest import ClusterEntry, ClusterLevelEntry
from hubble_dash.atlas.schema import CLUSTERS_FILE
from hubble_dash.builder.clusters.carry import carry_over
from hubble_dash.builder.clusters.describe import Described, describe
from hubble_dash.builder.clusters.find import find_clusters
from hubble_dash.builder.neighbors.unit import FloatMatrix
from hubble_dash.builder.shards.arrays import save_array
from hubble_dash.disk.calls import remove

__all__ = ["grow_clusters", "write_clusters"]


def write_clusters(
    folder: Path, fingerprints: FloatMatrix, positions: NDArray[np.float32]
) -> list[ClusterLevelEntry]:
    """Find the clusters of an atlas, and write which each cutout belongs to.

    Parameters
    ----------
    folder : Path
        The atlas.
    fingerprints : (n, d) float array
        Read in blocks.
    positions : (n, 2) float32 array
        The map.

    Returns
    -------
    list of ClusterLevelEntry
        For the manifest; empty where there are no clusters, and then no file either.
    """
    found = find_clusters(positions)
    remove(folder / CLUSTERS_FILE)
    if not found:
        return []
    save_array(folder / CLUSTERS_FILE, np.stack([*found.values()], axis=1))
    levels: list[ClusterLevelEntry] = []
    for level, codes in found.items():
        told = describe(codes, fingerprints)
        names = [f"{level} {number + 1}" for number in range(len(told))]
        levels.append({"name": level, "clusters": _entries(names, told)})
    return levels


def grow_clusters(
    folder: Path, old: Atlas, fingerprints: FloatMatrix, neighbors: Neighbors
) -> list[ClusterLevelEntry]:
    """Write to which of an atlas's clusters each old and new cutout belongs; names stay.

    Parameters
    ----------
    folder : Path
        Of the atlas that it becomes.
    old : Atlas
        As it was.
    fingerprints : (n, d) float array
        Of old and new cutouts.
    neighbors : Neighbors
        Of all of them.

    Returns
    -------
    list of ClusterLevelEntry
        As of `write_clusters`, with what each is like now.
    """
    remove(folder / CLUSTERS_FILE)
    if old.clusters is None:
        return []
    codes = carry_over(old.clusters, neighbors)
    save_array(folder / CLUSTERS_FILE, codes)
    levels: list[ClusterLevelEntry] = []
    for number, level in enumerate(old.manifest["clusters"]):
        names = [before["name"] for before in level["clusters"]]
        told = describe(codes[:, number], fingerprints)
        levels.append({"name": level["name"], "clusters": _entries(names, told)})
    return levels


def _entries(names: list[str], told: list[Described]) -> list[ClusterEntry]:
    return [
        {"name": name, "size": one.size, "medoid": one.medoid, "spread": one.spread}
        for name, one in zip(names, told, strict=True)
    ]
