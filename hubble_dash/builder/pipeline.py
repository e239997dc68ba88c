"""Files -> Atlas. The only place that knows the order of the stages.

Images are read one at a time and cutouts go through the network in batches, so memory does not
grow with their number. All is written to a folder beside the atlas, which gets its name when whole.
"""

from __future__ import annotations

import logging
import secrets
import shutil
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from tqdm import tqdm

from hubble_dash.atlas import Atlas, Neighbors, SheetLayout, check_replaceable, seal
from hubble_dash.builder.catalog import Catalog
from hubble_dash.builder.cutouts import Cutouts, find_cutouts, keep
from hubble_dash.builder.fingerprints import Network, load_network
from hubble_dash.builder.given import Given, GivenFingerprints
from hubble_dash.builder.groups import Groups
from hubble_dash.builder.images import Image, open_image
from hubble_dash.builder.inputs import catalog_of, files_of
from hubble_dash.builder.manifest import Made, make_manifest
from hubble_dash.builder.neighbors import find_neighbors
from hubble_dash.builder.overlaps import most_overlapping
from hubble_dash.builder.positions import positions_of
from hubble_dash.builder.processing import process, process_image
from hubble_dash.builder.projection import project, usable_method
from hubble_dash.builder.records import CutoutWriter, describe_image, image_table
from hubble_dash.builder.stretch import Display
from hubble_dash.builder.thumbnails import write_preview
from hubble_dash.builder.weights import find_weights
from hubble_dash.config import BuildSettings
from hubble_dash.errors import BuildError, ImageError

__all__ = ["build"]

logger = logging.getLogger(__name__)

# Cutouts with longer sides are averaged down while they are read; the network sees far less.
MAX_CUTOUT_SIDE = 1024
# Beyond this many overlapping cutouts, `Atlas.similar` searches the fingerprints instead.
MAX_OVERLAPS = 400
# What a page shows beside the selected cutout, for which neighbours must suffice.
SHOWN = 9


def build(
    inputs: str | Path | Sequence[str | Path] = (),
    *,
    out: str | Path,
    overwrite: bool = False,
    progress: bool = True,
    **settings: Any,
) -> Atlas:
    """Make an atlas: cutouts of all images, their fingerprints, neighbours and map.

    Parameters
    ----------
    inputs : path-like or sequence of path-like
        Image files, folders, globs, and ``@list.txt`` files. May be empty where the catalogue
        names the files.
    out : path-like
        Folder of the atlas, such as ``"carina.atlas"``. It appears when the atlas is whole.
    overwrite : bool
        Whether an atlas of that name is replaced.
    progress : bool
        Whether bars with rate and time left are shown.
    **settings
        Any parameter of `hubble_dash.BuildSettings`, such as `cutouts`, `model` or `catalog`.

    Returns
    -------
    Atlas
        Opened from its folder. Files that could not be read are listed in its manifest.

    Raises
    ------
    BuildError
        If there are no images or no cutouts, too many files cannot be read, or vectors that were
        given do not fit the cutouts.
    WeightsError, CatalogError, AtlasError
        If the model, the catalogue, or the folder `out` cannot be used.
    ValueError, TypeError
        If a setting is wrong.
    """
    chosen = BuildSettings(**settings)
    out = Path(out)
    check_replaceable(out, replace=overwrite)
    given = [inputs] if isinstance(inputs, (str, Path)) else list(inputs)
    catalog = catalog_of(chosen)
    files = files_of(given, catalog)
    positions = Given(chosen.positions, "positions") if chosen.positions is not None else None
    network = _network(chosen)
    with _folder_beside(out) as folder:
        run = _Build(chosen, network, positions, catalog, folder, progress=progress)
        run.cut(files)
        run.lay_out()
        # The name of "." is that of the folder it stands for.
        names = [Path(one).name or Path(one).resolve().name for one in given]
        name = out.name.removesuffix(".atlas")
        manifest = make_manifest(chosen, run.made, network, inputs=names, name=name)
        return seal(folder, out, manifest, replace=overwrite)


