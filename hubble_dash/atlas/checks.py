"""What an atlas from outside must hold: entries, files, columns, and the range of every row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast, get_type_hints

import numpy as np
import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]
from numpy.typing import NDArray

from hubble_dash.atlas.manifest import MAX_CLUSTERS, Manifest, channel_counts
from hubble_dash.atlas.schema import (
    ARRAY_TYPES,
    AXES_FILE,
    CHANNELS_FILE,
    CLUSTERS_FILE,
    COLORS_FILE,
    CORNERS,
    CUTOUT_COLUMNS,
    CUTOUTS_FILE,
    FINGERPRINTS_FILE,
    FORMAT,
    FORMAT_VERSION,
    IMAGE_AND_BOX,
    IMAGES_FILE,
    LABELS,
    MANIFEST_FILE,
    MEAN_FILE,
    METRIC_FILES,
    METRIC_MEAN_FILE,
    NEIGHBORS_FILE,
    NO_CLUSTER,
    PLANE,
    POSITIONS_FILE,
    PREVIEWS_FOLDER,
    SAMPLE_FILE,
    SCORES,
    SHEETS_FOLDER,
    SIMILARITIES_FILE,
    TRUST_FILE,
    ImageRow,
    image_files_name,
)
from hubble_dash.atlas.sheets import SheetLayout, sheet_name
from hubble_dash.errors import AtlasError
from hubble_dash.foreign.arrays import check_array
from hubble_dash.foreign.folder import Folder
from hubble_dash.foreign.pictures import MAX_SIDE
from hubble_dash.foreign.plain import check_plain, read_plain
from hubble_dash.foreign.ranges import check_range, check_rows, check_values, off
from hubble_dash.foreign.tables import NUMBER, TEXT, WHOLE, ColumnKind, check_columns, read_head

__all__ = [
    "array_shapes",
    "check_array_values",
    "check_clusters",
    "check_cutouts",
    "check_heads",
    "check_image_files",
    "check_images",
    "read_manifest",
]

# A million files take some 150 MB.
MAX_MANIFEST = 400_000_000
# Where positions would no longer be told apart when they are squared.
MAX_POSITION = 1e15
# What rounding may add to a cosine, a probability, an angle.
ROUNDING = 5e-6
# Pages count labels by 16 bits.
MAX_LABELS = 2**15 - 1


def read_manifest(folder: Folder) -> Manifest:
    """Read a manifest, and hold it against its schema and the sizes of the files that it names.

    Parameters
    ----------
    folder : Folder
        Of the atlas.

    Returns
    -------
    Manifest
        With all entries of its type, and maybe further ones.

    Raises
    ------
    AtlasError
        If it is not that of an atlas, of a newer format, or something in it is off.
    """
    path = folder.path / MANIFEST_FILE
    text = folder.read(MANIFEST_FILE, max_bytes=MAX_MANIFEST)
    try:
        found = read_plain(text)
        version = found["format_version"]
        if isinstance(version, int) and version > FORMAT_VERSION:
            raise AtlasError(
                f"{folder.path} has format version {version}, this hubble-dash reads up to"
                f" {FORMAT_VERSION}; type: pip install --upgrade hubble-dash"
            )
        check_plain(found, Manifest, MANIFEST_FILE)
    except (KeyError, TypeError) as err:
        raise AtlasError(f"{path} is damaged: it has no format_version") from err
    except ValueError as err:
        raise AtlasError(f"{path} is damaged: {err}") from err
    manifest = cast(Manifest, found)
    if manifest["format"] != FORMAT:
        raise AtlasError(f"{path} is of a {manifest['format']!r}; allowed: {FORMAT!r}")
    _check_layout(folder, manifest)
    _check_sizes(folder, manifest)
    return manifest


def _check_layout(folder: Folder, manifest: Manifest) -> None:
    """Check what entries say of one another, and that all files of an atlas are named."""
    path = folder.path / MANIFEST_FILE
    n, k, layout = manifest["n_cutouts"], manifest["n_neighbors"], manifest["thumbnails"]
    if k >= n:
        raise off(
            folder.path / MANIFEST_FILE, "n_neighbors", k, f"at most {n - 1}, for {n} cutouts"
        )
    for name, side in (("columns", layout["columns"]), ("rows", layout["rows"])):
        if layout["size"] * side > MAX_SIDE:
            pixels = layout["size"] * side
            raise off(path, f"thumbnails.size times thumbnails.{name}", pixels, f"up to {MAX_SIDE}")
    _check_levels(path, manifest)
    n_sheets = SheetLayout(**layout).n_sheets(n)
    sheets = (f"{SHEETS_FOLDER}/{sheet_name(number)}" for number in range(n_sheets))
    optional = {MEAN_FILE, COLORS_FILE, TRUST_FILE}
    optional |= set() if "metric" in manifest else {*METRIC_FILES}
    optional |= set() if "clusters" in manifest else {CLUSTERS_FILE}
    arrays = (name for name in ARRAY_TYPES if name not in optional)
    for name in (IMAGES_FILE, CUTOUTS_FILE, *arrays, *sheets):
        if name not in manifest["files"]:
            lacking = f"its files lack {name}, which an atlas of {n:,} cutouts has"
            raise AtlasError(f"{path} is damaged: {lacking}")


def _check_levels(path: Path, manifest: Manifest) -> None:
    """Check that levels of clusters are told apart, and the clusters of each."""
    levels = manifest.get("clusters", [])
    named = [("clusters", [level["name"] for level in levels])]
    named += [(level["name"], [one["name"] for one in level["clusters"]]) for level in levels]
    for where, names in named:
        for name, count in Counter(names).most_common(1):
            if count > 1:
                raise off(path, f"a name of {where}", name, "names that are told apart")
    for level in levels:
        for one in level["clusters"]:
            if one["medoid"] >= manifest["n_cutouts"]:
                raise off(path, "medoid", one["medoid"], f"rows below {manifest['n_cutouts']}")


def _check_sizes(folder: Folder, manifest: Manifest) -> None:
    files = manifest["files"]
    for name, size in folder.sizes(files):
        if size is None:
            # Opening it says what there is instead.
            folder.open(name).close()
        if size != files[name]["bytes"]:
            raise AtlasError(
                f"{folder.path} is damaged: {name} has {size} bytes, not {files[name]['bytes']};"
                " build it again"
            )


def array_shapes(manifest: Manifest) -> dict[str, tuple[int, ...]]:
    """Give the shape of each array that an atlas has.

    Parameters
    ----------
    manifest : Manifest
        Of the atlas.
    """
    n, d, k = manifest["n_cutouts"], manifest["n_features"], manifest["n_neighbors"]
    shapes: dict[str, tuple[int, ...]] = {
        FINGERPRINTS_FILE: (n, d),
        MEAN_FILE: (d,),
        NEIGHBORS_FILE: (n, k),
        SIMILARITIES_FILE: (n, k),
        POSITIONS_FILE: (n, 2),
        TRUST_FILE: (n,),
        CLUSTERS_FILE: (n, len(manifest.get("clusters", []))),
        COLORS_FILE: (n, 3),
    }
    if (metric := manifest.get("metric")) is not None:
        counts, a = channel_counts(metric), metric["n_channel_axes"]
        f = metric["n_last"] + len(counts) * a * (a + 1) // 2
        shapes |= {CHANNELS_FILE: (sum(counts), a), AXES_FILE: (f, d), METRIC_MEAN_FILE: (f,)}
        shapes |= {SAMPLE_FILE: (metric["n_sample"],)}
    return {name: shape for name, shape in shapes.items() if name in manifest["files"]}


def check_heads(folder: Folder, manifest: Manifest) -> None:
    """Check shapes and types of all arrays, rows and columns of the tables; none of them is read.

    Parameters
    ----------
    folder : Folder
        Of the atlas.
    manifest : Manifest
        Of `read_manifest`.

    Raises
    ------
    AtlasError
        If something is off.
    """
    for name, shape in array_shapes(manifest).items():
        check_array(folder, name, dtype=ARRAY_TYPES[name], shape=shape)
    hints = get_type_hints(ImageRow)
    images = {name: TEXT if kind is str else WHOLE for name, kind in hints.items()}
    cutouts = dict.fromkeys(CUTOUT_COLUMNS, NUMBER) | dict.fromkeys(IMAGE_AND_BOX, WHOLE)
    further = _check_columns(folder, IMAGES_FILE, manifest["n_images"], images)
    for name, kind in further.items():
        if pa.types.is_nested(kind):
            raise off(folder.path / IMAGES_FILE, name, f"of {kind}", "single values")
    for group in (PLANE, CORNERS):
        if further.keys() & {*group}:
            numbers = dict.fromkeys(group, NUMBER)
            _check_columns(folder, IMAGES_FILE, manifest["n_images"], numbers)
    further = _check_columns(folder, CUTOUTS_FILE, manifest["n_cutouts"], cutouts)
    if (table := image_files_name(manifest["files"])) is not None:
        files = {"bytes": NUMBER, "sha256": TEXT, "credit": TEXT}
        _check_columns(folder, table, manifest["n_images"], files)
    if further.keys() & {*LABELS, *SCORES}:
        cutouts |= dict.fromkeys(LABELS, TEXT) | dict.fromkeys(SCORES, NUMBER)
        _check_columns(folder, CUTOUTS_FILE, manifest["n_cutouts"], cutouts)


def _check_columns(
    folder: Folder, table: str, n: int, columns: Mapping[str, ColumnKind]
) -> dict[str, pa.DataType]:
    """Check the columns that a table must have; give the others."""
    head = read_head(folder, table)
    if head.n_rows != n:
        raise AtlasError(f"{folder.path / table} has {head.n_rows:,} rows; allowed: {n:,}")
    check_columns(folder.path / table, head, columns)
    return {name: kind for name, kind in head.columns.items() if name not in columns}


def check_images(folder: Folder, images: pd.DataFrame, files: Mapping[str, Any]) -> pd.DataFrame:
    """Check every row of the table of images.

    Parameters
    ----------
    folder : Folder
        Of the atlas.
    images : pandas.DataFrame
        The table.
    files : mapping
        The manifest's, by name.

    Returns
    -------
    pandas.DataFrame
        The table, as it was.

    Raises
    ------
    AtlasError
        That names the first row that is off.
    """
    path = folder.path / IMAGES_FILE
    bounds = {"nx": 2**31 - 1, "ny": 2**31 - 1}
    bounds |= {"preview_width": MAX_SIDE, "preview_height": MAX_SIDE}
    for name, most in bounds.items():
        check_range(path, images[name], 1, most)
    for name in ("path", "name"):
        check_rows(path, images[name], images[name].notna(), "text")
    check_rows(path, images["origin"], images["origin"].isin(["lower", "upper"]), "lower or upper")
    for name in (*PLANE, *CORNERS):
        if name in images:
            check_range(path, images[name], -MAX_POSITION, MAX_POSITION, nan=True)
    previews = images["preview"]
    there = np.array([f"{PREVIEWS_FOLDER}/{name}" in files for name in previews], bool)
    check_rows(path, previews, there, f"a file of {PREVIEWS_FOLDER}/ that the manifest names")
    return images


def check_image_files(folder: Folder, files: pd.DataFrame, name: str) -> pd.DataFrame:
    """Check every row of the table of image files.

    Parameters
    ----------
    folder : Folder
        Of the atlas.
    files : pandas.DataFrame
        The table; what is not known of a file is missing in it.
    name : str
        Its file.

    Returns
    -------
    pandas.DataFrame
        The table, as it was.

    Raises
    ------
    AtlasError
        That names the first row that is off.
    """
    path, sums = folder.path / name, files["sha256"]
    check_range(path, files["bytes"], 0, 2**62, nan=True)
    are_sums = sums.isna() | sums.astype(str).str.fullmatch("[0-9a-f]{64}")
    check_rows(path, sums, are_sums, "64 hexadecimal digits")
    return files


def check_cutouts(folder: Folder, cutouts: pd.DataFrame, images: pd.DataFrame) -> pd.DataFrame:
    """Check every row of the table of cutouts.

    Parameters
    ----------
    folder : Folder
        Of the atlas.
    cutouts, images : pandas.DataFrame
        The tables.

    Returns
    -------
    pandas.DataFrame
        The table of cutouts, as it was.

    Raises
    ------
    AtlasError
        That names the first row that is off.
    """
    path = folder.path / CUTOUTS_FILE
    check_range(path, cutouts["image"], 0, len(images) - 1)
    image = cutouts["image"].to_numpy()
    for low, high, side in (("ixmin", "ixmax", "nx"), ("iymin", "iymax", "ny")):
        most = images[side].to_numpy()[image]
        check_range(path, cutouts[low], 0, most - 1)
        check_range(path, cutouts[high], cutouts[low].to_numpy() + 1, most)
    check_range(path, cutouts["dec_deg"], -90 - ROUNDING, 90 + ROUNDING, nan=True)
    for name, least in (("ra_deg", -MAX_POSITION), ("pixel_scale_arcsec", 0)):
        check_range(path, cutouts[name], least, MAX_POSITION, nan=True)
    if LABELS[0] in cutouts:
        for name in SCORES:
            check_range(path, cutouts[name], 0, 1 + ROUNDING, nan=True)
        n_texts = len(set().union(*(cutouts[name].dropna().unique() for name in LABELS)))
        if n_texts > MAX_LABELS:
            raise off(path, "the number of labels", n_texts, f"up to {MAX_LABELS:,}")
    return cutouts


def check_array_values(folder: Folder, name: str, array: NDArray[Any], n: int) -> NDArray[Any]:
    """Check every value of an array.

    Parameters
    ----------
    folder : Folder
        Of the atlas.
    name : str
        The array's file.
    array : array
        Read a block of rows at a time.
    n : int
        Number of cutouts.

    Returns
    -------
    array
        As it was.

    Raises
    ------
    AtlasError
        That names the first row that is off.
    """
    bounds = {
        FINGERPRINTS_FILE: (-65_504, 65_504),
        MEAN_FILE: (-MAX_POSITION, MAX_POSITION),
        NEIGHBORS_FILE: (0, n - 1),
        SIMILARITIES_FILE: (-1 - ROUNDING, 1 + ROUNDING),
        POSITIONS_FILE: (-MAX_POSITION, MAX_POSITION),
        TRUST_FILE: (0, 1),
        CLUSTERS_FILE: (NO_CLUSTER, MAX_CLUSTERS - 1),
        COLORS_FILE: (0, 255),
        CHANNELS_FILE: (-1 - ROUNDING, 1 + ROUNDING),
        AXES_FILE: (-MAX_POSITION, MAX_POSITION),
        METRIC_MEAN_FILE: (-MAX_POSITION, MAX_POSITION),
        SAMPLE_FILE: (0, n - 1),
    }
    check_values(folder.path / name, array, *bounds[name])
    return array


def check_clusters(
    folder: Folder, clusters: NDArray[np.int16], manifest: Manifest
) -> NDArray[np.int16]:
    """Check that each cutout belongs to clusters that the manifest tells of.

    Parameters
    ----------
    folder : Folder
        Of the atlas.
    clusters : (n, levels) int16 array
        Their numbers.
    manifest : Manifest
        Of the atlas.

    Returns
    -------
    (n, levels) int16 array
        As it was.

    Raises
    ------
    AtlasError
        That names the first row that is off.
    """
    for level, codes in zip(manifest["clusters"], clusters.T, strict=True):
        values = pd.Series(codes, name=level["name"])
        check_range(folder.path / CLUSTERS_FILE, values, NO_CLUSTER, len(level["clusters"]) - 1)
    return clusters
