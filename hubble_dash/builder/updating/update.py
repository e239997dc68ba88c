"""What is kept of an atlas, on its way to its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from hubble_dash.atlas.atlas import Atlas, Neighbors
from hubble_dash.atlas.boxes import Boxes
from hubble_dash.atlas.manifest import NeighborsEntry, UnsealedManifest
from hubble_dash.atlas.schema import (
    CLUSTERS_FILE,
    FINGERPRINTS_FILE,
    NEIGHBORS_FILE,
    POSITIONS_FILE,
    SIMILARITIES_FILE,
)
from hubble_dash.atlas.seal import seal
from hubble_dash.builder.backends.devices import device_of_tensors
from hubble_dash.builder.bars import bar
from hubble_dash.builder.clusters.write import labels_tell, write_clusters
from hubble_dash.builder.growing.anew import laid_out
from hubble_dash.builder.growing.manifest import with_advice, with_clusters
from hubble_dash.builder.naming.given import read_names
from hubble_dash.builder.naming.kept import Before, before_of
from hubble_dash.builder.neighbors.depth import neighbors_to_keep
from hubble_dash.builder.shards.arrays import new_neighbors, write_map
from hubble_dash.builder.updating.differences import Differences
from hubble_dash.builder.updating.kept import Kept
from hubble_dash.builder.updating.nearest import nearest_of_kept
from hubble_dash.config import BuildSettings

__all__ = ["Update"]


@dataclass(frozen=True)
class Update:
    """What is to become of an atlas, but for images that are added.

    Parameters
    ----------
    settings : BuildSettings
        What is asked for now.
    old : Atlas
        The atlas.
    stays : (m,) bool array
        Which of its images do.
    different : Differences
        What else is to be otherwise.
    scratch : Path
        A folder beside the atlas, which goes afterwards.
    progress : bool
        Whether bars are shown.
    """

    settings: BuildSettings
    old: Atlas
    stays: NDArray[np.bool_]
    different: Differences
    scratch: Path
    progress: bool

    def without_others(self) -> Atlas:
        """Seal what is kept in the folder, for what is new to be added to it."""
        folder, manifest, files = self._kept()
        return seal(folder, self.scratch / "kept.atlas", manifest, files=files)

    def sealed(self, told: Mapping[str, Any]) -> Atlas:
        """Let what is kept take the atlas's place, with a map of its own where that is another.

        Parameters
        ----------
        told : mapping
            What the manifest says otherwise.
        """
        folder, manifest, files = self._kept()
        manifest = cast("UnsealedManifest", {**manifest, **told})
        arrays = (folder / name for name in (NEIGHBORS_FILE, SIMILARITIES_FILE))
        neighbors = Neighbors(*(np.load(path, mmap_mode="r") for path in arrays))
        fingerprints = np.load(folder / FINGERPRINTS_FILE, mmap_mode="r")
        positions = np.load(folder / POSITIONS_FILE)
        if not self.stays.all() or self.different.map:
            positions, manifest["map"] = laid_out(
                fingerprints, neighbors, self.settings.map,
                device=self.settings.device, progress=self.progress,
            )  # fmt: skip
        files = [*{*files, *write_map(folder, neighbors, positions)}]
        tell = labels_tell(manifest["model"])
        clusters = write_clusters(
            folder, fingerprints, positions, labels=tell,
            given=read_names(self.settings.cluster_names), before=self.before(),
        )  # fmt: skip
        files += [CLUSTERS_FILE] if clusters else []
        manifest = cast("UnsealedManifest", with_clusters(manifest, clusters))
        del fingerprints, neighbors
        final = self.old.path
        return seal(folder, final, with_advice(manifest), files=files, replace=True)

    def before(self) -> Before:
        """Give the clusters of what is kept, as they were."""
        # Its files are let go of before the atlas goes.
        kept = Kept(Atlas(self.old.path, self.old.manifest), self.stays)
        return before_of(kept.atlas, np.flatnonzero(kept.rows))

    def _kept(self) -> tuple[Path, UnsealedManifest, list[str]]:
        """Write what is kept, neighbours among it."""
        # Its files are let go of before the atlas goes.
        kept = Kept(Atlas(self.old.path, self.old.manifest), self.stays)
        folder = self.scratch / "kept"
        folder.mkdir()
        files = kept.write(folder)
        manifest, rows = kept.manifest(), np.flatnonzero(kept.rows)
        boxes = Boxes.of(kept.atlas.cutouts.iloc[rows])
        k = neighbors_to_keep(self.settings, boxes)
        if not self.different.neighbors:
            k = min(max(k, manifest["n_neighbors"]), len(rows) - 1)
        fingerprints = np.load(folder / FINGERPRINTS_FILE, mmap_mode="r")
        before: dict[str, Any] = {**manifest.get("neighbors", {"method": "exact"})}
        with (
            new_neighbors(folder, (len(rows), k)) as out,
            bar("neighbours", " cutouts", shown=self.progress) as show,
        ):
            report = nearest_of_kept(
                fingerprints, kept.atlas.neighbors, rows, before, out=out, progress=show,
                device=device_of_tensors(self.settings.device),
            )  # fmt: skip
        manifest["n_neighbors"], manifest["neighbors"] = k, cast("NeighborsEntry", report)
        return folder, manifest, [*files, NEIGHBORS_FILE, SIMILARITIES_FILE]