def _network(settings: BuildSettings) -> Network | GivenFingerprints:
    if settings.fingerprints is not None:
        return GivenFingerprints(Given(settings.fingerprints, "fingerprints"))
    weights = find_weights(settings.model, settings.weights)
    logger.info("%s: %s", weights.model, weights.reason)
    return load_network(
        weights,
        device=settings.device,
        features=settings.features,
        batch_size=settings.batch_size,
        engine=settings.engine,
        precision=settings.precision,
        quality=settings.quality,
        model_input=settings.model_input,
    )


@contextmanager
def _folder_beside(out: Path) -> Iterator[Path]:
    """Make a folder to work in; whatever is left of it is removed in the end."""
    folder = out.with_name(f"{out.name}.part-{secrets.token_hex(4)}")
    try:
        folder.mkdir(parents=True)
    except OSError as err:
        raise BuildError(f"{folder} cannot be made: {err.strerror or err}") from err
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class _Build:
    """One build under way."""

    def __init__(
        self,
        settings: BuildSettings,
        network: Network | GivenFingerprints,
        positions: Given | None,
        catalog: Catalog | None,
        folder: Path,
        *,
        progress: bool,
    ) -> None:
        self.settings, self.network, self.catalog = settings, network, catalog
        self.folder, self.progress, self.positions = folder, progress, positions
        own = network.given if isinstance(network, GivenFingerprints) else None
        self.given = [one for one in (own, positions) if one is not None]
        column = settings.center_by
        self.groups = Groups(column, catalog) if column is not None else None
        self.made = Made(SheetLayout(), notes=Counter(catalog.notes if catalog else []))
        self.writer = CutoutWriter(folder, network, self.made.layout)
        self.n_expected = 0
        (folder / "previews").mkdir()

    def cut(self, files: Sequence[Path]) -> None:
        """Read all images, cut them, and take fingerprints and thumbnails of the cutouts."""
        with (
            self.writer,
            tqdm(desc="cutouts", unit=" cutouts", disable=not self.progress) as bar,
            closing(self._shown(files)) as shown,
            # Reading and cutting run in a thread, some batches ahead of the network.
            closing(self.network.stream(shown, n_expected=lambda: self.n_expected)) as batches,
        ):
            for one in self.given:
                one.expect(self.settings.cutouts, files, self.catalog)
            for batch in batches:
                self.writer.describe(batch)
                bar.total = max(self.n_expected, bar.n)
                bar.update(len(batch.fingerprints))
            self.writer.finish()
            bar.total = bar.n
        if not self.writer.n:
            reasons = self.made.left_out or Counter(why for _, why in self.made.unreadable)
            listed = "; ".join(f"{reason} ({n})" for reason, n in reasons.most_common(5))
            raise BuildError(
                f"no cutouts in {len(files)} images ({listed or 'none was found'});"
                " try other cutouts, a lower threshold, or a lower min_valid"
            )
        for one in self.given:
            self.made.notes.update(one.finish())

    def _shown(self, files: Sequence[Path]) -> Generator[NDArray[np.uint8], None, None]:
        """Read the images one by one and give their cutouts as they are shown."""
        settings = self.settings
        for number, path in enumerate(files):
            try:
                with open_image(
                    path, hdu=settings.hdu, plane=settings.plane, header_keys=settings.header_keys
                ) as image:
                    yield from self._cut_image(image, number, n_files=len(files))
            except ImageError as err:
                logger.warning("left out: %s", err)
                self.made.unreadable.append((path, err.reason))
                self._stop_if_hopeless(len(files))

    def _stop_if_hopeless(self, n_files: int) -> None:
        unreadable = self.made.unreadable
        if len(unreadable) > self.settings.max_unreadable * n_files:
            listed = "; ".join(f"{path}: {reason}" for path, reason in unreadable[:3])
            raise BuildError(
                f"{len(unreadable)} of {n_files} files cannot be read ({listed});"
                " mend or leave out such files, or allow more with --max-unreadable"
            )

    def _cut_image(self, image: Image, number: int, *, n_files: int) -> Iterator[NDArray[np.uint8]]:
        settings, catalog, made = self.settings, self.catalog, self.made
        if catalog is not None:
            catalog.check_hours(image)
        if self.groups is not None:
            self.groups.look(image, n_files=n_files)
        display = process_image(Display(image, settings.stretch), settings.process_images)
        found = find_cutouts(display, settings.cutouts, catalog=catalog)
        # The preview comes first: it reads the whole image, so a damaged file shows itself
        # before any of its cutouts is written.
        index = len(made.images)
        preview = self.folder / "previews" / f"{index:05d}.webp"
        size = write_preview(display, preview)
        made.left_out.update(found.left_out)
        given = [(one, one.rows_of(image.path, number, found)) for one in self.given]
        positions = positions_of(display, found, catalog, settings.cutouts)
        before = self.writer.n
        self.n_expected = round((before + len(found)) * n_files / (number + 1))
        max_side = None if settings.process_cutouts else MAX_CUTOUT_SIDE
        for i, box in enumerate(found.boxes):
            pixels, valid = display.read(box, max_side=max_side)
            reason = keep(pixels, valid, settings.cutouts)
            if reason is None:
                place = positions.row(i)
                row = {"image": index, **box._asdict(), **place}
                shown = process(pixels, settings.process_cutouts)
                self.writer.add(shown, row, int(found.catalog_rows[i]))
                for one, rows in given:
                    one.take(rows[i])
                yield shown
            else:
                made.left_out[reason] += 1
        if self.writer.n == before:
            preview.unlink()
            logger.info("%s: no cutouts", image.path)
            return
        made.notes.update(image.notes + positions.notes + self._missing_row(image, found))
        made.images.append(describe_image(display, preview.name, size, positions))

    def _missing_row(self, image: Image, found: Cutouts) -> list[str]:
        """Say why an image has nothing of the catalogue."""
        if self.catalog is None or (found.catalog_rows >= 0).any():
            return []
        n_rows = len(self.catalog.rows_of(image.path))
        several = f"{n_rows} rows, so that none was taken for the image as a whole"
        return [f"the catalogue has {several if n_rows else 'no row for it'}"]

    def lay_out(self) -> None:
        """Write the tables, find neighbours, lay out the map."""
        made = self.made
        cutouts = self.writer.table(self.catalog.metadata if self.catalog is not None else None)
        cutouts.to_parquet(self.folder / "cutouts.parquet", index=False)
        image_table(made.images).to_parquet(self.folder / "images.parquet", index=False)
        groups = self._group(cutouts)
        fingerprints = self.writer.fingerprints(center=self._is_centered, groups=groups)
        made.n_cutouts, made.n_neighbors = len(cutouts), self._depth(cutouts)
        neighbors = find_neighbors(fingerprints, k=made.n_neighbors)
        np.save(self.folder / "neighbors.npy", neighbors.rows)
        np.save(self.folder / "similarities.npy", neighbors.similarities)
        if self.positions is not None:
            made.map = {"method": "given", **self.positions.describe()}
            positions = self.positions.positions()
        else:
            made.map = asdict(self.settings.map)
            made.map["method"] = usable_method(neighbors, self.settings.map)
            positions = self._project(fingerprints, neighbors)
        np.save(self.folder / "positions.npy", positions)

    def _group(self, cutouts: pd.DataFrame) -> NDArray[np.int64] | None:
        """Give the groups by which fingerprints are centred, if they are."""
        if self.groups is None:
            return None
        images = cutouts["image"].tolist()
        codes = self.groups.codes(self.made.images, images, self.writer.catalog_rows)
        self.made.notes.update(self.groups.notes(codes))
        self.made.center = {"by": self.groups.column, "n_groups": len(np.unique(codes))}
        return codes

    def _project(
        self, fingerprints: NDArray[np.float16], neighbors: Neighbors
    ) -> NDArray[np.float32]:
        silent = not self.progress or self.made.map["method"] != "tsne"
        with tqdm(desc="map", unit=" iterations", disable=silent) as bar:

            def show(done: int, total: int) -> None:
                bar.total = total
                bar.update(done - bar.n)

            return project(fingerprints, neighbors, self.settings.map, progress=show)

    @property
    def _is_centered(self) -> bool:
        return self.settings.features == "pooled" and self.settings.quality != "plain"

    def _depth(self, cutouts: pd.DataFrame) -> int:
        """Count the neighbours to keep: for the map, and for nine that do not overlap."""
        wanted = max(
            self.settings.neighbors,
            round(3 * self.settings.map.perplexity),
            min(most_overlapping(cutouts), MAX_OVERLAPS) + SHOWN,
        )
        return min(wanted, len(cutouts) - 1)
