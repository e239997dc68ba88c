"""What a build starts from: the images, the catalogue, and what the fingerprints come from."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

from hubble_dash.atlas.manifest import EngineEntry
from hubble_dash.atlas.sheets import SheetLayout
from hubble_dash.builder.catalogs.catalog import Catalog, read_catalog
from hubble_dash.builder.catalogs.names import find_file
from hubble_dash.builder.catalogs.precomputed import PrecomputedRows, PrecomputedVectors
from hubble_dash.builder.catalogs.vectors import VectorColumns
from hubble_dash.builder.files.search import Found, find_files, real_path
from hubble_dash.builder.fingerprints.fingerprinter import Fingerprinter
from hubble_dash.builder.fingerprints.groups import Groups
from hubble_dash.builder.fingerprints.precomputed import PrecomputedFingerprints
from hubble_dash.builder.metric.learning import Learning
from hubble_dash.builder.reading.opening import count_images
from hubble_dash.builder.remote.failures import connections
from hubble_dash.builder.remote.fetching import ask_all
from hubble_dash.builder.remote.path import Remote, path_of
from hubble_dash.config import (
    BuildSettings,
    CatalogPositions,
    Crop,
    FlipLeftRight,
    FlipUpDown,
    Resize,
    Rotate,
    WholeImage,
    is_network_file,
)
from hubble_dash.errors import BuildError, CatalogError

if TYPE_CHECKING:
    from hubble_dash.builder.models.weights import Weights

__all__ = ["Blocks", "Inputs", "Source", "gather_inputs", "inputs_elsewhere", "source_of"]

logger = logging.getLogger(__name__)

# Steps after which a pixel is at another place.
MOVING = (Crop, FlipLeftRight, FlipUpDown, Resize, Rotate)


@dataclass(frozen=True)
class Blocks:
    """How much is done at once.

    Parameters
    ----------
    layout : SheetLayout
        Of the thumbnails.
    cutouts_a_shard : int
        About: half a minute to some minutes of work that may be lost.
    vectors_a_batch : int
        Of the user's vectors that are looked up together.
    rows_a_block : int
        Fingerprints that are held in memory together at the end.
    images_looked_at : int
        Before the build stops where all of them lack the column to centre by.
    learning : Learning
        From how many cutouts a metric is learned.
    """

    layout: SheetLayout = field(default_factory=SheetLayout)
    cutouts_a_shard: int = 8192
    vectors_a_batch: int = 256
    rows_a_block: int = 16384
    images_looked_at: int = 20
    learning: Learning = field(default_factory=Learning)


@dataclass(frozen=True)
class Inputs:
    """What the user gave.

    Parameters
    ----------
    names : list of str
        Of files and folders, as they were given.
    files : list of Path
        The images, in order.
    catalog : Catalog or None
        With positions and metadata.
    groups : Groups or None
        By which fingerprints are to be centred.
    fingerprints, positions : PrecomputedRows or None
        The user's own, in the place of those that would be made.
    notes : list of str
        What was passed over in folders.
    several : bool
        Whether all HDUs of the kind of a FITS file are images.
    """

    names: list[str]
    files: list[Path]
    catalog: Catalog | None
    groups: Groups | None
    fingerprints: PrecomputedRows | None
    positions: PrecomputedRows | None
    notes: list[str] = field(default_factory=list)
    several: bool = True

    @property
    def precomputed(self) -> list[PrecomputedRows]:
        """Those that have a row for each cutout, fingerprints first."""
        return [rows for rows in (self.fingerprints, self.positions) if rows is not None]


@dataclass(frozen=True)
class Source:
    """What the fingerprints come from, not yet ready to run.

    Parameters
    ----------
    told : dict
        What decides them, for the plan of the build.
    open : callable
        Makes it ready, in the backend that `Fingerprinter.describe_engine` named in an earlier run;
        given an empty entry, in that which is asked for; and ready to learn or not.
    learns : bool
        Whether a metric is learned where there are enough cutouts.
    """

    told: Mapping[str, str]
    open: Callable[[EngineEntry, bool], Fingerprinter]
    learns: bool = False


def gather_inputs(
    given: str | Path | Sequence[str | Path],
    settings: BuildSettings,
    *,
    blocks: Blocks,
    choose: Callable[[list[Path]], list[Path]] | None = None,
) -> Inputs:
    """Find and read what a build starts from, but for the images.

    Parameters
    ----------
    given : path-like or sequence of path-like
        Images, as of `hubble_dash.build`.
    settings : BuildSettings
        Name the other files.
    blocks : Blocks
        How many images are looked at for a column to centre by.
    choose : callable, optional
        Given all files that were found, gives those that are read.

    Raises
    ------
    BuildError
        If there are no images, or the user's vectors cannot be used.
    CatalogError
        If the catalogue cannot be used.
    ImageError
        If a file that was given is not there.
    ValueError
        If the catalogue's pixels are not those that will be cut.
    """
    several = [given] if isinstance(given, (str, Path)) else list(given)
    # The name of "." is that of the folder it stands for.
    names = [path_of(one).name or Path(one).resolve().name for one in several]
    catalog = _catalog_of(settings)
    files, notes = _files_of(several, catalog)
    if choose is not None:
        files = choose(files)
    ask_all(files)
    notes = [*notes, *_told_of_secrets(files)]
    if catalog is not None:
        catalog = catalog.of_images(files)
    return Inputs(
        names,
        files,
        catalog,
        _groups_of(settings, catalog, blocks),
        _rows_of(settings, "fingerprints", files, catalog),
        _rows_of(settings, "positions", files, catalog),
        notes,
    )


def inputs_elsewhere(
    files: list[Path], settings: BuildSettings, *, several: bool, blocks: Blocks
) -> Inputs:
    """Read again, on another machine, what cutting starts from: the user's vectors are not needed.

    Parameters
    ----------
    files : list of Path
        The images that `gather_inputs` found.
    settings, blocks
        As of `gather_inputs`.
    several : bool
        As of `Inputs`.

    Raises
    ------
    CatalogError
        If the catalogue cannot be used.
    """
    catalog = _catalog_of(settings)
    if catalog is not None:
        catalog = catalog.of_images(files)
    groups = _groups_of(settings, catalog, blocks)
    return Inputs([], files, catalog, groups, None, None, several=several)


def source_of(settings: BuildSettings, inputs: Inputs, *, blocks: Blocks) -> Source:
    """Find what the fingerprints come from: the user's vectors, or else a network.

    Parameters
    ----------
    settings : BuildSettings
        Say which network.
    inputs : Inputs
        Have the vectors.
    blocks : Blocks
        How many are looked up at once.

    Raises
    ------
    WeightsError
        If the weights cannot be had.
    """
    if inputs.fingerprints is not None:
        found = PrecomputedFingerprints(inputs.fingerprints, cutouts_a_batch=blocks.vectors_a_batch)
        return Source({"fingerprints": inputs.fingerprints.vectors.sha256}, lambda _, __: found)
    # timm takes three seconds to import, which the user's own vectors need not wait for.
    from hubble_dash.builder.models.weights import find_weights

    weights = find_weights(settings.model, settings.weights)
    logger.info("%s: %s", weights.model, weights.reason)
    told = {"model": weights.model, "weights": weights.sha256}
    return Source(
        told,
        lambda engine, learns: _network(settings, weights, engine, learns=learns),
        _learns(settings),
    )


def _learns(settings: BuildSettings) -> bool:
    return settings.features == "pooled" and settings.quality != "plain"


def _network(
    settings: BuildSettings, weights: Weights, engine: EngineEntry, *, learns: bool
) -> Fingerprinter:
    """Load the network, in the backend in which an interrupted build ran it."""
    from hubble_dash.builder.fingerprints.loading import load_network

    before = cast("dict[str, Any]", engine)
    return load_network(
        weights,
        device=before.get("device", settings.device),
        features=settings.features,
        batch_size=before.get("batch_size", settings.batch_size),
        engine=before.get("engine", settings.engine),
        precision=before.get("precision", settings.precision),
        deterministic=settings.deterministic,
        quality=settings.quality,
        learns=learns,
        model_input=settings.model_input,
        requested=None if is_network_file(settings.model) else settings.model,
    )


def _groups_of(settings: BuildSettings, catalog: Catalog | None, blocks: Blocks) -> Groups | None:
    if settings.center_by is None:
        return None
    return Groups(settings.center_by, catalog, images_looked_at=blocks.images_looked_at)


def _rows_of(
    settings: BuildSettings,
    what: Literal["fingerprints", "positions"],
    files: Sequence[Path],
    catalog: Catalog | None,
) -> PrecomputedRows | None:
    """Read vectors of the user's own, and settle whose rows they are."""
    path = settings.fingerprints if what == "fingerprints" else settings.positions
    if path is None:
        return None
    columns = VectorColumns(settings.name_column, settings.leave_out_columns)
    vectors = PrecomputedVectors(path, what, columns=columns)
    n_images = None
    if vectors.names is None and isinstance(settings.cutouts, WholeImage):
        with ThreadPoolExecutor(connections()) as pool:
            n_images = list(pool.map(partial(count_images, hdu=settings.hdu), files))
    return PrecomputedRows(vectors, settings.cutouts, files, catalog, n_images)


