"""Tables of a simulated atlas: boxes, made-up places on the sky, labels, class and magnitude."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]
from numpy.typing import NDArray
from pyarrow import parquet as pq
from tqdm import tqdm

from hubble_dash.atlas.schema import LABELS, SCORES
from simulation.pictures import ACROSS, CYCLE, LAYOUT

__all__ = ["CLASSES", "image_table", "write_cutouts"]

CLASSES = (
    *("spiral", "barred spiral", "elliptical", "lenticular", "irregular", "edge-on", "merger"),
    *("star", "planetary nebula", "globular cluster", "arc", "artefact"),
)
INSTRUMENTS = ("ACS", "WFC3", "WFPC2", "NICMOS", "STIS")
FILTERS = ("F435W", "F606W", "F775W", "F814W", "F850LP", "F160W")
N_WORDS = 40
SCALE_ARCSEC = 0.05
# Deep fields in which a third of the images lie: GOODS-S, COSMOS, the Hubble Deep Field North.
FIELDS = ((53.1, -27.8), (150.1, 2.2), (189.2, 62.2))
# Images whose cutouts are written at a time.
IMAGES_A_GROUP = 24


def image_table(previews: list[tuple[str, int, int]], n: int, *, seed: int) -> pd.DataFrame:
    """Describe the parent images; `centre_ra` and `centre_dec` are where they lie, or NaN."""
    random = np.random.default_rng([seed, 1])
    names, widths, heights = (list(column) for column in zip(*previews, strict=True))
    count = len(names)
    counts = np.minimum(CYCLE, n - CYCLE * np.arange(count))
    known = random.uniform(size=count) >= 0.05
    known[0] = True
    table = pd.DataFrame(
        {
            "path": [f"simulated/field_{i:05d}.png" for i in range(count)],
            "name": [f"field_{i:05d}.png" for i in range(count)],
            "nx": LAYOUT.size * ACROSS,
            "ny": LAYOUT.size * -(-counts // ACROSS),
            "origin": "upper",
            "preview": names,
            "preview_width": widths,
            "preview_height": heights,
            "position_quality": np.where(known, "exact", ""),
            "notes": "simulated",
            "INSTRUME": random.choice(INSTRUMENTS, count),
            "FILTER": random.choice(FILTERS, count),
        }
    )
    table.loc[random.uniform(size=count) < 0.1, "FILTER"] = None
    ra, dec = _centres(count, random)
    table["centre_ra"] = np.where(known, ra, np.nan)
    table["centre_dec"] = np.where(known, dec, np.nan)
    return table


def write_cutouts(
    path: Path,
    images: pd.DataFrame,
    cluster: NDArray[np.int32],
    *,
    seed: int,
    progress: bool = True,
) -> None:
    """Write the table of cutouts, some images' at a time.

    Parameters
    ----------
    path : Path
        The Parquet file.
    images : pandas.DataFrame
        From `image_table`.
    cluster : (n,) int32 array
        Of each cutout; class, magnitude and labels follow it.
    seed : int
        Of the random numbers.
    progress : bool
        Whether a bar is shown.
    """
    random = np.random.default_rng([seed, 2])
    groups = _groups(len(cluster))
    bar = tqdm(list(groups), "table", unit=" groups", disable=not progress)
    writer = None
    try:
        for rows in bar:
            part = pa.Table.from_pandas(_cutouts(images, rows, cluster[rows], random))
            if writer is None:
                writer = pq.ParquetWriter(path, part.schema)
            writer.write_table(part)
    finally:
        if writer is not None:
            writer.close()


def _groups(n: int) -> Iterator[NDArray[np.int64]]:
    for start in range(0, n, IMAGES_A_GROUP * CYCLE):
        yield np.arange(start, min(n, start + IMAGES_A_GROUP * CYCLE))


def _centres(count: int, random: np.random.Generator) -> tuple[NDArray[np.float64], ...]:
    """Places of images: a third in deep fields, the others anywhere on the sky."""
    ra = random.uniform(0, 360, count)
    dec = np.rad2deg(np.arcsin(random.uniform(-0.999, 0.999, count)))
    fields = np.array(FIELDS)[random.integers(0, len(FIELDS), count)]
    deep = np.arange(count) % 3 == 0
    near = fields + random.uniform(-0.4, 0.4, (count, 2))
    return np.where(deep, near[:, 0], ra), np.where(deep, near[:, 1], dec)


def _cutouts(
    images: pd.DataFrame,
    rows: NDArray[np.int64],
    cluster: NDArray[np.int32],
    random: np.random.Generator,
) -> pd.DataFrame:
    size, n = LAYOUT.size, len(rows)
    image, place = np.divmod(rows, CYCLE)
    down, across = np.divmod(place, ACROSS)
    own = images.iloc[image]
    degrees = size * SCALE_ARCSEC / 3600
    dec = own["centre_dec"].to_numpy() - (down - 33) * degrees
    ra = own["centre_ra"].to_numpy() - (across - 33) * degrees / np.cos(np.deg2rad(dec))
    table = {
        "image": image.astype(np.int32),
        "ixmin": (size * across).astype(np.int32),
        "ixmax": (size * across + size).astype(np.int32),
        "iymin": (size * down).astype(np.int32),
        "iymax": (size * down + size).astype(np.int32),
        "ra_deg": ra % 360,
        "dec_deg": dec,
        "pixel_scale_arcsec": np.where(np.isfinite(dec), SCALE_ARCSEC, np.nan),
    }
    words = [f"simulated label {i:02d}" for i in range(N_WORDS)]
    for i, (label, score) in enumerate(zip(LABELS, SCORES, strict=True)):
        codes = (cluster + 7 * i + (random.uniform(size=n) < 0.2)) % N_WORDS
        table[label] = pd.Categorical.from_codes(codes, pd.Index(words))
        table[score] = (random.uniform(0.5, 0.9, n) / (i + 1) ** 1.5).astype(np.float32)
    other = random.uniform(size=n) < 0.1
    kinds = np.where(other, random.integers(0, len(CLASSES), n), cluster % len(CLASSES))
    kinds[random.uniform(size=n) < 0.03] = -1
    table["class"] = pd.Categorical.from_codes(kinds, pd.Index(CLASSES))
    magnitude = 21 + 4 * np.sin(0.7 * cluster) + random.normal(0, 0.8, n)
    table["magnitude"] = np.where(random.uniform(size=n) < 0.02, np.nan, magnitude.round(3))
    return pd.DataFrame(table)
