"""What is written while cutouts stream by: fingerprints, thumbnails, rows of the table."""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.lib.format import open_memmap
from numpy.typing import NDArray

from hubble_dash.atlas import SheetLayout
from hubble_dash.builder.fingerprints import Batch, Network
from hubble_dash.builder.given import GivenFingerprints
from hubble_dash.builder.positions import Positions
from hubble_dash.builder.stretch import Display
from hubble_dash.builder.thumbnails import SheetWriter
from hubble_dash.centering import group_means, take_off

__all__ = ["CutoutWriter", "describe_image", "image_table"]

ROWS_A_BLOCK = 16384
HALF = float(np.finfo(np.float16).max)
# Rows whose largest value is smaller lose digits in half precision.
FAINT = 2.0**-10


class CutoutWriter:
    """Keep the rows of cutouts, and write their thumbnails and fingerprints to files.

    Cutouts are added in one thread while the fingerprints of earlier ones arrive in another; both
    come in the same order.

    Parameters
    ----------
    folder : Path
        The atlas that is being made.
    network : Network or GivenFingerprints
        Makes the fingerprints.
    layout : SheetLayout
        Of the thumbnails.
    """

    def __init__(
        self, folder: Path, network: Network | GivenFingerprints, layout: SheetLayout
    ) -> None:
        self.folder, self.network = folder, network
        self._sheets = SheetWriter(folder / "sheets", layout)
        # Its length is not known yet, so that it becomes a .npy file in the end.
        self._raw_path = folder / "fingerprints.raw"
        self._raw = self._raw_path.open("wb")
        self._rows: list[dict[str, Any]] = []
        self.catalog_rows: list[int] = []
        self._labels: list[NDArray[np.int32]] = []
        self._scores: list[NDArray[np.float32]] = []

    @property
    def n(self) -> int:
        """Cutouts so far."""
        return len(self._rows)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._raw.close()

    def add(self, pixels: NDArray[np.uint8], row: dict[str, Any], catalog_row: int) -> None:
        """Take a cutout.

        Parameters
        ----------
        pixels : (h, w) or (h, w, 3) uint8 array
            As shown.
        row : dict
            Its image, box and position.
        catalog_row : int
            Its row of the catalogue, or -1.
        """
        self._rows.append(row)
        self.catalog_rows.append(catalog_row)
        self._sheets.add(pixels)

    def describe(self, batch: Batch) -> None:
        """Take the fingerprints and labels of the next cutouts.

        Parameters
        ----------
        batch : Batch
            In the order in which the cutouts were added.
        """
        # Beyond the range of half precision there are no features, but a user's network may differ.
        self._raw.write(batch.fingerprints.clip(-HALF, HALF).astype(np.float32).tobytes())
        self._labels.append(batch.labels)
        self._scores.append(batch.scores)

    def finish(self) -> None:
        """Write the last sheet, and all that is buffered."""
        self._sheets.close()
        self._raw.flush()

    def fingerprints(
        self, *, center: bool, groups: NDArray[np.int64] | None = None
    ) -> NDArray[np.float16]:
        """Turn the fingerprints written so far into ``fingerprints.npy``, and map it.

        Parameters
        ----------
        center : bool
            Whether their mean is taken off, and written as ``mean.npy`` (d,) float32, which those
            who compare a new fingerprint take off as well.
        groups : (n,) int64 array, optional
            The mean of each group is taken off instead, as `hubble_dash.centering.center` does it,
            and none is written: of a new fingerprint no group is known.

        Returns
        -------
        (n, d) float16 array
            Memory-mapped, read-only.
        """
        path, shape = self.folder / "fingerprints.npy", (self.n, self.network.n_features)
        raw = np.memmap(self._raw_path, dtype=np.float32, mode="r", shape=shape)
        final = open_memmap(path, mode="w+", dtype=np.float16, shape=shape)
        codes, means = np.zeros(self.n, np.int64), np.zeros((1, shape[1]), np.float32)
        # The mean of one is itself, and nothing would be left.
        if groups is not None and self.n > 1:
            codes, means = group_means(raw, groups, rows_a_block=ROWS_A_BLOCK)
        elif center and self.n > 1:
            means = raw.mean(axis=0, dtype=np.float64).astype(np.float32)[np.newaxis]
            np.save(self.folder / "mean.npy", means[0])
        for start in range(0, self.n, ROWS_A_BLOCK):
            rows = slice(start, start + ROWS_A_BLOCK)
            final[rows] = _halved(take_off(raw[rows], means[codes[rows]]))
        del raw, final
        self._raw_path.unlink()
        mapped: NDArray[np.float16] = np.load(path, mmap_mode="r")
        return mapped

    def table(self, metadata: pd.DataFrame | None) -> pd.DataFrame:
        """Give the table of the cutouts.

        Parameters
        ----------
        metadata : pandas.DataFrame, optional
            The catalogue's further columns, which follow under their own names; a name that the
            atlas uses itself gets ``_catalog`` added, once more where that is taken too.

        Returns
        -------
        pandas.DataFrame
            (n,) rows.
        """
        table = pd.DataFrame(self._rows).astype(
            dict.fromkeys(("image", "ixmin", "ixmax", "iymin", "iymax"), np.int32)
        )
        names = self.network.label_names
        if names is not None:
            labels, scores = np.concatenate(self._labels), np.concatenate(self._scores)
            words = np.array(names, dtype=object)[labels]
            for i in range(labels.shape[1]):
                table[f"label_{i + 1}"] = pd.Categorical(words[:, i])
                table[f"score_{i + 1}"] = scores[:, i]
        if metadata is None:
            return table
        taken = metadata.reset_index(drop=True).reindex(self.catalog_rows).set_axis(table.index)
        renamed: dict[str, str] = {}
        for name in taken.columns:
            new = name
            while new in table.columns or (new != name and new in taken.columns):
                new += "_catalog"
            renamed[name] = new
        return pd.concat([table, _writable(taken.rename(columns=renamed))], axis=1)