def _catalog_of(settings: BuildSettings) -> Catalog | None:
    """Read the catalogue of a build, if it has one."""
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
        table=settings.catalog_table,
    )
    at_positions = isinstance(settings.cutouts, CatalogPositions)
    if catalog.paths is None and not at_positions:
        raise CatalogError(
            f"{catalog.path} does not say to which image a row belongs; name its column of paths"
            " with --path-column, or cut at its positions with --cutouts catalog"
            + "".join(f" ({note})" for note in catalog.notes)
        )
    if at_positions and catalog.ra_deg is None and catalog.x is None:
        raise CatalogError(
            f"{catalog.path} has no positions; cutouts at catalogue positions need columns with RA"
            " and Dec, or x and y"
        )
    moving = [step.name for step in settings.process_images if isinstance(step, MOVING)]
    if at_positions and catalog.x is not None and moving:
        raise ValueError(
            f"{catalog.path} gives pixels of the images as they are, and {moving[0]} moves them;"
            " give RA and Dec, or apply this step to the cutouts"
        )
    return catalog


def _told_of_secrets(files: Sequence[Path]) -> list[str]:
    """Say of how many addresses less is kept than was given."""
    n = sum(isinstance(file, Remote) and file.address.has_secrets for file in files)
    what = "names, passwords or signatures in addresses are not kept in the atlas"
    return [f"{what} ({n:,} of {len(files):,} files)"] if n else []


def _files_of(given: Sequence[str | Path], catalog: Catalog | None) -> Found:
    """Find the images of a build: those given, else those that the catalogue names."""
    if given:
        found = find_files(given)
        for note in found.notes:
            logger.info("%s", note)
        return found
    if catalog is None or catalog.paths is None:
        raise BuildError("no images: name files or folders, or a catalogue with a path column")
    here = [find_file(path, catalog.path.parent) for path in catalog.paths]
    return Found(list({real_path(path): path for path in here}.values()), [])
