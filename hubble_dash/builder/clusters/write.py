"""The clusters of an atlas: found, described, named, written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hubble_dash.atlas.atlas import Atlas, Neighbors
from hubble_dash.atlas.manifest import ClusterEntry, ClusterLevelEntry, ModelEntry
from hubble_dash.atlas.schema import CLUSTERS_FILE
from hubble_dash.builder.clusters.carry import carry_over
from hubble_dash.builder.clusters.describe import Described, describe
from hubble_dash.builder.clusters.find import find_clusters
from hubble_dash.builder.clusters.parts import with_parts
from hubble_dash.builder.naming.given import renamed
from hubble_dash.builder.naming.kept import Before, with_kept_names
from hubble_dash.builder.naming.names import names_of
from hubble_dash.builder.naming.terms import count_terms
from hubble_dash.builder.neighbors.unit import FloatMatrix
from hubble_dash.builder.shards.arrays import save_array
from hubble_dash.disk.calls import remove

__all__ = ["grow_clusters", "labels_tell", "write_clusters"]


def write_clusters(
    folder: Path,
    fingerprints: FloatMatrix,
    positions: NDArray[np.float32],
    *,
    labels: bool,
    given: Mapping[str, str] | None = None,
    before: Before | None = None,
) -> list[ClusterLevelEntry]:
    """Find the clusters of an atlas, name them, and write which each cutout belongs to.

    Parameters
    ----------
    folder : Path
        The atlas, its tables written.
    fingerprints : (n, d) float array
        Read in blocks.
    positions : (n, 2) float32 array
        The map.
    labels : bool
        Whether the network's labels say something of these cutouts.
    given : mapping of str to str, optional
        New names by those that clusters have by themselves. All that there are: without, names
        that people gave before are kept.
    before : Before, optional
        The clusters that the atlas had.

    Returns
    -------
    list of ClusterLevelEntry
        For the manifest; empty where there are no clusters, and then no file either.
    """
    found = with_parts(find_clusters(positions), fingerprints)
    remove(folder / CLUSTERS_FILE)
    if not found:
        return []
    codes = np.stack([level.codes for level in found.values()], axis=1)
    save_array(folder / CLUSTERS_FILE, codes)
    terms = count_terms(folder, [*codes.T], labels=labels)
    levels: list[ClusterLevelEntry] = []
    for (name, level), counts in zip(found.items(), terms.counts, strict=True):
        told = describe(level.codes, fingerprints)
        sizes = np.array([one.size for one in told])
        unnamed = [name.replace("cluster", "part") if part else name for part in level.is_part]
        names = names_of(unnamed, terms, counts, sizes, len(codes))
        levels.append({"name": name, "clusters": _entries(names, told, level.is_part)})
    if given is None and before is not None:
        return with_kept_names(levels, codes, before)
    return renamed(levels, given or {})


def labels_tell(model: ModelEntry) -> bool:
    """Say whether a network's labels may name clusters: those of ImageNet are no astronomy.

    Parameters
    ----------
    model : ModelEntry
        What made the fingerprints.
    """
    return model["features"] == "probabilities" or model["weights_source"] == "file"


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
        told = describe(codes[:, number], fingerprints)
        names = [before["name"] for before in level["clusters"]]
        entries = _entries(names, told, ["is_part" in before for before in level["clusters"]])
        for one, before in zip(entries, level["clusters"], strict=True):
            if "own_name" in before:
                one["own_name"] = before["own_name"]
        levels.append({"name": level["name"], "clusters": entries})
    return levels


def _entries(
    names: list[str], told: list[Described], is_part: Iterable[bool]
) -> list[ClusterEntry]:
    entries: list[ClusterEntry] = [
        {"name": name, "size": one.size, "medoid": one.medoid, "spread": one.spread}
        for name, one in zip(names, told, strict=True)
    ]
    for entry, part in zip(entries, is_part, strict=True):
        if part:
            entry["is_part"] = True
    return entries
