"""An atlas -> the same atlas without some of its images, whose other rows stay as they are."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, cast

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
from numpy.typing import NDArray
from pyarrow import parquet

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.atlas.manifest import UnsealedManifest
from hubble_dash.atlas.schema import (
    COLORS_FILE,
    CUTOUTS_FILE,
    FINGERPRINTS_FILE,
    IMAGE_FILES_FILE,
    IMAGES_FILE,
    MEAN_FILE,
    METRIC_FILES,
    POSITIONS_FILE,
    PREVIEWS_FOLDER,
    SAMPLE_FILE,
    SHEETS_FOLDER,
    image_files_name,
)
from hubble_dash.atlas.sheets import sheet_name
from hubble_dash.builder.feeding.previews import preview_name
from hubble_dash.builder.neighbors.unit import blocks
from hubble_dash.builder.shards.arrays import map_new, save_array
from hubble_dash.builder.shards.sheets import SheetWriter
from hubble_dash.disk.files import take_over
from hubble_dash.disk.space import watched

__all__ = ["Kept"]

N_THREADS = 2


@dataclass(frozen=True)
class Kept:
    """The rows of an atlas that stay.

    Parameters
    ----------
    atlas : Atlas
        All of them.
    images : (m,) bool array
        Which images stay, by number.
    """

    atlas: Atlas
    images: NDArray[np.bool_]

    @cached_property
    def rows(self) -> NDArray[np.bool_]:
        """Which cutouts stay, (n,)."""
        of_cutouts: NDArray[np.bool_] = self.images[self.atlas.cutouts["image"].to_numpy()]
        return of_cutouts

    def write(self, folder: Path) -> list[str]:
        """Write all of the atlas but neighbours.

        Parameters
        ----------
        folder : Path
            Where, on the disk of the atlas, which will go.

        Returns
        -------
        list of str
            The files that were written.
        """
        written = [*self._tables(folder), *self._arrays(folder), *self._sheets(folder)]
        new = _preview_names(self.images)
        for before, name in zip(self.atlas.images["preview"][self.images], new, strict=True):
            self._take(f"{PREVIEWS_FOLDER}/{before}", folder / PREVIEWS_FOLDER / name)
        return [*written, *(f"{PREVIEWS_FOLDER}/{name}" for name in new)]

    def manifest(self) -> UnsealedManifest:
        """Say what the atlas is without the others; of neighbours and map what was said before."""
        said: dict[str, Any] = dict(self.atlas.manifest)
        # They are found anew.
        said.pop("clusters", None)
        rows = self.rows
        said |= {"n_images": int(self.images.sum()), "n_cutouts": int(rows.sum())}
        if "additions" in said:
            said["additions"] = [*self._additions(rows)]
        if (metric := self.atlas.metric) is not None:
            said["metric"] = {**said["metric"], "n_sample": int(rows[metric.sample].sum())}
        return cast("UnsealedManifest", said)

    def _additions(self, rows: NDArray[np.bool_]) -> list[dict[str, Any]]:
        """Count what is left of each addition; the images and cutouts of a later one come later."""
        kept, first = [], [len(self.images), len(rows)]
        for entry in reversed(self.atlas.manifest["additions"]):
            image, row = first[0] - entry["n_images"], first[1] - entry["n_cutouts"]
            counts = {
                "n_images": int(self.images[image : first[0]].sum()),
                "n_cutouts": int(rows[row : first[1]].sum()),
            }
            kept.append({**entry, **counts})
            first = [image, row]
        return kept[::-1]

    def _tables(self, folder: Path) -> list[str]:
        atlas = self.atlas
        images = parquet.read_table(atlas.path / IMAGES_FILE).filter(pa.array(self.images))
        place = images.schema.get_field_index("preview")
        previews = pa.array(_preview_names(self.images), images.schema.field(place).type)
        images = images.set_column(place, images.schema.field(place), previews)
        parquet.write_table(images, folder / IMAGES_FILE)
        written = [IMAGES_FILE, CUTOUTS_FILE]
        if (name := image_files_name(atlas.manifest["files"])) is not None:
            files = parquet.read_table(atlas.path / name).filter(pa.array(self.images))
            parquet.write_table(files, folder / IMAGE_FILES_FILE)
            written.append(IMAGE_FILES_FILE)
        new_number = np.cumsum(self.images) - 1
        source, path = parquet.ParquetFile(atlas.path / CUTOUTS_FILE), folder / CUTOUTS_FILE
        schema = source.schema_arrow
        place = schema.get_field_index("image")
        with (
            watched(path, (atlas.path / CUTOUTS_FILE).stat().st_size),
            parquet.ParquetWriter(path, schema) as writer,
        ):
            for number in range(source.num_row_groups):
                group = source.read_row_group(number)
                of_images = group["image"].to_numpy()
                kept = self.images[of_images]
                column = pa.array(new_number[of_images[kept]], schema.field(place).type)
                some = group.filter(pa.array(kept))
                writer.write_table(some.set_column(place, schema.field(place), column))
        source.close()
        return written

    def _arrays(self, folder: Path) -> list[str]:
        atlas, rows = self.atlas, np.flatnonzero(self.rows)
        files, n_features = atlas.manifest["files"], atlas.manifest["n_features"]
        written = [FINGERPRINTS_FILE, POSITIONS_FILE]
        save_array(folder / POSITIONS_FILE, atlas.positions[rows])
        if len(rows) == len(atlas):
            self._take(FINGERPRINTS_FILE, folder / FINGERPRINTS_FILE)
        else:
            fingerprints = map_new(folder / FINGERPRINTS_FILE, (len(rows), n_features))
            for part in blocks(len(rows)):
                fingerprints[part] = atlas.fingerprints[rows[part]]
            if isinstance(fingerprints, np.memmap):
                fingerprints.flush()
        if atlas.colors is not None:
            save_array(folder / COLORS_FILE, atlas.colors[rows])
            written.append(COLORS_FILE)
        for name in (MEAN_FILE, *METRIC_FILES):
            if name in files and name != SAMPLE_FILE:
                self._take(name, folder / name)
                written.append(name)
        if (metric := atlas.metric) is not None:
            new_row = np.cumsum(self.rows, dtype=np.int32) - 1
            sample = metric.sample[self.rows[metric.sample]]
            save_array(folder / SAMPLE_FILE, new_row[sample].astype(np.int32))
            written.append(SAMPLE_FILE)
        return written

    def _sheets(self, folder: Path) -> list[str]:
        """Take over the sheets before the first that changes, and press the others anew."""
        atlas, layout = self.atlas, self.atlas.sheet_layout
        rows = np.flatnonzero(self.rows)
        names = [f"{SHEETS_FOLDER}/{sheet_name(i)}" for i in range(layout.n_sheets(len(rows)))]
        if len(rows) == len(atlas):
            n_same = len(names)
        else:
            n_same = int(np.flatnonzero(~self.rows)[0]) // layout.per_sheet
        for name in names[:n_same]:
            self._take(name, folder / name)
        first = n_same * layout.per_sheet
        with SheetWriter(
            folder / SHEETS_FOLDER, layout, n_done=first, n_threads=N_THREADS
        ) as writer:
            opened, pixels = -1, np.empty(0, np.uint8)
            for row in rows[first:]:
                if (sheet := layout.slot(int(row)).sheet) != opened:
                    opened, pixels = sheet, atlas.pictures.sheet_pixels(sheet)
                writer.add(pixels[layout.box(int(row)).slices])
        return names

    def _take(self, name: str, path: Path) -> None:
        take_over(self.atlas.path / name, path, linked=True)


def _preview_names(images: NDArray[np.bool_]) -> list[str]:
    """Name the previews of the images that stay, by their new numbers."""
    return [preview_name(number) for number in range(int(images.sum()))]
