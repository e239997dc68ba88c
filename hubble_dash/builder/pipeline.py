"""Files -> Atlas. The only place that knows the order of the stages.

Images are read one at a time and cutouts go through the network in batches, so memory does not
grow with their number. All is written to a folder beside the atlas, which gets its name when whole.
"""

from __future__ import annotations

import importlib.metadata
import logging
import platform
import secrets
import shutil
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from tqdm import tqdm

from hubble_dash.atlas import (
    Atlas,
    SheetLayout,
    check_replaceable,
    layout_to_dict,
    seal,
)
from hubble_dash.builder.catalog import Catalog, read_catalog
from hubble_dash.builder.cutouts import Cutouts, find_cutouts, keep
from hubble_dash.builder.files import find_files
from hubble_dash.builder.fingerprints import Network, load_network
from hubble_dash.builder.images import Image, open_image
from hubble_dash.builder.neighbors import find_neighbors
from hubble_dash.builder.overlaps import most_overlapping
from hubble_dash.builder.positions import positions_of
from hubble_dash.builder.processing import process, process_image
from hubble_dash.builder.projection import LEAST_CUTOUTS, project, usable_method
from hubble_dash.builder.records import CutoutWriter, describe_image, image_table
from hubble_dash.builder.stretch import Display
from hubble_dash.builder.thumbnails import write_preview
from hubble_dash.builder.weights import find_weights
from hubble_dash.config import (
    BuildSettings,
    CatalogPositions,
    Crop,
    FlipLeftRight,
    FlipUpDown,
    Resize,
    Rotate,
)
from hubble_dash.errors import BuildError, CatalogError, ImageError

__all__ = ["build"]

logger = logging.getLogger(__name__)

