"""Files -> shards: cutouts, their thumbnails and fingerprints, written as they stream by."""

from __future__ import annotations

import logging
import math
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from hubble_dash.atlas.sheets import SheetLayout
from hubble_dash.builder.catalogs.catalog import Catalog
from hubble_dash.builder.feeding.cutter import CutImage, Cutter
from hubble_dash.builder.feeding.feeder import N_THREADS, Feeder, usual_workers
from hubble_dash.builder.fingerprints.augmentation import QUALITIES
from hubble_dash.builder.fingerprints.groups import Groups
from hubble_dash.builder.fingerprints.network import Network
from hubble_dash.builder.fingerprints.precomputed import Given, GivenFingerprints
from hubble_dash.builder.shards.checkpoint import Part
from hubble_dash.builder.shards.manifest import Made
from hubble_dash.builder.shards.tables import column_of
from hubble_dash.builder.shards.writer import GIVEN_ROW, CutoutWriter, WriterOptions, preview_name
from hubble_dash.config import BuildSettings
from hubble_dash.errors import BuildError, ImageError

__all__ = ["Streaming"]

logger = logging.getLogger(__name__)

# Cutouts of a shard, about: half a minute to some minutes of work that may be lost.
SHARD = 8192


class Streaming:
    """The part of a build that goes from cutout to cutout; it goes on where its part says.

    Parameters
    ----------
    settings : BuildSettings
        What is cut, and how it is shown.
    network : Network or GivenFingerprints
        Makes the fingerprints.
    positions : Given, optional
        The user's own map.
    catalog : Catalog, optional
        With positions and metadata.
    part : Part
        Takes all that is written.

    Attributes
    ----------
    made : Made
        What came out so far.
    groups : Groups or None
        By which fingerprints are to be centred.
    writer : CutoutWriter
        Has the fingerprints.
    """

    def __init__(
        self,
        settings: BuildSettings,
        network: Network | GivenFingerprints,
        positions: Given | None,
        catalog: Catalog | None,
        part: Part,
    ) -> None:
        self.settings, self.network, self.catalog, self.part = settings, network, catalog, part
        own = network.given if isinstance(network, GivenFingerprints) else None
        self._given = [one for one in (own, positions) if one is not None]
        column = settings.center_by
        self.groups = Groups(column, catalog) if column is not None else None
        self.made = Made(SheetLayout(), notes=Counter(catalog.notes if catalog else []))
        options = WriterOptions(
            per_shard=_per_shard(settings, self.made.layout),
            is_centered=_is_centered(settings),
            n_given=len(self._given),
            n_threads=N_THREADS,
        )
        self.writer = CutoutWriter(part, network, self.made.layout, options)
        self._n_expected = 0
        self._start: dict[str, Any] = {"complete": False, "file": 0, "box": 0}

    def run(self, files: Sequence[Path], sizes: Sequence[int], *, progress: bool) -> None:
        """Read all images, cut them, and take fingerprints and thumbnails of the cutouts.

        Parameters
        ----------
        files : sequence of Path
            The images.
        sizes : sequence of int
            Bytes of each.
        progress : bool
            Whether a bar is shown.

        Raises
        ------
        BuildError
            If there are no cutouts, too many files cannot be read, or vectors that were given do
            not fit the cutouts.
        CatalogError
            If the catalogue has hours where it seems to have degrees.
        ValueError
            If there is no such column to centre by.
        """
        with self.writer:
            for one in self._given:
                one.expect(self.settings.cutouts, files, self.catalog)
            self._take_up()
            if not self._start["complete"]:
                self._stream(files, sizes, progress=progress)

    def _stream(self, files: Sequence[Path], sizes: Sequence[int], *, progress: bool) -> None:
        with (
            tqdm(desc="cutouts", unit=" cutouts", initial=self.part.n, disable=not progress) as bar,
            closing(self._feeder(len(files))) as feeder,
            closing(self._pictures(feeder, files, sizes)) as pictures,
            # Reading and cutting run some batches ahead of the network.
            closing(self.network.stream(pictures, n_expected=lambda: self._n_expected)) as batches,
        ):
            for batch in batches:
                self.writer.describe(batch)
                bar.total = max(self._n_expected, bar.n)
                bar.update(len(batch.fingerprints))
            bar.total = bar.n
        self._finish(len(files))

    def _finish(self, n_files: int) -> None:
        made = self.made
        if not self.writer.n:
            reasons = made.left_out or Counter(why for _, why in made.unreadable)
            listed = "; ".join(f"{reason} ({n})" for reason, n in reasons.most_common(5))
            raise BuildError(
                f"no cutouts in {n_files} images ({listed or 'none was found'});"
                " try other cutouts, a lower threshold, or a lower min_valid"
            )
        for one in self._given:
            made.notes.update(one.finish())
        self.writer.finish(self._state(n_files, 0, [one.n_cut for one in self._given]))

    def _feeder(self, n_files: int) -> Feeder:
        network, n_workers = self.network, self.settings.workers
        prepare = None if isinstance(network, GivenFingerprints) else network.prepare
        if n_workers is None:
            device = "cpu" if isinstance(network, GivenFingerprints) else network.device
            n_workers = usual_workers(device, n_files)
        size = self.made.layout.size
        return Feeder(Cutter(self.settings, self.catalog, prepare, size), n_workers=n_workers)

    def _take_up(self) -> None:
        """Go back to where the last whole shard ended."""
        state = self.part.state
        if state is None:
            return
        self.made.restore(state["made"])
        if self.groups is not None:
            self.groups.restore(state["groups"])
        for i, one in enumerate(self._given):
            one.restore(column_of(self.part, GIVEN_ROW.format(i)), state["n_cut"][i])
        self._start = state

    def _state(self, file: int, box: int, n_cut: list[int]) -> dict[str, Any]:
        """Say that the next cutout is that box of that file."""
        groups = None if self.groups is None else self.groups.state()
        made = self.made.state()
        return {"file": file, "box": box, "n_cut": n_cut, "groups": groups, "made": made}

    def _pictures(
        self, feeder: Feeder, files: Sequence[Path], sizes: Sequence[int]
    ) -> Generator[NDArray[np.uint8], None, None]:
        """Give what the network sees of the cutouts of all images, and have these written."""
        with closing(feeder.images(files, sizes, first=self._start["file"])) as images:
            for image in images:
                if isinstance(image, ImageError):
                    logger.warning("left out: %s", image)
                    self.made.unreadable.append((image.path, image.reason))
                    self._stop_if_hopeless(len(files))
                else:
                    yield from self._cut_image(feeder, image, n_files=len(files))

    def _stop_if_hopeless(self, n_files: int) -> None:
        unreadable = self.made.unreadable
        if len(unreadable) > self.settings.max_unreadable * n_files:
            listed = "; ".join(f"{path}: {reason}" for path, reason in unreadable[:3])
            raise BuildError(
                f"{len(unreadable)} of {n_files} files cannot be read ({listed});"
                " mend or leave out such files, or allow more with --max-unreadable"
            )

    def _cut_image(
        self, feeder: Feeder, image: CutImage, *, n_files: int
    ) -> Iterator[NDArray[np.uint8]]:
        made, number, found = self.made, image.number, image.found
        first = self._start["box"] if number == self._start["file"] else 0
        n_cut = [one.n_cut for one in self._given]
        rows = [one.rows_of(image.path, number, found) for one in self._given]
        is_begun = first > 0
        if not is_begun:
            if self.groups is not None:
                self.groups.look(image.metadata, n_files=n_files)
            made.left_out.update(found.left_out)
        self._n_expected = round((self.writer.n + len(found) - first) * n_files / (number + 1))
        for i, cut in enumerate(feeder.cuts(image, start=first), first):
            if cut.thumbnail is None:
                made.left_out[cut.left_out] += 1
                continue
            if not is_begun:
                self._begin(image)
                is_begun = True
            for one, taken in zip(self._given, rows, strict=True):
                one.take(taken[i])
            row = made.n_images - 1, *found.boxes[i], *image.positions.row(i).values()
            own = *cut.color, int(found.catalog_rows[i]), *(int(taken[i]) for taken in rows)
            if self.writer.add(cut.thumbnail, (*row, *own)):
                self.writer.close_shard(self._state(number, i + 1, n_cut))
            yield cut.pictures
        if not is_begun:
            logger.info("%s: no cutouts", image.path)

    def _begin(self, image: CutImage) -> None:
        """Take an image of which there is a cutout."""
        made, name = self.made, preview_name(self.made.n_images)
        made.n_images += 1
        made.notes.update(image.notes + self._missing_row(image))
        self.writer.add_image(image.row | {"preview": name}, image.preview)

    def _missing_row(self, image: CutImage) -> list[str]:
        """Say why an image has nothing of the catalogue."""
        if self.catalog is None or (image.found.catalog_rows >= 0).any():
            return []
        n_rows = len(self.catalog.rows_of(image.path))
        several = f"{n_rows} rows, so that none was taken for the image as a whole"
        return [f"the catalogue has {several if n_rows else 'no row for it'}"]


def _is_centered(settings: BuildSettings) -> bool:
    if settings.center_by is not None or settings.fingerprints is not None:
        return settings.center_by is not None
    return settings.features == "pooled" and settings.quality != "plain"


def _per_shard(settings: BuildSettings, layout: SheetLayout) -> int:
    """Count the cutouts of a shard: whole sheets, and whole batches where that is not too many.

    A batch may give other last digits than the same cutouts in two batches.
    """
    batch = max(1, settings.batch_size // QUALITIES[settings.quality].n)
    unit = math.lcm(layout.per_sheet, batch)
    unit = unit if unit <= 4 * SHARD else layout.per_sheet
    return max(1, SHARD // unit) * unit
