"""What is written while cutouts stream by: fingerprints, thumbnails, rows of the table."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.lib.format import open_memmap
from numpy.typing import NDArray

from hubble_dash.atlas import SheetLayout
from hubble_dash.builder.fingerprints import Network
from hubble_dash.builder.thumbnails import SheetWriter

__all__ = ["CutoutWriter"]

# Cutouts held before they go through the network together, in batches.
PENDING = 128
ROWS_A_BLOCK = 16384


class CutoutWriter:
    """Take cutouts one by one; keep their rows, and write the rest to files in batches.

    Parameters
    ----------
    folder : Path
        The atlas that is being made.
    network : Network
        Makes the fingerprints.
    layout : SheetLayout
        Of the thumbnails.
    """

    def __init__(self, folder: Path, network: Network, layout: SheetLayout) -> None:
        self.folder, self.network = folder, network
        self._sheets = SheetWriter(folder / "sheets", layout)
        # Its length is not known yet, so that it becomes a .npy file in the end.
        self._raw_path = folder / "fingerprints.raw"
        self._raw = self._raw_path.open("wb")
        self._pending: list[NDArray[np.uint8]] = []
        self._rows: list[dict[str, Any]] = []
        self._catalog_rows: list[int] = []
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
        self._catalog_rows.append(catalog_row)
        self._sheets.add(pixels)
        self._pending.append(pixels)
        if len(self._pending) >= PENDING:
            self._describe_pending()

    def flush(self) -> None:
        """Finish what is pending and write the last sheet."""
        if self._pending:
            self._describe_pending()
        self._sheets.close()

    def _describe_pending(self) -> None:
        batch = self.network.fingerprint(self._pending)
        # Beyond the range of half precision there are no features, but a user's network may differ.
        limit = np.finfo(np.float16).max
        self._raw.write(batch.fingerprints.clip(-limit, limit).astype(np.float16).tobytes())
        self._labels.append(batch.labels)
        self._scores.append(batch.scores)
        self._pending.clear()

    def fingerprints(self) -> NDArray[np.float16]:
        """Turn the fingerprints written so far into ``fingerprints.npy``, and map it.

        Returns
        -------
        (n, d) float16 array
            Memory-mapped, read-only.
        """
        path, shape = self.folder / "fingerprints.npy", (self.n, self.network.n_features)
        raw = np.memmap(self._raw_path, dtype=np.float16, mode="r", shape=shape)
        final = open_memmap(path, mode="w+", dtype=np.float16, shape=shape)
        for start in range(0, self.n, ROWS_A_BLOCK):
            final[start : start + ROWS_A_BLOCK] = raw[start : start + ROWS_A_BLOCK]
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
            atlas uses itself gets ``_catalog`` added.

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
        taken = metadata.reset_index(drop=True).reindex(self._catalog_rows)
        renamed = {name: f"{name}_catalog" for name in taken.columns if name in table.columns}
        taken = taken.rename(columns=renamed).set_axis(table.index)
        return pd.concat([table, taken], axis=1)