def describe_image(
    display: Display, preview: str, size: tuple[int, int], positions: Positions
) -> dict[str, Any]:
    """Give an image's row of the table of images.

    Parameters
    ----------
    display : Display
        The image, after processing.
    preview : str
        Name of the file that shows it.
    size : (int, int)
        Width and height of that.
    positions : Positions
        Of its cutouts.
    """
    image, (ny, nx) = display.image, display.shape
    return {
        "path": _text(os.path.realpath(image.path)),
        "name": _text(image.name),
        "nx": nx,
        "ny": ny,
        "origin": display.origin,
        "preview": preview,
        "preview_width": size[0],
        "preview_height": size[1],
        "position_quality": positions.quality,
        "notes": "; ".join(image.notes + positions.notes),
        **image.metadata,
    }


def image_table(images: list[dict[str, Any]]) -> pd.DataFrame:
    """Give the table of images; a header key that is text in one image is text in all."""
    return _writable(pd.DataFrame(images))


def _halved(block: NDArray[np.float32]) -> NDArray[np.float16]:
    """Bring rows into half precision, scaled by a power of two where they would not fit."""
    largest = np.abs(block).max(axis=1, keepdims=True)
    unfit = (largest > HALF) | (largest < FAINT)
    exponents = np.where(unfit, -np.frexp(largest)[1], 0)
    return np.ldexp(block, exponents).astype(np.float16)


def _writable(table: pd.DataFrame) -> pd.DataFrame:
    """Turn values of mixed kinds, and of kinds that Parquet does not know, into text."""
    table = table.copy()
    for name in table.columns[[kind == np.dtype(object) for kind in table.dtypes]]:
        table[name] = table[name].map(str, na_action="ignore")
    return table


def _text(name: str) -> str:
    """Replace the bytes of a file's name that are no UTF-8, which no table can hold."""
    return name.encode("utf-8", "replace").decode("utf-8")
