"""Old and new cutouts at once: their fingerprints joined, their neighbours, the map."""

from __future__ import annotations

from typing import Any, NamedTuple, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubble_dash.atlas.atlas import Atlas, Neighbors
from hubble_dash.atlas.boxes import Boxes
from hubble_dash.atlas.manifest import ClusterLevelEntry, MapEntry, NeighborsEntry
from hubble_dash.atlas.schema import (
    CUTOUTS_FILE,
    IMAGE_AND_BOX,
)
from hubble_dash.builder.backends.devices import device_of_tensors
from hubble_dash.builder.bars import bar
from hubble_dash.builder.clusters.write import grow_clusters, labels_tell, write_clusters
from hubble_dash.builder.growing.anew import laid_out
from hubble_dash.builder.naming.given import read_names
from hubble_dash.builder.naming.kept import Before
from hubble_dash.builder.neighbors.depth import neighbors_to_keep
from hubble_dash.builder.neighbors.joined import join_neighbors
from hubble_dash.builder.projection.placing import place_new, quality_of_new
from hubble_dash.builder.projection.quality import map_quality
from hubble_dash.builder.shards.arrays import new_neighbors, write_map
from hubble_dash.builder.shards.fingerprint_file import FingerprintFile
from hubble_dash.builder.shards.part import Part
from hubble_dash.config import BuildSettings, MapSettings
from hubble_dash.config.choices import Device

__all__ = ["Seen", "see_all"]


class Seen(NamedTuple):
    """What came of it, beside the files.

    Attributes
    ----------
    n_cutouts, n_neighbors : int
        Of the whole.
    neighbors : NeighborsEntry
        How they were found.
    map : MapEntry
        How far it keeps neighbourhoods, and of what it was laid out.
    clusters : list of ClusterLevelEntry
        Where cutouts lie together on it.
    """

    n_cutouts: int
    n_neighbors: int
    neighbors: NeighborsEntry
    map: MapEntry
    clusters: list[ClusterLevelEntry]


def see_all(
    old: Atlas,
    part: Part,
    file: FingerprintFile,
    settings: BuildSettings,
    *,
    new_map: bool,
    device: Device,
    rows_a_block: int,
    before: Before,
    progress: bool,
) -> Seen:
    """Write the fingerprints, neighbours and positions of old and new cutouts.

    Parameters
    ----------
    old : Atlas
        The atlas.
    part : Part
        What is added, its tables joined with the atlas's.
    file : FingerprintFile
        Of the new cutouts.
    settings : BuildSettings
        How many neighbours are wanted, and how a map is laid out.
    new_map : bool
        Whether it is laid out anew, or the new cutouts are placed on the old one.
    device : {"auto", "cpu", "cuda", "mps"}
        Where neighbours and the map are computed.
    rows_a_block : int
        Fingerprints that are joined at a time.
    before : Before
        The clusters that the old cutouts had; a new map has its own, with the names of these.
    progress : bool
        Whether bars are shown.
    """
    # Its files are let go of before the atlas goes.
    old = Atlas(old.path, old.manifest)
    fingerprints = file.finish_after(
        old.fingerprints, old.mean, part.checkpoint.n, rows_a_block=rows_a_block
    )
    boxes = Boxes.of(pd.read_parquet(part.atlas / CUTOUTS_FILE, columns=IMAGE_AND_BOX))
    n, known = len(boxes), old.neighbors.rows.shape[1]
    k = max(neighbors_to_keep(settings, boxes), known)
    found_before = dict(old.manifest.get("neighbors", {"method": "exact"}))
    with (
        new_neighbors(part.atlas, (n, k)) as out,
        bar("neighbours", " cutouts", shown=progress) as show,
    ):
        report = join_neighbors(
            fingerprints, old.neighbors, found_before, out=out, progress=show,
            device=device_of_tensors(device),
        )  # fmt: skip
    if new_map:
        positions, said = laid_out(
            fingerprints, out, settings.map, device=device, progress=progress
        )
    else:
        positions, said = _placed(
            old, fingerprints, out, settings.map, device=device, progress=progress
        )
    write_map(part.atlas, out, positions)
    if new_map:
        tell = labels_tell(old.manifest["model"])
        clusters = write_clusters(
            part.atlas,
            fingerprints,
            positions,
            labels=tell,
            given=read_names(settings.cluster_names),
            before=before,
        )
    else:
        clusters = grow_clusters(part.atlas, old, fingerprints, out)
    return Seen(n, k, cast("NeighborsEntry", report), said, clusters)


def _placed(
    old: Atlas,
    fingerprints: NDArray[np.float16],
    neighbors: Neighbors,
    settings: MapSettings,
    *,
    device: Device,
    progress: bool,
) -> tuple[NDArray[np.float32], MapEntry]:
    """Place the new cutouts on the old map, and say how far it still holds."""
    before = old.manifest["map"]
    with bar("map", " iterations", shown=progress) as show:
        positions = place_new(
            fingerprints, neighbors, old.positions, settings,
            is_moved=before["method"] == "tsne", device=device_of_tensors(device), progress=show,
        )  # fmt: skip
    n_laid_out = len(old) - int(before.get("added", {}).get("cutouts", 0))
    told: dict[str, Any] = {
        **before,
        "quality": map_quality(fingerprints, neighbors, positions),
        "added": quality_of_new(fingerprints, neighbors, positions, n_laid_out),
    }
    return positions, cast("MapEntry", told)
