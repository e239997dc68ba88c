"""What lies on the disk of an atlas: its tables, arrays and pictures, read when asked for.

Tables and arrays are checked as they are read, since an atlas may come from anywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any, NamedTuple, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubble_dash.atlas.checks import (
    array_shapes,
    check_array_values,
    check_clusters,
    check_cutouts,
    check_image_files,
    check_images,
)
from hubble_dash.atlas.columns import AtlasColumns
from hubble_dash.atlas.manifest import Manifest
from hubble_dash.atlas.schema import (
    ARRAY_TYPES,
    CLUSTERS_FILE,
    COLORS_FILE,
    CUTOUTS_FILE,
    FINGERPRINTS_FILE,
    IMAGES_FILE,
    MEAN_FILE,
    METRIC_FILES,
    NEIGHBORS_FILE,
    POSITIONS_FILE,
    SHEETS_FOLDER,
    SIMILARITIES_FILE,
    TRUST_FILE,
    image_files_name,
)
from hubble_dash.atlas.sheets import Pictures, SheetLayout, sheet_name
from hubble_dash.cosine import Smoothed
from hubble_dash.errors import AtlasError
from hubble_dash.foreign.arrays import read_array
from hubble_dash.foreign.folder import Folder
from hubble_dash.foreign.tables import read_table
from hubble_dash.isolation import isolation, local_isolation

__all__ = ["MetricArrays", "Neighbors", "StoredAtlas"]


@dataclass(frozen=True)
class Neighbors:
    """The k nearest neighbours of every cutout, itself left out.

    Parameters
    ----------
    rows : (n, k) int32 array
        Rows of the atlas, most similar first.
    similarities : (n, k) float32 array
        Cosine similarities, large = alike.
    """

    rows: NDArray[np.int32]
    similarities: NDArray[np.float32]


class MetricArrays(NamedTuple):
    """What was learned of some cutouts; `hubble_dash.atlas.manifest.MetricEntry` says the rest.

    Attributes
    ----------
    channels : (c, a) float32 array
        Axes on which covariances of channels are brought, map by map.
    axes : (f, d) float32 array
        From features in one form to fingerprints.
    mean : (f,) float32 array
        Taken off before.
    sample : (m,) int32 array
        Rows of the cutouts that it was learned from.
    """

    channels: NDArray[np.float32]
    axes: NDArray[np.float32]
    mean: NDArray[np.float32]
    sample: NDArray[np.int32]


class StoredAtlas:
    """The part of an `hubble_dash.atlas.atlas.Atlas` that reads its folder.

    Parameters
    ----------
    path : path-like
        The folder.
    manifest : mapping
        What its ``manifest.json`` says.
    """

    def __init__(self, path: str | Path, manifest: Mapping[str, Any]) -> None:
        self.path = Path(path)
        self.manifest = cast("Manifest", dict(manifest))
        self._folder = Folder(self.path)

    def __len__(self) -> int:
        return int(self.manifest["n_cutouts"])

    def __repr__(self) -> str:
        return (
            f"<Atlas {self.path.name!r}: {len(self)} cutouts of {self.manifest['n_images']} images,"
            f" {self.manifest['model']['name']}>"
        )

    @property
    def title(self) -> str:
        """The title people see."""
        return str(self.manifest["title"])

    @property
    def sheet_layout(self) -> SheetLayout:
        """Where the thumbnails stand."""
        return SheetLayout(**self.manifest["thumbnails"])

    @cached_property
    def images(self) -> pd.DataFrame:
        """One row an image."""
        table = read_table(self._folder, IMAGES_FILE, n_rows=self.manifest["n_images"])
        return check_images(self._folder, table, self.manifest["files"])

    @cached_property
    def image_files(self) -> pd.DataFrame | None:
        """Of each image the file that it was read from; None in an atlas of an early version."""
        name = image_files_name(self.manifest["files"])
        if name is None:
            return None
        table = read_table(self._folder, name, n_rows=self.manifest["n_images"])
        return check_image_files(self._folder, table, name)

    @cached_property
    def cutouts(self) -> pd.DataFrame:
        """One row a cutout."""
        table = read_table(self._folder, CUTOUTS_FILE, n_rows=len(self))
        return check_cutouts(self._folder, table, self.images)

    @cached_property
    def fingerprints(self) -> NDArray[np.float16]:
        """One row a cutout, (n, d) float16."""
        return self._array(FINGERPRINTS_FILE, checked=False)

    @cached_property
    def mean(self) -> NDArray[np.float32]:
        """What was taken off all fingerprints, (d,) float32; zeros if nothing was."""
        if MEAN_FILE not in self.manifest["files"]:
            return np.zeros(self.fingerprints.shape[1], np.float32)
        return self._array(MEAN_FILE)

    @cached_property
    def metric(self) -> MetricArrays | None:
        """What was learned of its cutouts; None where nothing was."""
        if "metric" not in self.manifest:
            return None
        return MetricArrays(*(self._array(name) for name in METRIC_FILES))

    @cached_property
    def neighbors(self) -> Neighbors:
        """The k nearest of every cutout."""
        return Neighbors(self._array(NEIGHBORS_FILE), self._array(SIMILARITIES_FILE))

    @property
    def smoothed(self) -> Smoothed:
        """Its fingerprints, each joined with its nearest as it is read."""
        return Smoothed(self.fingerprints, self.neighbors.rows, self.neighbors.similarities)

    @cached_property
    def positions(self) -> NDArray[np.float32]:
        """The map, (n, 2) float32."""
        return self._array(POSITIONS_FILE)

    @cached_property
    def colors(self) -> NDArray[np.uint8] | None:
        """Mean colour of each thumbnail, (n, 3) uint8; None in an atlas that was made without."""
        return self._array(COLORS_FILE) if COLORS_FILE in self.manifest["files"] else None

    @cached_property
    def columns(self) -> AtlasColumns:
        """What `select` may name: columns of the tables, and labels."""
        return AtlasColumns(self.cutouts, self.images, self.derived)

    @cached_property
    def isolation(self) -> NDArray[np.float32]:
        """How far each cutout is from those most like it; see `hubble_dash.isolation`."""
        return isolation(self.neighbors.similarities)

    @cached_property
    def local_isolation(self) -> NDArray[np.float32]:
        """How much farther that is than it is for those; see `hubble_dash.isolation`."""
        return local_isolation(self.neighbors.rows, self.neighbors.similarities)

    @cached_property
    def trust(self) -> NDArray[np.float32] | None:
        """What share of its most similar the map keeps near each cutout; None of early versions."""
        return self._array(TRUST_FILE) if TRUST_FILE in self.manifest["files"] else None

    @cached_property
    def clusters(self) -> NDArray[np.int16] | None:
        """Of each cutout the number of its cluster at each level, (n, levels); None where none."""
        if "clusters" not in self.manifest:
            return None
        return check_clusters(self._folder, self._array(CLUSTERS_FILE), self.manifest)

    @property
    def derived(self) -> Mapping[str, Callable[[], pd.Series[Any]]]:
        """Columns that stand in no table, by name: (n,) each, made when they are asked for."""
        made: dict[str, Callable[[], pd.Series[Any]]] = {
            level["name"]: partial(self._names_of_clusters, number)
            for number, level in enumerate(self.manifest.get("clusters", []))
        }
        made["isolation"] = lambda: pd.Series(self.isolation)
        made["local isolation"] = lambda: pd.Series(self.local_isolation)
        if TRUST_FILE in self.manifest["files"]:
            made["trust"] = lambda: pd.Series(self.trust)
        return made

    def _names_of_clusters(self, number: int) -> pd.Series[Any]:
        names = [one["name"] for one in self.manifest["clusters"][number]["clusters"]]
        codes = cast(NDArray[np.int16], self.clusters)[:, number]
        return pd.Series(pd.Categorical.from_codes(codes, pd.Index(names)))

    def _array(self, name: str, *, checked: bool = True) -> NDArray[Any]:
        """Map an array; its values are checked here, but for fingerprints, which are large."""
        shape = array_shapes(self.manifest)[name]
        array = read_array(self._folder, name, dtype=ARRAY_TYPES[name], shape=shape)
        return check_array_values(self._folder, name, array, len(self)) if checked else array

    def sheet_path(self, sheet: int) -> Path:
        """Path of a sheet of thumbnails, for those who believe what is there.

        Parameters
        ----------
        sheet : int
            Its number, from 0.
        """
        return self.path / SHEETS_FOLDER / sheet_name(sheet)

    @cached_property
    def pictures(self) -> Pictures:
        """Its sheets and previews, each proved to be a picture when it is read."""
        return Pictures(self._folder, self.sheet_layout, self.images, len(self))

    @property
    def n_sheets(self) -> int:
        """Number of sheets."""
        return self.sheet_layout.n_sheets(len(self))

    def check(self) -> list[str]:
        """Compare every file with its checksum.

        Returns
        -------
        list of str
            What is wrong, a line each; empty if all is well.
        """
        wrong = []
        for name, size in self._folder.sizes(self.manifest["files"]):
            if size is None:
                wrong.append(f"{name} is missing")
                continue
            if self._folder.sha256(name) != self.manifest["files"][name]["sha256"]:
                wrong.append(f"{name} differs from its checksum")
        return wrong

    def check_sums(self) -> None:
        """Refuse an atlas of which a file differs from its checksum.

        Raises
        ------
        AtlasError
            That names the first of them.
        """
        if wrong := self.check():
            raise AtlasError(f"{self.path} is damaged: {'; '.join(wrong[:5])}; build it again")

    def check_values(self, *, of_fingerprints: bool = False) -> None:
        """Look at every row of the tables and arrays.

        Parameters
        ----------
        of_fingerprints : bool
            Look at those as well, which are many times as large as all the rest.

        Raises
        ------
        AtlasError
            That names the first value that is off.
        """
        _ = self.cutouts, self.image_files, self.neighbors, self.positions, self.colors, self.mean
        _ = self.metric, self.trust, self.clusters
        if of_fingerprints:
            check_array_values(self._folder, FINGERPRINTS_FILE, self.fingerprints, len(self))
