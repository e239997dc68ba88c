"""What is written while cutouts stream by, in shards: fingerprints, thumbnails, rows."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
from numpy.typing import NDArray
from pyarrow import parquet

from hubble_dash.atlas.files import write_whole
from hubble_dash.atlas.schema import CUTOUT_COLUMNS, LABELS, PREVIEWS_FOLDER, SCORES, SHEETS_FOLDER
from hubble_dash.atlas.sheets import SheetLayout
from hubble_dash.builder.feeding.previews import Preview
from hubble_dash.builder.fingerprints.network import Batch, Network
from hubble_dash.builder.fingerprints.precomputed import GivenFingerprints
from hubble_dash.builder.shards.checkpoint import Part
from hubble_dash.builder.shards.fingerprint_file import RawFingerprints
from hubble_dash.builder.shards.sheets import SheetWriter

__all__ = [
    "COLUMNS",
    "GIVEN_ROW",
    "CutoutWriter",
    "WriterOptions",
    "preview_name",
]

# Of a shard's table, beside labels and the rows of what the user gave.
COLUMNS = {
    **{name: pa.from_numpy_dtype(kind) for name, kind in CUTOUT_COLUMNS.items()},
    **dict.fromkeys(("red", "green", "blue"), pa.uint8()),
    "catalog_row": pa.int64(),
}
GIVEN_ROW = "given_row_{}"
PREVIEWS_A_FOLDER = 1000


@dataclass(frozen=True)
class WriterOptions:
    """How cutouts are written.

    Parameters
    ----------
    per_shard : int
        Cutouts of a shard, a multiple of those of a sheet.
    is_centered : bool
        Whether a mean will be taken off the fingerprints.
    n_given : int
        Files of the user's that have a row for each cutout.
    n_threads : int
        That encode sheets.
    """

    per_shard: int
    is_centered: bool = False
    n_given: int = 0
    n_threads: int = 1


@dataclass
class _Shard:
    """Cutouts that wait for their fingerprints."""

    rows: list[tuple[Any, ...]]
    images: list[dict[str, Any]]
    sheets: list[Future[None]]
    state: dict[str, Any]


class CutoutWriter:
    """Write cutouts' rows, thumbnails and fingerprints to files, a shard at a time.

    Cutouts are added in one thread while the fingerprints of earlier ones arrive in another; both
    come in the same order. Of earlier shards nothing is held in memory.

    Parameters
    ----------
    part : Part
        The build; it goes on where its state says.
    network : Network or GivenFingerprints
        Makes the fingerprints.
    layout : SheetLayout
        Of the thumbnails.
    options : WriterOptions
        How.
    """

    def __init__(
        self,
        part: Part,
        network: Network | GivenFingerprints,
        layout: SheetLayout,
        options: WriterOptions,
    ) -> None:
        self.part, self.network, self.options = part, network, options
        # Cutouts so far.
        self.n = self._n_described = part.n
        self._n_shards = 0 if part.state is None else int(part.state["n_shards"])
        self.raw = RawFingerprints(part, network.n_features, is_centered=options.is_centered)
        sheets, n_threads = part.atlas / SHEETS_FOLDER, options.n_threads
        self._sheets = SheetWriter(sheets, layout, n_done=self.n, n_threads=n_threads)
        self._rows: list[tuple[Any, ...]] = []
        self._images: list[dict[str, Any]] = []
        self._labels: list[NDArray[np.int32]] = []
        self._scores: list[NDArray[np.float32]] = []
        self._closed: deque[_Shard] = deque()
        self._folder: Path | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._sheets.stop()
        self.raw.close()

    def add_image(self, row: dict[str, Any], preview: Preview) -> None:
        """Take the next image.

        Parameters
        ----------
        row : dict
            Of `hubble_dash.builder.feeding.image_row.describe_image`, and the name of its preview.
        preview : Preview
            What shows it.
        """
        path = self.part.atlas / PREVIEWS_FOLDER / row["preview"]
        if path.parent != self._folder:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._folder = path.parent
        write_whole(preview.data, path)
        self._images.append(row)

    def add(self, thumbnail: NDArray[np.uint8], row: tuple[Any, ...]) -> bool:
        """Take a cutout.

        Parameters
        ----------
        thumbnail : (size, size, 3) uint8 array
            Of `hubble_dash.builder.feeding.previews.fit_thumbnail`.
        row : tuple
            Values of `COLUMNS`, then the row of each file that the user gave.

        Returns
        -------
        bool
            Whether the shard is full, so that `close_shard` must follow.
        """
        self._rows.append(row)
        self._sheets.add(thumbnail)
        self.n += 1
        return self.n % self.options.per_shard == 0

    def close_shard(self, state: Mapping[str, Any]) -> None:
        """End the shard; it is written when its fingerprints have arrived.

        Parameters
        ----------
        state : mapping
            From where a build would go on after this cutout, as plain data.
        """
        self._n_shards += 1
        whole = self._state(state, complete=False)
        self._closed.append(_Shard(self._rows, self._images, self._sheets.under_way, whole))
        self._rows, self._images = [], []

    def describe(self, batch: Batch) -> None:
        """Take the fingerprints and labels of the next cutouts.

        Parameters
        ----------
        batch : Batch
            In the order in which the cutouts were added.
        """
        self.raw.write(batch.fingerprints)
        self._labels.append(batch.labels)
        self._scores.append(batch.scores)
        self._n_described += len(batch.labels)
        while self._closed and self._n_described >= self._closed[0].state["n"]:
            self._write(self._closed.popleft())

    def finish(self, state: Mapping[str, Any]) -> None:
        """Write the last sheet and the last shard.

        Parameters
        ----------
        state : mapping
            As of `close_shard`.
        """
        self._sheets.close()
        if self._rows:
            self.close_shard(state)
            self._write(self._closed.popleft())
        self.part.commit({**self._state(state, complete=True), "engine": self._engine()})

    def _state(self, state: Mapping[str, Any], *, complete: bool) -> dict[str, Any]:
        own = {"n": self.n, "n_shards": self._n_shards, "per_shard": self.options.per_shard}
        return {**state, **own, "complete": complete}

    def _engine(self) -> dict[str, Any]:
        if isinstance(self.network, GivenFingerprints):
            return {}
        if self.part.state is not None:
            engine: dict[str, Any] = self.part.state["engine"]
            return engine
        return {"device": self.network.device, **self.network.describe_engine()}

    def _write(self, shard: _Shard) -> None:
        for future in shard.sheets:
            future.result()
        given = [GIVEN_ROW.format(i) for i in range(self.options.n_given)]
        kinds = {**COLUMNS, **dict.fromkeys(given, pa.int64())}
        values = zip(*shard.rows, strict=True)
        columns = {
            name: pa.array(column, kind)
            for (name, kind), column in zip(kinds.items(), values, strict=True)
        }
        labels, self._labels = _split(self._labels, len(shard.rows))
        scores, self._scores = _split(self._scores, len(shard.rows))
        if self.network.label_names is not None:
            for i, (label, score) in enumerate(zip(LABELS, SCORES, strict=True)):
                columns[label], columns[score] = pa.array(labels[:, i]), pa.array(scores[:, i])
        sink, number = pa.BufferOutputStream(), shard.state["n_shards"] - 1
        parquet.write_table(pa.table(columns), sink)
        write_whole(sink.getvalue(), self.part.shard(number), lasting=True)
        lines = "".join(json.dumps(row) + "\n" for row in shard.images)
        write_whole(lines.encode(), self.part.shard_images(number), lasting=True)
        self.raw.flush()
        self.part.commit({**shard.state, "engine": self._engine()})


def preview_name(index: int) -> str:
    """Name the file that shows an image, within ``previews/``; no folder has very many."""
    return f"{index // PREVIEWS_A_FOLDER:04d}/{index:07d}.jpg"


def _split(batches: list[NDArray[Any]], n: int) -> tuple[NDArray[Any], list[NDArray[Any]]]:
    """Take the first rows off."""
    joined = np.concatenate(batches)
    return joined[:n], [joined[n:]]
