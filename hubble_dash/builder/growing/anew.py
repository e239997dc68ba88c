"""The map of an atlas laid out anew; what does not depend on it stays as it is, byte for byte."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from hubble_dash.atlas.atlas import Atlas, Neighbors
from hubble_dash.atlas.manifest import MapEntry, UnsealedManifest
from hubble_dash.atlas.schema import CLUSTERS_FILE, POSITIONS_FILE, TRUST_FILE
from hubble_dash.atlas.seal import seal
from hubble_dash.builder.backends.devices import device_of_tensors
from hubble_dash.builder.bars import bar
from hubble_dash.builder.clusters.write import labels_tell, write_clusters
from hubble_dash.builder.growing.manifest import with_advice, with_clusters
from hubble_dash.builder.growing.restored import map_settings_of
from hubble_dash.builder.naming.kept import before_of
from hubble_dash.builder.projection.layout import lay_out
from hubble_dash.builder.shards.arrays import write_map
from hubble_dash.config import MapSettings
from hubble_dash.config.choices import Device
from hubble_dash.disk.files import take_over
from hubble_dash.disk.names import folder_beside

__all__ = ["laid_out", "lay_out_anew"]


def lay_out_anew(atlas: Atlas, *, device: Device, progress: bool) -> Atlas:
    """Lay the map of an atlas out anew, by the settings that it says.

    Parameters
    ----------
    atlas : Atlas
        The atlas, which the new one replaces when it is whole.
    device : {"auto", "cpu", "cuda", "mps"}
        Where that is computed.
    progress : bool
        Whether a bar is shown.

    Returns
    -------
    Atlas
        The new one.

    Raises
    ------
    AtlasError
        If the atlas is damaged.
    OSError
        If the disk does not do it; the old atlas is as it was.
    """
    final = atlas.path
    with folder_beside(final) as folder:
        of_map = (POSITIONS_FILE, TRUST_FILE, CLUSTERS_FILE)
        kept = [name for name in atlas.manifest["files"] if name not in of_map]
        for name in kept:
            take_over(final / name, folder.path / name, linked=True)
        opened = Atlas(final, atlas.manifest)
        positions, told = laid_out(
            opened.fingerprints, opened.neighbors, map_settings_of(atlas),
            device=device, progress=progress,
        )  # fmt: skip
        files = [*kept, *write_map(folder.path, opened.neighbors, positions)]
        clusters = write_clusters(
            folder.path, opened.fingerprints, positions,
            labels=labels_tell(atlas.manifest["model"]), before=before_of(opened),
        )  # fmt: skip
        files += [CLUSTERS_FILE] if clusters else []
        del opened
        said = with_clusters({**atlas.manifest, "map": told}, clusters)
        manifest = with_advice(cast("UnsealedManifest", said))
        return seal(folder.path, final, manifest, files=files, replace=True)


def laid_out(
    fingerprints: NDArray[np.float16],
    neighbors: Neighbors,
    settings: MapSettings,
    *,
    device: Device,
    progress: bool,
) -> tuple[NDArray[np.float32], MapEntry]:
    """Lay a map out as a build does.

    Parameters
    ----------
    fingerprints : (n, d) float16 array
        May be memory-mapped.
    neighbors : Neighbors
        Of all n.
    settings : MapSettings
        Method and parameters.
    device : {"auto", "cpu", "cuda", "mps"}
        Where that is computed.
    progress : bool
        Whether a bar is shown.

    Returns
    -------
    positions : (n, 2) float32 array
        The map.
    told : MapEntry
        What the manifest says of it.
    """
    with bar("map", " iterations", shown=progress and settings.method == "tsne") as show:
        layout = lay_out(
            fingerprints, neighbors, settings, device=device_of_tensors(device), progress=show
        )
    told: dict[str, Any] = {**asdict(settings), **layout.report}
    return layout.positions, cast("MapEntry", told)
