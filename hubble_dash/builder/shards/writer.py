"""What is written of the cutouts, a shard at a time: fingerprints, thumbnails, rows, images."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
from numpy.typing import NDArray
from pyarrow import parquet

from hubble_dash.atlas.schema import CUTOUT_COLUMNS, LABELS, SCORES, SHEETS_FOLDER
from hubble_dash.atlas.sheets import SheetLayout
from hubble_dash.builder.cursor import Cursor
from hubble_dash.builder.fingerprints.fingerprinter import Batch, Cutout, Fingerprinter
from hubble_dash.builder.shards.checkpoint import Checkpoint
from hubble_dash.builder.shards.fingerprint_file import FingerprintFile
from hubble_dash.builder.shards.part import Part
from hubble_dash.builder.shards.sheets import SheetWriter
from hubble_dash.disk.names import write_inside

__all__ = ["COLUMNS", "PRECOMPUTED_ROW", "ShardWriter", "WriterOptions"]

# Of a cutout's row in the table of its shard. Rows of the user's files and labels follow.
COLUMNS = {
    **{name: pa.from_numpy_dtype(kind) for name, kind in CUTOUT_COLUMNS.items()},
    **dict.fromkeys(("red", "green", "blue"), pa.uint8()),
    "catalog_row": pa.int64(),
}
PRECOMPUTED_ROW = "given_row_{}"


@dataclass(frozen=True)
class WriterOptions:
    """How cutouts are written.

    Parameters
    ----------
    layout : SheetLayout
        Of the thumbnails.
    cutouts_a_shard : int
        A multiple of those of a sheet.
    n_precomputed : int
        Files of the user's that have a row for each cutout.
    n_threads : int
        That encode sheets.
    """

    layout: SheetLayout
    cutouts_a_shard: int
    n_precomputed: int = 0
    n_threads: int = 1


class ShardWriter:
    """Write cutouts' rows, thumbnails and fingerprints to files, a shard at a time.

    Of earlier shards nothing is held in memory. As a context manager it lets go of its files and
    threads on leaving.

    Parameters
    ----------
    part : Part
        The build; it goes on where its checkpoint says.
    fingerprinter : Fingerprinter
        Whose fingerprints are written.
    fingerprints : FingerprintFile
        Takes them.
    options : WriterOptions
        How.
    """

    def __init__(
        self,
        part: Part,
        fingerprinter: Fingerprinter,
        fingerprints: FingerprintFile,
        options: WriterOptions,
    ) -> None:
        self._part, self._fingerprinter, self._options = part, fingerprinter, options
        self._fingerprints = fingerprints
        self._n, self._n_shards = part.checkpoint.n, part.checkpoint.n_shards
        # After the first shard, sheets of a build that adds to an atlas are full as well.
        started = () if self._n else part.before.thumbnails
        self._sheets = SheetWriter(
            part.atlas / SHEETS_FOLDER, options.layout,
            n_done=part.before.n_cutouts + self._n - len(started), n_threads=options.n_threads,
        )  # fmt: skip
        for thumbnail in started:
            self._sheets.add(thumbnail)
        self._images: list[dict[str, Any]] = []
        self._rows: list[tuple[int | float, ...]] = []
        self._labels: list[NDArray[np.int32]] = []
        self._scores: list[NDArray[np.float32]] = []

    def __enter__(self) -> Self:
        self._fingerprints.open(self._n)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._sheets.stop()
        self._fingerprints.close()

    def write(self, cutouts: Sequence[Cutout], batch: Batch) -> None:
        """Write the next cutouts.

        Parameters
        ----------
        cutouts : sequence of Cutout
            Where one says how reading goes on after it, its shard is made whole.
        batch : Batch
            Their fingerprints and labels.
        """
        self._fingerprints.write(batch.fingerprints)
        start = 0
        for stop, cutout in enumerate(cutouts, 1):
            if cutout.image is not None:
                self._images.append(cutout.image)
            self._sheets.add(cutout.thumbnail)
            self._rows.append((*cutout.row, *cutout.precomputed_rows))
            if cutout.after is not None:
                self._add_labels(batch, start, stop)
                self._close_shard(cutout.after)
                start = stop
        self._add_labels(batch, start, len(cutouts))

    def finish(self, cursor: Cursor) -> None:
        """Write the last sheet and the last shard.

        Parameters
        ----------
        cursor : Cursor
            Where reading ended.
        """
        self._sheets.close()
        # In one step: of a build that goes on after a part of a sheet the rest would be blank.
        if self._rows:
            self._close_shard(cursor, complete=True)
        else:
            self._commit(cursor, complete=True)

    def _add_labels(self, batch: Batch, start: int, stop: int) -> None:
        self._labels.append(batch.labels[start:stop])
        self._scores.append(batch.scores[start:stop])

    def _close_shard(self, cursor: Cursor, *, complete: bool = False) -> None:
        """Wait until all of a shard is on the disk, and make it count."""
        self._sheets.flush()
        sink = pa.BufferOutputStream()
        parquet.write_table(self._table(), sink)
        write_inside(sink.getvalue(), self._part.shard(self._n_shards), lasting=True)
        lines = "".join(json.dumps(row) + "\n" for row in self._images)
        write_inside(lines.encode(), self._part.shard_images(self._n_shards), lasting=True)
        self._fingerprints.flush()
        self._n += len(self._rows)
        self._n_shards += 1
        self._commit(cursor, complete=complete)
        self._images, self._rows, self._labels, self._scores = [], [], [], []

    def _table(self) -> pa.Table:
        names = [PRECOMPUTED_ROW.format(i) for i in range(self._options.n_precomputed)]
        kinds = {**COLUMNS, **dict.fromkeys(names, pa.int64())}
        values = zip(*self._rows, strict=True)
        columns = {
            name: pa.array(column, kind)
            for (name, kind), column in zip(kinds.items(), values, strict=True)
        }
        if self._fingerprinter.label_names is not None:
            labels, scores = np.concatenate(self._labels), np.concatenate(self._scores)
            for i, (label, score) in enumerate(zip(LABELS, SCORES, strict=True)):
                columns[label], columns[score] = pa.array(labels[:, i]), pa.array(scores[:, i])
        return pa.table(columns)

    def _commit(self, cursor: Cursor, *, complete: bool) -> None:
        # A build that goes on keeps what the first run says of its engine.
        engine = self._part.checkpoint.engine or self._fingerprinter.describe_engine()
        per_shard = self._options.cutouts_a_shard
        self._part.commit(Checkpoint(self._n, self._n_shards, per_shard, complete, cursor, engine))
