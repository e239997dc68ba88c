"""What an atlas consists of: its files, and the columns of its tables.

All that is written into an atlas, or read from one, takes its names and types from here and, for
entries of the manifest, from `hubble_dash.atlas.manifest`; ``docs/atlas-format.md`` tells users the
same.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, TypedDict

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = [
    "ARRAY_TYPES",
    "AXES_FILE",
    "BOX",
    "CHANNELS_FILE",
    "CLUSTERS_FILE",
    "COLORS_FILE",
    "CORNERS",
    "CUTOUTS_FILE",
    "CUTOUT_COLUMNS",
    "FINGERPRINTS_FILE",
    "FORMAT",
    "FORMAT_VERSION",
    "IMAGES_FILE",
    "IMAGE_AND_BOX",
    "IMAGE_FILES_FILE",
    "LABELS",
    "LONGEST_WHOLE",
    "MANIFEST_FILE",
    "MEAN_FILE",
    "METRIC_FILES",
    "METRIC_MEAN_FILE",
    "NEIGHBORS_FILE",
    "NO_CLUSTER",
    "N_LABELS",
    "OLD_IMAGE_FILES_FILE",
    "PLANE",
    "POSITIONS_FILE",
    "PREVIEWS_FOLDER",
    "SAMPLE_FILE",
    "SCORES",
    "SHEETS_FOLDER",
    "SIMILARITIES_FILE",
    "SKY",
    "TRUST_FILE",
    "ImageFileRow",
    "ImageRow",
    "class_codes",
    "extra_columns",
    "extra_image_columns",
    "image_files_name",
    "is_long",
    "is_number",
    "text_codes",
]

FORMAT = "hubble-dash atlas"
# Raised when an entry, a column or a file changes its meaning; older readers then refuse. An atlas
# without a metric is of version 1.
FORMAT_VERSION = 2

# Files and folders of an atlas.
MANIFEST_FILE = "manifest.json"
IMAGES_FILE, CUTOUTS_FILE = "images.parquet", "cutouts.parquet"
IMAGE_FILES_FILE = "image_files.parquet"
# What that was called at first.
OLD_IMAGE_FILES_FILE = "sources.parquet"
FINGERPRINTS_FILE, MEAN_FILE = "fingerprints.npy", "mean.npy"
NEIGHBORS_FILE, SIMILARITIES_FILE = "neighbors.npy", "similarities.npy"
POSITIONS_FILE, COLORS_FILE = "positions.npy", "colors.npy"
# Of the map; atlases of early versions, and of a few cutouts, lack it.
TRUST_FILE = "trust.npy"
# Where there are clusters: see `hubble_dash.atlas.manifest.ClusterLevelEntry`.
CLUSTERS_FILE = "clusters.npy"
# What stands there for none.
NO_CLUSTER = -1
# Of the metric, where one was learned: see `hubble_dash.atlas.manifest.MetricEntry`.
CHANNELS_FILE, AXES_FILE = "metric_channels.npy", "metric_axes.npy"
METRIC_MEAN_FILE, SAMPLE_FILE = "metric_mean.npy", "metric_sample.npy"
SHEETS_FOLDER, PREVIEWS_FOLDER = "sheets", "previews"

# Of all cutouts (n, d), mean (d,), neighbours and similarities (n, k), positions (n, 2), trust
# (n,), clusters (n, levels) and colours (n, 3); of the metric channels (c, a), axes (f, d), mean
# (f,), sample (m,).
ARRAY_TYPES: Mapping[str, np.dtype[Any]] = {
    FINGERPRINTS_FILE: np.dtype(np.float16),
    MEAN_FILE: np.dtype(np.float32),
    NEIGHBORS_FILE: np.dtype(np.int32),
    SIMILARITIES_FILE: np.dtype(np.float32),
    POSITIONS_FILE: np.dtype(np.float32),
    TRUST_FILE: np.dtype(np.float32),
    CLUSTERS_FILE: np.dtype(np.int16),
    COLORS_FILE: np.dtype(np.uint8),
    CHANNELS_FILE: np.dtype(np.float32),
    AXES_FILE: np.dtype(np.float32),
    METRIC_MEAN_FILE: np.dtype(np.float32),
    SAMPLE_FILE: np.dtype(np.int32),
}
METRIC_FILES = [CHANNELS_FILE, AXES_FILE, METRIC_MEAN_FILE, SAMPLE_FILE]

# Pixels of the parent array, upper bounds exclusive.
BOX = ["ixmin", "ixmax", "iymin", "iymax"]
IMAGE_AND_BOX = ["image", *BOX]
# ICRS degrees, and arcseconds a pixel, at the centre of the box; NaN where unknown.
SKY = ["ra_deg", "dec_deg", "pixel_scale_arcsec"]
# Of every table of cutouts, in this order. Labels follow, then the catalogue's columns.
CUTOUT_COLUMNS: Mapping[str, np.dtype[Any]] = {
    **dict.fromkeys(IMAGE_AND_BOX, np.dtype(np.int32)),
    **dict.fromkeys(SKY, np.dtype(np.float64)),
}
# Labels kept of each cutout, most probable first.
N_LABELS = 5
# Names of classes, as categories, and their probabilities, float32; missing without classes.
LABELS = [f"label_{i}" for i in range(1, N_LABELS + 1)]
SCORES = [f"score_{i}" for i in range(1, N_LABELS + 1)]


# Of the table of images, where an image says how it lies on the sky: position of its middle, in
# ICRS degrees; degrees to the east (xi) and to the north (eta) a pixel along x and along y; and by
# how many pixels the plane that they make is off at most. Early versions lack them.
PLANE = [
    *("plane_ra_deg", "plane_dec_deg"),
    *("plane_xi_x", "plane_xi_y", "plane_eta_x", "plane_eta_y", "plane_error_px"),
]

# Of the same table, of an image that is distorted, so that this plane is off by more than half a
# pixel: where on it its corners truly lie, in degrees to the east and to the north, one after
# another from the array's first pixel along its first row. Early versions lack them.
CORNERS = [f"corner_{axis}_{i}" for i in range(1, 5) for axis in ("xi", "eta")]

# Beyond this a float, and so JavaScript, does not know each whole number.
LONGEST_WHOLE = 2**53 - 1


class ImageRow(TypedDict):
    """Columns of the table of images, in this order; `PLANE`, `CORNERS` and the header follow.

    Attributes
    ----------
    path, name : str
        The file, with its folder and without.
    nx, ny : int
        Pixels across and down.
    origin : str
        ``"lower"`` where row 0 is shown at the bottom, as of FITS; else ``"upper"``.
    preview : str
        Its file within ``previews/``.
    preview_width, preview_height : int
        Pixels of the preview.
    position_quality : str
        ``"exact"``, ``"approximate"``, or empty where there are no sky positions.
    notes : str
        What the user should know.
    """

    path: str
    name: str
    nx: int
    ny: int
    origin: str
    preview: str
    preview_width: int
    preview_height: int
    position_quality: str
    notes: str


class ImageFileRow(TypedDict):
    """Columns of the table of image files: of each image the file that it was read from.

    Attributes
    ----------
    bytes : int
        Its size.
    sha256 : str or None
        Its checksum, hexadecimal; None of a file of a server of which only parts were read.
    credit : str
        What it says of whom to thank, and what is allowed; empty where it says nothing.
    """

    bytes: int
    sha256: str | None
    credit: str


def image_files_name(files: Collection[str]) -> str | None:
    """Name the table of image files, or None where an atlas has none.

    Parameters
    ----------
    files : collection of str
        Those that its manifest names.
    """
    return next((name for name in (IMAGE_FILES_FILE, OLD_IMAGE_FILES_FILE) if name in files), None)


def extra_columns(cutouts: pd.DataFrame) -> list[str]:
    """Name the columns that came with the cutouts and say something of at least one of them.

    Parameters
    ----------
    cutouts : (n, ...) pandas.DataFrame
        The table of cutouts.
    """
    return _further(cutouts, {*CUTOUT_COLUMNS, *LABELS, *SCORES})


def extra_image_columns(images: pd.DataFrame) -> list[str]:
    """Name the columns that came with the images, such as keywords of their headers.

    Parameters
    ----------
    images : (n, ...) pandas.DataFrame
        The table of images.
    """
    return _further(images, {*ImageRow.__annotations__, *PLANE, *CORNERS})


def _further(table: pd.DataFrame, own: set[str]) -> list[str]:
    return [str(name) for name in table if name not in own and table[name].notna().any()]


def is_number(values: pd.Series) -> bool:
    """Say whether a column holds numbers; true and false are none.

    Parameters
    ----------
    values : (n,) pandas.Series
        The column.
    """
    return pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)


def is_long(values: pd.Series) -> bool:
    """Say whether a column holds whole numbers that not every float gives back, as identifiers.

    Parameters
    ----------
    values : (n,) pandas.Series
        The column.
    """
    if not pd.api.types.is_integer_dtype(values) or not values.notna().any():
        return False
    return int(values.max()) > LONGEST_WHOLE or int(values.min()) < -LONGEST_WHOLE


def text_codes(values: pd.Series) -> tuple[NDArray[np.int64], list[str]]:
    """Give a column as codes into its distinct texts.

    Parameters
    ----------
    values : (m,) pandas.Series
        Of any kind; what is no text is written as one.

    Returns
    -------
    codes : (m,) int64 array
        -1 where the value is missing.
    texts : list of str
        In the order of their first appearance.
    """
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        # As all dates, in UTC.
        values = values.dt.tz_convert("UTC").dt.tz_localize(None)
    if values.dtype == np.dtype(object):
        values = values.map(str, na_action="ignore")
    codes, texts = pd.factorize(values)
    return codes.astype(np.int64), [str(text) for text in texts]


def class_codes(values: pd.Series[Any]) -> tuple[NDArray[np.int64], list[str]]:
    """Give a column as codes into the classes that it tells apart.

    Parameters
    ----------
    values : (m,) pandas.Series
        Of any kind; what is no text is written as one.

    Returns
    -------
    codes : (m,) int64 array
        -1 where the value is missing, or an empty text.
    names : list of str
        Sorted.
    """
    given = values.astype(object).where(values.notna() & (values.astype(str).str.strip() != ""))
    codes, names = pd.factorize(given.map(str, na_action="ignore"), sort=True)
    return codes.astype(np.int64), [str(name) for name in names]