# Cutouts with longer sides are averaged down while they are read; the network sees far less.
MAX_CUTOUT_SIDE = 1024
# Beyond this many overlapping cutouts, `Atlas.similar` searches the fingerprints instead.
MAX_OVERLAPS = 400
# What a page shows beside the selected cutout, for which neighbours must suffice.
SHOWN = 9
FEW_CUTOUTS = 10
# Steps after which a pixel is at another place.
MOVING = (Crop, FlipLeftRight, FlipUpDown, Resize, Rotate)
VERSIONS = ("torch", "timm", "faiss-cpu", "openTSNE", "astropy", "photutils", "numpy")


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
        If there are no images or no cutouts, or too many files cannot be read.
    WeightsError, CatalogError, AtlasError
        If the model, the catalogue, or the folder `out` cannot be used.
    ValueError, TypeError
        If a setting is wrong.
    """
    chosen = BuildSettings(**settings)
    out = Path(out)
    check_replaceable(out, replace=overwrite)
    given = [inputs] if isinstance(inputs, (str, Path)) else list(inputs)
    catalog = _read_catalog(chosen)
    files = _find_files(given, catalog)
    weights = find_weights(chosen.model, chosen.weights)
    logger.info("%s: %s", weights.model, weights.reason)
    network = load_network(
        weights,
        device=chosen.device,
        features=chosen.features,
        batch_size=chosen.batch_size,
        engine=chosen.engine,
        precision=chosen.precision,
        quality=chosen.quality,
    )
    with _folder_beside(out) as folder:
        run = _Build(chosen, network, catalog, folder, progress=progress)
        run.cut(files)
        k = run.lay_out()
        # The name of "." is that of the folder it stands for.
        names = [Path(one).name or Path(one).resolve().name for one in given]
        manifest = run.manifest(names, out.name.removesuffix(".atlas"), k)
        return seal(folder, out, manifest, replace=overwrite)


def _read_catalog(settings: BuildSettings) -> Catalog | None:
    if settings.catalog is None:
        return None
    columns = settings.catalog_columns
    catalog = read_catalog(
        settings.catalog,
        path_column=columns.path,
        ra_column=columns.ra,
        dec_column=columns.dec,
        x_column=columns.x,
        y_column=columns.y,
        ra_unit=columns.ra_unit,
    )
    at_positions = isinstance(settings.cutouts, CatalogPositions)
    if catalog.paths is None and not at_positions:
        raise CatalogError(
            f"{catalog.path} does not say to which image a row belongs; name its column of paths"
            " with --path-column, or cut at its positions with --cutouts catalog"
        )
    moving = [step.name for step in settings.process_images if isinstance(step, MOVING)]
    if at_positions and catalog.x is not None and moving:
        raise ValueError(
            f"{catalog.path} gives pixels of the images as they are, and {moving[0]} moves them;"
            " give RA and Dec, or apply this step to the cutouts"
        )
    return catalog


def _find_files(given: Sequence[str | Path], catalog: Catalog | None) -> list[Path]:
    if given:
        return find_files(given)
    if catalog is None or catalog.paths is None:
        raise BuildError("no images: name files or folders, or a catalogue with a path column")
    return list({path.resolve(): path for path in catalog.paths}.values())


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
        network: Network,
        catalog: Catalog | None,
        folder: Path,
        *,
        progress: bool,
    ) -> None:
        self.settings, self.network, self.catalog = settings, network, catalog
        self.folder, self.progress = folder, progress
        self.layout, self.map_method = SheetLayout(), settings.map.method
        self.writer = CutoutWriter(folder, network, self.layout)
        self.n_expected = 0
        self.images: list[dict[str, Any]] = []
        self.unreadable: list[tuple[Path, str]] = []
        self.left_out: Counter[str] = Counter()
        self.notes: Counter[str] = Counter(catalog.notes if catalog else [])
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
            for batch in batches:
                self.writer.describe(batch)
                bar.total = max(self.n_expected, bar.n)
                bar.update(len(batch.fingerprints))
            self.writer.finish()
            bar.total = bar.n
        if not self.writer.n:
            reasons = self.left_out or Counter(reason for _, reason in self.unreadable)
            listed = "; ".join(f"{reason} ({n})" for reason, n in reasons.most_common(5))
            raise BuildError(
                f"no cutouts in {len(files)} images ({listed or 'none was found'});"
                " try other cutouts, a lower threshold, or a lower min_valid"
            )

    def _shown(self, files: Sequence[Path]) -> Generator[NDArray[np.uint8], None, None]:
        """Read the images one by one and give their cutouts as they are shown."""
        for number, path in enumerate(files):
            try:
                with self._open(path) as image:
                    yield from self._cut_image(image, files_per_done=len(files) / (number + 1))
            except ImageError as err:
                logger.warning("left out: %s", err)
                self.unreadable.append((path, err.reason))
                self._stop_if_hopeless(len(files))

    def _open(self, path: Path) -> Image:
        settings = self.settings
        return open_image(
            path, hdu=settings.hdu, plane=settings.plane, header_keys=settings.header_keys
        )

    def _stop_if_hopeless(self, n_files: int) -> None:
        if len(self.unreadable) > self.settings.max_unreadable * n_files:
            listed = "; ".join(f"{path}: {reason}" for path, reason in self.unreadable[:3])
            raise BuildError(
                f"{len(self.unreadable)} of {n_files} files cannot be read ({listed});"
                " mend or leave out such files, or allow more with --max-unreadable"
            )

    def _cut_image(self, image: Image, *, files_per_done: float) -> Iterator[NDArray[np.uint8]]:
        settings, catalog = self.settings, self.catalog
        if catalog is not None:
            catalog.check_hours(image)
        display = process_image(Display(image, settings.stretch), settings.process_images)
        found = find_cutouts(display, settings.cutouts, catalog=catalog)
        # The preview comes first: it reads the whole image, so a damaged file shows itself
        # before any of its cutouts is written.
        index = len(self.images)
        preview = self.folder / "previews" / f"{index:05d}.webp"
        size = write_preview(display, preview)
        self.left_out.update(found.left_out)
        positions = positions_of(display, found, catalog, settings.cutouts)
        before = self.writer.n
        self.n_expected = round((before + len(found)) * files_per_done)
        max_side = None if settings.process_cutouts else MAX_CUTOUT_SIDE
        for i, box in enumerate(found.boxes):
            pixels, valid = display.read(box, max_side=max_side)
            reason = keep(pixels, valid, settings.cutouts)
            if reason is None:
                place = positions.row(i)
                row = {"image": index, **box._asdict(), **place}
                shown = process(pixels, settings.process_cutouts)
                self.writer.add(shown, row, int(found.catalog_rows[i]))
                yield shown
            else:
                self.left_out[reason] += 1
        if self.writer.n == before:
            preview.unlink()
            logger.info("%s: no cutouts", image.path)
            return
        self.notes.update(image.notes + positions.notes + self._missing_row(image, found))
        self.images.append(describe_image(display, preview.name, size, positions))

    def _missing_row(self, image: Image, found: Cutouts) -> list[str]:
        """Say why an image has nothing of the catalogue."""
        if self.catalog is None or (found.catalog_rows >= 0).any():
            return []
        n_rows = len(self.catalog.rows_of(image.path))
        several = f"{n_rows} rows, so that none was taken for the image as a whole"
        return [f"the catalogue has {several if n_rows else 'no row for it'}"]

    def lay_out(self) -> int:
        """Write the tables, find neighbours, lay out the map; return how many neighbours."""
        cutouts = self.writer.table(self.catalog.metadata if self.catalog is not None else None)
        cutouts.to_parquet(self.folder / "cutouts.parquet", index=False)
        image_table(self.images).to_parquet(self.folder / "images.parquet", index=False)
        fingerprints = self.writer.fingerprints(center=self._is_centered)
        k = self._depth(cutouts)
        neighbors = find_neighbors(fingerprints, k=k)
        np.save(self.folder / "neighbors.npy", neighbors.rows)
        np.save(self.folder / "similarities.npy", neighbors.similarities)
        self.map_method = usable_method(neighbors, self.settings.map)
        silent = not self.progress or self.map_method != "tsne"
        with tqdm(desc="map", unit=" iterations", disable=silent) as bar:

            def show(done: int, total: int) -> None:
                bar.total = total
                bar.update(done - bar.n)

            positions = project(fingerprints, neighbors, self.settings.map, progress=show)
        np.save(self.folder / "positions.npy", positions)
        return k

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

    def manifest(self, inputs: list[str], name: str, k: int) -> dict[str, Any]:
        """Say what was made, of what, how and with what."""
        settings, weights = self.settings, self.network.weights
        n = self.writer.n
        notes = [text if c == 1 else f"{c} images: {text}" for text, c in self.notes.items()]
        if n < FEW_CUTOUTS:
            some = "1 cutout" if n == 1 else f"{n} cutouts"
            notes.append(f"With {some} there is little to compare, and the map says little.")
        if self.map_method != settings.map.method:
            notes.append(
                f"The map is that of PCA: {settings.map.method} needs {LEAST_CUTOUTS} different"
                " cutouts."
            )
        return {
            "title": settings.title or name,
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
            "hubble_dash": importlib.metadata.version("hubble-dash"),
            "n_images": len(self.images),
            "n_cutouts": n,
            "n_features": self.network.n_features,
            "n_neighbors": k,
            "model": {
                "requested": settings.model,
                "name": weights.model,
                "weights": weights.path.name,
                "weights_source": weights.source,
                "weights_sha256": weights.sha256,
                "reason": weights.reason,
                "features": settings.features,
                "quality": settings.quality,
                **self.network.describe_engine(),
            },
            "settings": {
                "inputs": inputs,
                "cutouts": asdict(settings.cutouts),
                "stretch": asdict(settings.stretch),
                "process_images": [asdict(step) for step in settings.process_images],
                "process_cutouts": [asdict(step) for step in settings.process_cutouts],
                "catalog": Path(settings.catalog).name if settings.catalog else None,
                "catalog_columns": asdict(settings.catalog_columns),
                "header_keys": list(settings.header_keys),
                "hdu": settings.hdu,
                "plane": settings.plane,
                "neighbors": settings.neighbors,
            },
            "map": {**asdict(settings.map), "method": self.map_method},
            "thumbnails": layout_to_dict(self.layout),
            "left_out": {
                "files": [
                    {"path": str(path), "reason": reason} for path, reason in self.unreadable
                ],
                "cutouts": dict(self.left_out),
            },
            "notes": notes,
            "versions": {
                "python": platform.python_version(),
                **{package: importlib.metadata.version(package) for package in VERSIONS},
            },
        }
